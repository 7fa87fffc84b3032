import type { Observables } from '#shared/physics/index.ts'
import { createObservables } from '#shared/physics/index.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import { InputError } from '../errors.ts'
import { KernelError } from '../kernels/interface.ts'
import type {
  KernelBackend,
  LineOfSightProblem,
  Observable,
  Observables as KernelObservables,
} from '../kernels/interface.ts'
import { densityChoicesOf, hasThermalElectrons, kernelProblemOf } from './kernel-problem.ts'
import { fieldOnGrid } from './magnetic-field.ts'
import type { RunModels } from './medium.ts'
import { rayIndices } from './ray-index.ts'
import type { Rays } from './rays.ts'
import type { SimulationControl } from './simulate.ts'

export type BackendName = RunFile['backend']

/** The backends that compute fields on a grid only. */
const griddedOnly: readonly BackendName[] = ['wasm', 'webgpu', 'tensorflow']

/** Whether the kernels compute a run file's forward model: the field is a grid, integrated through its cells. */
export function byKernels({ magnetic_field: field, integrator }: RunFile): boolean {
  return field.model === 'grid' && integrator.rule === 'cells'
}

/**
 * Checks that a backend computes the field and the integrator of a run file: what kernels do not is the float64 reference
 * integrators' (any field, any rule).
 *
 * @throws InputError that names the key
 */
export function requireBackend(runFile: RunFile, backend: BackendName): void {
  if (byKernels(runFile)) return
  if (runFile.cosmic_ray_electrons.spectrum) {
    const field = 'cosmic_ray_electrons.spectrum'
    throw new InputError(
      `${field}: spectra that are no power law are computed on a grid: use "model: grid" for the magnetic field, with its model as grid.initial, and "rule: cells".`,
      { field },
    )
  }
  if (!griddedOnly.includes(backend)) return
  const { model } = runFile.magnetic_field
  const gridded = model === 'grid'
  const field = gridded ? 'integrator.rule' : 'magnetic_field.model'
  const reason = gridded
    ? 'integrates through the cells of a grid: use "rule: cells", '
    : `computes fields on a grid, not the model "${model}": use "model: grid" with this model as grid.initial, `
  throw new InputError(
    `${field}: The backend ${backend} ${reason}or the backend reference (or auto).`,
    { field },
  )
}

export interface GridSimulation {
  readonly seen: Observables
  readonly backend: KernelBackend['name']
}

/** Rays that are computed together: each batch has an operator of its own, so that there is progress, and an end on request. */
const SMALLEST_BATCH = 2048
const MOST_BATCHES = 16

/**
 * The observables of many rays by a backend's kernels, the field a grid that holds its initial model; undefined when it was
 * stopped.
 *
 * @throws InputError for what the backend cannot compute, or where this machine has none
 */
export async function simulateGrid(
  runFile: RunFile,
  models: RunModels,
  rays: Rays,
  load: (problem: LineOfSightProblem) => Promise<KernelBackend>,
  { signal, onProgress }: SimulationControl = {},
): Promise<GridSimulation | undefined> {
  const { grid } = models
  if (!grid) throw new Error('The field is no grid.')
  const field = fieldOnGrid(models, grid)
  const { frequencies_ghz: frequenciesGhz } = runFile.sky
  const seen = createObservables(rays.count, frequenciesGhz.length)
  const { directions } = lines(rays, 0, rays.count)
  const indices = rayIndices(runFile.cosmic_ray_electrons, models.skyIndex, directions)?.values
  const whole = {
    ...kernelProblemOf(runFile, models, grid),
    frequenciesGhz,
    observables: observablesOf(runFile, models),
    ...(indices ? { unknowns: ['raySpectralIndex' as const] } : {}),
  }
  const densities = densityChoicesOf(models)
  const size = Math.max(SMALLEST_BATCH, Math.ceil(rays.count / MOST_BATCHES))
  try {
    const backend = await load({ ...whole, ...lines(rays, 0, Math.min(size, rays.count)) })
    for (let first = 0; first < rays.count && whole.observables.length > 0; first += size) {
      if (signal?.aborted) return undefined
      const last = Math.min(first + size, rays.count)
      const operator = await backend.prepare(
        { ...whole, ...lines(rays, first, last) },
        {
          signal,
          densities,
          onProgress: (done) => onProgress?.(first + done * (last - first) * 0.9, rays.count),
        },
      )
      try {
        const magneticField = operator.createGrid(3)
        magneticField.set(field)
        const raySpectralIndex = indices?.slice(first, last)
        const unknowns = { magneticField, ...(raySpectralIndex ? { raySpectralIndex } : {}) }
        put(await operator.forward(unknowns), seen, first, last)
      } finally {
        await operator.dispose()
      }
      onProgress?.(last, rays.count)
    }
    return { seen, backend: backend.name }
  } catch (error) {
    if (signal?.aborted) return undefined
    if (!(error instanceof KernelError)) throw error
    throw new InputError(`backend: ${error.message}`, { field: 'backend', cause: error })
  }
}

/** Depths are left at zero where there are no electrons. */
function observablesOf({ sky }: RunFile, models: RunModels): Observable[] {
  const depths: Observable[] = ['faraday_depth', 'dispersion_measure']
  return [...sky.stokes, ...(hasThermalElectrons(models) ? depths : [])]
}

/** Rays first <= ray < last as kernels take them. */
export function lines({ rayAt }: Rays, first: number, last: number) {
  const directions = new Float64Array(3 * (last - first))
  const maxDistanceKpc = new Float64Array(last - first)
  for (let ray = first; ray < last; ray++) {
    const { direction, lengthKpc } = rayAt(ray)
    directions.set(direction, 3 * (ray - first))
    maxDistanceKpc[ray - first] = lengthKpc
  }
  return { directions, maxDistanceKpc }
}

function put(found: KernelObservables, into: Observables, first: number, last: number): void {
  const count = last - first
  for (const name of ['I', 'Q', 'U'] as const) {
    into[name].forEach((map, f) => {
      const values = found[name]?.subarray(f * count, (f + 1) * count)
      if (values) map.set(values, first)
    })
  }
  if (found.faraday_depth) into.faradayDepth.set(found.faraday_depth, first)
  if (found.dispersion_measure) into.dispersionMeasure.set(found.dispersion_measure, first)
}
