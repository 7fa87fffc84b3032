/**
 * Counter-based random numbers: Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3").
 * The number at a counter depends only on seed, stream and counter, so results are independent of threads, order
 * and resume. Stream = purpose, counter = voxel, pixel or block index.
 */

/** What random numbers are used for. The numbers are part of the results: never reuse or renumber one. */
export const randomStreams = {
  heldOutBlocks: 1,
  preconditioner: 2,
  preconditionerPenalty: 3,
  randomField: 4,
} as const
export type RandomStream = (typeof randomStreams)[keyof typeof randomStreams]

type Words4 = readonly [number, number, number, number]

/** High and low 32 bits of the product of two unsigned 32-bit integers. */
function multiply(a: number, b: number): readonly [number, number] {
  const aLow = a & 0xffff
  const aHigh = a >>> 16
  const bLow = b & 0xffff
  const bHigh = b >>> 16
  const low = aLow * bLow
  const middle = aHigh * bLow + (low >>> 16)
  const cross = aLow * bHigh + (middle % 0x10000)
  const high = aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(cross / 0x10000)
  return [high >>> 0, Math.imul(a, b) >>> 0]
}

/** Ten rounds of Philox4x32: four unsigned 32-bit words from a counter of four words and a key of two. */
export function philox4x32(counter: Words4, key: readonly [number, number]): Words4 {
  let [x0, x1, x2, x3] = counter
  let [k0, k1] = key
  for (let round = 0; round < 10; round++) {
    const [high0, low0] = multiply(0xd2511f53, x0)
    const [high1, low1] = multiply(0xcd9e8d57, x2)
    const y0 = (high1 ^ x1 ^ k0) >>> 0
    const y2 = (high0 ^ x3 ^ k1) >>> 0
    x0 = y0
    x1 = low1
    x2 = y2
    x3 = low0
    k0 = (k0 + 0x9e3779b9) >>> 0
    k1 = (k1 + 0xbb67ae85) >>> 0
  }
  return [x0, x1, x2, x3]
}

function words(seed: number, stream: RandomStream, counter: number): Words4 {
  const low = counter >>> 0
  const high = Math.floor(counter / 2 ** 32) >>> 0
  return philox4x32([low, high, stream, 0], [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0])
}

/** A float64 from two words: 53 bits, uniform on the open interval (0, 1). */
function unitInterval(high: number, low: number): number {
  return ((high >>> 5) * 0x4000000 + (low >>> 6) + 0.5) / 2 ** 53
}

/** Uniform on (0, 1). Seed and counter are whole numbers below 2^53. */
export function uniform(seed: number, stream: RandomStream, counter: number): number {
  const [high, low] = words(seed, stream, counter)
  return unitInterval(high, low)
}

/** Two independent standard normals, by Box and Muller from the two uniforms of one counter. */
export function normalPair(
  seed: number,
  stream: RandomStream,
  counter: number,
): readonly [number, number] {
  const [a, b, c, d] = words(seed, stream, counter)
  const radius = Math.sqrt(-2 * Math.log(unitInterval(a, b)))
  const angle = 2 * Math.PI * unitInterval(c, d)
  return [radius * Math.cos(angle), radius * Math.sin(angle)]
}

/** Standard normal: the first of `normalPair`. */
export function normal(seed: number, stream: RandomStream, counter: number): number {
  return normalPair(seed, stream, counter)[0]
}
