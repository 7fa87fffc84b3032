import { fillFaceRow } from './faces.ts'
import { checkNside, npixToNside } from './nside.ts'
import type { Ordering } from './nside.ts'

/** Bad-pixel value of the HEALPix FITS format. */
export const UNSEEN = -1.6375e30

/** True for NaN, infinities and UNSEEN (to float32 precision). */
export function isUnseen(value: number): boolean {
  return !Number.isFinite(value) || Math.abs(value - UNSEEN) < 1e25
}

/**
 * The map with its pixels in the other ordering: a new array of the same type.
 * Throws RangeError when the length is not that of a full-sky map with a power-of-two NSIDE.
 */
export function reorder(map: Float32Array, from: Ordering, to: Ordering): Float32Array
export function reorder(map: Float64Array, from: Ordering, to: Ordering): Float64Array
export function reorder(
  map: Float32Array | Float64Array,
  from: Ordering,
  to: Ordering,
): Float32Array | Float64Array {
  const result = map.slice()
  if (from === to) return result
  const nside = npixToNside(map.length)
  checkNside(nside, 'NESTED')
  const [source, target] = [new Int32Array(nside), new Int32Array(nside)]
  for (let row = 0; row < 12 * nside; row++) {
    const face = Math.floor(row / nside)
    const y = row % nside
    fillFaceRow(nside, from, face, y, source)
    fillFaceRow(nside, to, face, y, target)
    for (let x = 0; x < nside; x++) result[target[x]] = map[source[x]]
  }
  return result
}

export interface ResolutionOptions {
  /** Which values count as missing; default NaN, infinities and UNSEEN. */
  readonly isBad?: (value: number) => boolean
  /** A coarse pixel is good when at least this share of its fine pixels is; default one half. */
  readonly minimumValidFraction?: number
}

/**
 * The map at another NSIDE. Downward, a pixel is the mean of its valid children, or NaN where too
 * few of them are valid; upward, every child gets its parent's value (NaN where that is bad).
 * One NSIDE must be a multiple of the other. Returns float64; bad values come out as NaN only.
 */
export function changeResolution(
  map: ArrayLike<number>,
  nsideIn: number,
  nsideOut: number,
  ordering: Ordering,
  options: ResolutionOptions = {},
): Float64Array<ArrayBuffer> {
  checkNside(nsideIn, ordering)
  checkNside(nsideOut, ordering)
  const { isBad = isUnseen, minimumValidFraction = 0.5 } = options
  if (map.length !== 12 * nsideIn * nsideIn) {
    throw new RangeError(
      `The map has ${map.length} pixels, but NSIDE ${nsideIn} needs ${12 * nsideIn * nsideIn}.`,
    )
  }
  const ratio = Math.max(nsideIn, nsideOut) / Math.min(nsideIn, nsideOut)
  if (!Number.isInteger(ratio)) {
    throw new RangeError(
      `NSIDE ${nsideIn} cannot become NSIDE ${nsideOut}: one must be a multiple of the other.`,
    )
  }
  if (nsideOut >= nsideIn) return upgrade(map, nsideOut, ratio, ordering, isBad)
  return degrade(map, nsideIn, ratio, ordering, isBad, minimumValidFraction)
}

function upgrade(
  map: ArrayLike<number>,
  nsideOut: number,
  ratio: number,
  ordering: Ordering,
  isBad: (value: number) => boolean,
): Float64Array<ArrayBuffer> {
  const nsideIn = nsideOut / ratio
  const result = new Float64Array(12 * nsideOut * nsideOut)
  const [parents, children] = [new Int32Array(nsideIn), new Int32Array(nsideOut)]
  for (let row = 0; row < 12 * nsideOut; row++) {
    const face = Math.floor(row / nsideOut)
    const y = row % nsideOut
    fillFaceRow(nsideIn, ordering, face, Math.floor(y / ratio), parents)
    fillFaceRow(nsideOut, ordering, face, y, children)
    for (let x = 0; x < nsideOut; x++) {
      const value = map[parents[Math.floor(x / ratio)]]
      result[children[x]] = isBad(value) ? NaN : value
    }
  }
  return result
}

function degrade(
  map: ArrayLike<number>,
  nsideIn: number,
  ratio: number,
  ordering: Ordering,
  isBad: (value: number) => boolean,
  minimumValidFraction: number,
): Float64Array<ArrayBuffer> {
  const nsideOut = nsideIn / ratio
  const result = new Float64Array(12 * nsideOut * nsideOut)
  const [parents, children] = [new Int32Array(nsideOut), new Int32Array(nsideIn)]
  const [sums, valid] = [new Float64Array(nsideOut), new Uint32Array(nsideOut)]
  const needed = Math.max(minimumValidFraction * ratio * ratio, 1)
  for (let row = 0; row < 12 * nsideOut; row++) {
    const face = Math.floor(row / nsideOut)
    const y = row % nsideOut
    sums.fill(0)
    valid.fill(0)
    for (let k = 0; k < ratio; k++) {
      fillFaceRow(nsideIn, ordering, face, y * ratio + k, children)
      for (let parent = 0, x = 0; parent < nsideOut; parent++) {
        for (const end = x + ratio; x < end; x++) {
          const value = map[children[x]]
          if (isBad(value)) continue
          sums[parent] += value
          valid[parent]++
        }
      }
    }
    fillFaceRow(nsideOut, ordering, face, y, parents)
    for (let x = 0; x < nsideOut; x++)
      result[parents[x]] = valid[x] >= needed ? sums[x] / valid[x] : NaN
  }
  return result
}
