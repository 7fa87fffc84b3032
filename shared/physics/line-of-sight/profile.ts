/**
 * What one line of sight runs through and what it adds up to on the way, for looking at: the same nodes, laws and
 * integrals as the forward model, so that the last row holds the ray's observables.
 */
import { PC_PER_KPC } from '../constants.ts'
import { createStencil, locate } from '../grid.ts'
import { along } from '../vector.ts'
import type { NodeQuantities } from './node-quantities.ts'
import { createNodeQuantities, gatherNode } from './node-quantities.ts'
import type { Unknowns } from './problem.ts'
import { rayAt } from './ray-nodes.ts'
import { RayState } from './ray-state.ts'
import { integrateToNodes } from './running-integral.ts'
import type { Setup } from './setup.ts'

/** One number per row; rows are the observer, the nodes of the ray and its end, in the order of distance. */
export interface RayProfile {
  readonly rows: number
  readonly distanceKpc: Float64Array
  /** |B|, microgauss. */
  readonly strength: Float64Array
  /** Toward the observer, microgauss. */
  readonly parallel: Float64Array
  /** Across the line of sight, 0 or more, microgauss. */
  readonly perpendicular: Float64Array
  /** n_e, cm^-3; zero where the problem has none. */
  readonly thermal: Float64Array
  /** C, m^-3. */
  readonly cosmicRay: Float64Array
  /**
   * Synchrotron emission of the medium at that place, K kpc^-1 of Rayleigh-Jeans temperature, weighted over the band. Nothing
   * between it and the observer is counted: without free-free it is the derivative of `intensity` by distance; with it,
   * `intensity` also has what the thermal gas absorbs of it and emits itself.
   */
  readonly emissivity: Float64Array
  /** What the stretch up to here gives to I, and to Q and U where they are asked for, K. */
  readonly intensity: Float64Array
  readonly stokesQ: Float64Array | undefined
  readonly stokesU: Float64Array | undefined
  /** Faraday depth, rad m^-2, and dispersion measure, pc cm^-3, of what lies in front. */
  readonly faradayDepth: Float64Array
  readonly dispersionMeasure: Float64Array
}

/**
 * Profile of one ray of a problem that asks for I and faraday_depth.
 *
 * @param weights of the problem's frequencies in what is observed; they sum to 1
 */
export function profileRay(
  setup: Setup,
  unknowns: Unknowns,
  ray: number,
  weights: readonly number[],
): RayProfile {
  const state = new RayState(setup)
  state.take(unknowns, ray)
  const { nodes } = state
  const { count } = nodes
  const { lengthKpc } = rayAt(setup, ray)
  const ends = [0, lengthKpc].map((distance) => quantitiesAt(setup, unknowns, state, distance))
  const local = (name: keyof NodeQuantities) =>
    between(ends[0][name][0], nodes.values[name].subarray(0, count), ends[1][name][0])
  const [north, east, los] = [local('north'), local('east'), local('los')]
  const running = (integrand: (node: number) => number): Float64Array => {
    const f = Float64Array.from({ length: count }, (_, node) => integrand(node))
    const inside = new Float64Array(count)
    const total = integrateToNodes(setup.rule, nodes, f, inside)
    return between(0, inside, total)
  }
  const { intensity, stokesQ, stokesU } = emission(state, weights, running)
  const { thermal } = nodes.values
  return {
    rows: count + 2,
    distanceKpc: between(0, nodeDistances(state), lengthKpc),
    strength: north.map((value, row) => Math.hypot(value, east[row], los[row])),
    parallel: los,
    perpendicular: north.map((value, row) => Math.hypot(value, east[row])),
    thermal: local('thermal'),
    cosmicRay: local('cosmicRay'),
    emissivity: between(
      emissivityAt(setup, weights, ends[0], 0),
      Float64Array.from({ length: count }, (_, node) =>
        emissivityAt(setup, weights, nodes.values, node),
      ),
      emissivityAt(setup, weights, ends[1], 0),
    ),
    intensity,
    stokesQ,
    stokesU,
    // Adding zero turns -0 (no electrons) into 0.
    faradayDepth: between(0, state.depth.subarray(0, count), state.totalDepth + 0),
    dispersionMeasure: running((node) => PC_PER_KPC * thermal[node]),
  }
}

/** A row before and a row after. */
function between(first: number, values: ArrayLike<number>, last: number): Float64Array {
  const rows = new Float64Array(values.length + 2)
  rows[0] = first
  rows.set(values, 1)
  rows[values.length + 1] = last
  return rows
}

/** Distance of every node from the observer. */
function nodeDistances({ nodes, setup: { rule } }: RayState): number[] {
  const n = rule.nodes.length
  const distances: number[] = []
  let start = 0
  for (let part = 0; part < nodes.parts; part++) {
    const half = nodes.halfLengths[part]
    for (let i = 0; i < n; i++) distances.push(start + half * (1 + rule.nodes[i]))
    start += 2 * half
  }
  return distances
}

/** The medium at one distance, read as at a node. */
function quantitiesAt(
  setup: Setup,
  unknowns: Unknowns,
  { nodes: { frame } }: RayState,
  distance: number,
): NodeQuantities {
  const { problem, thermal } = setup
  const position = along(problem.observerKpc, frame.direction, distance)
  const place = { field: createStencil(), scalar: createStencil() }
  locate(problem.grid, position, 'continued', place.field)
  locate(problem.grid, position, 'held', place.scalar)
  const values = createNodeQuantities(1)
  values.index[0] = problem.spectralIndex
  gatherNode(unknowns, frame, place, values, 0)
  const [x, y, z] = position
  if (!unknowns.cosmicRays) values.cosmicRay[0] = problem.cosmicRayDensity(x, y, z)
  if (!unknowns.thermalElectrons && thermal)
    values.thermal[0] = problem.thermalElectronDensity?.(x, y, z) ?? 0
  return values
}

/** Of a band, before anything absorbs it, K kpc^-1. */
function emissivityAt(
  { law }: Setup,
  weights: readonly number[],
  { north, east, cosmicRay, index }: NodeQuantities,
  node: number,
): number {
  law.evaluate(north[node] ** 2 + east[node] ** 2, index[node])
  return weights.reduce((sum, weight, f) => sum + weight * cosmicRay[node] * law.intensity[f], 0)
}

type Running = (integrand: (node: number) => number) => Float64Array

/** What forward.ts sums, as integrals up to every row. */
function emission(
  { nodes, setup, depth, measure, totalMeasure }: RayState,
  weights: readonly number[],
  running: Running,
): Pick<RayProfile, 'intensity' | 'stokesQ' | 'stokesU'> {
  const { law, polarised, turning, opacity, electronTemperatureK } = setup
  const { north, east, cosmicRay, index } = nodes.values
  const emitted = (of: 'intensity' | 'polarised', turned: (node: number, f: number) => number) =>
    running((node) => {
      law.evaluate(north[node] ** 2 + east[node] ** 2, index[node])
      let sum = 0
      weights.forEach((weight, f) => {
        const seen = opacity[f] === 0 ? 1 : Math.exp(-opacity[f] * measure[node])
        sum += weight * seen * cosmicRay[node] * law[of][f] * turned(node, f)
      })
      return sum
    })
  const synchrotron = emitted('intensity', () => 1)
  const inFront = between(0, measure.subarray(0, nodes.count), totalMeasure)
  const intensity = synchrotron.map((value, row) => {
    let thermal = 0
    weights.forEach((weight, f) => {
      thermal -= weight * electronTemperatureK * Math.expm1(-opacity[f] * inFront[row])
    })
    return value + thermal
  })
  if (!polarised) return { intensity, stokesQ: undefined, stokesU: undefined }
  const cosine = (node: number) => east[node] ** 2 - north[node] ** 2
  const sine = (node: number) => -2 * north[node] * east[node]
  return {
    intensity,
    stokesQ: emitted('polarised', (node, f) => {
      const angle = turning[f] * depth[node]
      return Math.cos(angle) * cosine(node) - Math.sin(angle) * sine(node)
    }),
    stokesU: emitted('polarised', (node, f) => {
      const angle = turning[f] * depth[node]
      return Math.sin(angle) * cosine(node) + Math.cos(angle) * sine(node)
    }),
  }
}
