import { InputError } from '../errors.ts'

const dtypes = new Map<unknown, string>([
  [Float32Array, '<f4'],
  [Float64Array, '<f8'],
  [Int32Array, '<i4'],
  [Uint8Array, '|u1'],
])

/**
 * An array as a NumPy file (format 1.0, little-endian, C order): numpy.load reads it.
 *
 * @throws RangeError when the shape does not have as many values as are given
 */
export function encodeNpy(
  shape: readonly number[],
  values: Float32Array | Float64Array | Int32Array | Uint8Array,
): Uint8Array {
  const expected = shape.reduce((product, n) => product * n, 1)
  if (expected !== values.length) {
    throw new RangeError(
      `An array of shape (${shape.join(', ')}) has ${expected} values, not ${values.length}.`,
    )
  }
  const tuple = `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`
  const dictionary = `{'descr': '${dtypes.get(values.constructor)}', 'fortran_order': False, 'shape': ${tuple}, }`
  const magic = 10
  // The data begin at a multiple of 64 bytes; the header ends with a line feed.
  const headerLength = Math.ceil((magic + dictionary.length + 1) / 64) * 64 - magic
  const bytes = new Uint8Array(magic + headerLength + values.byteLength)
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, headerLength & 255, headerLength >> 8])
  bytes.set(new TextEncoder().encode(`${dictionary.padEnd(headerLength - 1)}\n`), magic)
  bytes.set(
    new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    magic + headerLength,
  )
  return bytes
}

/** An array of numbers as it stands in a NumPy file, in float64. */
export interface NumberArray {
  readonly shape: readonly number[]
  /** C order */
  readonly values: Float64Array
}

/**
 * Reads a NumPy file (format 1 to 3) of float32 or float64 in either byte order, C order.
 * @throws InputError that names `path` and what is wrong
 */
export function decodeNpy(bytes: Uint8Array, path: string): NumberArray {
  const wrong = (what: string): InputError =>
    new InputError(`${path}: ${what}. Save the array with numpy.save as float32 or float64.`, {
      file: path,
    })
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 12 || String.fromCharCode(...bytes.subarray(1, 6)) !== 'NUMPY') {
    throw wrong('this is not a NumPy file')
  }
  const [start, length] =
    bytes[6] === 1 ? [10, view.getUint16(8, true)] : [12, view.getUint32(8, true)]
  const header = new TextDecoder().decode(bytes.subarray(start, start + length))
  const dtype = /'descr':\s*'([<>=|]?)(f[48])'/.exec(header)
  const shapeText = /'shape':\s*\(([\d,\s]*)\)/.exec(header)
  if (!dtype) throw wrong('its values are not float32 or float64')
  if (/'fortran_order':\s*True/.test(header)) throw wrong('the array is in Fortran order')
  if (!shapeText) throw wrong('its header is damaged')
  const shape = shapeText[1].split(',').flatMap((n) => (n.trim() === '' ? [] : [Number(n)]))
  const count = shape.reduce((product, n) => product * n, 1)
  const size = dtype[2] === 'f8' ? 8 : 4
  const data = start + length
  if (bytes.length < data + count * size) throw wrong('the file ends before the array does')
  const little = dtype[1] !== '>'
  const values = Float64Array.from({ length: count }, (_, i) =>
    size === 8 ? view.getFloat64(data + 8 * i, little) : view.getFloat32(data + 4 * i, little),
  )
  return { shape, values }
}
