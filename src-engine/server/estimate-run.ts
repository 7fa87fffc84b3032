import { availableParallelism, totalmem } from 'node:os'
import { directionFromPixel } from '#shared/physics/geometry.ts'
import { regionMask } from '#shared/physics/grid.ts'
import { freeNames } from '#shared/session/free-names.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import { InputError } from '../errors.ts'
import { loadBackend } from '../kernels/index.ts'
import type { KernelBackend, LineOfSightProblem } from '../kernels/index.ts'
import { memoryProblem, planMemory, shortage } from '../runs/memory-plan.ts'
import type { Sightlines } from '../runs/memory-plan.ts'
import { modelledSeconds, planTime, tellsSpeed } from '../runs/time-plan.ts'
import type { RunTime } from '../runs/time-plan.ts'
import { gridOf } from '../runs/prepare-problem.ts'
import { readCosmicRayInputs, skyIndexKey } from '../simulation/cosmic-ray-inputs.ts'
import type { CosmicRayInputs } from '../simulation/cosmic-ray-inputs.ts'
import { modelsOf } from '../simulation/medium.ts'
import type { RunRecord } from '../storage/records.ts'
import { modelNumbersOf, nothingIsFree } from '../unknowns/settings.ts'

export interface RunEstimate {
  /** Free components of the field and values of free densities. */
  readonly unknowns: number
  /** Sightlines before masking. */
  readonly rays: number
  /** Peak of the process, roughly. */
  readonly memoryBytes: number
  readonly time: RunTime
  /** Why it cannot run, where it needs more than there is. */
  readonly refusal: InputError | undefined
}

/**
 * What a run will need, without reading its maps.
 *
 * @param earlier runs that tell how fast this machine is
 * @throws InputError for keys that no run can have, or where nothing is free
 */
export async function estimateRun(
  runFile: RunFile,
  earlier: readonly RunRecord[] = [],
): Promise<RunEstimate> {
  const { unknowns, rays } = countsOf(runFile)
  const memory = await memoryOf(runFile, rays)
  const directions = wholeSky()
  const seconds = (file: RunFile): number => {
    const counts = countsOf(file)
    return modelledSeconds(file, counts.rays, counts.unknowns, directions)
  }
  const alike = earlier.findLast(
    (record) => record.backend === memory.backend && tellsSpeed(record),
  )
  const measured = alike && { record: alike, modelled: seconds(alike.configuration) }
  const time = planTime(seconds(runFile), memory.threads, measured)
  const { memoryBytes, refusal } = memory
  return { unknowns, rays, memoryBytes, time, refusal }
}

/** @throws InputError where nothing is free */
function countsOf(runFile: RunFile): { unknowns: number; rays: number } {
  const grid = gridOf(runFile)
  const [nx, ny, nz] = grid.shape
  const free = regionMask(grid, { r_kpc: grid.region }).reduce((sum, one) => sum + one, 0)
  const { model, grid: settings } = runFile.magnetic_field
  const isGrid =
    model === 'grid' ? settings?.free !== false : settings?.representation === 'correction'
  const densities = freeDensities(runFile) * nx * ny * nz
  const rays = runFile.data.length === 0 ? 0 : 12 * runFile.sky.nside ** 2
  modelNumbersOf(runFile, modelsOf(runFile))
  const unknowns = (isGrid ? 3 * free : 0) + densities + freeNumbers(runFile)
  if (unknowns === 0 && skyIndexKey(runFile.cosmic_ray_electrons) === undefined) {
    throw nothingIsFree(runFile)
  }
  return { unknowns, rays }
}

async function memoryOf(
  runFile: RunFile,
  rays: number,
): Promise<
  Pick<RunEstimate, 'memoryBytes' | 'refusal'> & { backend: KernelBackend['name']; threads: number }
> {
  const { data, sky } = runFile
  const frequencies = data.flatMap(({ frequency_ghz: frequency }) => frequency ?? [])
  const sightlines = {
    directions: wholeSky(),
    frequenciesGhz: frequencies.length > 0 ? [...new Set(frequencies)] : sky.frequencies_ghz,
    observables: data.length > 0 ? [...new Set(data.map(({ quantity }) => quantity))] : ['I'],
  } satisfies Sightlines
  const problem = memoryProblem(runFile, sightlines, await cosmicRaysOf(runFile))
  const backend = await backendOf(runFile, problem)
  try {
    const memory = planMemory(runFile, backend, problem, rays, availableParallelism())
    // By the time it starts, what is in use now (by another run, for one) may be free.
    const refusal = shortage({ ...memory, availableBytes: totalmem() })
    return { memoryBytes: memory.bytes, refusal, backend: backend.name, threads: memory.threads }
  } catch (error) {
    if (error instanceof InputError) {
      return { memoryBytes: 0, refusal: error, backend: backend.name, threads: 1 }
    }
    throw error
  }
}

/** Backends do not compute every spectrum of electrons; what is wrong with its file is said elsewhere. */
async function cosmicRaysOf(runFile: RunFile): Promise<CosmicRayInputs> {
  try {
    return (await readCosmicRayInputs(runFile)).inputs
  } catch (error) {
    if (error instanceof InputError) return {}
    throw error
  }
}

/** Directions that stand for those of any map. */
function wholeSky(): Float64Array {
  const nside = 16
  const directions = new Float64Array(36 * nside ** 2)
  for (let pixel = 0; pixel < directions.length / 3; pixel++) {
    directions.set(directionFromPixel(nside, 'RING', pixel), 3 * pixel)
  }
  return directions
}

/** That of the run file; where this machine has none, which is said when the run starts, wasm. */
async function backendOf(runFile: RunFile, problem: LineOfSightProblem): Promise<KernelBackend> {
  try {
    return await loadBackend(runFile.backend, problem)
  } catch {
    return loadBackend('wasm')
  }
}

function freeDensities({ thermal_electrons, cosmic_ray_electrons }: RunFile): number {
  const densities = [thermal_electrons, cosmic_ray_electrons].filter(
    ({ model }) => model === 'grid',
  )
  return densities.length + (freeNames(cosmic_ray_electrons.free).includes(indexGrid) ? 1 : 0)
}

const indexGrid = 'spectral_index_grid'

/** Parameters of models, and numbers of the cosmic-ray electrons. */
function freeNumbers({ magnetic_field, thermal_electrons, cosmic_ray_electrons }: RunFile): number {
  return [magnetic_field, thermal_electrons, cosmic_ray_electrons]
    .flatMap(({ free }) => freeNames(free))
    .filter((name) => name !== indexGrid).length
}
