import { createHash } from 'node:crypto'
import { availableParallelism } from 'node:os'
import type { RunFile } from '#shared/session/run-file.ts'
import { InputError } from '../errors.ts'
import { KernelError } from '../kernels/interface.ts'
import type {
  GridValues,
  KernelBackend,
  LineOfSightOperator,
  LineOfSightProblem,
} from '../kernels/interface.ts'
import type { CosmicRayInputs } from '../simulation/cosmic-ray-inputs.ts'
import type { DataVector } from '../storage/run-store.ts'
import { createMeasurement } from './measurement/measurement.ts'
import { memoryProblem, planMemory, shortage } from './memory-plan.ts'
import type { RunMemory } from './memory-plan.ts'
import { prepareProblem } from './prepare-problem.ts'
import type { PreparedProblem } from './prepare-problem.ts'
import { Workspace } from './workspace.ts'

export type BackendName = RunFile['backend']
/** The backend of a name; what `auto` takes may depend on the problem. */
export type LoadBackend = (name: BackendName, problem: LineOfSightProblem) => Promise<KernelBackend>

export interface ReadyOperator {
  readonly operator: LineOfSightOperator
  /** The same for every run with this operator: one run at a time works in it. */
  readonly workspace: Workspace
  readonly prepared: PreparedProblem
  readonly backend: KernelBackend['name']
  /** How the backend computes: with backend and threads it decides the bits. */
  readonly mode: string
  /** Which build of its kernels. */
  readonly build: string
}

/** What computes what. */
export interface ComputationRequest {
  readonly runFile: RunFile
  readonly data: readonly DataVector[]
  readonly cosmicRays?: CosmicRayInputs
  readonly backend: BackendName
  readonly threads?: number
}

export interface OperatorRequest extends ComputationRequest {
  readonly signal: AbortSignal
  readonly onProgress: (fraction: number) => void
}

/**
 * Makes operators and keeps the last one: walking the rays is done once for the ten folds of a fit, and not again
 * when a run is paused and resumed. Used by one run at a time.
 */
export class OperatorCache {
  readonly #load: LoadBackend
  #key = ''
  #plannedBytes = 0
  #ready: { operator: LineOfSightOperator; workspace: Workspace } | undefined

  constructor(load: LoadBackend) {
    this.#load = load
  }

  /**
   * What a run will take, checked before any of it is allocated.
   *
   * @throws InputError when that is more than the backend or the machine has
   */
  async plan({
    runFile,
    data,
    cosmicRays,
    backend: name,
    threads,
  }: ComputationRequest): Promise<RunMemory> {
    const measurement = createMeasurement(data, runFile.sky.distance_kpc)
    const rays = measurement.directions.length / 3
    const problem = memoryProblem(runFile, measurement, cosmicRays)
    const backend = await asInput(() => this.#load(name, problem))
    const plan = planMemory(runFile, backend, problem, rays, threadsOf(backend, threads))
    // The operator that is kept makes room for the next, or is that.
    const held = this.#ready ? this.#plannedBytes : 0
    const memory = { ...plan, availableBytes: plan.availableBytes + held }
    const refusal = shortage(memory)
    if (refusal) throw refusal
    this.#plannedBytes = memory.bytes
    return memory
  }

  /** @throws InputError when the backend does not compute what the run asks for */
  async get(request: OperatorRequest): Promise<ReadyOperator> {
    const { runFile, data, cosmicRays } = request
    const prepared = prepareProblem(runFile, data, cosmicRays)
    const backend = await asInput(() => this.#load(request.backend, prepared.problem))
    const threads = threadsOf(backend, request.threads)
    const key = keyOf(runFile, prepared, `${backend.name} ${threads}`)
    if (this.#ready === undefined || key !== this.#key) {
      await this.dispose()
      const operator = await asInput(() =>
        backend.prepare(prepared.problem, {
          threads,
          densities: prepared.densities,
          region: prepared.kernelRegion,
          regularisation: prepared.kernelTerms,
          signal: request.signal,
          onProgress: request.onProgress,
        }),
      )
      // Kept with the operator: its threads let go of the arrays of earlier runs much too late.
      this.#ready = { operator, workspace: new Workspace(operator) }
      this.#key = key
    }
    return {
      ...this.#ready,
      prepared,
      backend: backend.name,
      mode: backend.precision,
      build: backend.build(),
    }
  }

  async dispose(): Promise<void> {
    const ready = this.#ready
    this.#ready = undefined
    await ready?.operator.dispose()
  }

  /** Forgets an operator whose device was lost: whether it can still be let go of does not matter. */
  async discard(): Promise<void> {
    try {
      await this.dispose()
    } catch {
      // The loss is being reported already.
    }
  }
}

/** Threads to ask a backend for. */
function threadsOf({ name }: KernelBackend, threads: number | undefined): number {
  return name === 'wasm' ? (threads ?? availableParallelism()) : 1
}

/** What a backend refuses is something to change in the run file. */
async function asInput<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof KernelError) throw new InputError(error.message, { cause: error })
    throw error
  }
}

/** Everything that an operator was made from: equal keys, equal operators. The name of a table does not say what is in it. */
function keyOf(runFile: RunFile, prepared: PreparedProblem, backend: string): string {
  const { directions, maxDistanceKpc } = prepared.problem
  return createHash('sha256')
    .update(bytesOf(directions))
    .update(bytesOf(maxDistanceKpc))
    .update(bytesOf(prepared.electronTable))
    .update(bytesOf(prepared.cosmicRayTable))
    .update(prepared.kernelRegion)
    .update(
      JSON.stringify(
        prepared.kernelTerms.map(({ term, weight, reference }) => [
          term,
          weight,
          createHash('sha256').update(bytesOf(reference)).digest('hex'),
        ]),
      ),
    )
    .update(
      JSON.stringify([
        backend,
        runFile.box,
        runFile.integrator,
        runFile.faraday,
        prepared.problem.grid.shape,
        prepared.problem.unknowns,
        runFile.thermal_electrons,
        runFile.cosmic_ray_electrons,
        runFile.magnetic_field.grid,
        prepared.problem.cosmicRaySpectrum,
        prepared.problem.frequenciesGhz,
        prepared.problem.observables,
      ]),
    )
    .digest('hex')
}

function bytesOf(values: GridValues = new Float64Array()): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
}
