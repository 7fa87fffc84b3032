import type { Binding } from '../kernel.ts'
import type { KernelSettings } from '../settings.ts'

// From the records of crossings to a gradient without any atomic addition, so that the same inputs give the same bits:
// records lie sorted by cell; they are added up cell by cell in groups; then corner by corner each cell adds to
// its voxel, which no other cell has as the same corner.

export const sumGroupsBindings: readonly Binding[] = [
  { name: 'groups', type: 'array<u32>', access: 'read' },
  { name: 'values', type: 'array<vec4f>', access: 'read' },
  { name: 'sums', type: 'array<vec4f>', access: 'read_write' },
]

/** Invocations per group: a record's corners and channels, four at a time. */
export function groupLanes({ channels }: KernelSettings): number {
  return 2 * channels
}

/** One invocation per group and lane: the sum over the group's records. */
export function sumGroupsWgsl(settings: KernelSettings): string {
  const lanes = groupLanes(settings)
  return /* wgsl */ `
fn element(index: u32) {
  let group = index / ${lanes}u;
  let lane = index % ${lanes}u;
  if (group >= groups[0]) { return; }
  var sum = vec4f();
  for (var n = groups[1 + group]; n < groups[2 + group]; n++) {
    sum += values[n * ${lanes}u + lane];
  }
  sums[index] = sum;
}
`
}

export const addCornerBindings: readonly Binding[] = [
  { name: 'corner', type: 'vec4u', access: 'uniform' },
  { name: 'cells', type: 'array<u32>', access: 'read' },
  { name: 'sums', type: 'array<f32>', access: 'read' },
  { name: 'region', type: 'array<u32>', access: 'read' },
  { name: 'gradient', type: 'array<f32>', access: 'read_write' },
]

/**
 * One invocation per cell and channel: adds to the gradient at one corner. `corner` is its number and its voxel's distance from the first.
 * The gradient holds B as [voxel][3], then a scalar per voxel for each further channel.
 */
export function addCornerWgsl({ channels, shape }: KernelSettings): string {
  const voxels = shape[0] * shape[1] * shape[2]
  return /* wgsl */ `
fn element(index: u32) {
  let cell = index / ${channels}u;
  let channel = index % ${channels}u;
  if (cell >= cells[0]) { return; }
  let voxel = cells[1 + cell] + corner.y;
  if (region[voxel] == 0) { return; }
  let at = select(channel * ${voxels}u + voxel, 3 * voxel + channel, channel < 3);
  gradient[at] += sums[(cell * 8 + corner.x) * ${channels}u + channel];
}
`
}

export const packBindings: readonly Binding[] = [
  { name: 'grids', type: 'array<f32>', access: 'read' },
  { name: 'place', type: 'vec4u', access: 'uniform' },
  { name: 'field', type: 'array<vec4f>', access: 'read_write' },
]

/** One invocation per voxel: B [voxel][3], and n_e behind it where it is a grid, to [voxel][4] from the voxel `place.x`. */
export function packWgsl({ electronGrid, shape }: KernelSettings): string {
  const voxels = shape[0] * shape[1] * shape[2]
  return /* wgsl */ `
fn element(voxel: u32) {
  if (voxel >= ${voxels}u) { return; }
  field[place.x + voxel] = vec4f(
    grids[3 * voxel], grids[3 * voxel + 1], grids[3 * voxel + 2],
    ${electronGrid ? `grids[${3 * voxels}u + voxel]` : '0'});
}
`
}

export const sumBlocksBindings: readonly Binding[] = [
  { name: 'block', type: 'vec4u', access: 'uniform' },
  { name: 'values', type: 'array<f32>', access: 'read' },
  { name: 'sums', type: 'array<f32>', access: 'read_write' },
]

/** Values added up by one invocation of the block sums. */
export const BLOCK = 64

/** One invocation per block of consecutive values: their sum, or that of their squares; the host adds up the blocks in float64. */
export function sumBlocksWgsl(squares: boolean): string {
  return /* wgsl */ `
fn element(index: u32) {
  // block: number of values, where the sums begin
  let first = index * ${BLOCK}u;
  if (first >= block.x) { return; }
  var sum = 0f;
  for (var n = first; n < min(first + ${BLOCK}u, block.x); n++) {
    sum += ${squares ? 'values[n] * values[n]' : 'values[n]'};
  }
  sums[block.y + index] = sum;
}
`
}
