import { isValidNside, nsideToNpix, UNSEEN } from '../healpix/index.ts'
import type { Ordering } from '../healpix/index.ts'
import type { PolarisationConvention } from '../sky/index.ts'
import { viewOf } from './bytes.ts'
import { commentaryCards, formatCard, headerBytes, joinUnits } from './cards.ts'
import type { WriteCard } from './cards.ts'
import type { Values } from './values.ts'

export interface MapColumnToWrite {
  name: string
  /** TUNIT, for instance `K_RJ`; omitted writes none. */
  unit?: string
  /** float32 and float64 are written as they are; NaN is written as UNSEEN. */
  values: Values
}

export interface HealpixMapToWrite {
  nside: number
  ordering: Ordering
  columns: MapColumnToWrite[]
  /** HEALPix letter of the frame: Galactic, equatorial ("celestial") or ecliptic. */
  coordsys: 'G' | 'C' | 'E'
  /** Convention of the sign of U; give it whenever a column is Q or U. */
  polcconv?: PolarisationConvention
  /** Pixel numbers of a partial map, one per value; omitted for a full sky. */
  pixels?: ArrayLike<number>
  extname?: string
  cards?: WriteCard[]
  history?: string[]
}

/** HEALPix tools pack this many pixels into a row where the map allows it. */
const PIXELS_PER_ROW = 1024

interface StoredColumn {
  name: string
  unit: string | undefined
  letter: 'E' | 'D' | 'J' | 'K'
  bytes: 4 | 8
  values: ArrayLike<number>
}

/**
 * A FITS file with one HEALPix binary table, laid out as healpy writes it: implicit full sky, or explicit with a
 * PIXEL column when `pixels` is given.
 * @throws RangeError for infinite values, a wrong number of values, or pixel numbers outside the sky
 */
export function writeHealpixMap(map: HealpixMapToWrite): Uint8Array<ArrayBuffer> {
  const { nside, ordering, pixels } = map
  if (!isValidNside(nside, ordering)) {
    throw new RangeError(`NSIDE ${nside} is not valid for ${ordering} ordering.`)
  }
  if (map.columns.length === 0) throw new RangeError('A map needs at least one column.')
  const npix = nsideToNpix(nside)
  const count = pixels?.length ?? npix
  const columns = map.columns.map((column) => storedColumn(column, count))
  if (pixels) columns.unshift(pixelColumn(pixels, npix))
  const perRow = count > 0 && count % PIXELS_PER_ROW === 0 ? PIXELS_PER_ROW : 1
  const rowBytes = columns.reduce((sum, column) => sum + column.bytes * perRow, 0)
  const table = [
    { keyword: 'XTENSION', value: 'BINTABLE', comment: 'binary table extension' },
    { keyword: 'BITPIX', value: 8 },
    { keyword: 'NAXIS', value: 2 },
    { keyword: 'NAXIS1', value: rowBytes, comment: 'bytes in a row' },
    { keyword: 'NAXIS2', value: count / perRow, comment: 'rows' },
    { keyword: 'PCOUNT', value: 0 },
    { keyword: 'GCOUNT', value: 1 },
    { keyword: 'TFIELDS', value: columns.length, comment: 'columns' },
    ...columns.flatMap((column, i) => columnCards(column, i + 1, perRow)),
    ...healpixCards(map, npix),
    ...(map.cards ?? []),
  ]
  const cards = [
    ...table.flatMap(formatCard),
    ...(map.history ?? []).flatMap((text) => commentaryCards('HISTORY', text)),
  ]
  return joinUnits([
    emptyPrimary(),
    headerBytes(cards),
    encodeTable(columns, count / perRow, perRow, rowBytes),
  ])
}

function storedColumn({ name, unit, values }: MapColumnToWrite, count: number): StoredColumn {
  if (values.length !== count) {
    throw new RangeError(`The column ${name} has ${values.length} values, but ${count} are needed.`)
  }
  const infinite = values.findIndex((value) => Math.abs(value) === Infinity)
  if (infinite >= 0) {
    throw new RangeError(`Value ${infinite} of the column ${name} is infinite and is not written.`)
  }
  const single = values instanceof Float32Array
  return { name, unit, letter: single ? 'E' : 'D', bytes: single ? 4 : 8, values }
}

function pixelColumn(pixels: ArrayLike<number>, npix: number): StoredColumn {
  for (let i = 0; i < pixels.length; i++) {
    const pixel = pixels[i]
    if (!Number.isInteger(pixel) || pixel < 0 || pixel >= npix) {
      throw new RangeError(
        `Entry ${i} of the pixel list is ${pixel}, not a pixel from 0 to ${npix - 1}.`,
      )
    }
  }
  const wide = npix > 2 ** 31
  return {
    name: 'PIXEL',
    unit: undefined,
    letter: wide ? 'K' : 'J',
    bytes: wide ? 8 : 4,
    values: pixels,
  }
}

function columnCards(column: StoredColumn, n: number, perRow: number): WriteCard[] {
  const cards: WriteCard[] = [
    { keyword: `TTYPE${n}`, value: column.name },
    { keyword: `TFORM${n}`, value: `${perRow === 1 ? '' : perRow}${column.letter}` },
  ]
  if (column.unit !== undefined) cards.push({ keyword: `TUNIT${n}`, value: column.unit })
  return cards
}

function healpixCards(map: HealpixMapToWrite, npix: number): WriteCard[] {
  const cards: WriteCard[] = [
    { keyword: 'PIXTYPE', value: 'HEALPIX', comment: 'HEALPIX pixelisation' },
    { keyword: 'ORDERING', value: map.ordering, comment: 'RING or NESTED' },
    { keyword: 'COORDSYS', value: map.coordsys, comment: 'Galactic, Celestial or Ecliptic' },
    { keyword: 'EXTNAME', value: map.extname ?? 'MAP' },
    { keyword: 'NSIDE', value: map.nside, comment: 'resolution parameter' },
  ]
  if (map.pixels === undefined) {
    cards.push(
      { keyword: 'FIRSTPIX', value: 0, comment: 'first pixel, from 0' },
      { keyword: 'LASTPIX', value: npix - 1, comment: 'last pixel, from 0' },
    )
  }
  cards.push(
    { keyword: 'INDXSCHM', value: map.pixels ? 'EXPLICIT' : 'IMPLICIT' },
    { keyword: 'OBJECT', value: map.pixels ? 'PARTIAL' : 'FULLSKY', comment: 'sky coverage' },
    { keyword: 'BAD_DATA', value: UNSEEN, comment: 'value of pixels without data' },
  )
  if (map.polcconv) {
    cards.push({ keyword: 'POLCCONV', value: map.polcconv, comment: 'convention of the sign of U' })
  }
  return cards
}

function encodeTable(
  columns: StoredColumn[],
  rows: number,
  perRow: number,
  rowBytes: number,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(rows * rowBytes)
  const view = viewOf(bytes)
  let columnStart = 0
  for (const { letter, bytes: size, values } of columns) {
    for (let row = 0; row < rows; row++) {
      let at = row * rowBytes + columnStart
      for (let i = row * perRow; i < (row + 1) * perRow; i++, at += size) {
        const value = values[i]
        if (letter === 'J') view.setInt32(at, value)
        else if (letter === 'K') view.setBigInt64(at, BigInt(value))
        else if (letter === 'E') view.setFloat32(at, Number.isNaN(value) ? UNSEEN : value)
        else view.setFloat64(at, Number.isNaN(value) ? UNSEEN : value)
      }
    }
    columnStart += size * perRow
  }
  return bytes
}

function emptyPrimary(): Uint8Array {
  return headerBytes(
    [
      { keyword: 'SIMPLE', value: true, comment: 'conforms to the FITS standard' },
      { keyword: 'BITPIX', value: 8 },
      { keyword: 'NAXIS', value: 0 },
      { keyword: 'EXTEND', value: true },
    ].flatMap(formatCard),
  )
}

export interface ImageToWrite {
  /** Lengths in C order, slowest axis first, as numpy has them; written as NAXISn ... NAXIS1. */
  shape: number[]
  values: Values
  cards?: WriteCard[]
  history?: string[]
}

/**
 * A FITS file with one image in its primary HDU, float32 or float64 as given; NaN stays NaN, as FITS allows there.
 * @throws RangeError when `shape` and the number of values differ
 */
export function writeImage({
  shape,
  values,
  cards,
  history,
}: ImageToWrite): Uint8Array<ArrayBuffer> {
  const count = shape.reduce((product, length) => product * length, 1)
  if (shape.length === 0 || count !== values.length) {
    throw new RangeError(
      `An image of ${shape.join(' x ')} needs ${count}, not ${values.length} values.`,
    )
  }
  const single = values instanceof Float32Array
  const header = headerBytes([
    ...[
      { keyword: 'SIMPLE', value: true, comment: 'conforms to the FITS standard' },
      { keyword: 'BITPIX', value: single ? -32 : -64 },
      { keyword: 'NAXIS', value: shape.length },
      ...shape.toReversed().map((length, i) => ({ keyword: `NAXIS${i + 1}`, value: length })),
      ...(cards ?? []),
    ].flatMap(formatCard),
    ...(history ?? []).flatMap((text) => commentaryCards('HISTORY', text)),
  ])
  const data = new Uint8Array(values.byteLength)
  const view = viewOf(data)
  for (let i = 0; i < values.length; i++) {
    if (single) view.setFloat32(4 * i, values[i])
    else view.setFloat64(8 * i, values[i])
  }
  return joinUnits([header, data])
}
