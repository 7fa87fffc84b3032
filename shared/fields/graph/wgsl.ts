/**
 * WGSL for a program, in float32: a function of a point, with branches as the JavaScript has them.
 *
 * WGSL promises little of its own functions (sine and cosine to 5e-4, the arctangent to 4096 ulp), so those that models turn on
 * are written out, after the polynomials of Cephes (Moshier): good to some 1e-7 of the value, or of 1 where that is larger.
 */
import { isCondition } from './fixed.ts'
import { infix } from './operations.ts'
import type { Step } from './plan.ts'
import { planOf, positionInputs } from './plan.ts'
import type { Instruction, Program } from './program.ts'

export interface WgslProgram {
  /** Declares `modelAt(x: f32, y: f32, z: f32) -> array<f32, outputs>`; it reads `array<f32>` named `fixed`. */
  readonly code: string
  readonly outputs: number
  /** Instructions whose values `fixed` holds, in its order: those that are the same at all points. Conditions are 1 and 0. */
  readonly fixedPlaces: readonly number[]
  /** As `fixedValues` takes it. */
  readonly fixed: readonly boolean[]
}

export function wgslOf(program: Program): WgslProgram {
  const { instructions, outputs } = program
  const { fixed, steps } = planOf(program)
  const fixedPlaces: number[] = []
  const lines: string[] = []
  const reference = (place: number): string => {
    const { op, name } = instructions[place]
    if (!fixed[place]) return op === 'input' ? name : `t${place}`
    let index = fixedPlaces.indexOf(place)
    if (index === -1) index = fixedPlaces.push(place) - 1
    return isCondition(instructions[place]) ? `(fixed[${index}] != 0)` : `fixed[${index}]`
  }
  const emit = (step: Step): void => {
    if (step.kind === 'assign') {
      const { op, args } = instructions[step.place]
      const text = formula(op, args.map(reference), instructions[args[1]])
      lines.push(`let t${step.place} = ${text};`)
      return
    }
    const { condition, members, then, otherwise } = step
    for (const member of members) lines.push(`var t${member}: f32;`)
    lines.push(`if (${reference(condition)}) {`)
    then.forEach(emit)
    for (const m of members) lines.push(`t${m} = ${reference(instructions[m].args[1])};`)
    lines.push('} else {')
    otherwise.forEach(emit)
    for (const m of members) lines.push(`t${m} = ${reference(instructions[m].args[2])};`)
    lines.push('}')
  }
  steps.forEach(emit)
  const type = `array<f32, ${outputs.length}>`
  const position = positionInputs.map((axis) => `${axis}: f32`).join(', ')
  const code = `${functions}
fn modelAt(${position}) -> ${type} {
${lines.join('\n')}
return ${type}(${outputs.map(reference).join(', ')});
}
`
  return { code, outputs: outputs.length, fixedPlaces, fixed }
}

/** Functions of WGSL and of the preamble by operation. */
const calls: Readonly<Record<string, string>> = {
  abs: 'abs',
  floor: 'floor',
  sign: 'sign',
  sqrt: 'sqrt',
  min: 'min',
  max: 'max',
  exp: 'expOf',
  log: 'log',
  asin: 'asinOf',
  acos: 'acosOf',
  atan2: 'atan2Of',
  sinh: 'sinhOf',
  cosh: 'coshOf',
  tanh: 'tanhOf',
  sech2: 'sech2Of',
  sigmoid: 'sigmoidOf',
}

function formula(
  op: Instruction['op'],
  args: readonly string[],
  second: Instruction | undefined,
): string {
  const [a, b, c] = args
  if (op in infix) return `${a} ${infix[op]} ${b}`
  if (op in calls) return `${calls[op]}(${args.join(', ')})`
  switch (op) {
    case 'neg':
      return `-${a}`
    case 'not':
      return `!${a}`
    case 'select':
      return `select(${c}, ${b}, ${a})`
    case 'sin':
      return `cosSinOf(${a}).y`
    case 'cos':
      return `cosSinOf(${a}).x`
    case 'tan':
      return `tanOf(${a})`
    case 'atan':
      return `atan2Of(${a}, 1)`
    case 'pow':
      return power(a, b, second?.op === 'constant' ? second.value : NaN)
    default:
      throw new RangeError(`There is no WGSL for "${op}".`)
  }
}

/** Small whole powers as products. */
function power(base: string, exponent: string, value: number): string {
  const whole = Math.abs(value)
  if (!Number.isInteger(value) || whole > 8) return `powOf(${base}, ${exponent})`
  const product = Array.from({ length: whole }, () => base).join(' * ')
  return value > 0 ? product : `1 / (${product})`
}

const functions = /* wgsl */ `
fn expOf(x: f32) -> f32 {
  if (x < -87) { return 0; }
  let n = round(min(x, 88) * 1.44269504f);
  let r = (min(x, 88) - n * 0.693359375f) + n * 2.12194440e-4f;
  let p = ((((1.9875691500e-4f * r + 1.3981999507e-3f) * r + 8.3334519073e-3f) * r + 4.1665795894e-2f) * r
    + 1.6666665459e-1f) * r + 5.0000001201e-1f;
  return bitcast<f32>(bitcast<i32>(p * r * r + r + 1) + (i32(n) << 23u));
}
fn powOf(x: f32, y: f32) -> f32 {
  if (x <= 0) { return select(0f, 1f, y == 0); }
  return expOf(y * log(x));
}
fn cosSinOf(x: f32) -> vec2f {
  let quarter = round(x * 0.636619772f);
  let r = ((x - quarter * 1.5703125f) - quarter * 4.83751297e-4f) - quarter * 7.54978995e-8f;
  let z = r * r;
  let sine = ((-1.9515296e-4f * z + 8.332161e-3f) * z - 1.6666655e-1f) * z * r + r;
  let cosine = ((2.4433157e-5f * z - 1.3887316e-3f) * z + 4.1666646e-2f) * z * z - 0.5f * z + 1;
  let n = i32(quarter) & 3;
  let swapped = select(vec2f(cosine, sine), vec2f(sine, cosine), (n & 1) == 1);
  return vec2f(select(swapped.x, -swapped.x, n == 1 || n == 2), select(swapped.y, -swapped.y, n >= 2));
}
fn tanOf(x: f32) -> f32 {
  let both = cosSinOf(x);
  return both.y / both.x;
}
fn atan2Of(y: f32, x: f32) -> f32 {
  let a = min(abs(x), abs(y));
  let b = max(abs(x), abs(y));
  if (b == 0) { return 0; }
  let far = a > 0.414213562f * b;
  let t = select(a / b, (a - b) / (a + b), far);
  let z = t * t;
  var angle = (((8.05374449538e-2f * z - 1.38776856032e-1f) * z + 1.99777106478e-1f) * z - 3.33329491539e-1f) * z * t + t;
  if (far) { angle += 0.785398163f; }
  if (abs(y) > abs(x)) { angle = 1.57079633f - angle; }
  if (x < 0) { angle = 3.14159265f - angle; }
  return select(angle, -angle, y < 0);
}
fn asinOf(x: f32) -> f32 { return atan2Of(x, sqrt((1 - x) * (1 + x))); }
fn acosOf(x: f32) -> f32 { return atan2Of(sqrt((1 - x) * (1 + x)), x); }
fn sinhOf(x: f32) -> f32 {
  let z = x * x;
  if (z < 0.25) { return x * (1 + z * (0.166666667f + z * (8.33333333e-3f + z * 1.98412698e-4f))); }
  return 0.5f * (expOf(x) - expOf(-x));
}
fn coshOf(x: f32) -> f32 { return 0.5f * (expOf(x) + expOf(-x)); }
fn tanhOf(x: f32) -> f32 {
  let z = x * x;
  if (z < 0.390625) {
    return ((((-5.70498872745e-3f * z + 2.06390887954e-2f) * z - 5.37397155531e-2f) * z + 1.33314422036e-1f) * z
      - 3.33332819422e-1f) * z * x + x;
  }
  let e = expOf(-2 * abs(x));
  return sign(x) * (1 - e) / (1 + e);
}
fn sech2Of(x: f32) -> f32 {
  let e = expOf(-2 * abs(x));
  return 4 * e / ((1 + e) * (1 + e));
}
fn sigmoidOf(x: f32) -> f32 {
  let e = expOf(-abs(x));
  return select(e, 1f, x >= 0) / (1 + e);
}`
