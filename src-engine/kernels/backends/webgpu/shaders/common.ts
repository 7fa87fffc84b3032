import { LARGEST_STEP, MOST_PARTS } from '#shared/physics/line-of-sight/index.ts'
import { f32 } from '../kernel.ts'
import type { Binding } from '../kernel.ts'
import type { KernelSettings } from '../settings.ts'

/** What every kernel over rays reads; bind the buffers of a chunk to these names. */
export function rayBindings(settings: KernelSettings): Binding[] {
  return [
    { name: 'chunk', type: 'Chunk', access: 'uniform' },
    {
      name: 'frequency',
      type: `array<vec4u, ${Math.max(1, settings.frequencies.length)}>`,
      access: 'uniform',
    },
    { name: 'field', type: 'array<vec4f>', access: 'read' },
    { name: 'rays', type: 'array<Ray>', access: 'read' },
    { name: 'entries', type: 'array<vec4f>', access: 'read' },
    { name: 'cells', type: 'array<vec2u>', access: 'read' },
    ...(settings.functions.length > 0
      ? [{ name: 'densities', type: 'array<f32>', access: 'read' } as const]
      : []),
    ...(settings.cosmicRayGrid
      ? [{ name: 'cosmicRays', type: 'array<f32>', access: 'read' } as const]
      : []),
  ]
}

/** Constants of the problem and the arithmetic that all kernels over rays share. */
export function commonWgsl(settings: KernelSettings): string {
  const { nodes, weights, partial, frequencies, spectralIndex } = settings
  const n = nodes.length
  const list = (values: readonly number[]): string => values.map(f32).join(', ')
  const lagrangeScale = nodes.map(
    (x, j) =>
      1 / nodes.reduce((product, other, k) => (k === j ? product : product * (x - other)), 1),
  )
  return /* wgsl */ `
struct Chunk {
  rays: u32,
  // Place of its first ray among all.
  firstRay: u32,
}
struct Ray {
  direction: vec3f,
  first: u32,
  // Lattice cells per kpc.
  step: vec3f,
  count: u32,
  north: vec3f,
  east: vec3f,
}

const N = ${n}u;
const F = ${Math.max(1, frequencies.length)}u;
const XI = array<f32, ${n}>(${list(nodes)});
const WEIGHT = array<f32, ${n}>(${list(weights)});
// Row i: the integral from 0 to node i.
const PARTIAL = array<array<f32, ${n}>, ${n}>(
  ${partial.map((row) => `array<f32, ${n}>(${list(row)})`).join(',\n  ')});
const LAGRANGE = array<f32, ${n}>(${list(lagrangeScale)});
// (p - 3) / 4
const POWER = ${f32((spectralIndex - 3) / 4)};
const SMALLEST_SQUARE = 7.888609e-31f;
const LARGEST_STEP = ${f32(LARGEST_STEP)};
const MOST_PARTS = ${f32(MOST_PARTS)};

// phi in rad m^-2: whole ones as an integer, so that its product with turns per rad m^-2 (as a 32-bit fraction of a turn)
// wraps modulo a turn without any rounding, whatever the depth; the rest, at most 1/2, in float32.
struct Depth {
  whole: i32,
  rest: f32,
}

fn deeper(depth: Depth, change: f32) -> Depth {
  let sum = depth.rest + change;
  let whole = round(sum);
  return Depth(depth.whole + i32(whole), sum - whole);
}

// The phase 2 lambda^2 phi of frequency f in turns, up to whole turns.
fn turnsAt(depth: Depth, f: u32) -> f32 {
  let whole = bitcast<i32>(bitcast<u32>(depth.whole) * frequency[f].y);
  return f32(whole) * ${f32(2 ** -32)} + depth.rest * turnsPerDepth(f);
}

fn turnsPerDepth(f: u32) -> f32 {
  return bitcast<f32>(frequency[f].x);
}

fn opacity(f: u32) -> f32 {
  return bitcast<f32>(frequency[f].z);
}

// cos and sin of an angle in turns, good to 1e-7: WGSL's own need only be good to 5e-4. Polynomials of Cephes (Moshier).
fn cosSin(turns: f32) -> vec2f {
  let quarter = round(4 * turns);
  let x = 6.2831853f * (turns - 0.25f * quarter);
  let z = x * x;
  let sine = ((-1.9515296e-4f * z + 8.332161e-3f) * z - 1.6666655e-1f) * z * x + x;
  let cosine = ((2.4433157e-5f * z - 1.3887316e-3f) * z + 4.1666646e-2f) * z * z - 0.5f * z + 1;
  let n = i32(quarter) & 3;
  let swapped = select(vec2f(cosine, sine), vec2f(sine, cosine), (n & 1) == 1);
  return vec2f(
    select(swapped.x, -swapped.x, n == 1 || n == 2),
    select(swapped.y, -swapped.y, n >= 2));
}

// (b^2)^((p - 3) / 4); 0 where the field vanishes, so that derivatives do too.
fn reducedPower(square: f32) -> f32 {
  if (square < SMALLEST_SQUARE) { return 0; }
  ${spectralIndex === 3 ? 'return 1;' : powerWgsl((spectralIndex - 3) / 4)}
}

// The integral over xi = 0..1 of the polynomial through values at the nodes.
fn over(values: array<f32, N>) -> f32 {
  var sum = 0f;
  for (var j = 0u; j < N; j++) { sum += WEIGHT[j] * values[j]; }
  return sum;
}

// The same over xi = 0..XI[i].
fn overTo(i: u32, values: array<f32, N>) -> f32 {
  var sum = 0f;
  for (var j = 0u; j < N; j++) { sum += PARTIAL[i][j] * values[j]; }
  return sum;
}

// A sum and what rounding has taken from it so far (Kahan).
fn add(sum: vec2f, value: f32) -> vec2f {
  let corrected = value - sum.y;
  let next = sum.x + corrected;
  return vec2f(next, (next - sum.x) - corrected);
}
`
}

/** x^exponent with a relative error below 3e-7 (as the wasm kernel's power4): WGSL's pow only promises far less. */
function powerWgsl(exponent: number): string {
  const head = Math.fround(Math.round(exponent * 4096) / 4096)
  return /* wgsl */ `
  let shifted = bitcast<i32>(square) - 0x3f3504f3;
  let whole = shifted >> 23u;
  let mantissa = bitcast<f32>(bitcast<i32>(square) - (whole << 23u));
  let k = f32(whole);
  let s = (mantissa - 1) / (mantissa + 1);
  let s2 = s * s;
  let log = s * (2.885390082f + s2 * (0.961796694f + s2 * (0.577078016f + s2 * (0.412198583f + s2 * 0.320598898f))));
  let exact = ${f32(head)} * k;
  let rest = ${f32(exponent - head)} * k + POWER * log;
  let n = round(exact + rest);
  let r = ((exact - n) + rest) * 0.6931471806f;
  let value = 1 + r * (1 + r * (0.5f + r * (0.1666666667f + r * (0.0416666667f
    + r * (0.00833333333f + r * (0.00138888889f + r * 0.000198412698f))))));
  return bitcast<f32>(bitcast<i32>(value) + (i32(n) << 23u));`
}
