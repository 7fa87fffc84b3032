import { voxelCount } from '#shared/physics/grid.ts'
import type { LineOfSightProblem, RegularisationTerm } from '../../interface.ts'
import { BUFFER } from './adapter.ts'
import type { GpuDevice } from './adapter.ts'
import { GROUP } from './chunks.ts'
import { cotangentWords, rayWords } from './settings.ts'
import type { KernelSettings } from './settings.ts'
import { BLOCK } from './shaders/reduce.ts'

/** Buffers of an operator besides those of its rays. */
export interface WorkBuffers {
  /** B [voxel][3], then n_e, as the host has them. */
  readonly grids: GPUBuffer
  /** [voxel][4], the tangent behind the values. */
  readonly field: GPUBuffer
  /** C, the tangent behind the values; a stand-in where C is no grid. */
  readonly cosmicRays: GPUBuffer
  /** Where values and tangent begin in `field`: uniforms. */
  readonly parts: readonly [GPUBuffer, GPUBuffer]
  readonly frequency: GPUBuffer
  readonly results: GPUBuffer
  readonly cotangents: GPUBuffer
  /** [slot][corner][channel] of the largest chunk, and its sums on two levels. */
  readonly records: GPUBuffer
  readonly partial: readonly [GPUBuffer, GPUBuffer]
  /** B [voxel][3], then a scalar per voxel for each further channel. */
  readonly gradient: GPUBuffer
  readonly region: GPUBuffer
  /** Per corner: its number and its voxel's distance from the first. */
  readonly corners: readonly GPUBuffer[]
  /** A term's value at each voxel. */
  readonly values: GPUBuffer
  /** Sums of blocks: of each term's values, then of the gradient's squares. */
  readonly sums: GPUBuffer
  /** Uniforms that say so, in the same order. */
  readonly blocks: readonly GPUBuffer[]
  /** Of terms that have one; a stand-in for the others. */
  readonly references: readonly GPUBuffer[]
}

/** @param mostCrossings of a chunk */
export function makeWorkBuffers(
  gpu: GpuDevice,
  problem: LineOfSightProblem,
  settings: KernelSettings,
  region: Uint8Array,
  terms: readonly RegularisationTerm[],
  mostCrossings: number,
): WorkBuffers {
  const { grid } = problem
  const voxels = voxelCount(grid)
  const rays = problem.directions.length / 3
  const [, ny, nz] = grid.shape
  const { channels, electronGrid, cosmicRayGrid } = settings
  const recordBytes = 32 * channels
  const blocks = Math.ceil(voxels / BLOCK)
  const squares = Math.ceil((channels * voxels) / BLOCK)
  const uniform = (label: string, ...values: number[]): GPUBuffer =>
    gpu.upload(label, Uint32Array.of(...values, 0, 0), BUFFER.uniform)
  // Each level leaves one sum per cell that is met, and one per further full group.
  const sumBytes = recordBytes * Math.min(mostCrossings, voxels + Math.ceil(mostCrossings / GROUP))
  return {
    grids: gpu.buffer('grids', 4 * voxels * (electronGrid ? 4 : 3)),
    field: gpu.buffer('field', 32 * voxels),
    cosmicRays: gpu.buffer('cosmic-ray electrons', cosmicRayGrid ? 8 * voxels : 0),
    parts: [uniform('values', 0, 0), uniform('tangent', voxels, 0)],
    frequency: gpu.upload('frequencies', frequencyTable(settings), BUFFER.uniform),
    results: gpu.buffer('results of rays', 4 * rays * rayWords(settings).words),
    cotangents: gpu.buffer('cotangents', 4 * rays * cotangentWords(settings).words),
    records: gpu.buffer('gradients of crossings', recordBytes * mostCrossings),
    partial: [gpu.buffer('sums of groups', sumBytes), gpu.buffer('sums of cells', sumBytes)],
    gradient: gpu.buffer('gradient', 4 * channels * voxels),
    region: gpu.upload('region', Uint32Array.from(region)),
    corners: Array.from({ length: 8 }, (_, corner) =>
      uniform('corner', corner, (corner >> 2) * ny * nz + ((corner >> 1) & 1) * nz + (corner & 1)),
    ),
    values: gpu.buffer('values of a term', 4 * voxels),
    sums: gpu.buffer('sums of blocks', 4 * (terms.length * blocks + squares)),
    blocks: [
      ...terms.map((_, n) => uniform('block', voxels, n * blocks)),
      uniform('block', channels * voxels, terms.length * blocks),
    ],
    references: terms.map(({ reference }) =>
      gpu.upload('reference field', Float32Array.from(reference ?? [])),
    ),
  }
}

/** Per frequency: turns per rad m^-2, the same as a 32-bit fraction of a turn, opacity, T / K_I. */
function frequencyTable({
  frequencies,
  electronTemperatureK = 0,
}: KernelSettings): Uint32Array<ArrayBuffer> {
  const table = new Uint32Array(4 * Math.max(1, frequencies.length))
  const floats = new Float32Array(table.buffer)
  frequencies.forEach(({ turns, opacity, intensityKelvin }, f) => {
    floats[4 * f] = turns
    // Whole turns fall away, also those that rounding makes.
    table[4 * f + 1] = Math.round((turns % 1) * 2 ** 32) % 2 ** 32
    floats[4 * f + 2] = opacity
    floats[4 * f + 3] = electronTemperatureK / intensityKelvin
  })
  return table
}
