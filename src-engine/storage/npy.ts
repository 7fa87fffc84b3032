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
