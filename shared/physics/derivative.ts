/** A derivative with an estimate of its own error. */
export interface NumericalDerivative {
  values: Float64Array
  /** Difference between the last two levels of the extrapolation, per value. */
  errors: Float64Array
}

/**
 * Derivative of a smooth vector function of one variable by central differences at steps h, h/2 and h/4, extrapolated
 * twice (Richardson 1911): the truncation error falls as h^6, so that with h at about 1e-2 of the scale on which
 * the function changes some 10 digits are left.
 */
export function richardsonDerivative(
  evaluate: (x: number) => ArrayLike<number>,
  x: number,
  step: number,
): NumericalDerivative {
  const coarse = centralDifference(evaluate, x, step)
  const middle = centralDifference(evaluate, x, step / 2)
  const fine = centralDifference(evaluate, x, step / 4)
  const values = new Float64Array(fine.length)
  const errors = new Float64Array(fine.length)
  for (let i = 0; i < fine.length; i++) {
    const first = (4 * middle[i] - coarse[i]) / 3
    const second = (4 * fine[i] - middle[i]) / 3
    values[i] = (16 * second - first) / 15
    errors[i] = Math.abs(values[i] - second)
  }
  return { values, errors }
}

function centralDifference(
  evaluate: (x: number) => ArrayLike<number>,
  x: number,
  step: number,
): Float64Array {
  const above = Float64Array.from(evaluate(x + step))
  const below = evaluate(x - step)
  // The step as it was rounded.
  const width = x + step - (x - step)
  return above.map((value, i) => (value - below[i]) / width)
}
