/**
 * Normalised associated Legendre functions lambda_lm(theta) = sqrt((2l+1)/(4 pi) (l-m)!/(l+m)!) P_lm(cos theta), so that
 * Y_lm = lambda_lm exp(i m phi) (Condon-Shortley phase), by the upward recursion in l
 *
 *   lambda_lm = A_lm (cos theta lambda_(l-1)m - lambda_(l-2)m / A_(l-1)m),  A_lm = sqrt((4 l^2 - 1) / (l^2 - m^2)),
 *
 * which is stable. Near the poles lambda_mm ~ sin^m theta is smaller than any float64: values are carried with an exponent
 * of their own until they are large enough.
 */

const SCALE_BITS = 300
const SCALE = 2 ** -SCALE_BITS

/** The functions of one m for l up to `lmax`. */
export class LegendreColumn {
  readonly m: number
  readonly lmax: number
  /** A_lm at [l]; 0 at l = m. */
  readonly #factors: Float64Array
  /** A_lm / A_(l-1)m at [l], 0 at l = m + 1, so that a step divides nothing. */
  readonly #ratios: Float64Array
  /** log2 of |lambda_mm| / sin^m theta */
  readonly #logFirst: number

  /** @param logProduct sum over k = 1..m of ln((2k - 1) / 2k) */
  constructor(m: number, lmax: number, logProduct: number) {
    this.m = m
    this.lmax = lmax
    this.#factors = new Float64Array(lmax + 1)
    this.#ratios = new Float64Array(lmax + 1)
    for (let l = m + 1; l <= lmax; l++) {
      this.#factors[l] = Math.sqrt((4 * l * l - 1) / (l * l - m * m))
      if (l > m + 1) this.#ratios[l] = this.#factors[l] / this.#factors[l - 1]
    }
    this.#logFirst = (0.5 * (Math.log((2 * m + 1) / (4 * Math.PI)) + logProduct)) / Math.LN2
  }

  /**
   * Fills `into` [l] and returns the first l whose value is not negligible (below 2^-300), lmax + 1 if there is none. Values
   * before it are not written.
   */
  evaluate(cosTheta: number, sinTheta: number, into: Float64Array): number {
    const { m, lmax } = this
    const factors = this.#factors
    const ratios = this.#ratios
    const logValue = this.#logFirst + m * Math.log2(sinTheta)
    let exponent = Math.min(0, Math.floor(logValue / SCALE_BITS) + 1)
    let before = 0
    let value = 2 ** (logValue - SCALE_BITS * exponent) * (m % 2 === 0 ? 1 : -1)
    let l = m
    while (exponent < 0) {
      l++
      if (l > lmax) return l
      const next = factors[l] * cosTheta * value - ratios[l] * before
      before = value
      value = next
      if (Math.abs(value) > 1) {
        value *= SCALE
        before *= SCALE
        exponent++
      }
    }
    const first = l
    into[l] = value
    for (l++; l <= lmax; l++) {
      const next = factors[l] * cosTheta * value - ratios[l] * before
      before = value
      value = next
      into[l] = value
    }
    return first
  }
}

/** The columns of all m up to lmax. */
export function legendreColumns(lmax: number): LegendreColumn[] {
  let logProduct = 0
  return Array.from({ length: lmax + 1 }, (_, m) => {
    if (m > 0) logProduct += Math.log((2 * m - 1) / (2 * m))
    return new LegendreColumn(m, lmax, logProduct)
  })
}
