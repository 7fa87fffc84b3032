import { f32 } from '../kernel.ts'
import { ROTATION } from '../settings.ts'
import type { KernelSettings } from '../settings.ts'

/**
 * A trilinear grid along a crossing: the cubic polynomial of xi (0..1) that eight corners and a straight line make.
 *
 * @param type vec4f (the field, with n_e or nothing in w) or f32 (C)
 */
function cubicWgsl(
  name: string,
  grid: string,
  type: 'vec4f' | 'f32',
  [, ny, nz]: KernelSettings['shape'],
): string {
  return /* wgsl */ `
struct ${name} { a: ${type}, b: ${type}, c: ${type}, d: ${type} }

// The polynomial in the cell whose first corner is given, entered at e and crossed by s (one per component of the grid).
fn make${name}(first: u32, ex: ${type}, ey: ${type}, ez: ${type}, sx: ${type}, sy: ${type}, sz: ${type}) -> ${name} {
  let p00 = ${grid}[first];
  let p01 = ${grid}[first + 1u];
  let p10 = ${grid}[first + ${nz}u];
  let p11 = ${grid}[first + ${nz + 1}u];
  let d00 = ${grid}[first + ${ny * nz}u] - p00;
  let d01 = ${grid}[first + ${ny * nz + 1}u] - p01;
  let d10 = ${grid}[first + ${ny * nz + nz}u] - p10;
  let d11 = ${grid}[first + ${ny * nz + nz + 1}u] - p11;
  // along x, then y, then z
  let a00 = p00 + ex * d00;
  let a01 = p01 + ex * d01;
  let da0 = (p10 + ex * d10) - a00;
  let da1 = (p11 + ex * d11) - a01;
  let b00 = sx * d00;
  let b01 = sx * d01;
  let db0 = sx * d10 - b00;
  let db1 = sx * d11 - b01;
  let a0 = a00 + ey * da0;
  let b0 = b00 + ey * db0 + sy * da0;
  let c0 = sy * db0;
  let da = (a01 + ey * da1) - a0;
  let db = (b01 + ey * db1 + sy * da1) - b0;
  let dc = sy * db1 - c0;
  return ${name}(a0 + ez * da, b0 + ez * db + sz * da, c0 + ez * dc + sz * db, sz * dc);
}

fn valueOf${name}(p: ${name}, xi: f32) -> ${type} {
  return p.a + xi * (p.b + xi * (p.c + xi * p.d));
}
`
}

/**
 * The medium at the nodes of a crossing, or of one of the equal parts it is cut into. State of an invocation lies in private
 * variables: the ray, the crossing, and the values at the nodes of the part at hand.
 *
 * @param tangent whether the change of everything is wanted too: grids then hold it behind their values
 */
export function mediumWgsl(settings: KernelSettings, tangent: boolean): string {
  const { electronGrid, cosmicRayGrid, functions, shape } = settings
  const voxels = shape[0] * shape[1] * shape[2]
  const functionAt = (quantity: 'C' | 'n_e'): number =>
    functions.findIndex((f) => f.quantity === quantity)
  const emission = settings.intensity || settings.polarised
  const scalars = electronGrid || cosmicRayGrid
  const electrons = electronGrid || functionAt('n_e') !== -1
  // Scalars are held constant beyond the last centres, the field continues: fourth lanes of their own.
  const lanes = (axis: string): [string, string] =>
    electronGrid
      ? [
          `vec4f(entry.${axis}, entry.${axis}, entry.${axis}, heldEntry.${axis})`,
          `vec4f(span.${axis}, span.${axis}, span.${axis}, heldSpan.${axis})`,
        ]
      : [`vec4f(entry.${axis})`, `vec4f(span.${axis})`]
  const fieldLanes = ['x', 'y', 'z'].map(lanes)
  const fieldArguments = [...fieldLanes.map(([e]) => e), ...fieldLanes.map(([, s]) => s)]
  const scalarArguments =
    'heldEntry.x, heldEntry.y, heldEntry.z, heldSpan.x, heldSpan.y, heldSpan.z'
  const density = (quantity: 'C' | 'n_e'): string =>
    `functionAtNode(${functionAt(quantity)}u, i, xi, parts)`
  return /* wgsl */ `
${cubicWgsl('FieldCubic', 'field', 'vec4f', shape)}
${cosmicRayGrid ? cubicWgsl('ScalarCubic', 'cosmicRays', 'f32', shape) : ''}

var<private> ray: Ray;
var<private> crossing: u32;
var<private> entry: vec3f;
var<private> span: vec3f;
var<private> lengthKpc: f32;
var<private> fieldCubic: FieldCubic;
${scalars ? 'var<private> heldEntry: vec3f;\nvar<private> heldSpan: vec3f;' : ''}
${cosmicRayGrid ? 'var<private> scalarCubic: ScalarCubic;' : ''}
${tangent ? 'var<private> fieldTangent: FieldCubic;' : ''}
${tangent && cosmicRayGrid ? 'var<private> scalarTangent: ScalarCubic;' : ''}

// At the nodes: B toward north, east and the observer; n_e; C.
var<private> north: array<f32, N>;
var<private> east: array<f32, N>;
${electrons ? 'var<private> along: array<f32, N>;\nvar<private> thermal: array<f32, N>;' : ''}
${emission ? 'var<private> cosmic: array<f32, N>;' : ''}
// Length of the part in kpc; change of the Faraday depth and of the integral of n_e^2 per unit of xi.
var<private> partKpc: f32;
${electrons ? 'var<private> rotation: array<f32, N>;\nvar<private> squares: array<f32, N>;' : ''}
${
  tangent
    ? `var<private> northChange: array<f32, N>;
var<private> eastChange: array<f32, N>;
${electrons ? 'var<private> rotationChange: array<f32, N>;\nvar<private> squaresChange: array<f32, N>;\nvar<private> thermalChange: array<f32, N>;' : ''}
${emission ? 'var<private> cosmicChange: array<f32, N>;' : ''}`
    : ''
}

// Gathers the corners of a crossing.
fn openCrossing(c: u32) {
  crossing = c;
  let at = entries[c];
  let first = cells[c].x;
  entry = at.xyz;
  lengthKpc = at.w;
  span = lengthKpc * ray.step;
  ${
    scalars
      ? `heldEntry = clamp(entry, vec3f(0), vec3f(1));
  heldSpan = clamp(entry + span, vec3f(0), vec3f(1)) - heldEntry;`
      : ''
  }
  fieldCubic = makeFieldCubic(first, ${fieldArguments.join(', ')});
  ${tangent ? `fieldTangent = makeFieldCubic(first + ${voxels}u, ${fieldArguments.join(', ')});` : ''}
  ${cosmicRayGrid ? `scalarCubic = makeScalarCubic(first, ${scalarArguments});` : ''}
  ${tangent && cosmicRayGrid ? `scalarTangent = makeScalarCubic(first + ${voxels}u, ${scalarArguments});` : ''}
}
${
  functions.length > 0
    ? /* wgsl */ `
// A density given as a function: its value kept for the node, or in a crossing cut into parts the polynomial through them.
fn functionAtNode(which: u32, i: u32, xi: f32, parts: u32) -> f32 {
  let first = (crossing * ${functions.length}u + which) * N;
  if (parts == 1) { return densities[first + i]; }
  var sum = 0f;
  for (var j = 0u; j < N; j++) {
    var basis = LAGRANGE[j];
    for (var k = 0u; k < N; k++) {
      if (k != j) { basis *= xi - XI[k]; }
    }
    sum += basis * densities[first + j];
  }
  return sum;
}`
    : ''
}

fn nodeXi(i: u32, part: u32, parts: u32) -> f32 {
  return (f32(part) + XI[i]) / f32(parts);
}

// Evaluates everything at the nodes of a part.
fn evaluatePart(part: u32, parts: u32) {
  partKpc = lengthKpc / f32(parts);
  for (var i = 0u; i < N; i++) {
    let xi = nodeXi(i, part, parts);
    let value = valueOfFieldCubic(fieldCubic, xi);
    north[i] = dot(value.xyz, ray.north);
    east[i] = dot(value.xyz, ray.east);
    ${emission ? `cosmic[i] = ${cosmicRayGrid ? 'valueOfScalarCubic(scalarCubic, xi)' : density('C')};` : ''}
    ${
      electrons
        ? `along[i] = -dot(value.xyz, ray.direction);
    thermal[i] = ${electronGrid ? 'value.w' : density('n_e')};
    rotation[i] = ${f32(ROTATION)} * partKpc * thermal[i] * along[i];
    squares[i] = partKpc * thermal[i] * thermal[i];`
        : ''
    }
    ${
      tangent
        ? `let change = valueOfFieldCubic(fieldTangent, xi);
    northChange[i] = dot(change.xyz, ray.north);
    eastChange[i] = dot(change.xyz, ray.east);
    ${emission ? `cosmicChange[i] = ${cosmicRayGrid ? 'valueOfScalarCubic(scalarTangent, xi)' : '0'};` : ''}
    ${
      electrons
        ? `thermalChange[i] = ${electronGrid ? 'change.w' : '0'};
    rotationChange[i] = ${f32(ROTATION)} * partKpc * (thermalChange[i] * along[i] - thermal[i] * dot(change.xyz, ray.direction));
    squaresChange[i] = 2 * partKpc * thermal[i] * thermalChange[i];`
        : ''
    }`
        : ''
    }
  }
}

// Into how many parts the crossing is cut, from its nodes as a whole; they must have been evaluated.
fn partCount() -> u32 {
  ${partCountBody(settings)}
}
`
}

function partCountBody(settings: KernelSettings): string {
  const { frequencies, rotation, electronTemperatureK } = settings
  if (!rotation && electronTemperatureK === undefined) return 'return 1u;'
  const most = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), 0)
  const phase = rotation ? 2 * Math.PI * most(frequencies.map(({ turns }) => turns)) : 0
  const opacity = electronTemperatureK === undefined ? 0 : most(frequencies.map((f) => f.opacity))
  return /* wgsl */ `
  var turning = 0f;
  var depth = 0f;
  for (var j = 0u; j < N; j++) {
    turning += WEIGHT[j] * abs(rotation[j]);
    depth += WEIGHT[j] * squares[j];
  }
  let steps = max(${f32(phase)} * turning, ${f32(opacity)} * depth) / LARGEST_STEP;
  return u32(clamp(ceil(steps), 1, MOST_PARTS));`
}
