/**
 * Transpose of ./tangent.ts: derivatives of <y, observables> with respect to the unknowns, J' y.
 *
 * With y_f = y_Q + i y_U and g = conj(y_f) exp(2 i lambda_f^2 phi_i) the loss of node i is w_i C_i exp(-kappa_f E_i)
 * (y_I e_f + Re(g h_f beta^2)) summed over f. Its derivatives by phi_i and E_i go back to n_e and B_los of everything in
 * front of the node through the transposed running integrals.
 */
import { PC_PER_KPC } from '../constants.ts'
import { RM_CONSTANT_MICROGAUSS } from '../faraday.ts'
import { createNodeQuantities, scatterNode } from './node-quantities.ts'
import type { NodeQuantities } from './node-quantities.ts'
import type { Observable, Unknowns } from './problem.ts'
import { RayState } from './ray-state.ts'
import { integrateToNodesTransposed } from './running-integral.ts'
import type { Setup } from './setup.ts'

/** y for every observable; empty for those that are not asked for. */
export type Cotangent = Readonly<Record<Observable, Float64Array>>

/** Derivatives by what one ray has at its nodes. */
interface NodeGradient {
  values: NodeQuantities
  depth: Float64Array
  measure: Float64Array
  scratch: Float64Array
}

/** Adds the derivatives of the rays first <= ray < last to `gradient`, which has the shapes of the unknowns. */
export function adjointRays(
  setup: Setup,
  unknowns: Unknowns,
  cotangent: Cotangent,
  gradient: Unknowns,
  first: number,
  last: number,
): void {
  const state = new RayState(setup)
  let node = createNodeGradient(0)
  for (let ray = first; ray < last; ray++) {
    state.take(unknowns, ray)
    const { nodes } = state
    if (node.depth.length < nodes.places.length) node = createNodeGradient(nodes.places.length)
    clear(node, nodes.count)
    const endMeasure = setup.emits ? differentiateStokes(state, cotangent, node, ray) : 0
    if (setup.thermal) {
      const endDepth = cotangent.faraday_depth[ray] ?? 0
      const dispersion = cotangent.dispersion_measure[ray] ?? 0
      differentiateDepths(state, node, endDepth, endMeasure, dispersion)
    }
    for (let i = 0; i < nodes.count; i++) {
      scatterNode(gradient, nodes.frame, nodes.places[i], node.values, i)
    }
  }
}

function createNodeGradient(nodes: number): NodeGradient {
  return {
    values: createNodeQuantities(nodes),
    depth: new Float64Array(nodes),
    measure: new Float64Array(nodes),
    scratch: new Float64Array(nodes),
  }
}

function clear({ values, depth, measure }: NodeGradient, count: number): void {
  const { north, east, los, thermal, cosmicRay, index } = values
  for (const list of [north, east, los, thermal, cosmicRay, index, depth, measure]) {
    list.fill(0, 0, count)
  }
}

/** @returns the derivative by the emission measure of the whole ray */
function differentiateStokes(
  { nodes, setup, depth, measure, totalMeasure }: RayState,
  { I, Q, U }: Cotangent,
  into: NodeGradient,
  ray: number,
): number {
  const { rule, law, rays, polarised, turning, opacity, electronTemperatureK } = setup
  const { values, halfLengths } = nodes
  const n = rule.weights.length
  for (let i = 0; i < nodes.count; i++) {
    const north = values.north[i]
    const east = values.east[i]
    law.differentiate(north * north + east * east, values.index[i])
    const length = halfLengths[Math.floor(i / n)] * rule.weights[i % n]
    const C = values.cosmicRay[i]
    const cosine = east * east - north * north
    const sine = -2 * north * east
    let bySquare = 0
    for (let f = 0; f < turning.length; f++) {
      const seen = opacity[f] === 0 ? length : length * Math.exp(-opacity[f] * measure[i])
      const yI = I[f * rays + ray] ?? 0
      let perElectron = yI * law.intensity[f]
      bySquare += seen * C * yI * law.intensityBySquare[f]
      into.values.index[i] += seen * C * yI * law.intensityByIndex[f]
      if (polarised) {
        const yQ = Q[f * rays + ray] ?? 0
        const yU = U[f * rays + ray] ?? 0
        const cos = Math.cos(turning[f] * depth[i])
        const sin = Math.sin(turning[f] * depth[i])
        const gRe = yQ * cos + yU * sin
        const gIm = yQ * sin - yU * cos
        // g beta^2; its product with h is the node's loss, with i h the derivative by the angle
        const re = gRe * cosine - gIm * sine
        const im = gRe * sine + gIm * cosine
        const h = law.polarised[f]
        perElectron += h * re
        bySquare += seen * C * re * law.polarisedBySquare[f]
        into.values.index[i] += seen * C * re * law.polarisedByIndex[f]
        into.depth[i] -= seen * C * h * im * turning[f]
        // Re(g 2 beta dbeta), dbeta = db_E - i db_N
        into.values.east[i] += 2 * seen * C * h * (gRe * east + gIm * north)
        into.values.north[i] += 2 * seen * C * h * (gIm * east - gRe * north)
      }
      into.values.cosmicRay[i] += seen * perElectron
      into.measure[i] -= opacity[f] * seen * C * perElectron
    }
    into.values.north[i] += 2 * bySquare * north
    into.values.east[i] += 2 * bySquare * east
  }
  let endMeasure = 0
  for (let f = 0; f < turning.length; f++) {
    const transmitted = electronTemperatureK * Math.exp(-opacity[f] * totalMeasure)
    endMeasure += (I[f * rays + ray] ?? 0) * transmitted * opacity[f]
  }
  return endMeasure
}

function differentiateDepths(
  { nodes, setup }: RayState,
  { values, depth, measure, scratch }: NodeGradient,
  endDepth: number,
  endMeasure: number,
  dispersion: number,
): void {
  const { rule, mostOpacity } = setup
  const { thermal, los } = nodes.values
  const n = rule.weights.length
  integrateToNodesTransposed(rule, nodes, depth, endDepth, scratch)
  for (let i = 0; i < nodes.count; i++) {
    const length = nodes.halfLengths[Math.floor(i / n)] * rule.weights[i % n]
    values.thermal[i] += RM_CONSTANT_MICROGAUSS * los[i] * scratch[i]
    values.thermal[i] += PC_PER_KPC * dispersion * length
    values.los[i] += RM_CONSTANT_MICROGAUSS * thermal[i] * scratch[i]
  }
  if (mostOpacity === 0) return
  integrateToNodesTransposed(rule, nodes, measure, endMeasure, scratch)
  for (let i = 0; i < nodes.count; i++) values.thermal[i] += 2 * thermal[i] * scratch[i]
}
