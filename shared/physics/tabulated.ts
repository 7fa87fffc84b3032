/** A smooth function of one variable, tabulated at equal steps. */
export interface Tabulated {
  /** Value at the last `at`. */
  value: number
  /** Derivative of the interpolant there. */
  slope: number
  /** Evaluates; beyond the ends the function continues straight. */
  at(x: number): void
}

/**
 * Cubic Hermite interpolation with slopes from five-point differences: continuously differentiable, error of the order of
 * step^4 times the fourth derivative / 100.
 *
 * @param values at start, start + step, ...; at least five
 */
export function tabulated(start: number, step: number, values: Float64Array): Tabulated {
  const last = values.length - 1
  if (last < 4) throw new RangeError(`A table needs at least 5 values, not ${values.length}.`)
  /** Times step. */
  const slopes = values.map((_, n) => {
    const middle = Math.min(Math.max(n, 2), last - 2)
    const [a, b, c, d, e] = values.subarray(middle - 2, middle + 3)
    switch (n - middle) {
      case -2:
        return (-25 * a + 48 * b - 36 * c + 16 * d - 3 * e) / 12
      case -1:
        return (-3 * a - 10 * b + 18 * c - 6 * d + e) / 12
      case 1:
        return (-a + 6 * b - 18 * c + 10 * d + 3 * e) / 12
      case 2:
        return (3 * a - 16 * b + 36 * c - 48 * d + 25 * e) / 12
      default:
        return (a - 8 * b + 8 * d - e) / 12
    }
  })
  const table: Tabulated = {
    value: 0,
    slope: 0,
    at: (x) => {
      const u = (x - start) / step
      if (u <= 0 || u >= last) {
        const end = u <= 0 ? 0 : last
        table.value = values[end] + slopes[end] * (u - end)
        table.slope = slopes[end] / step
        return
      }
      const n = Math.floor(u)
      const t = u - n
      const rise = values[n + 1] - values[n]
      const bend = slopes[n] + slopes[n + 1] - 2 * rise
      const curve = 3 * rise - 2 * slopes[n] - slopes[n + 1]
      table.value = values[n] + t * (slopes[n] + t * (curve + t * bend))
      table.slope = (slopes[n] + t * (2 * curve + 3 * t * bend)) / step
    },
  }
  return table
}
