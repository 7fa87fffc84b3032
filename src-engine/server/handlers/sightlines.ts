import { EngineError, WithPayloads } from '#shared/contract/index.ts'
import { sightlineColumns } from '#shared/contract/methods.ts'
import type { SightlineColumn } from '#shared/contract/methods.ts'
import { cellCentre } from '#shared/physics/index.ts'
import type { RayProfile } from '#shared/physics/line-of-sight/index.ts'
import type { GridValues } from '../../kernels/interface.ts'
import { gridOf } from '../../runs/prepare-problem.ts'
import { seenBy, sightlineOf } from '../../runs/sightline.ts'
import type { DataVector } from '../../storage/run-store.ts'
import type { Client, Engine } from '../engine.ts'
import { requireRun } from './runs.ts'
import type { HandlersOf } from './types.ts'

type Methods = 'run.sightline' | 'run.seen_by'

/** More rows than a screen has pixels across say nothing more; whole turns of polarisation cut a ray into many. */
const mostRows = 8000

/** Lines of sight through the fields of a run, while it goes on and afterwards. */
export function sightlineHandlers(engine: Engine, client: Client): HandlersOf<Methods> {
  const find = (id: string, run: number) => {
    const opened = engine.sessions.get(id, client)
    requireRun(opened, run)
    const { session } = opened
    return { runs: session.runs, loop: engine.runs.live(session, run) }
  }
  const dataOf = (id: string, run: number): readonly DataVector[] => {
    const { runs, loop } = find(id, run)
    return loop?.data ?? runs.data(run)
  }
  const named = (data: readonly DataVector[], name: string): DataVector => {
    const vector = data.find((one) => one.name === name)
    if (vector) return vector
    throw new EngineError({ code: 'no-data', message: `The run has no data "${name}" yet.` })
  }

  /** What `look` makes of the grids of a run, from memory or from its last checkpoint. */
  const lookAt = async <Seen>(
    id: string,
    run: number,
    look: (arrays: ReadonlyMap<string, GridValues>, iteration: number) => Seen,
  ): Promise<Seen> => {
    const { runs, loop } = find(id, run)
    if (loop) return loop.lookBetweenSteps(look)
    const [checkpoint] = runs.checkpoints(run)
    if (checkpoint === undefined)
      throw new EngineError({ code: 'not-yet', message: 'The run has no field yet.' })
    const arrays = new Map<string, GridValues>()
    const known = new Set(runs.arrayNames(checkpoint).map(({ name }) => name))
    for (const name of [
      'magnetic_field',
      'thermal_electrons',
      'cosmic_ray_electrons',
      'spectral_index',
      'parameters/spectral_index',
    ]) {
      if (!known.has(name)) continue
      const { values } = runs.checkpointArray(checkpoint, name)
      arrays.set(name, values instanceof Float32Array ? values : Float64Array.from(values))
    }
    return look(arrays, checkpoint.iteration)
  }

  return {
    async 'run.sightline'({ session: id, run, l_deg, b_deg, data, distance_kpc }) {
      const { runs } = find(id, run)
      const { configuration } = runs.get(run)
      const cosmicRays = runs.cosmicRays(run)
      const all = dataOf(id, run)
      const request = {
        data: all,
        lDeg: l_deg,
        bDeg: b_deg,
        vector: data === undefined ? undefined : named(all, data),
        distanceKpc: distance_kpc,
      }
      const { sightline, iteration } = await lookAt(id, run, (arrays, iteration) => ({
        sightline: sightlineOf(configuration, cosmicRays, arrays, request),
        iteration,
      }))
      const { columns, rows, table } = tableOf(sightline.profile)
      const [x, y, z] = sightline.endKpc
      return new WithPayloads(
        {
          columns,
          rows,
          iteration,
          l_deg: sightline.lDeg,
          b_deg: sightline.bDeg,
          observer_kpc: configuration.box.observer_kpc,
          end_kpc: [x, y, z],
          frequencies_ghz: [...sightline.frequenciesGhz],
        },
        [table],
      )
    },

    'run.seen_by'({ session: id, run, data, position_kpc }) {
      const { configuration } = find(id, run).runs.get(run)
      const vector = named(dataOf(id, run), data)
      const { voxel, paths } = seenBy(configuration, vector, position_kpc)
      const grid = gridOf(configuration)
      const [i, j, k] = voxel
      let [seen, longest] = [0, 0]
      for (const path of paths) {
        if (path !== 0) seen++
        if (path > longest) longest = path
      }
      return new WithPayloads(
        {
          voxel: [i, j, k],
          centre_kpc: [cellCentre(grid, 0, i), cellCentre(grid, 1, j), cellCentre(grid, 2, k)],
          nside: vector.kind === 'map' ? vector.nside : 0,
          sources: vector.kind === 'map' ? 0 : vector.values.length,
          seen,
          longest_kpc: longest,
        },
        [paths],
      )
    },
  }
}

/** [row][column]; of a ray with very many nodes every so many, and always its end. */
function tableOf(profile: RayProfile) {
  const values: Readonly<Record<SightlineColumn, Float64Array | undefined>> = {
    distance_kpc: profile.distanceKpc,
    B: profile.strength,
    B_parallel: profile.parallel,
    B_perp: profile.perpendicular,
    n_e: profile.thermal,
    C: profile.cosmicRay,
    emissivity: profile.emissivity,
    I: profile.intensity,
    Q: profile.stokesQ,
    U: profile.stokesU,
    faraday_depth: profile.faradayDepth,
    dispersion_measure: profile.dispersionMeasure,
  }
  const columns = sightlineColumns.filter((name) => values[name] !== undefined)
  const every = Math.ceil(profile.rows / mostRows)
  const kept: number[] = []
  for (let row = 0; row < profile.rows; row++)
    if (row % every === 0 || row === profile.rows - 1) kept.push(row)
  const table = new Float64Array(kept.length * columns.length)
  columns.forEach((name, column) => {
    kept.forEach((row, at) => {
      table[at * columns.length + column] = values[name]?.[row] ?? NaN
    })
  })
  return { columns, rows: kept.length, table }
}
