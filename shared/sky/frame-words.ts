import type { Frame } from './frames.ts'

/** What a file says about its frame; leave out what it does not say. */
export interface FrameWords {
  /** COORDSYS or SKYCOORD. */
  readonly coordsys?: string
  /** RADESYS or RADECSYS. */
  readonly radesys?: string
  /** EQUINOX or EPOCH: a number, or a text such as 'B1950' or 'J2000.0'. */
  readonly equinox?: number | string
  /** CTYPE of a celestial axis, for images. */
  readonly ctype?: string
}

/**
 * The frame that the words of a file name, or undefined where they name none or one that is not
 * supported (it is then asked for). COORDSYS letters as HEALPix has them: G, E, and C or Q, which mean
 * J2000 unless RADESYS or EQUINOX say otherwise; RADESYS and EQUINOX as FITS paper II
 * (Calabretta & Greisen 2002, A&A 395, 1077), which makes ICRS the default.
 */
export function parseFrame(words: FrameWords): Frame | undefined {
  const system = systemOf(words.coordsys) ?? (words.coordsys ? undefined : axisSystem(words.ctype))
  if (system === 'galactic') return 'galactic'
  const equinox = equinoxOf(words.equinox)
  if (system === 'ecliptic') return equinox === undefined || equinox === 2000 ? system : undefined
  if (system === undefined) return undefined
  const radesys = (words.radesys ?? system.radesys)?.trim().toUpperCase()
  return equatorialFrame(radesys, equinox ?? system.equinox)
}

interface Equatorial {
  readonly radesys?: string
  readonly equinox?: number
}

function systemOf(word: string | undefined): 'galactic' | 'ecliptic' | Equatorial | undefined {
  const text = word?.trim().toUpperCase() ?? ''
  if (/^G(AL(ACTIC)?)?$/.test(text)) return 'galactic'
  if (/^E(CL(IP(TIC)?)?)?([ -]?J?2000)?$/.test(text)) return 'ecliptic'
  const equatorial = /^(?:C|Q|CEL|CELESTIAL|EQ|EQU|EQUATORIAL|RADEC)[ -]?([BJ]?\d{4})?$/.exec(text)
  if (equatorial) return { equinox: equinoxOf(equatorial[1]) }
  if (/^(ICRS|FK5|FK4|FK4-NO-E)$/.test(text)) return { radesys: text }
  return undefined
}

function axisSystem(ctype: string | undefined): 'galactic' | 'ecliptic' | Equatorial | undefined {
  const axis = ctype?.trim().toUpperCase().split('-')[0]
  if (axis === 'GLON' || axis === 'GLAT') return 'galactic'
  if (axis === 'ELON' || axis === 'ELAT') return 'ecliptic'
  return axis === 'RA' || axis === 'DEC' ? {} : undefined
}

function equinoxOf(value: number | string | undefined): number | undefined {
  if (typeof value !== 'string') return value
  const year = /^[BJ]?(\d{4}(?:\.\d*)?)$/i.exec(value.trim())?.[1]
  return year === undefined ? undefined : Number(year)
}

function equatorialFrame(
  radesys: string | undefined,
  equinox: number | undefined,
): Frame | undefined {
  switch (radesys) {
    case 'ICRS':
      return 'equatorial-J2000'
    case 'FK5':
      return equinox === undefined || equinox === 2000 ? 'equatorial-J2000' : undefined
    case 'FK4':
    case 'FK4-NO-E':
      return equinox === undefined || equinox === 1950 ? 'equatorial-B1950' : undefined
    case undefined:
    case '':
      if (equinox === 1950) return 'equatorial-B1950'
      return equinox === undefined || equinox === 2000 ? 'equatorial-J2000' : undefined
    default:
      return undefined
  }
}
