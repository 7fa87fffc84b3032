import { viewOf } from './bytes.ts'
import { damagedAdvice, FitsError } from './errors.ts'
import { hduAt } from './structure.ts'
import type { FitsFile, Hdu } from './structure.ts'
import { decodeNumbers } from './values.ts'
import type { StoredType, Values } from './values.ts'

export interface FitsImage {
  /** Lengths in C order, slowest axis first (NAXISn ... NAXIS1), as numpy has them. */
  shape: number[]
  /** Physical values, `BSCALE * stored + BZERO`; NaN where the file has BLANK or NaN. */
  values: Values
  /** BUNIT as written. */
  unit: string | undefined
}

const STORED_BY_BITPIX: Record<number, StoredType | undefined> = {
  8: 'uint8',
  16: 'int16',
  32: 'int32',
  64: 'int64',
  '-32': 'float32',
  '-64': 'float64',
}

/** True for an HDU that readImage can read: a primary array or image extension that is not empty. */
export function holdsImage(hdu: Hdu): boolean {
  return (hdu.kind === 'primary' || hdu.kind === 'image') && hdu.data.length > 0
}

/**
 * Decode the array of a primary HDU or image extension.
 * @throws FitsError when the HDU holds no plain array
 */
export function readImage(file: FitsFile, hduIndex: number): FitsImage {
  const hdu = hduAt(file, hduIndex)
  const { header, axes } = hdu
  const place = { hdu: hdu.index }
  if (hdu.kind === 'compressed-image') {
    throw new FitsError(
      'unsupported',
      `the image is tile-compressed (${header.text('ZCMPTYPE') ?? 'unknown method'}), which is not read`,
      'Unpack it first, for instance with funpack.',
      place,
    )
  }
  if (!holdsImage(hdu)) {
    throw new FitsError(
      'unsupported',
      `it holds no image but ${describeKind(hdu)}`,
      'Choose an HDU with an image.',
      place,
    )
  }
  const bitpix = header.requireInteger('BITPIX', -64, 64)
  const stored = STORED_BY_BITPIX[bitpix]
  if (stored === undefined) throw new RangeError(`BITPIX ${bitpix}`)
  const scale = header.number('BSCALE') ?? 1
  if (scale === 0) {
    throw new FitsError(
      'bad-header',
      'BSCALE is 0, which would make every value the same',
      damagedAdvice,
      { ...place, keyword: 'BSCALE' },
    )
  }
  const count = axes.reduce((product, length) => product * length, 1)
  const values = decodeNumbers(
    viewOf(hdu.data),
    stored,
    { rows: 1, perRow: count, start: 0, stride: 0 },
    {
      scale,
      zero: header.number('BZERO') ?? 0,
      nullValue: bitpix > 0 ? header.number('BLANK') : undefined,
    },
  )
  return { shape: axes.toReversed(), values, unit: header.text('BUNIT') }
}

/** What an HDU is, in words, for messages. */
export function describeKind(hdu: Hdu): string {
  switch (hdu.kind) {
    case 'primary':
    case 'image':
      return hdu.data.length === 0 ? 'no data' : `an image of ${hdu.axes.join(' x ')} values`
    case 'bintable': {
      const names = hdu.columns.map((column) => column.name)
      const shown = names.slice(0, 6).join(', ') + (names.length > 6 ? ', ...' : '')
      return `a table of ${rowsText(hdu)} (${shown})`
    }
    case 'ascii-table':
      return `an ASCII table of ${rowsText(hdu)}`
    case 'random-groups':
      return 'random groups (visibilities)'
    case 'compressed-image':
      return 'a tile-compressed image'
    case 'other':
      return `an extension of type ${hdu.header.text('XTENSION') ?? 'unknown'}`
  }
}

function rowsText({ rowCount }: Hdu): string {
  return rowCount === 1 ? '1 row' : `${rowCount} rows`
}
