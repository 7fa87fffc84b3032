import type { CancelSignal } from '#shared/contract/cancellation.ts'
import { allPixels } from '#shared/healpix/index.ts'
import { fitWeights, pixelSets, residuals, withNuisance } from '#shared/inference/likelihood.ts'
import { solveNuisance } from '#shared/inference/nuisance.ts'
import type { Nuisance } from '#shared/inference/nuisance.ts'
import type { GridGeometry } from '#shared/physics/index.ts'
import { isDepth, observableUnits } from '#shared/physics/observables.ts'
import type { DataEntry, RunFile } from '#shared/session/run-file.ts'
import { InputError } from '../errors.ts'
import { prepareMap } from '../runs/prepare-map.ts'
import { preparePoints } from '../runs/prepare-points.ts'
import type { DataVector, MapVector } from '../storage/run-store.ts'
import { readCosmicRayInputs } from './cosmic-ray-inputs.ts'
import { hasThermalElectrons } from './kernel-problem.ts'
import { modelsOf } from './medium.ts'
import { PreviewOperators } from './preview-operators.ts'
import { previewGrid } from './preview-grid.ts'
import type { PreviewDetail } from './preview-grid.ts'

/** What is to be seen: a data entry of the run file by name, or a quantity of the whole sky without data. */
export type PreviewSubject =
  | { readonly data: string }
  | { readonly quantity: DataEntry['quantity']; readonly frequencyGhz: number }

export interface PreviewRequest {
  readonly subject: PreviewSubject
  /** Of maps; data that are coarser keep their own. */
  readonly nside: number
  readonly detail: PreviewDetail
  readonly signal: CancelSignal
}

/** The sky of the models of a run file, values in the unit of the data: K, rad m^-2 or pc cm^-3. */
export interface SkyPreview {
  /** 0 for a catalogue. */
  readonly nside: number
  /** Sources of a catalogue, else 0. */
  readonly sources: number
  readonly unit: string
  readonly quantity: DataEntry['quantity']
  readonly frequencyGhz: number | null
  readonly grid: GridGeometry['shape']
  /** One value per RING pixel or source; with offset and gain where there are data. */
  readonly model: Float32Array<ArrayBuffer>
  /** Absent without data; NaN where they have no value. */
  readonly compared?: {
    readonly data: Float32Array<ArrayBuffer>
    readonly difference: Float32Array<ArrayBuffer>
    readonly nuisance: Nuisance
  }
  /** What the preview leaves out, in sentences. */
  readonly notes: readonly string[]
}

const mostData = 8
/** Nobody drags any more: threads and their memory go. */
const idleMs = 60_000

/**
 * Predicts skies while parameters are dragged. What does not depend on the magnetic field (rays, densities at the nodes,
 * beams, data) is kept between requests, which then cost one evaluation of the field on a grid and one pass of the kernels
 * on a single thread. Requests are answered one after another; one that was cancelled before its turn costs nothing.
 */
export class SkyPreviews {
  readonly #operators = new PreviewOperators()
  readonly #data = new Map<string, DataVector>()
  #turn: Promise<unknown> = Promise.resolve()
  #idle: ReturnType<typeof setTimeout> | undefined

  /** Undefined when it was cancelled. @throws InputError that names the key */
  predict(runFile: RunFile, request: PreviewRequest): Promise<SkyPreview | undefined> {
    return this.#inTurn(() => this.#predict(runFile, request))
  }

  /** Ends the threads. Later requests prepare anew. */
  dispose(): Promise<void> {
    clearTimeout(this.#idle)
    const ended = this.#turn.then(async () => {
      this.#data.clear()
      await this.#operators.dispose()
    })
    this.#turn = ended
    return ended
  }

  #inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    clearTimeout(this.#idle)
    const answer = this.#turn.then(work)
    this.#turn = answer.then(
      () => this.#rest(),
      () => this.#rest(),
    )
    return answer
  }

  #rest(): void {
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => void this.dispose(), idleMs)
    this.#idle.unref()
  }

  async #predict(original: RunFile, request: PreviewRequest): Promise<SkyPreview | undefined> {
    const { nside, signal, subject, detail } = request
    if (signal.aborted) return undefined
    const runFile = throughCells(original)
    const vector =
      'data' in subject ? await this.#vectorOf(runFile, subject.data, nside) : undefined
    const seen = vector ? wholeSky(vector) : skyWithoutData(subject, nside)
    const { inputs } = await readCosmicRayInputs(runFile)
    const { random, ...models } = modelsOf(runFile, inputs)
    requireDepth(seen, hasThermalElectrons(models))
    const grid = previewGrid(runFile, detail)
    const operator = await this.#operators.get({ runFile, models, seen, grid, signal })
    if (!operator || signal.aborted) return undefined
    operator.fill(models)
    // Whoever drags on has sent the next request meanwhile: it is read before more is computed.
    await new Promise((resolve) => setImmediate(resolve))
    if (signal.aborted) return undefined
    const model = await operator.look()
    const { unit, quantity, frequencyGhz } = seen
    return {
      ...(seen.kind === 'map'
        ? { nside: seen.nside, sources: 0 }
        : { nside: 0, sources: seen.values.length }),
      ...{ unit, quantity, frequencyGhz, grid: grid.shape },
      ...(vector ? compare(vector, model) : { model: Float32Array.from(model) }),
      notes: random ? ['The random part of the field is left out.'] : [],
    }
  }

  /** The data of an entry as a run would take them, all of them fitted. */
  async #vectorOf(runFile: RunFile, name: string, nside: number): Promise<DataVector> {
    const index = runFile.data.findIndex((entry) => entry.name === name)
    if (index < 0) {
      throw new InputError(`data: there is no entry "${name}".`, { field: 'data' })
    }
    const entry = runFile.data[index]
    const key = `data[${index}]`
    // The other entries too: Q is rotated with its U.
    const id = JSON.stringify([index, runFile.data, nside])
    const known = this.#data.get(id)
    if (known) return known
    const { vector } = entry.catalogue
      ? await preparePoints(entry, entry.catalogue, key)
      : await prepareMap(entry, key, nside, runFile.data)
    const made = { ...vector, set: new Uint8Array(vector.values.length).fill(pixelSets.fitted) }
    const [oldest] = this.#data.keys()
    if (this.#data.size >= mostData) this.#data.delete(oldest)
    this.#data.set(id, made)
    return made
  }
}

/** Midpoint samples are no kernels' business: a preview goes through the cells of its grid. */
function throughCells(runFile: RunFile): RunFile {
  if (runFile.integrator.rule === 'cells') return runFile
  const phase = runFile.faraday.phase === 'off' ? 'off' : 'exact'
  return { ...runFile, integrator: { rule: 'cells', nodes: 3 }, faraday: { phase } }
}

/** The same data with every pixel of the sky, for the model to be seen where there are none too. */
function wholeSky(vector: DataVector): DataVector {
  return vector.kind === 'map' ? { ...vector, pixels: allPixels(vector.nside) } : vector
}

function skyWithoutData(subject: PreviewSubject, nside: number): MapVector {
  if ('data' in subject) throw new Error('The subject has data.')
  const { quantity, frequencyGhz } = subject
  const depth = isDepth(quantity)
  const none = new Float64Array()
  return {
    kind: 'map',
    name: quantity,
    quantity,
    unit: observableUnits[quantity],
    frequencyGhz: depth ? null : frequencyGhz,
    band: depth ? [] : [{ frequencyGhz, weight: 1 }],
    nside,
    beamFwhmArcmin: null,
    offset: 0,
    gain: 1,
    notes: [],
    pixels: allPixels(nside),
    values: none,
    sigma: none,
    set: new Uint8Array(),
  }
}

/** @throws InputError for a depth of nothing */
function requireDepth({ quantity }: DataVector, electrons: boolean): void {
  if (electrons || !isDepth(quantity)) return
  const field = 'thermal_electrons.model'
  throw new InputError(
    `${field}: without thermal electrons there is no ${quantity.replace('_', ' ')}. Choose a model.`,
    { field },
  )
}

/** Model with the offset and gain that suit the data, and what the data have beyond it. */
function compare(vector: DataVector, all: Float64Array): Pick<SkyPreview, 'model' | 'compared'> {
  const places = vector.kind === 'map' ? vector.pixels : vector.values.map((_, i) => i)
  const model = Float64Array.from(places, (place) => all[place])
  const weights = fitWeights(vector.sigma, vector.set)
  const nuisance = solveNuisance(vector.values, model, weights, vector)
  const rest = residuals(vector.values, model, nuisance)
  const spread = (values: Float64Array) => {
    const whole = new Float32Array(all.length).fill(NaN)
    places.forEach((place, i) => (whole[place] = values[i]))
    return whole
  }
  return {
    model: Float32Array.from(withNuisance(all, nuisance)),
    compared: { data: spread(vector.values), difference: spread(rest), nuisance },
  }
}
