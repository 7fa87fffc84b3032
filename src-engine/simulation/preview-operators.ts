import type { CancelSignal } from '#shared/contract/cancellation.ts'
import type { GridGeometry } from '#shared/physics/index.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import { withAbortSignal } from '../abort-signal.ts'
import { InputError } from '../errors.ts'
import { loadBackend } from '../kernels/index.ts'
import { KernelError } from '../kernels/interface.ts'
import type { GridValues, LineOfSightOperator, Observable } from '../kernels/interface.ts'
import { createMeasurement } from '../runs/measurement/measurement.ts'
import type { Measurement } from '../runs/measurement/measurement.ts'
import type { DataVector } from '../storage/run-store.ts'
import { densityChoicesOf, hasThermalElectrons, kernelProblemOf } from './kernel-problem.ts'
import { fieldOnGrid } from './magnetic-field.ts'
import type { RunModels } from './medium.ts'
import { rayIndices } from './ray-index.ts'

/** What is seen of which models through which grid. */
export interface PreviewProblem {
  readonly runFile: RunFile
  readonly models: RunModels
  readonly seen: DataVector
  readonly grid: GridGeometry
  readonly signal: CancelSignal
}

/** Coarse and fine of one quantity, and as many of the one before. */
const mostOperators = 4

/** Kernels that are ready for a sky, by everything that they depend on but the magnetic field. */
export class PreviewOperators {
  readonly #ready = new Map<string, PreviewOperator>()

  /** Undefined when it was cancelled. @throws InputError for what the kernels do not compute */
  async get(problem: PreviewProblem): Promise<PreviewOperator | undefined> {
    const key = keyOf(problem)
    const known = this.#ready.get(key)
    if (known) {
      // The last one that was used is the last to go.
      this.#ready.delete(key)
      this.#ready.set(key, known)
      return known
    }
    for (const [oldest, operator] of this.#ready) {
      if (this.#ready.size < mostOperators) break
      this.#ready.delete(oldest)
      await operator.dispose()
    }
    const made = await PreviewOperator.prepare(problem)
    if (made) this.#ready.set(key, made)
    return made
  }

  async dispose(): Promise<void> {
    const held = [...this.#ready.values()]
    this.#ready.clear()
    for (const operator of held) await operator.dispose()
  }
}

function keyOf({ runFile, seen, grid }: PreviewProblem): string {
  const { box, sky, integrator, faraday, thermal_electrons, cosmic_ray_electrons } = runFile
  const { kind, quantity, band } = seen
  const places =
    kind === 'map'
      ? [seen.nside, seen.beamFwhmArcmin]
      : [...seen.directionsDeg, ...seen.distancesKpc]
  return JSON.stringify([
    [box, sky.distance_kpc, integrator, faraday, thermal_electrons, cosmic_ray_electrons],
    [kind, quantity, band, places, grid],
  ])
}

/** Depths, which are left at zero where there are no electrons. */
const depths: ReadonlySet<Observable> = new Set(['faraday_depth', 'dispersion_measure'])

/** Kernels on one thread for one sky: filled with a magnetic field, they say what is seen of it. */
class PreviewOperator {
  readonly #measurement: Measurement
  readonly #operator: LineOfSightOperator
  readonly #field: GridValues
  readonly #grid: GridGeometry
  readonly #indices: Float64Array | undefined

  private constructor(
    measurement: Measurement,
    operator: LineOfSightOperator,
    grid: GridGeometry,
    indices: Float64Array | undefined,
  ) {
    this.#measurement = measurement
    this.#operator = operator
    this.#field = operator.createGrid(3)
    this.#grid = grid
    this.#indices = indices
  }

  static async prepare({
    runFile,
    models,
    seen,
    grid,
    signal,
  }: PreviewProblem): Promise<PreviewOperator | undefined> {
    const measurement = createMeasurement([seen], runFile.sky.distance_kpc)
    const { directions, maxDistanceKpc, frequenciesGhz, observables } = measurement
    const { cosmic_ray_electrons: cosmic } = runFile
    const indices = rayIndices(cosmic, models.skyIndex, directions)?.values
    const electrons = hasThermalElectrons(models)
    const problem = {
      ...kernelProblemOf(runFile, models, grid),
      ...{ directions, frequenciesGhz },
      ...(maxDistanceKpc ? { maxDistanceKpc } : {}),
      observables: observables.filter((one) => electrons || !depths.has(one)),
      ...(indices ? { unknowns: ['raySpectralIndex' as const] } : {}),
    }
    try {
      const backend = await loadBackend('wasm')
      const densities = densityChoicesOf(models)
      // A run that goes on keeps its threads busy: one more does not slow it down by more than it must.
      const operator = await withAbortSignal(signal, (abort) =>
        backend.prepare(problem, { threads: 1, densities, signal: abort }),
      )
      return new PreviewOperator(measurement, operator, grid, indices)
    } catch (error) {
      if (signal.aborted) return undefined
      if (error instanceof KernelError) throw new InputError(error.message, { cause: error })
      throw error
    }
  }

  /** Takes the magnetic field of the models, or what their grid starts from, at the centres of the voxels. */
  fill(models: RunModels): void {
    this.#field.set(fieldOnGrid(models, this.#grid))
  }

  /** What is seen of the field that it is filled with: one value per pixel or source, in the unit of the data. */
  async look(): Promise<Float64Array> {
    const seen = await this.#operator.forward({
      magneticField: this.#field,
      ...(this.#indices ? { raySpectralIndex: this.#indices } : {}),
    })
    const [model] = this.#measurement.apply(seen)
    return model
  }

  dispose(): Promise<void> {
    return this.#operator.dispose()
  }
}
