/** Covariance of a few numbers from the curvature of the loss at its minimum. */

export interface Covariance {
  /** Standard deviations; undefined for what the data and priors do not determine. */
  readonly sigmas: readonly (number | undefined)[]
  /** [number][number]; of what is not determined, zero beside its own 1. */
  readonly correlations: readonly (readonly number[])[]
}

/** Pivots of a matrix with a unit diagonal below this are rounding: float32 kernels leave about 1e-6. */
const LEAST_PIVOT = 1e-7

/**
 * Inverts the curvature of the numbers that are `free`; others count as held. Numbers without curvature, and all of them where
 * the matrix is singular to rounding, are not determined.
 *
 * @param curvature [number][number], symmetric to rounding
 */
export function covarianceOf(
  curvature: readonly (readonly number[])[],
  free: readonly boolean[],
): Covariance {
  const count = curvature.length
  const places = [...free.keys()].filter((i) => free[i] && curvature[i][i] > 0)
  const sizes = places.map((i) => Math.sqrt(curvature[i][i]))
  const unit = places.map((i, a) =>
    places.map((j, b) => (curvature[i][j] + curvature[j][i]) / 2 / (sizes[a] * sizes[b])),
  )
  const inverse = inverseOf(unit)
  const sigmas = new Array<number | undefined>(count).fill(undefined)
  const correlations = Array.from({ length: count }, (_, i) =>
    Array.from({ length: count }, (__, j): number => (i === j ? 1 : 0)),
  )
  if (inverse === undefined) return { sigmas, correlations }
  places.forEach((i, a) => {
    sigmas[i] = Math.sqrt(inverse[a][a]) / sizes[a]
    places.forEach((j, b) => {
      if (a !== b) {
        correlations[i][j] = inverse[a][b] / Math.sqrt(inverse[a][a] * inverse[b][b])
      }
    })
  })
  return { sigmas, correlations }
}

/** Inverse of a symmetric matrix with a unit diagonal, by Cholesky; undefined where it is not positive definite. */
function inverseOf(matrix: readonly (readonly number[])[]): number[][] | undefined {
  const count = matrix.length
  const lower = matrix.map((row) => row.map(() => 0))
  for (let i = 0; i < count; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i][j]
      for (let k = 0; k < j; k++) sum -= lower[i][k] * lower[j][k]
      if (i > j) lower[i][j] = sum / lower[j][j]
      else if (!(sum > LEAST_PIVOT)) return undefined
      else lower[i][i] = Math.sqrt(sum)
    }
  }
  const columns = matrix.map((_, column) => {
    const x = matrix.map((__, i): number => (i === column ? 1 : 0))
    for (let i = 0; i < count; i++) {
      for (let k = 0; k < i; k++) x[i] -= lower[i][k] * x[k]
      x[i] /= lower[i][i]
    }
    for (let i = count - 1; i >= 0; i--) {
      for (let k = i + 1; k < count; k++) x[i] -= lower[k][i] * x[k]
      x[i] /= lower[i][i]
    }
    return x
  })
  return columns
}
