import type { DataEntry } from '#shared/session/run-file.ts'

/**
 * Correlation of neighbouring pixels along the rings of a RING map: near 1 for a sky read in its own order, lower for
 * one read in the other. Pixels without a value are left out.
 *
 * @param pixels 12 nside^2 values in RING order
 * @returns between -1 and 1, or NaN without enough pixels
 */
export function neighbourCorrelation(pixels: Float32Array, nside: number): number {
  let count = 0
  let [sumA, sumB, sumAA, sumBB, sumAB] = [0, 0, 0, 0, 0]
  let first = 0
  for (let ring = 1; ring < 4 * nside; ring++) {
    const length = 4 * Math.min(ring, nside, 4 * nside - ring)
    for (let index = 0; index < length; index++) {
      const a = pixels[first + index]
      const b = pixels[first + ((index + 1) % length)]
      if (!Number.isFinite(a) || !Number.isFinite(b)) continue
      count++
      sumA += a
      sumB += b
      sumAA += a * a
      sumBB += b * b
      sumAB += a * b
    }
    first += length
  }
  const covariance = sumAB - (sumA * sumB) / count
  const spread = Math.sqrt((sumAA - sumA ** 2 / count) * (sumBB - sumB ** 2 / count))
  return count > 1 && spread > 0 ? covariance / spread : Number.NaN
}

/** What a column holds. Its name and unit are statements of the file, so the quantity may be read from them; else it is intensity. */
export function quantityOfColumn(name = '', unit = ''): DataEntry['quantity'] {
  if (/rad\s*\/?\s*m/.test(unit)) return 'faraday_depth'
  if (/pc.*cm/.test(unit)) return 'dispersion_measure'
  if (/^Q(_|$)/i.test(name)) return 'Q'
  if (/^U(_|$)/i.test(name)) return 'U'
  return 'I'
}
