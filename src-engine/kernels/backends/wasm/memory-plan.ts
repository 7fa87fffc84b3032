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
  cosmicRays: 112,
  indexGrid: 116,
  rayIndex: 120,
  emissivity: 124,
  nodeCount: 128,
  workspace: 132,
  length: 136,
  spectrum: 140,
  temperature: 144,
  turnParts: 152,
  opacityParts: 160,
} as const
const PROBLEM_BYTES = 192
export const FREQUENCY_BYTES = 48
export const GENERAL_FREQUENCY_BYTES = 32
/** The larger one: the general kernel's for eight nodes. */
const DEPTH_TABLE_BYTES = 8 * (8 + 8 + 8 * 8)
/** ln K_I at 1 GHz and its derivative at p = 1 + n / 128. */
export const EMISSIVITY_KNOTS = 641
/** Of the table of a spectrum: ln b^2 of the first knot, and the distance and number of knots. */
export const SPECTRUM = { start: -28, step: 0.04, knots: 1051 } as const
/** Lists of the general kernel before its list of one value per frequency. */
const WORKSPACE_BYTES = 1440
const SCRATCH_GEOMETRY = 256

const PAGE = 65536
/** The first page belongs to the constants of the compiled kernels. */
export const FIRST_FREE = PAGE
/** 32-bit addresses end here. */
const ADDRESS_SPACE = 4 * 2 ** 30

/** Where everything lies in the kernels' memory (byte offsets), and how the crossings are cached. */
export interface MemoryPlan {
  readonly bytes: number
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
  readonly emissivity: number
  readonly spectrum: number
  readonly field: number
  /** The tangent [voxel][4] of `jvp`, or the packed gradient [voxel][3] and then [voxel] (n_e): never both in one call. */
  readonly tangent: number
  /** Scalar unknowns with grids of their own, [plane][voxel], and their tangent or packed gradient. */
  readonly planes: number
  readonly tangentPlanes: number
  /** p of each ray, and its change or derivative, float64 in the kernels' order. */
  readonly rayIndex: number
  readonly rayIndexOther: number
  readonly mask: number
  /** Gradient of thread t: `gradients + t gradientBytes`, [voxel][4] and then [plane][voxel]. */
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
  /** Place of the general kernel's workspace in a scratch. */
  readonly workspace: number
}

export interface MemoryRequest {
  readonly grid: GridGeometry
  readonly rays: number
  readonly crossings: number
  readonly mostCrossingsOfARay: number
  readonly nodesPerCrossing: number
  readonly kernel: KernelChoice
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

/**
 * The layout for as many of the threads asked for as have room for their gradients.
 *
 * @throws KernelError when the problem does not fit into 4 GiB with one
 */
export function planThreads(request: MemoryRequest): { plan: MemoryPlan; threads: number } {
  for (let { threads } = request; threads > 1; threads--) {
    const plan = layOut({ ...request, threads })
    if (plan.bytes <= ADDRESS_SPACE) return { plan, threads }
  }
  return { plan: planMemory({ ...request, threads: 1 }), threads: 1 }
}

/** Lays out the memory. @throws KernelError when the problem does not fit into 4 GiB */
export function planMemory(request: MemoryRequest): MemoryPlan {
  const plan = layOut(request)
  if (plan.bytes <= ADDRESS_SPACE) return plan
  throw new KernelError(
    `This problem needs ${(plan.bytes / 2 ** 30).toFixed(1)} GiB of kernel memory; at most 4 GiB are possible. Use a coarser grid (magnetic_field.grid.shape).`,
  )
}

function layOut(request: MemoryRequest): MemoryPlan {
  const { grid, rays, crossings, mostCrossingsOfARay, threads, terms, cacheBytes, kernel } = request
  const { kind, electrons, planes, wavelengthsSquared, sumsPerRay } = kernel
  const general = kind === 'general'
  const takesElectrons = (general || kind === 'polarised') && electrons !== 'grid'
  const record = recordLayout(request.nodesPerCrossing, takesElectrons)
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
  let top = FIRST_FREE
  const take = (bytes: number): number => {
    const at = top
    top += Math.ceil(bytes / 64) * 64
    return at
  }
  const frequencies = wavelengthsSquared.length
  const workspace = SCRATCH_GEOMETRY + (mostCrossingsOfARay + 2) * GEOMETRY_BYTES
  const workspaceBytes = general ? WORKSPACE_BYTES + 8 * frequencies : 0
  const scratchBytes = Math.ceil((workspace + workspaceBytes) / 4096) * 4096
  const gradientBytes = voxels * (VOXEL_BYTES + 4 * planes.length)
  const sumsBytes = rays * sumsPerRay * 8
  const plan = {
    problem: take(PROBLEM_BYTES),
    nodes: take(groups * 64),
    rays: take(rays * RAY_BYTES),
    frequencyTable: take(frequencies * FREQUENCY_BYTES),
    depthTable: take(DEPTH_TABLE_BYTES),
    emissivity: take(general ? EMISSIVITY_KNOTS * 16 : 0),
    spectrum: take(kernel.spectrum ? frequencies * SPECTRUM.knots * 32 : 0),
    sums: take(sumsBytes),
    changes: take(sumsBytes),
    cotangents: take(sumsBytes / 2),
    rayIndex: take(general ? rays * 8 : 0),
    rayIndexOther: take(general ? rays * 8 : 0),
    scratch: take((threads + 1) * scratchBytes),
    values: take(terms.length * grid.shape[0] * 8),
    squares: take(grid.shape[0] * 8),
    mask: take(voxels),
    field: take(voxels * VOXEL_BYTES),
    tangent: take(voxels * VOXEL_BYTES),
    planes: take(planes.length * voxels * 4),
    tangentPlanes: take(planes.length * voxels * 4),
    gradients: take(threads * gradientBytes),
    termData: terms.map(({ term, reference }) => {
      if (term === 'amplitude') return reference ? take(voxels * VOXEL_BYTES) : 0
      return term === 'smoothness' ? 0 : take(voxels * 4)
    }),
    geometry: keepsGeometry ? take(geometryBytes) : 0,
    weights: take((weightCapacity + 1) * recordBytes),
  }
  return {
    ...plan,
    bytes: top,
    pages: Math.ceil(top / PAGE),
    weightCapacity,
    ...record,
    scratchBytes,
    workspace,
    gradientBytes,
  }
}
