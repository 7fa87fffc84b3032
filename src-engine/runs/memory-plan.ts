import { totalmem } from 'node:os'
import {
  cosmicRaysAreFree,
  freeNames,
  thermalElectronsAreFree,
} from '#shared/session/free-names.ts'
import type { GridGeometry } from '#shared/physics/grid.ts'
import { isStokes } from '#shared/physics/observables.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import { InputError } from '../errors.ts'
import { KernelError } from '../kernels/interface.ts'
import type {
  KernelBackend,
  LineOfSightProblem,
  MemoryPart,
  Observable,
  OperatorMemory,
  UnknownName,
} from '../kernels/interface.ts'
import { skyIndexKey } from '../simulation/cosmic-ray-inputs.ts'
import type { CosmicRayInputs } from '../simulation/cosmic-ray-inputs.ts'
import { kernelProblemOf } from '../simulation/kernel-problem.ts'
import { modelsOf } from '../simulation/medium.ts'
import { randomFieldBytes } from '../simulation/random-field.ts'
import { MOST_KEPT_BYTES } from '../unknowns/parametric.ts'
import { gridOf } from './prepare-problem.ts'

/** What a run will take at its largest, and what there is. */
export interface RunMemory {
  readonly backend: KernelBackend['name']
  readonly threads: number
  readonly threadsAsked: number
  /** In the machine's memory, the largest first. */
  readonly parts: readonly MemoryPart[]
  readonly bytes: number
  readonly availableBytes: number
  /** In that of a graphics card. */
  readonly cardParts: readonly MemoryPart[]
  readonly cardBytes: number
}

/** Node, the program and small arrays: measured at the smallest run. */
const BASE_BYTES = 110e6
/** float64 per ray and observable: model, residual, cotangent and what measurements make of them. */
const NUMBERS_PER_VALUE = 8

/** What the lines of sight of a run are and what is asked of them, before its grids are made. */
export interface Sightlines {
  /** [n][3] unit vectors, of all or of some that stand for all. */
  readonly directions: Float64Array
  readonly frequenciesGhz: readonly number[]
  readonly observables: readonly Observable[]
}

/** Directions that stand for all. */
const SAMPLE = 4096

/** The kernels' problem of a run without its unknowns' values, with some of its lines of sight. */
export function memoryProblem(
  runFile: RunFile,
  { directions, frequenciesGhz, observables }: Sightlines,
  cosmicRays: CosmicRayInputs = {},
): LineOfSightProblem {
  const stride = 3 * Math.ceil(directions.length / 3 / SAMPLE)
  const sample = directions.filter((_, i) => i % stride < 3)
  return {
    ...kernelProblemOf(runFile, modelsOf(runFile, cosmicRays), gridOf(runFile)),
    directions: sample,
    frequenciesGhz,
    observables,
    unknowns: unknownsOf(runFile),
  }
}

function unknownsOf({ thermal_electrons, cosmic_ray_electrons }: RunFile): UnknownName[] {
  const free = freeNames(cosmic_ray_electrons.free)
  return [
    'magneticField',
    ...(thermalElectronsAreFree(thermal_electrons) ? ['thermalElectrons' as const] : []),
    ...(cosmicRaysAreFree(cosmic_ray_electrons) ? ['cosmicRays' as const] : []),
    ...(free.includes('spectral_index') || skyIndexKey(cosmic_ray_electrons)
      ? ['raySpectralIndex' as const]
      : []),
    ...(free.includes('spectral_index_grid') ? ['spectralIndex' as const] : []),
  ]
}

/**
 * Works out what a run will take, part by part, without allocating any of it.
 *
 * @param problem as `memoryProblem` gives it
 * @param rays all lines of sight
 * @throws InputError when the backend cannot have that much, with what to reduce
 */
export function planMemory(
  runFile: RunFile,
  backend: KernelBackend,
  problem: LineOfSightProblem,
  rays: number,
  threads: number,
): RunMemory {
  const terms = runFile.regularisation.flatMap(({ term, weight, of }) =>
    term === 'gaussian-random-field' || of !== 'magnetic_field' ? [] : [{ term, weight }],
  )
  const kernels = kernelMemory(backend, problem, rays, { threads, regularisation: terms })
  const parts = [
    ...hostParts(runFile, problem, rays, backend.precision === 'float64' ? 8 : 4),
    ...kernels.host,
    { name: 'program', bytes: BASE_BYTES },
  ].filter(({ bytes }) => bytes > 0)
  return {
    backend: backend.name,
    threads: kernels.threads,
    threadsAsked: threads,
    parts: parts.toSorted((a, b) => b.bytes - a.bytes),
    bytes: total(parts),
    availableBytes: availableBytes(),
    cardParts: kernels.card,
    cardBytes: total(kernels.card),
  }
}

function kernelMemory(
  backend: KernelBackend,
  ...request: Parameters<KernelBackend['memory']>
): OperatorMemory {
  try {
    return backend.memory(...request)
  } catch (error) {
    if (error instanceof KernelError) throw new InputError(error.message, { cause: error })
    throw error
  }
}

/** Arrays outside the kernels. */
function hostParts(
  runFile: RunFile,
  { grid, unknowns = [], frequenciesGhz, observables }: LineOfSightProblem,
  rays: number,
  precision: number,
): MemoryPart[] {
  const [nx, ny, nz] = grid.shape
  const voxels = nx * ny * nz
  const scalars = unknowns.filter((name) => name !== 'magneticField' && name !== 'raySpectralIndex')
  const values = voxels * (3 + scalars.length)
  const { model, grid: settings } = runFile.magnetic_field
  const { representation = 'components' } = settings ?? {}
  const asGrid = representation === 'components' && scalars.length === 0
  // Of models with free parameters, these are a few numbers.
  const fieldValues = model === 'grid' || representation === 'correction' ? 3 : 0
  const parameters = voxels * (fieldValues + scalars.length)
  const stokes = observables.filter(isStokes).length
  const perRay = stokes * frequenciesGhz.length + observables.length - stokes
  return [
    // Where the run starts is kept in float64.
    { name: 'initial grids', bytes: 8 * values },
    { name: 'field and gradient', bytes: 2 * precision * values },
    { name: 'parameters and their gradient', bytes: asGrid ? 0 : 2 * precision * parameters },
    { name: 'derivatives of models', bytes: modelDerivatives(runFile, voxels) },
    { name: 'optimiser', bytes: optimiserArrays(runFile.optimiser) * precision * parameters },
    // While the run is prepared; what it took is not sure to be given back before the kernels have theirs.
    { name: 'random field', bytes: randomField(runFile, grid) },
    // |B| in float64, that inside the region, and what sorting it takes: 512x512x128 was measured at 1.3 GB.
    { name: 'figures of the result', bytes: 32 * voxels },
    { name: 'maps', bytes: 8 * rays * (3 + NUMBERS_PER_VALUE * perRay) },
  ]
}

function randomField({ magnetic_field: field }: RunFile, grid: GridGeometry): number {
  const random = field.grid?.initial.random ?? field.random
  return random ? randomFieldBytes(grid, random.outer_scale_kpc) : 0
}

/** What ../unknowns/parametric.ts keeps: a vector parameter counts as one, three at most. */
function modelDerivatives(runFile: RunFile, voxels: number): number {
  const { magnetic_field, thermal_electrons, cosmic_ray_electrons } = runFile
  const kept = [magnetic_field, thermal_electrons, cosmic_ray_electrons].map((section, i) => {
    const names = section.model === 'grid' ? [] : freeNames(section.free)
    return Math.min(8 * voxels * names.length * (i === 0 ? 3 : 1), MOST_KEPT_BYTES)
  })
  return kept.reduce((sum, bytes) => sum + bytes, 0)
}

/** Arrays of the size of the parameters that a method keeps (./methods.ts). */
function optimiserArrays({ method, memory, preconditioner }: RunFile['optimiser']): number {
  switch (method) {
    case 'lbfgs':
      // Pairs of steps and changes, three vectors to work with; the diagonal, its inverse and two probes.
      return 2 * memory + 3 + (preconditioner === 'diagonal' ? 4 : 0)
    case 'gauss-newton':
      // The conjugate gradients', the diagonal, two probes and a tangent.
      return 8 + 4
    default:
      return 2
  }
}

/** Linux says what programs can have without swapping, containers included; elsewhere all there is counts. */
function availableBytes(): number {
  return process.platform === 'linux' ? process.availableMemory() : totalmem()
}

function total(parts: readonly MemoryPart[]): number {
  return parts.reduce((sum, { bytes }) => sum + bytes, 0)
}

/** What to reduce, where the machine has not that much. */
export function shortage({ bytes, parts, availableBytes }: RunMemory): InputError | undefined {
  if (bytes <= availableBytes) return undefined
  const history = parts[0].name === 'optimiser' ? 'a smaller optimiser.memory, ' : ''
  return new InputError(
    `magnetic_field.grid.shape: the run needs ${gigabytes(bytes)} of memory (${partsText(parts)}), but ${gigabytes(availableBytes)} are available. Take a coarser grid, ${history}fewer threads or a smaller sky.nside, or end other programs.`,
    { field: 'magnetic_field.grid.shape' },
  )
}

/** One line for people. */
export function memoryText(memory: RunMemory): string {
  const { backend, threads, threadsAsked, bytes, availableBytes, parts } = memory
  const noun = threads === 1 ? '1 thread' : `${threads} threads`
  const fewer =
    threads < threadsAsked
      ? ` instead of ${threadsAsked}: the gradients of more do not fit into the 4 GiB of WebAssembly`
      : ''
  const card =
    memory.cardBytes > 0
      ? `; on the graphics card ${gigabytes(memory.cardBytes)} (${partsText(memory.cardParts)})`
      : ''
  return `Memory: ${gigabytes(bytes)} of ${gigabytes(availableBytes)} (${partsText(parts)})${card}; ${backend}, ${noun}${fewer}`
}

function partsText(parts: readonly MemoryPart[]): string {
  return parts.map(({ name, bytes }) => `${name} ${gigabytes(bytes)}`).join(', ')
}

function gigabytes(bytes: number): string {
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`
}
