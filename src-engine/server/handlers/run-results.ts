import { EngineError, WithPayloads } from '#shared/contract/index.ts'
import { fittedPointColumns } from '#shared/contract/methods.ts'
import type { CancelSignal } from '#shared/contract/cancellation.ts'
import type { GridName, ShownGridName } from '#shared/contract/methods.ts'
import { residuals, withNuisance } from '#shared/inference/likelihood.ts'
import type { Nuisance } from '#shared/inference/nuisance.ts'
import { fullSky } from '../../exports/maps-fits.ts'
import { conditionalSigma } from '../../runs/conditional-sigma.ts'
import { coverageOf } from '../../runs/coverage.ts'
import { gridOf } from '../../runs/prepare-problem.ts'
import type { GridCopy } from '../../runs/run-loop.ts'
import { modelOnGrid } from '../../simulation/model-grid.ts'
import type { DataVector } from '../../storage/run-store.ts'
import type { Client, Engine } from '../engine.ts'
import { pointTable } from './point-table.ts'
import type { HandlersOf } from './types.ts'
import { requireRun } from './runs.ts'

type Methods = 'run.curves' | 'run.map' | 'run.points' | 'run.field'
type Which = 'data' | 'model' | 'residual' | 'residual_over_sigma' | 'set'

interface Fit {
  readonly iteration: number
  readonly model: Float64Array
  readonly nuisance: Nuisance
}

const notYet = (what: string) =>
  new EngineError({ code: 'not-yet', message: `The run has no ${what} yet.` })

const stillRunning = new EngineError({
  code: 'running',
  message:
    'The spread is worked out when the run is paused or done: it takes as long as some of its iterations.',
})

const noGrid = (name: GridName) =>
  new EngineError({ code: 'no-grid', message: `The run has no grid of ${name}.` })

/** What a run shows while it goes on (from memory) and afterwards (from its last checkpoint). */
export function runResultHandlers(engine: Engine, client: Client): HandlersOf<Methods> {
  const find = (id: string, run: number) => {
    const opened = engine.sessions.get(id, client)
    requireRun(opened, run)
    return { session: opened.session, loop: engine.runs.live(opened.session, run) }
  }

  /** The model map of one data vector and the iteration that it belongs to. */
  const fitOf = (id: string, run: number, data: readonly DataVector[], index: number): Fit => {
    const { session, loop } = find(id, run)
    if (loop?.latest !== undefined) {
      const { iteration, models, nuisance } = loop.latest
      return { iteration, model: models[index], nuisance: nuisance[index] }
    }
    const [checkpoint] = session.runs.checkpoints(run)
    if (checkpoint === undefined) throw notYet('model')
    const { values } = session.runs.checkpointArray(checkpoint, `model/${data[index].name}`)
    return {
      iteration: checkpoint.details.modelIteration,
      model: Float64Array.from(values),
      nuisance: checkpoint.details.nuisance[index],
    }
  }

  const vectorOf = (id: string, run: number, name: string) => {
    const { session, loop } = find(id, run)
    const data = loop?.data ?? session.runs.data(run)
    if (data.length === 0) throw notYet('data')
    const index = data.findIndex((vector) => vector.name === name)
    if (index < 0)
      throw new EngineError({ code: 'no-data', message: `The run has no data "${name}".` })
    return { data, index, vector: data[index] }
  }

  /** A grid of a run and the iteration it belongs to, from memory or from the last checkpoint. */
  const gridCopyOf = async (id: string, run: number, name: GridName) => {
    const { session, loop } = find(id, run)
    if (!loop) {
      const [checkpoint] = session.runs.checkpoints(run)
      if (checkpoint === undefined) throw notYet('field')
      const stored = session.runs.arrayNames(checkpoint).some((array) => array.name === name)
      if (!stored) throw noGrid(name)
      const { unit, shape, values } = session.runs.checkpointArray(checkpoint, name)
      const { iteration } = checkpoint
      return { iteration, unit, shape, values: Float32Array.from(values) }
    }
    const copy = await loop.gridBetweenSteps(name)
    if (copy === undefined) throw noGrid(name)
    return copy
  }

  /** What `run.field` gives: a grid of the run, a density that it holds fixed, or what the data say of each voxel. */
  const shownGrid = async (
    id: string,
    run: number,
    name: ShownGridName,
    signal: CancelSignal,
  ): Promise<Pick<GridCopy, 'iteration' | 'unit' | 'shape' | 'values'>> => {
    const { session, loop } = find(id, run)
    const record = session.runs.get(run)
    const { configuration } = record
    const iteration = loop?.iteration ?? record.iteration
    const { shape } = gridOf(configuration)
    if (name === 'coverage') {
      const data = loop?.data ?? session.runs.data(run)
      if (data.length === 0) throw notYet('data')
      const values = Float32Array.from(await coverageOf(configuration, data, signal))
      return { iteration, unit: 'kpc', shape, values }
    }
    if (name === 'conditional_sigma') {
      if (loop) throw stillRunning
      const [checkpoint] = session.runs.checkpoints(run)
      if (checkpoint === undefined) throw notYet('field')
      const arrays = new Map(
        session.runs
          .arrayNames(checkpoint)
          .filter(({ name: array }) => /^(parameters\/|[a-z_]+$)/.test(array))
          .map(({ name: array }) => {
            const { values } = session.runs.checkpointArray(checkpoint, array)
            return [array, Float64Array.from(values)]
          }),
      )
      const data = session.runs.data(run)
      const cosmicRays = session.runs.cosmicRays(run)
      const request = { runFile: configuration, data, cosmicRays, arrays, signal }
      const values = await conditionalSigma(request)
      return { iteration: checkpoint.iteration, unit: 'microgauss', shape, values }
    }
    try {
      return await gridCopyOf(id, run, name)
    } catch (error) {
      const fixed = error instanceof EngineError && error.code === 'no-grid'
      if (!fixed || name === 'spectral_index') throw error
      const model = modelOnGrid(configuration, name, session.runs.cosmicRays(run))
      return {
        ...model,
        shape: model.components === 3 ? [...model.shape, 3] : model.shape,
        iteration,
      }
    }
  }

  return {
    'run.curves'({ session: id, run, from }) {
      const { session, loop } = find(id, run)
      const { columns, rows, values } = loop?.curves(from) ?? session.runs.curves(run, from)
      const marks = session.runs.marks(run)
      return new WithPayloads({ columns: [...columns], rows, marks }, [values])
    },

    'run.map'({ session: id, run, data: name, which }) {
      const { data, index, vector } = vectorOf(id, run, name)
      if (vector.kind !== 'map') {
        throw new EngineError({
          code: 'no-map',
          message: `"${name}" is a catalogue: there is no map of it. Ask for its points.`,
        })
      }
      const fit = which === 'data' || which === 'set' ? undefined : fitOf(id, run, data, index)
      const pixels = fullSky(vector, valuesOf(which, vector, fit))
      return new WithPayloads(
        {
          nside: vector.nside,
          unit: which === 'set' || which === 'residual_over_sigma' ? '' : vector.unit,
          iteration: fit?.iteration ?? 0,
          nuisance: fit === undefined ? '' : nuisanceText(fit.nuisance, vector),
        },
        [pixels],
      )
    },

    'run.points'({ session: id, run, data: name }) {
      const { data, index, vector } = vectorOf(id, run, name)
      if (vector.kind !== 'points')
        throw new EngineError({ code: 'no-points', message: `"${name}" is a map.` })
      const fit = fitOrNone(() => fitOf(id, run, data, index))
      const model = fit && valuesOf('model', vector, fit)
      return new WithPayloads(
        {
          columns: [...fittedPointColumns],
          rows: vector.values.length,
          unit: vector.unit,
          iteration: fit?.iteration ?? 0,
          nuisance: fit === undefined ? '' : nuisanceText(fit.nuisance, vector),
        },
        [pointTable(vector, (i) => [model?.[i] ?? NaN, vector.set[i]])],
      )
    },

    async 'run.field'({ session: id, run, grid }, { signal }) {
      const { configuration } = find(id, run).session.runs.get(run)
      const { iteration, unit, shape, values } = await shownGrid(id, run, grid, signal)
      const [nx, ny, nz, components = 1] = shape
      return new WithPayloads(
        {
          grid,
          shape: [nx, ny, nz],
          components,
          half_size_kpc: configuration.box.half_size_kpc,
          observer_kpc: configuration.box.observer_kpc,
          iteration,
          unit,
        },
        [values],
      )
    },
  }
}

/** Undefined before a run has a model. */
function fitOrNone(find: () => Fit): Fit | undefined {
  try {
    return find()
  } catch (error) {
    if (error instanceof EngineError && error.code === 'not-yet') return undefined
    throw error
  }
}

function valuesOf(which: Which, vector: DataVector, fit: Fit | undefined): ArrayLike<number> {
  if (which === 'set') return vector.set
  if (fit === undefined) return vector.values
  const { model, nuisance } = fit
  if (which === 'model') return withNuisance(model, nuisance)
  const residual = residuals(vector.values, model, nuisance)
  return which === 'residual' ? residual : residual.map((value, i) => value / vector.sigma[i])
}

/** How the model map was brought to the data: "offset 3.21 K" or "gain 1.02, offset 3.21 K". */
export function nuisanceText(
  { offset, gain }: Nuisance,
  { unit }: Pick<DataVector, 'unit'>,
): string {
  const parts = [
    ...(gain === 1 ? [] : [`gain ${gain.toPrecision(4)}`]),
    ...(offset === 0 ? [] : [`offset ${offset.toPrecision(4)} ${unit}`]),
  ]
  return parts.join(', ')
}
