/**
 * Vectors of everything that an optimiser moves: one array per block of parameters. Sums are float64 in a fixed order,
 * so the same arrays give the same bits; storage keeps the precision of the arrays.
 */

export type Values = Float32Array | Float64Array

/** One array per block. */
export type Vector = readonly Values[]

export function dot(a: Vector, b: Vector): number {
  let sum = 0
  for (let block = 0; block < a.length; block++) sum += dotValues(a[block], b[block])
  return sum
}

/** Four sums side by side: one alone would wait for each addition to end. */
function dotValues(a: Values, b: Values): number {
  const whole = a.length - (a.length % 4)
  let sum0 = 0
  let sum1 = 0
  let sum2 = 0
  let sum3 = 0
  for (let i = 0; i < whole; i += 4) {
    sum0 += a[i] * b[i]
    sum1 += a[i + 1] * b[i + 1]
    sum2 += a[i + 2] * b[i + 2]
    sum3 += a[i + 3] * b[i + 3]
  }
  for (let i = whole; i < a.length; i++) sum0 += a[i] * b[i]
  return sum0 + sum1 + (sum2 + sum3)
}

export function norm(a: Vector): number {
  return Math.sqrt(dot(a, a))
}

/** The largest magnitude. */
export function largest(a: Vector): number {
  let result = 0
  for (const values of a) {
    for (let i = 0; i < values.length; i++) result = Math.max(result, Math.abs(values[i]))
  }
  return result
}

export function assign(target: Vector, source: Vector): void {
  target.forEach((values, block) => values.set(source[block]))
}

/** target = a + scale * b */
export function combine(target: Vector, a: Vector, scale: number, b: Vector): void {
  for (let block = 0; block < target.length; block++) {
    combineValues(target[block], a[block], scale, b[block])
  }
}

function combineValues(target: Values, a: Values, scale: number, b: Values): void {
  for (let i = 0; i < target.length; i++) target[i] = a[i] + scale * b[i]
}

export function scaleBy(target: Vector, factor: number): void {
  for (const values of target) {
    for (let i = 0; i < values.length; i++) values[i] *= factor
  }
}

export function multiplyBy(target: Vector, factors: Vector): void {
  for (let block = 0; block < target.length; block++) {
    multiplyValues(target[block], factors[block])
  }
}

function multiplyValues(target: Values, factors: Values): void {
  for (let i = 0; i < target.length; i++) target[i] *= factors[i]
}

/** Arrays of the same lengths and precision, zero. */
export function zerosLike(vector: Vector): Values[] {
  return vector.map((values) =>
    values instanceof Float32Array
      ? new Float32Array(values.length)
      : new Float64Array(values.length),
  )
}
