/** The operations on numbers, in float64: for constant folding and in generated JavaScript. */

/** 4 e^-2|x| / (1 + e^-2|x|)^2: does not overflow. */
function sech2(x: number): number {
  const e = Math.exp(-2 * Math.abs(x))
  const sum = 1 + e
  return (4 * e) / (sum * sum)
}

/** Both tails keep their relative precision. */
function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x))
  const e = Math.exp(x)
  return e / (1 + e)
}

export const unaryOperations = {
  neg: (x: number) => -x,
  abs: Math.abs,
  floor: Math.floor,
  sign: Math.sign,
  sqrt: Math.sqrt,
  exp: Math.exp,
  log: Math.log,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  sech2,
  sigmoid,
} as const satisfies Readonly<Record<string, (x: number) => number>>

export const binaryOperations = {
  add: (x: number, y: number) => x + y,
  sub: (x: number, y: number) => x - y,
  mul: (x: number, y: number) => x * y,
  div: (x: number, y: number) => x / y,
  pow: (x: number, y: number) => x ** y,
  atan2: Math.atan2,
  min: (x: number, y: number) => Math.min(x, y),
  max: (x: number, y: number) => Math.max(x, y),
} as const satisfies Readonly<Record<string, (x: number, y: number) => number>>

export type UnaryOperation = keyof typeof unaryOperations
export type BinaryOperation = keyof typeof binaryOperations

/** What is written between its two operands, in JavaScript and in WGSL. */
export const infix: Readonly<Record<string, string>> = {
  add: '+',
  sub: '-',
  mul: '*',
  div: '/',
  less: '<',
  'at-most': '<=',
  and: '&&',
}
