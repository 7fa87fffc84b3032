import { asciiText, CARD_BYTES, gibibytes, paddedLength } from './bytes.ts'
import { parseColumns } from './columns.ts'
import type { Column } from './columns.ts'
import { damagedAdvice, FitsError } from './errors.ts'
import { parseHeader } from './header.ts'
import type { Header } from './header.ts'

export type HduKind =
  'primary' | 'image' | 'bintable' | 'ascii-table' | 'random-groups' | 'compressed-image' | 'other'

/** One header and data unit. Nothing of its data is decoded yet. */
export interface Hdu {
  /** Number of the HDU, from 0. */
  index: number
  kind: HduKind
  /** EXTNAME, or an empty text. */
  name: string
  header: Header
  /** NAXIS1, NAXIS2, ... as in the header: the first runs fastest. Empty when there is no array. */
  axes: number[]
  /** Columns of a binary table; empty for other kinds. */
  columns: Column[]
  /** Rows of a table; 0 for other kinds. */
  rowCount: number
  /** Bytes in one table row; 0 for other kinds. */
  rowBytes: number
  /** The raw bytes of the data unit without padding: a view of the file, not a copy. */
  data: Uint8Array
}

export interface FitsFile {
  hdus: Hdu[]
  /** Oddities that do not prevent reading, one sentence each. */
  warnings: string[]
  byteLength: number
}

const MAX = Number.MAX_SAFE_INTEGER

/**
 * Find every header and data unit of a FITS file. Only headers are parsed; each size is checked against the
 * length of the file before anything is read or allocated.
 * @throws FitsError if the bytes are not FITS, damaged, hostile or cut short
 */
export function readFits(bytes: Uint8Array): FitsFile {
  checkSignature(bytes)
  const hdus: Hdu[] = []
  const warnings: string[] = []
  let offset = 0
  while (offset < bytes.length) {
    if (offset > 0 && !startsExtension(bytes, offset)) {
      if (!isFiller(bytes, offset)) {
        warnings.push(
          `${bytes.length - offset} bytes after HDU ${hdus.length - 1} are not FITS and were ignored.`,
        )
      }
      break
    }
    const { header, dataOffset } = parseHeader(bytes, offset, hdus.length)
    const hdu = layOut(bytes, header, dataOffset)
    hdus.push(hdu)
    offset = dataOffset + paddedLength(hdu.data.length)
  }
  return { hdus, warnings, byteLength: bytes.length }
}

/** The HDU of that number, or a clear error. */
export function hduAt(file: FitsFile, index: number): Hdu {
  const hdu = file.hdus[index]
  if (hdu) return hdu
  throw new FitsError(
    'no-such',
    `there is no HDU ${index}; the file has HDU 0 to ${file.hdus.length - 1}`,
    'Correct the key `hdu`.',
    { keyword: 'hdu' },
  )
}

function startsExtension(bytes: Uint8Array, offset: number): boolean {
  return offset + CARD_BYTES <= bytes.length && asciiText(bytes, offset, offset + 9) === 'XTENSION='
}

/** Only zeros or blanks up to the end, as tapes and some writers leave them. */
function isFiller(bytes: Uint8Array, offset: number): boolean {
  for (let i = offset; i < bytes.length; i++) {
    if (bytes[i] !== 0 && bytes[i] !== 0x20) return false
  }
  return true
}

/** File signatures that users hand over by mistake, and what to say. */
const SIGNATURES: [
  test: (start: string, bytes: Uint8Array) => boolean,
  what: string,
  todo: string,
][] = [
  [
    (s) => /^\s*<(!doctype|html|\?xml|head)/i.test(s),
    'a web page or XML',
    'It is often what a download link gives when it fails; download the FITS file itself.',
  ],
  [(_, b) => b[0] === 0x1f && b[1] === 0x8b, 'gzip-compressed data', 'Unpack it once more.'],
  [(_, b) => b[0] === 0x1f && b[1] === 0x9d, 'a Unix .Z file', 'Unpack it first (uncompress).'],
  [(s) => s.startsWith('BZh'), 'a bzip2 file', 'Unpack it first (bunzip2).'],
  [
    (_, b) => b[0] === 0xfd && b[1] === 0x37 && b[2] === 0x7a,
    'an xz file',
    'Unpack it first (unxz).',
  ],
  [(s) => s.startsWith('PK'), 'a zip archive', 'Unpack it first.'],
  [(s, b) => b[0] === 0x89 && s.startsWith('HDF', 1), 'an HDF5 file', 'Convert the map to FITS.'],
  [
    (_, b) => b[0] === 0x93 && b[1] === 0x4e,
    'a NumPy .npy file',
    'Write the map as FITS with healpy.write_map.',
  ],
  [
    (s) => s.startsWith('version https://git-lfs'),
    'a Git LFS pointer, not the file itself',
    'Fetch the real file (git lfs pull).',
  ],
]

function checkSignature(bytes: Uint8Array): void {
  if (bytes.length === 0) {
    throw new FitsError('not-fits', 'The file is empty', 'Get it again from its source.')
  }
  const start = asciiText(bytes, 0, Math.min(bytes.length, CARD_BYTES))
  if (!start.startsWith('SIMPLE  =')) {
    const known = SIGNATURES.find(([test]) => test(start, bytes))
    throw new FitsError(
      'not-fits',
      known
        ? `The file is ${known[1]}, not FITS`
        : 'The file is not FITS: it does not begin with the SIMPLE card',
      known ? known[2] : 'Give a FITS file with a HEALPix table or an image of the sky.',
    )
  }
  if (start.slice(10).trimStart().startsWith('F')) {
    throw new FitsError(
      'not-fits',
      'The file says of itself that it does not follow the FITS standard (SIMPLE = F)',
      'Write it again with a program that follows the standard.',
      { keyword: 'SIMPLE' },
    )
  }
}

/** Work out what an HDU holds and cut out its data unit (FITS standard 4.0, sections 4.4.1, 6 and 7). */
function layOut(bytes: Uint8Array, header: Header, dataOffset: number): Hdu {
  const index = header.hdu
  const bitpix = header.requireInteger('BITPIX', -64, 64)
  if (![8, 16, 32, 64, -32, -64].includes(bitpix)) {
    throw new FitsError(
      'bad-header',
      `BITPIX is ${bitpix}, but FITS knows only 8, 16, 32, 64, -32 and -64`,
      damagedAdvice,
      { hdu: index, keyword: 'BITPIX' },
    )
  }
  const axisCount = header.requireInteger('NAXIS', 0, 999)
  const axes: number[] = []
  for (let i = 1; i <= axisCount; i++) axes.push(header.requireInteger(`NAXIS${i}`, 0, MAX))

  const isPrimary = index === 0
  const groups = isPrimary && header.get('GROUPS') === true && axes[0] === 0 && axes.length > 1
  const parameterCount = isPrimary && !groups ? 0 : (header.integer('PCOUNT', 0, MAX) ?? 0)
  const groupCount = isPrimary && !groups ? 1 : (header.integer('GCOUNT', 1, MAX) ?? 1)
  const arrayAxes = groups ? axes.slice(1) : axes
  const elements = productOf(arrayAxes)
  const dataBytes =
    axes.length === 0 ? 0 : (Math.abs(bitpix) / 8) * groupCount * (parameterCount + elements)
  const present = Math.max(0, bytes.length - dataOffset)
  // Also catches sizes beyond 2^53 and Infinity: the products above are floating point and cannot wrap.
  if (!(dataBytes <= present)) {
    throw new FitsError(
      'truncated',
      `the header describes ${sizeText(dataBytes)} of data, but only ${sizeText(present)} follow in the file`,
      'The file is cut short (or its header is wrong); copy or download it again.',
      { hdu: index, keyword: 'NAXIS' },
    )
  }
  const kind = kindOf(header, isPrimary, groups)
  const isTable = kind === 'bintable' || kind === 'compressed-image' || kind === 'ascii-table'
  if (isTable && (bitpix !== 8 || axes.length !== 2)) {
    throw new FitsError(
      'bad-header',
      `a table must have BITPIX 8 and NAXIS 2, but here they are ${bitpix} and ${axes.length}`,
      damagedAdvice,
      { hdu: index, keyword: 'NAXIS' },
    )
  }
  return {
    index,
    kind,
    name: header.text('EXTNAME') ?? '',
    header,
    axes,
    columns:
      kind === 'bintable' || kind === 'compressed-image' ? parseColumns(header, axes[0]) : [],
    rowBytes: isTable ? axes[0] : 0,
    rowCount: isTable ? axes[1] : 0,
    data: bytes.subarray(dataOffset, dataOffset + dataBytes),
  }
}

/** Product of axis lengths; a zero anywhere makes it 0, however large the others are. */
function productOf(axes: number[]): number {
  return axes.includes(0) ? 0 : axes.reduce((product, length) => product * length, 1)
}

function kindOf(header: Header, isPrimary: boolean, groups: boolean): HduKind {
  if (groups) return 'random-groups'
  if (isPrimary) return 'primary'
  switch (header.text('XTENSION')) {
    case 'IMAGE':
    case 'IUEIMAGE':
      return 'image'
    case 'TABLE':
      return 'ascii-table'
    case 'BINTABLE':
    case 'A3DTABLE':
      return header.get('ZIMAGE') === true ? 'compressed-image' : 'bintable'
    default:
      return 'other'
  }
}

function sizeText(bytes: number): string {
  if (!Number.isSafeInteger(bytes)) return 'an impossible amount'
  return bytes < 2 ** 20 ? `${bytes} bytes` : gibibytes(bytes)
}
