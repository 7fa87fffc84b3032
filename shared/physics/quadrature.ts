/** Gauss-Legendre quadrature on (-1, 1). */
export interface GaussRule {
  nodes: Float64Array
  weights: Float64Array
  /**
   * Row i holds the weights of the integral from -1 to nodes[i] of the polynomial through the values at the
   * nodes: int_-1^x_i f = sum_j partial[i * n + j] f(x_j).
   */
  partial: Float64Array
}

const rules = new Map<number, GaussRule>()

/**
 * The n-point rule (exact for polynomials of degree 2n - 1). Nodes by Newton's method on P_n from
 * Tricomi's estimate; weights 2 / ((1 - x^2) P_n'(x)^2). Relative error of the weights below 1e-14.
 */
export function gaussLegendre(n: number): GaussRule {
  if (!Number.isInteger(n) || n < 1 || n > 200) {
    throw new RangeError(`A Gauss-Legendre rule has 1 to 200 nodes, not ${n}.`)
  }
  let rule = rules.get(n)
  if (!rule) {
    rule = computeRule(n)
    rules.set(n, rule)
  }
  return rule
}

function computeRule(n: number): GaussRule {
  const nodes = new Float64Array(n)
  const weights = new Float64Array(n)
  for (let i = 0; i < (n + 1) >> 1; i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (n + 0.5))
    for (let iteration = 0; iteration < 100; iteration++) {
      const { value, derivative } = legendre(n, x)
      const step = value / derivative
      x -= step
      if (Math.abs(step) < 1e-15) break
    }
    if (2 * i + 1 === n) x = 0
    const { derivative } = legendre(n, x)
    const weight = 2 / ((1 - x * x) * derivative * derivative)
    nodes[i] = -x
    nodes[n - 1 - i] = x
    weights[i] = weight
    weights[n - 1 - i] = weight
  }
  return { nodes, weights, partial: partialWeights(n, nodes, weights) }
}

/** P_n(x) and its derivative, |x| < 1, by the three-term recurrence. */
function legendre(n: number, x: number): { value: number; derivative: number } {
  let previous = 1
  let value = x
  for (let k = 2; k <= n; k++) {
    const next = ((2 * k - 1) * x * value - (k - 1) * previous) / k
    previous = value
    value = next
  }
  return { value, derivative: (n * (x * value - previous)) / (x * x - 1) }
}

/**
 * The interpolating polynomial in the Legendre basis has coefficients a_k = (k + 1/2) sum_j w_j P_k(x_j) f_j,
 * and the integral of P_k from -1 to x is (P_{k+1}(x) - P_{k-1}(x)) / (2k + 1).
 */
function partialWeights(n: number, nodes: Float64Array, weights: Float64Array): Float64Array {
  const partial = new Float64Array(n * n)
  const table = Array.from(nodes, (x) => legendreTable(n + 1, x))
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0.5 * (1 + nodes[i])
      for (let k = 1; k < n; k++) {
        sum += 0.5 * table[j][k] * (table[i][k + 1] - table[i][k - 1])
      }
      partial[i * n + j] = weights[j] * sum
    }
  }
  return partial
}

function legendreTable(count: number, x: number): number[] {
  const table = [1, x]
  for (let k = 2; k <= count; k++) {
    table.push(((2 * k - 1) * x * table[k - 1] - (k - 1) * table[k - 2]) / k)
  }
  return table
}
