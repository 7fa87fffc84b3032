import { boxExit } from '#shared/physics/geometry.ts'
import { gridSpacing } from '#shared/physics/grid.ts'
import type { GridGeometry } from '#shared/physics/grid.ts'
import type { Vector3 } from '#shared/physics/vector.ts'
import { isPolarised } from '#shared/physics/observables.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import type { RunRecord } from '../storage/records.ts'
import { atLevel } from './levels.ts'
import { gridOf } from './prepare-problem.ts'

/** How long a run will optimise, roughly. */
export interface RunTime {
  readonly lowSeconds: number
  readonly highSeconds: number
  /** `runs`: runs of this session were measured; `table`: figures of another machine stand for this one. */
  readonly basis: 'runs' | 'table'
}

/**
 * Nanoseconds on one thread: forward and gradient per crossing (one node in a cell), and a first-order step per unknown. Measured on
 * an EPYC server, see ARCHITECTURE.md, "The line-of-sight kernel"; Q and U with Faraday rotation beside I, and what a further
 * frequency costs of that.
 */
const COST = { intensity: 45, polarised: 75, frequency: 0.07, unknown: 15 }
/** Gradients that an L-BFGS step takes with its line search. */
const LBFGS_GRADIENTS = 1.3
/** How far off the model is: the same machine, and another one. */
const SPREAD = { runs: [0.8, 1.3], table: [0.5, 2.5] } as const
/** Shorter runs measure what else the machine was at. */
const LEAST_STEPS = 10

interface Measured {
  readonly record: Pick<RunRecord, 'iteration' | 'seconds' | 'threads' | 'configuration'>
  readonly modelled: number
}

/** Cells that a line of sight enters on its way from the observer to the face of the box, mean over directions. */
export function meanCrossings(
  grid: GridGeometry,
  observerKpc: Vector3,
  directions: Float64Array,
): number {
  const spacing = gridSpacing(grid)
  let sum = 0
  const rays = directions.length / 3
  for (let ray = 0; ray < rays; ray++) {
    const n: Vector3 = [directions[3 * ray], directions[3 * ray + 1], directions[3 * ray + 2]]
    const length = boxExit(observerKpc, n, grid.halfSizeKpc)
    sum += 1 + n.reduce((faces, part, axis) => faces + (Math.abs(part) * length) / spacing[axis], 0)
  }
  return sum / rays
}

/**
 * Seconds on one thread that the model of the costs gives for all iterations.
 *
 * @param rays lines of sight before masking
 * @param directions some that stand for all
 */
export function modelledSeconds(
  runFile: RunFile,
  rays: number,
  unknowns: number,
  directions: Float64Array,
): number {
  const { optimiser, data, integrator, box } = runFile
  const polarised = data.some(({ quantity }) => isPolarised(quantity))
  const frequencies = new Set(data.map(({ frequency_ghz: f, bandpass }) => f ?? bandpass)).size
  const nodes = integrator.rule === 'cells' ? integrator.nodes / 3 : 1
  const perCrossing =
    (polarised ? COST.polarised : COST.intensity) *
    nodes *
    (1 + COST.frequency * Math.max(0, frequencies - 1))
  // A product with the curvature is a tangent and an adjoint: about a gradient.
  const gradients =
    optimiser.method === 'gauss-newton'
      ? 1 + optimiser.inner_iterations
      : optimiser.method === 'lbfgs'
        ? LBFGS_GRADIENTS
        : 1
  let nanoseconds = 0
  for (let level = 0; level <= optimiser.levels; level++) {
    const crossings =
      rays * meanCrossings(gridOf(atLevel(runFile, level)), box.observer_kpc, directions)
    const share = unknowns / 8 ** (optimiser.levels - level)
    nanoseconds += gradients * (perCrossing * crossings + COST.unknown * share)
  }
  return ((nanoseconds / (optimiser.levels + 1)) * optimiser.iterations) / 1e9
}

/** Whether a run went on for long enough to tell how fast its machine is. */
export function tellsSpeed({ iteration, seconds, threads }: RunRecord): boolean {
  return iteration >= LEAST_STEPS && seconds > 0 && threads !== null
}

/**
 * @param modelled seconds of the run as `modelledSeconds` gives them
 * @param threads that it will have
 * @param measured a run on this machine that tells its speed, with what the model gives for all of its iterations
 */
export function planTime(modelled: number, threads: number, measured?: Measured): RunTime {
  const basis = measured ? 'runs' : 'table'
  const [low, high] = SPREAD[basis]
  const expected = (modelled * (measured ? slowness(measured) : 1)) / threads
  return { lowSeconds: low * expected, highSeconds: high * expected, basis }
}

function slowness({ record, modelled }: Measured): number {
  const { iteration, seconds, threads, configuration } = record
  const share = iteration / configuration.optimiser.iterations
  return (seconds * (threads ?? 1)) / (modelled * share)
}
