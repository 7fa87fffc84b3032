import { parseFrame, parsePolcconv } from '../sky/index.ts'
import type { Frame, PolarisationConvention } from '../sky/index.ts'
import type { Header } from './header.ts'

/** What the keywords of a map say. `undefined` means that the file does not say it: it is then asked, not guessed. */

/** The headers that describe a map: its own first, then the primary one, where some writers put the keywords. */
export type MapHeaders = readonly Header[]

/** The first of the keywords that holds text. */
export function firstText(headers: MapHeaders, ...keywords: string[]): string | undefined {
  for (const header of headers) {
    for (const keyword of keywords) {
      const text = header.text(keyword)
      if (text !== undefined) return text
    }
  }
  return undefined
}

/** A number, also one written as a string (`NSIDE = '64'`); undefined for anything else. */
export function firstNumber(headers: MapHeaders, ...keywords: string[]): number | undefined {
  for (const header of headers) {
    for (const keyword of keywords) {
      const value = header.get(keyword)
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
      if (typeof number === 'number' && Number.isFinite(number)) return number
    }
  }
  return undefined
}

/** POLCCONV, as HEALPix writes it. */
export function polarisationOf(headers: MapHeaders): PolarisationConvention | undefined {
  return parsePolcconv(firstText(headers, 'POLCCONV'))
}

/** Sky frame by COORDSYS (WMAP writes SKYCOORD) or, for images, CTYPE1; with RADESYS and EQUINOX where they matter. */
export function frameOf(headers: MapHeaders): Frame | undefined {
  return parseFrame({
    coordsys: firstText(headers, 'COORDSYS', 'SKYCOORD'),
    radesys: firstText(headers, 'RADESYS', 'RADECSYS'),
    equinox: firstNumber(headers, 'EQUINOX', 'EPOCH') ?? firstText(headers, 'EQUINOX', 'EPOCH'),
    ctype: firstText(headers, 'CTYPE1'),
  })
}

/** True for the names that columns of Stokes Q or U have: `Q`, `U_STOKES`, `Q_POLARISATION`, `Q-POLARISATION`. */
export function isPolarised(name: string): boolean {
  return /^([QU]|STOKES[ _-]?[QU])([^A-Z]|$)|[^A-Z][QU]$|^[QU][ _-]?(POLARI[SZ]ATION|STOKES)/i.test(
    name.trim(),
  )
}

const HERTZ_PER_UNIT: Record<string, number | undefined> = {
  hz: 1,
  khz: 1e3,
  mhz: 1e6,
  ghz: 1e9,
  thz: 1e12,
}
const FREQUENCY_KEYWORDS = ['FREQ', 'FREQUENCY', 'FREQUENZ', 'OBSFREQ', 'RESTFRQ', 'RESTFREQ']

/**
 * Observing frequency in GHz, only where its unit is certain: written in the value or in the comment, or fixed by
 * the FITS standard (RESTFRQ is in Hz).
 */
export function frequencyGhzOf(headers: MapHeaders): number | undefined {
  for (const header of headers) {
    for (const keyword of FREQUENCY_KEYWORDS) {
      const card = header.card(keyword)
      if (!card) continue
      const text = typeof card.value === 'string' ? card.value : ''
      const unit = /(?:^|[^A-Za-z])([kMGT]?Hz)\b/i.exec(`${text} ${card.comment}`)?.[1]
      const fixed = keyword.startsWith('RESTFR') ? 'hz' : ''
      const hertz = HERTZ_PER_UNIT[unit?.toLowerCase() ?? fixed]
      const value = typeof card.value === 'string' ? Number.parseFloat(text) : card.value
      if (hertz !== undefined && typeof value === 'number' && value > 0 && Number.isFinite(value)) {
        return (value * hertz) / 1e9
      }
    }
  }
  return undefined
}
