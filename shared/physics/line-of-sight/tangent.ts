/** Change of the observables of ./forward.ts for a change of the unknowns: J x. */
import { PC_PER_KPC } from '../constants.ts'
import { RM_CONSTANT_MICROGAUSS } from '../faraday.ts'
import type { NodeQuantities } from './node-quantities.ts'
import { createNodeQuantities, gatherNode } from './node-quantities.ts'
import type { Observables, Unknowns } from './problem.ts'
import { RayState } from './ray-state.ts'
import { integrateToNodes } from './running-integral.ts'
import type { Setup } from './setup.ts'

/** Changes at the nodes, and of the depths in front of them. */
interface Change {
  values: NodeQuantities
  depth: Float64Array
  measure: Float64Array
  scratch: Float64Array
  totalDepth: number
  totalMeasure: number
}

/** Fills `into` for the rays first <= ray < last. */
export function tangentRays(
  setup: Setup,
  unknowns: Unknowns,
  tangent: Unknowns,
  into: Observables,
  first: number,
  last: number,
): void {
  const state = new RayState(setup)
  let change = createChange(0)
  for (let ray = first; ray < last; ray++) {
    state.take(unknowns, ray)
    const capacity = state.nodes.places.length
    if (change.depth.length < capacity) change = createChange(capacity)
    takeChange(state, tangent, change)
    if (setup.emits) addStokes(state, change, into, ray)
    if (into.faraday_depth) into.faraday_depth[ray] = change.totalDepth + 0
    if (into.dispersion_measure) into.dispersion_measure[ray] = dispersionChange(state, change)
  }
}

function createChange(nodes: number): Change {
  return {
    values: createNodeQuantities(nodes),
    depth: new Float64Array(nodes),
    measure: new Float64Array(nodes),
    scratch: new Float64Array(nodes),
    totalDepth: 0,
    totalMeasure: 0,
  }
}

/** d(n B_los) = dn B_los + n dB_los and d(n^2) = 2 n dn, integrated as the values are. */
function takeChange({ nodes, setup }: RayState, tangent: Unknowns, change: Change): void {
  for (let i = 0; i < nodes.count; i++) {
    gatherNode(tangent, nodes.frame, nodes.places[i], change.values, i)
  }
  change.totalDepth = 0
  change.totalMeasure = 0
  if (!setup.thermal) return
  const { thermal, los } = nodes.values
  const { scratch } = change
  for (let i = 0; i < nodes.count; i++) {
    const product = change.values.thermal[i] * los[i] + thermal[i] * change.values.los[i]
    scratch[i] = RM_CONSTANT_MICROGAUSS * product
  }
  change.totalDepth = integrateToNodes(setup.rule, nodes, scratch, change.depth)
  if (setup.mostOpacity === 0) return
  for (let i = 0; i < nodes.count; i++) scratch[i] = 2 * thermal[i] * change.values.thermal[i]
  change.totalMeasure = integrateToNodes(setup.rule, nodes, scratch, change.measure)
}

function addStokes(state: RayState, change: Change, { I, Q, U }: Observables, ray: number): void {
  const { nodes, setup, depth, measure, totalMeasure } = state
  const { rule, law, rays, polarised, turning, opacity, electronTemperatureK } = setup
  const { values, halfLengths } = nodes
  const n = rule.weights.length
  for (let i = 0; i < nodes.count; i++) {
    const north = values.north[i]
    const east = values.east[i]
    const dNorth = change.values.north[i]
    const dEast = change.values.east[i]
    const dIndex = change.values.index[i]
    law.differentiate(north * north + east * east, values.index[i])
    const length = halfLengths[Math.floor(i / n)] * rule.weights[i % n]
    const C = values.cosmicRay[i]
    const dC = change.values.cosmicRay[i]
    const dSquare = 2 * (north * dNorth + east * dEast)
    // beta^2 and its change 2 beta dbeta
    const cosine = east * east - north * north
    const sine = -2 * north * east
    const dCosine = 2 * (east * dEast - north * dNorth)
    const dSine = -2 * (east * dNorth + north * dEast)
    for (let f = 0; f < turning.length; f++) {
      const dOpticalDepth = opacity[f] * change.measure[i]
      const seen = opacity[f] === 0 ? length : length * Math.exp(-opacity[f] * measure[i])
      if (I) {
        const slope = law.intensityBySquare[f] * dSquare + law.intensityByIndex[f] * dIndex
        I[f * rays + ray] += seen * (C * slope + (dC - C * dOpticalDepth) * law.intensity[f])
      }
      if (!polarised) continue
      const slope = law.polarisedBySquare[f] * dSquare + law.polarisedByIndex[f] * dIndex
      const amplitude = C * law.polarised[f]
      const dAmplitude = C * slope + (dC - C * dOpticalDepth) * law.polarised[f]
      const dAngle = turning[f] * change.depth[i]
      // d(a beta^2) + i a beta^2 dangle, before the rotation itself
      const re = dAmplitude * cosine + amplitude * (dCosine - dAngle * sine)
      const im = dAmplitude * sine + amplitude * (dSine + dAngle * cosine)
      const cos = seen * Math.cos(turning[f] * depth[i])
      const sin = seen * Math.sin(turning[f] * depth[i])
      if (Q) Q[f * rays + ray] += cos * re - sin * im
      if (U) U[f * rays + ray] += sin * re + cos * im
    }
  }
  for (let f = 0; I && f < turning.length; f++) {
    const transmitted = electronTemperatureK * Math.exp(-opacity[f] * totalMeasure)
    I[f * rays + ray] += transmitted * opacity[f] * change.totalMeasure
  }
}

function dispersionChange({ nodes, setup }: RayState, change: Change): number {
  const { weights } = setup.rule
  let sum = 0
  for (let i = 0; i < nodes.count; i++) {
    const weight = nodes.halfLengths[Math.floor(i / weights.length)] * weights[i % weights.length]
    sum += weight * change.values.thermal[i]
  }
  return PC_PER_KPC * sum
}
