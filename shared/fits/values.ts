import { allocate, readInt64 } from './bytes.ts'

export type Values = Float32Array | Float64Array

/** How the numbers of a column or image are stored. `uint8` is the unsigned byte of TFORM B and BITPIX 8. */
export type StoredType = 'uint8' | 'int16' | 'int32' | 'int64' | 'float32' | 'float64'

const STORED_BYTES: Record<StoredType, number> = {
  uint8: 1,
  int16: 2,
  int32: 4,
  int64: 8,
  float32: 4,
  float64: 8,
}

/** What turns stored numbers into physical ones: `stored * scale + zero`, except where `stored` equals `nullValue`. */
export interface Scaling {
  scale: number
  zero: number
  nullValue: number | undefined
}

/** Where the elements lie: `rows` groups of `perRow` consecutive elements, `stride` bytes apart, the first at `start`. */
export interface Layout {
  rows: number
  perRow: number
  start: number
  stride: number
}

/**
 * Decode big-endian numbers to floats; null integers become NaN.
 * @returns Float32Array where that is exact (unscaled bytes, 16-bit integers and float32), otherwise Float64Array
 */
export function decodeNumbers(
  view: DataView,
  stored: StoredType,
  layout: Layout,
  scaling: Scaling,
): Values {
  const count = layout.rows * layout.perRow
  const unscaled = scaling.scale === 1 && scaling.zero === 0
  const narrow = unscaled && (stored === 'uint8' || stored === 'int16' || stored === 'float32')
  const values = narrow
    ? allocate(count, 4, (n) => new Float32Array(n))
    : allocate(count, 8, (n) => new Float64Array(n))
  fill(values, view, stored, layout)
  if (scaling.nullValue !== undefined && stored !== 'float32' && stored !== 'float64') {
    const { nullValue } = scaling
    for (let i = 0; i < count; i++) if (values[i] === nullValue) values[i] = Number.NaN
  }
  if (!unscaled) {
    const { scale, zero } = scaling
    for (let i = 0; i < count; i++) values[i] = values[i] * scale + zero
  }
  return values
}

/** One tight loop per stored type: maps have up to 805 million pixels. */
function fill(values: Values, view: DataView, stored: StoredType, layout: Layout): void {
  const { rows, perRow, start, stride } = layout
  // A zero-width column may stand in a table of any number of empty rows.
  if (perRow === 0) return
  const size = STORED_BYTES[stored]
  let i = 0
  for (let row = 0; row < rows; row++) {
    let at = start + row * stride
    const end = at + perRow * size
    switch (stored) {
      case 'uint8':
        for (; at < end; at++) values[i++] = view.getUint8(at)
        break
      case 'int16':
        for (; at < end; at += 2) values[i++] = view.getInt16(at)
        break
      case 'int32':
        for (; at < end; at += 4) values[i++] = view.getInt32(at)
        break
      case 'int64':
        for (; at < end; at += 8) values[i++] = readInt64(view, at)
        break
      case 'float32':
        for (; at < end; at += 4) values[i++] = view.getFloat32(at)
        break
      case 'float64':
        for (; at < end; at += 8) values[i++] = view.getFloat64(at)
        break
    }
  }
}
