/**
 * Observables of rays through gridded fields:
 *
 *   I_f = sum_i w_i C_i e_f,i exp(-kappa_f E_i) + T (1 - exp(-kappa_f E_end))
 *   (Q + iU)_f = sum_i w_i C_i h_f,i beta_i^2 exp(2 i lambda_f^2 phi_i - kappa_f E_i)
 *   faraday_depth = phi_end,   dispersion_measure = sum_i w_i n_i
 *
 * with w_i lengths, e_f and h_f of emission-law.ts, phi and E of ray-state.ts.
 */
import { PC_PER_KPC } from '../constants.ts'
import { isStokes } from '../observables.ts'
import type { LineOfSightProblem, Observables, Unknowns } from './problem.ts'
import { RayState } from './ray-state.ts'
import type { Setup } from './setup.ts'

/** Zero-filled observables, those that the problem asks for. */
export function createObservables({
  observables,
  frequenciesGhz,
  directions,
}: LineOfSightProblem): Observables {
  const rays = directions.length / 3
  const created: Observables = {}
  for (const name of observables) {
    created[name] = new Float64Array(isStokes(name) ? rays * frequenciesGhz.length : rays)
  }
  return created
}

/** Fills `into` for the rays first <= ray < last. */
export function forwardRays(
  setup: Setup,
  unknowns: Unknowns,
  into: Observables,
  first: number,
  last: number,
): void {
  const state = new RayState(setup)
  for (let ray = first; ray < last; ray++) {
    state.take(unknowns, ray)
    if (setup.emits) addStokes(state, into, ray)
    // Adding zero turns -0 (no electrons) into 0.
    if (into.faraday_depth) into.faraday_depth[ray] = state.totalDepth + 0
    if (into.dispersion_measure) into.dispersion_measure[ray] = dispersionMeasure(state)
  }
}

function addStokes(
  { nodes, setup, depth, measure, totalMeasure }: RayState,
  { I, Q, U }: Observables,
  ray: number,
): void {
  const { rule, law, rays, polarised, turning, opacity, electronTemperatureK } = setup
  const { values, halfLengths } = nodes
  const n = rule.weights.length
  const frequencies = turning.length
  for (let i = 0; i < nodes.count; i++) {
    const north = values.north[i]
    const east = values.east[i]
    law.evaluate(north * north + east * east, values.index[i])
    const electrons = halfLengths[Math.floor(i / n)] * rule.weights[i % n] * values.cosmicRay[i]
    // beta^2
    const cosine = east * east - north * north
    const sine = -2 * north * east
    for (let f = 0; f < frequencies; f++) {
      const seen = opacity[f] === 0 ? electrons : electrons * Math.exp(-opacity[f] * measure[i])
      if (I) I[f * rays + ray] += seen * law.intensity[f]
      if (!polarised) continue
      const amplitude = seen * law.polarised[f]
      const angle = turning[f] * depth[i]
      const cos = Math.cos(angle)
      const sin = Math.sin(angle)
      if (Q) Q[f * rays + ray] += amplitude * (cos * cosine - sin * sine)
      if (U) U[f * rays + ray] += amplitude * (sin * cosine + cos * sine)
    }
  }
  for (let f = 0; I && f < frequencies; f++) {
    I[f * rays + ray] -= electronTemperatureK * Math.expm1(-opacity[f] * totalMeasure)
  }
}

function dispersionMeasure({ nodes, setup }: RayState): number {
  const { weights } = setup.rule
  let sum = 0
  for (let i = 0; i < nodes.count; i++) {
    const weight = nodes.halfLengths[Math.floor(i / weights.length)] * weights[i % weights.length]
    sum += weight * nodes.values.thermal[i]
  }
  return PC_PER_KPC * sum
}
