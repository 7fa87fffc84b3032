/**
 * Derivatives of smooth vector functions of one variable by central differences at steps h, h/2 and h/4, extrapolated
 * twice (Richardson 1911). The truncation error falls as h^6, so that with h at about 1e-2 of the scale on which the
 * function changes some 10 digits are left.
 */

/** A derivative with an estimate of its own error. */
export interface NumericalDerivative {
  values: Float64Array
  /** Difference between the last two levels of the extrapolation, per value. */
  errors: Float64Array
}

/** The six points at which the function is needed. */
export function differencePoints(x: number, step: number): number[] {
  return [1, 0.5, 0.25].flatMap((part) => [x + part * step, x - part * step])
}

/** The derivative from the function's values at `differencePoints`, in that order. */
export function extrapolateDifferences(
  points: readonly number[],
  samples: readonly ArrayLike<number>[],
): NumericalDerivative {
  const levels = [0, 2, 4].map((i) => {
    const above = Float64Array.from(samples[i])
    // The step as it was rounded.
    const width = points[i] - points[i + 1]
    return above.map((value, k) => (value - samples[i + 1][k]) / width)
  })
  const [coarse, middle, fine] = levels
  const values = new Float64Array(fine.length)
  const errors = new Float64Array(fine.length)
  for (let k = 0; k < fine.length; k++) {
    const first = (4 * middle[k] - coarse[k]) / 3
    const second = (4 * fine[k] - middle[k]) / 3
    values[k] = (16 * second - first) / 15
    errors[k] = Math.abs(values[k] - second)
  }
  return { values, errors }
}

/** The derivative of `evaluate` at x. */
export function richardsonDerivative(
  evaluate: (x: number) => ArrayLike<number>,
  x: number,
  step: number,
): NumericalDerivative {
  const points = differencePoints(x, step)
  return extrapolateDifferences(points, points.map(evaluate))
}
