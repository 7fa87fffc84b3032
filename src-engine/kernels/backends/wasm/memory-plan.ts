import type { GridGeometry } from '#shared/physics/grid.ts'
import { voxelCount } from '#shared/physics/grid.ts'
import { KernelError } from '../../interface.ts'
import type { RegularisationTerm } from '../../interface.ts'
import type { KernelChoice } from './kernel-choice.ts'

// Sizes and offsets that assembly/layout.ts has too: change both together.
export const RAY_BYTES = 64
export const RAY = { step: 0, length: 24, direction: 32, crossings: 44, first: 48 } as const
export const GEOMETRY_BYTES = 16
export const VOXEL_BYTES = 16
export const PROBLEM = {
  origin: 0,
  shape: 24,
  rays: 36,
  geometry: 40,
  weights: 44,
  nodes: 48,
  firstCrossing: 52,
  groups: 56,
  recordBytes: 60,
  lastLane: 64,
  exponent: 72,
  margin: 80,
  electrons: 84,
  frequencies: 88,
  frequencyTable: 92,
  depthTable: 96,
  parts: 100,
  rotation: 104,
} as const
const PROBLEM_BYTES = 128
export const FREQUENCY_BYTES = 48
const DEPTH_TABLE_BYTES = 192
const SCRATCH_GEOMETRY = 256

const PAGE = 65536
/** 32-bit addresses end here. */
const ADDRESS_SPACE = 4 * 2 ** 30

/** Where everything lies in the kernels' memory (byte offsets), and how the crossings are cached. */
export interface MemoryPlan {
  readonly pages: number
  readonly problem: number
  readonly nodes: number
  readonly rays: number
  /** Geometry of every crossing; 0: walked again in each pass. */
  readonly geometry: number
  /** Weight records of all crossings, or of `weightCapacity` at a time. */
  readonly weights: number
  readonly weightCapacity: number
  readonly recordBytes: number
  /** Places in a weight record: the crossing's length, and the node values of n_e if it has them. */
  readonly lengthAt: number
  readonly electronsAt: number
  readonly groups: number
  readonly frequencyTable: number
  readonly depthTable: number
  readonly field: number
  /** The tangent [voxel][4] of `jvp`, or the packed gradient [voxel][3] and then [voxel] (n_e): never both in one call. */
  readonly tangent: number
  readonly mask: number
  readonly gradients: number
  readonly gradientBytes: number
  readonly sums: number
  /** Changes of the sums, from `jvp`. */
  readonly changes: number
  readonly cotangents: number
  /** Values of regularisation term n, per plane: `values + 8 (n nx + plane)`. */
  readonly values: number
  /** Sums of squares of the gradient, per plane, float64. */
  readonly squares: number
  /** One float per voxel for term n (total variation, divergence) or its reference field; 0 where it needs none. */
  readonly termData: readonly number[]
  /** Scratch of thread t: `scratch + t scratchBytes`; the last one belongs to the preparing thread. */
  readonly scratch: number
  readonly scratchBytes: number
}

export interface MemoryRequest {
  readonly grid: GridGeometry
  readonly rays: number
  readonly crossings: number
  readonly mostCrossingsOfARay: number
  readonly nodesPerCrossing: number
  readonly kernel: Pick<
    KernelChoice,
    'kind' | 'electrons' | 'polarisedFrequenciesGhz' | 'sumsPerRay'
  >
  readonly threads: number
  readonly terms: readonly RegularisationTerm[]
  readonly cacheBytes: number
}

/**
 * A weight record: node weights in groups of four lanes with the crossing's length in the very last lane, so that for
 * three nodes they are one vector; then, for kernels that need it, n_e at the nodes.
 */
function recordLayout(
  nodesPerCrossing: number,
  hasElectrons: boolean,
): { lengthAt: number; electronsAt: number; recordBytes: number; groups: number } {
  const electronsAt = 16 * Math.ceil((nodesPerCrossing + 1) / 4)
  const groups = Math.ceil(nodesPerCrossing / 4)
  return {
    lengthAt: electronsAt - 4,
    electronsAt,
    recordBytes: electronsAt + (hasElectrons ? 16 * groups : 0),
    groups,
  }
}

/** Lays out the memory. @throws KernelError when the problem does not fit into 4 GiB */
export function planMemory(request: MemoryRequest): MemoryPlan {
  const { grid, rays, crossings, mostCrossingsOfARay, threads, terms, cacheBytes, kernel } = request
  const polarised = kernel.kind === 'polarised'
  const record = recordLayout(request.nodesPerCrossing, polarised && kernel.electrons !== 'grid')
  const { recordBytes, groups } = record
  // Kernels look one crossing ahead: each stream ends with a spare record.
  const geometryBytes = (crossings + 1) * GEOMETRY_BYTES
  const weightBytes = (crossings + 1) * recordBytes
  const keepsGeometry = geometryBytes + weightBytes <= cacheBytes
  const keepsWeights = keepsGeometry || weightBytes <= cacheBytes
  const weightCapacity = keepsWeights
    ? crossings
    : Math.max(mostCrossingsOfARay, Math.floor(cacheBytes / recordBytes) - 1)

  const voxels = voxelCount(grid)
  let top = 1024
  const take = (bytes: number): number => {
    const at = top
    top += Math.ceil(bytes / 64) * 64
    return at
  }
  const scratchBytes =
    Math.ceil((SCRATCH_GEOMETRY + (mostCrossingsOfARay + 2) * GEOMETRY_BYTES) / 4096) * 4096
  const plan = {
    problem: take(PROBLEM_BYTES),
    nodes: take(groups * 64),
    rays: take(rays * RAY_BYTES),
    frequencyTable: take(kernel.polarisedFrequenciesGhz.length * FREQUENCY_BYTES),
    depthTable: take(DEPTH_TABLE_BYTES),
    sums: take(rays * kernel.sumsPerRay * 8),
    changes: take(rays * kernel.sumsPerRay * 8),
    cotangents: take(rays * kernel.sumsPerRay * 4),
    scratch: take((threads + 1) * scratchBytes),
    values: take(terms.length * grid.shape[0] * 8),
    squares: take(grid.shape[0] * 8),
    mask: take(voxels),
    field: take(voxels * VOXEL_BYTES),
    tangent: take(voxels * VOXEL_BYTES),
    gradients: take(threads * voxels * VOXEL_BYTES),
    termData: terms.map(({ term, reference }) => {
      if (term === 'amplitude') return reference ? take(voxels * VOXEL_BYTES) : 0
      return term === 'smoothness' ? 0 : take(voxels * 4)
    }),
    geometry: keepsGeometry ? take(geometryBytes) : 0,
    weights: take((weightCapacity + 1) * recordBytes),
  }
  if (top > ADDRESS_SPACE) {
    throw new KernelError(
      `This problem needs ${(top / 2 ** 30).toFixed(1)} GiB of kernel memory; at most 4 GiB are possible. Use a coarser grid, fewer threads (each has a gradient of ${(voxels * VOXEL_BYTES) / 2 ** 20} MiB), or a smaller cache.`,
    )
  }
  return {
    ...plan,
    pages: Math.ceil(top / PAGE),
    weightCapacity,
    ...record,
    scratchBytes,
    gradientBytes: voxels * VOXEL_BYTES,
  }
}
