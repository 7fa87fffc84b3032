import { regularisationFactors, TOTAL_VARIATION_EPSILON } from '../../../regularisation.ts'
import type { RegularisationTerm } from '../../../interface.ts'
import type { GridGeometry } from '#shared/physics/grid.ts'
import { f32 } from '../kernel.ts'
import type { Binding } from '../kernel.ts'

/** Bindings of a term's kernel; `reference` only where the term has one. */
export function regulariserBindings({ reference }: RegularisationTerm): Binding[] {
  return [
    { name: 'field', type: 'array<vec4f>', access: 'read' },
    { name: 'region', type: 'array<u32>', access: 'read' },
    { name: 'gradient', type: 'array<f32>', access: 'read_write' },
    { name: 'values', type: 'array<f32>', access: 'read_write' },
    ...(reference ? [{ name: 'reference', type: 'array<f32>', access: 'read' } as const] : []),
  ]
}

/**
 * One invocation per voxel: its value of the term, and the derivative of the whole term with respect to its field, gathered
 * from all voxels whose value it is part of. Definitions: ../../../regularisation.ts.
 */
export function regulariserWgsl(grid: GridGeometry, given: RegularisationTerm): string {
  const [nx, ny, nz] = grid.shape
  const { axes, scale } = regularisationFactors(given.term, given.weight, grid)
  return /* wgsl */ `
const SHAPE = vec3i(${nx}, ${ny}, ${nz});
const STRIDE = vec3i(${ny * nz}, ${nz}, 1);
const FACTOR = array<f32, 3>(${axes.map(f32).join(', ')});
const SCALE = ${f32(scale)};

fn at(index: vec3i) -> vec3f { return field[dot(index, STRIDE)].xyz; }

fn inGrid(index: vec3i) -> bool { return all(index >= vec3i()) && all(index < SHAPE); }

fn inRegion(index: vec3i) -> bool { return inGrid(index) && region[dot(index, STRIDE)] != 0; }

fn along(axis: i32, step: i32) -> vec3i {
  return step * vec3i(vec3<bool>(axis == 0, axis == 1, axis == 2));
}

${bodies[given.term](given)}

fn element(voxel: u32) {
  if (voxel >= ${nx * ny * nz}u) { return; }
  if (region[voxel] == 0) {
    values[voxel] = 0;
    return;
  }
  let n = i32(voxel);
  let result = term(vec3i(n / STRIDE.x, (n / STRIDE.y) % SHAPE.y, n % SHAPE.z));
  values[voxel] = result.w;
  gradient[3 * voxel] += result.x;
  gradient[3 * voxel + 1] += result.y;
  gradient[3 * voxel + 2] += result.z;
}
`
}

/** Each has a function `term(index)`: the derivative with respect to the voxel's field, and its value in w. */
const bodies: Record<RegularisationTerm['term'], (term: RegularisationTerm) => string> = {
  smoothness: () => /* wgsl */ `
fn term(index: vec3i) -> vec4f {
  var sum = vec4f();
  let own = at(index);
  for (var axis = 0; axis < 3; axis++) {
    for (var step = -1; step <= 1; step += 2) {
      let other = index + along(axis, step);
      if (!inGrid(other)) { continue; }
      let difference = own - at(other);
      // a pair inside the region is met from both of its voxels
      let share = select(0.5f, 0.25f, region[dot(other, STRIDE)] != 0);
      sum += FACTOR[axis] * vec4f(difference, share * dot(difference, difference));
    }
  }
  return sum;
}`,
  'total-variation': () => /* wgsl */ `
fn norm(index: vec3i) -> f32 {
  var squares = ${f32(TOTAL_VARIATION_EPSILON ** 2)};
  for (var axis = 0; axis < 3; axis++) {
    let next = index + along(axis, 1);
    if (!inRegion(next)) { continue; }
    let difference = at(next) - at(index);
    squares += FACTOR[axis] * dot(difference, difference);
  }
  return sqrt(squares);
}

fn term(index: vec3i) -> vec4f {
  var sum = vec3f();
  let own = norm(index);
  for (var axis = 0; axis < 3; axis++) {
    let next = index + along(axis, 1);
    if (inRegion(next)) { sum += FACTOR[axis] / own * (at(index) - at(next)); }
    let previous = index + along(axis, -1);
    if (inRegion(previous)) { sum += FACTOR[axis] / norm(previous) * (at(index) - at(previous)); }
  }
  return SCALE * vec4f(sum, own);
}`,
  divergence: () => /* wgsl */ `
// 0 where a neighbour is missing: the voxel does not count then
fn divergenceAt(index: vec3i) -> f32 {
  if (!inRegion(index)) { return 0; }
  var sum = 0f;
  for (var axis = 0; axis < 3; axis++) {
    let next = index + along(axis, 1);
    let previous = index + along(axis, -1);
    if (!inRegion(next) || !inRegion(previous)) { return 0; }
    sum += FACTOR[axis] * (at(next)[axis] - at(previous)[axis]);
  }
  return sum;
}

fn term(index: vec3i) -> vec4f {
  var sum = vec3f();
  for (var axis = 0; axis < 3; axis++) {
    let change = divergenceAt(index + along(axis, -1)) - divergenceAt(index + along(axis, 1));
    sum += FACTOR[axis] * change * vec3f(vec3<bool>(axis == 0, axis == 1, axis == 2));
  }
  let divergence = divergenceAt(index);
  return SCALE * vec4f(sum, 0.5f * divergence * divergence);
}`,
  amplitude: ({ reference }) => /* wgsl */ `
fn difference(index: vec3i) -> vec3f {
  ${
    reference
      ? `let n = 3 * dot(index, STRIDE);
  return at(index) - vec3f(reference[n], reference[n + 1], reference[n + 2]);`
      : 'return at(index);'
  }
}

fn term(index: vec3i) -> vec4f {
  let change = difference(index);
  return SCALE * vec4f(change, 0.5f * dot(change, change));
}`,
}
