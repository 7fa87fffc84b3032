import { PC_PER_KPC } from '#shared/physics/constants.ts'
import { RM_CONSTANT_MICROGAUSS } from '#shared/physics/faraday.ts'
import type { Setup } from '#shared/physics/line-of-sight/index.ts'
import { emissivityConstantsMicrogauss } from '#shared/physics/synchrotron.ts'
import { halfLengths, nodeLengths } from './chunks.ts'
import type { Chunk, QuantityName } from './chunks.ts'
import { emissivitySeries } from './emissivity-series.ts'
import type { Tensor, TensorFlow } from './runtime.ts'

// The line-of-sight sums as TensorFlow.js operations on [rays, parts, nodes]; their derivatives are TensorFlow.js's own.
// The rule stands at LineOfSightProblem, the formulas with their sources in shared/physics/line-of-sight.

/** Tensors [rays, parts, nodes] of what the observables depend on. */
export type Quantities = Partial<Record<QuantityName, Tensor>>

/** Below this B_perp^2 (microgauss^2) a power other than 1 is that of this number: powers below 1 have no derivative at 0. */
const SMALLEST_SQUARE = 1e-18

/**
 * Phases along a ray are summed as whole multiples of this part of a turn, which float32 adds exactly up to 16384
 * turns (1e5 rad), and their small rests.
 */
const TURN_PARTS = 1024

/** The quantities that a problem's observables depend on. */
export function quantitiesOf({ problem, emits, mostTurning, mostOpacity, unknowns }: Setup) {
  const asked = new Set(problem.observables)
  const depth = mostTurning > 0 || asked.has('faraday_depth')
  const names = new Set<QuantityName>()
  if (emits) names.add('north').add('east').add('cosmicRay')
  if (depth) names.add('los')
  if (depth || mostOpacity > 0 || asked.has('dispersion_measure')) names.add('thermal')
  if (emits && (unknowns.has('spectralIndex') || unknowns.has('raySpectralIndex'))) {
    names.add('index')
  }
  return names
}

/**
 * Observables of a chunk, [row][ray]: I, Q, U, faraday_depth, dispersion_measure as far as they are asked for, the first
 * three with a row for each frequency. To be called inside tf.tidy.
 */
export function composeObservables(
  tf: TensorFlow,
  setup: Setup,
  chunk: Chunk,
  quantities: Quantities,
): Tensor {
  const { emits, mostTurning, mostOpacity } = setup
  const asked = new Set(setup.problem.observables)
  const quantity = (name: QuantityName): Tensor => required(quantities, name)
  const integrate = pathIntegrator(tf, setup, chunk)
  const depth =
    mostTurning > 0 || asked.has('faraday_depth')
      ? integrate(tf.mul(tf.mul(quantity('thermal'), quantity('los')), RM_CONSTANT_MICROGAUSS))
      : undefined
  const measure = mostOpacity > 0 ? integrate(tf.square(quantity('thermal'))) : undefined
  const rows = emits ? stokesRows(tf, setup, chunk, quantities, depth, measure) : []
  if (asked.has('faraday_depth') && depth) rows.push(tf.sum(depth.steps, 1))
  if (asked.has('dispersion_measure')) {
    rows.push(tf.mul(tf.sum(integrate(quantity('thermal')).steps, 1), PC_PER_KPC))
  }
  // tf.stack of one row has no second derivative.
  return tf.concat(rows.map((row) => tf.reshape(row, [1, chunk.rays.length])))
}

function required(quantities: Quantities, name: QuantityName): Tensor {
  const values = quantities[name]
  if (!values) throw new Error(`${name} is missing at the nodes`)
  return values
}

/** An integral along the rays. */
interface PathIntegral {
  /** [rays, parts] over each part. */
  readonly steps: Tensor
  /** [rays, parts, nodes] from the start of the part to the node. */
  readonly inside: Tensor
}

function pathIntegrator(
  tf: TensorFlow,
  { rule }: Setup,
  chunk: Chunk,
): (integrand: Tensor) => PathIntegral {
  const { parts, nodes } = chunk
  const rays = chunk.rays.length
  // The rule is one of (-1, 1).
  const halves = tf.tensor2d(halfLengths(chunk), [rays, parts])
  const weights = tf.tensor2d(Float32Array.from(rule.weights), [nodes, 1])
  const partial = tf.tensor2d(Float32Array.from(rule.partial), [nodes, nodes])
  const nodeHalves = tf.tensor3d(nodeLengths(chunk, new Float64Array(nodes).fill(1)), [
    rays,
    parts,
    nodes,
  ])
  return (integrand) => {
    const flat = tf.reshape(integrand, [rays * parts, nodes])
    const whole = tf.reshape(tf.matMul(flat, weights), [rays, parts])
    const inside = tf.reshape(tf.matMul(flat, partial, false, true), [rays, parts, nodes])
    return { steps: tf.mul(whole, halves), inside: tf.mul(inside, nodeHalves) }
  }
}

/** I, Q and U, those that are asked for. */
function stokesRows(
  tf: TensorFlow,
  { problem, rule, polarised, turning, opacity, electronTemperatureK }: Setup,
  chunk: Chunk,
  quantities: Quantities,
  depth: PathIntegral | undefined,
  measure: PathIntegral | undefined,
): Tensor[] {
  const asked = new Set(problem.observables)
  const { parts, nodes } = chunk
  const weights = tf.tensor3d(nodeLengths(chunk, rule.weights), [chunk.rays.length, parts, nodes])
  const density = tf.mul(required(quantities, 'cosmicRay'), weights)
  const north = required(quantities, 'north')
  const east = required(quantities, 'east')
  const square = tf.add(tf.square(north), tf.square(east))
  const index = quantities.index ?? problem.spectralIndex
  const reduced = reducedEmission(tf, density, square, index)
  const intensity = tf.mul(reduced, square)
  // beta^2 = (b_E - i b_N)^2
  const real = tf.mul(reduced, tf.sub(tf.square(east), tf.square(north)))
  const imaginary = tf.mul(tf.mul(reduced, tf.mul(north, east)), -2)
  const constantsAt = emissivity(tf, index)

  const I: Tensor[] = []
  const Q: Tensor[] = []
  const U: Tensor[] = []
  problem.frequenciesGhz.forEach((frequencyGhz, f) => {
    const constants = constantsAt(frequencyGhz)
    const passing = measure ? transmission(tf, opacity[f], measure) : undefined
    const sum = (values: Tensor, constant: number | Tensor): Tensor =>
      sumRays(tf, passing ? tf.mul(values, passing) : values, constant)
    if (asked.has('I')) {
      const synchrotron = sum(intensity, constants.intensity)
      I.push(
        measure
          ? tf.add(synchrotron, thermalEmission(tf, opacity[f], measure, electronTemperatureK))
          : synchrotron,
      )
    }
    if (!polarised) return
    const turned =
      depth && turning[f] > 0
        ? rotate(tf, real, imaginary, phase(tf, turning[f], depth))
        : { real, imaginary }
    if (asked.has('Q')) Q.push(sum(turned.real, constants.polarised))
    if (asked.has('U')) U.push(sum(turned.imaginary, constants.polarised))
  })
  return [...I, ...Q, ...U]
}

// The two following are matrix products because the cpu runtime takes tens of times longer for arrays whose shapes differ, of
// which also the derivative of a sum consists.

/** The sum over the nodes of each ray, times one constant or one for each node. */
function sumRays(tf: TensorFlow, values: Tensor, constant: number | Tensor): Tensor {
  const factored = typeof constant === 'number' ? values : tf.mul(values, constant)
  const [rays, parts, nodes] = values.shape
  const flat = tf.reshape(factored, [rays, parts * nodes])
  const factor = typeof constant === 'number' ? constant : 1
  return tf.reshape(tf.matMul(flat, tf.fill([parts * nodes, 1], factor)), [rays])
}

/** [rays, parts] for every node of a part: [rays, parts, nodes], times a factor. */
function forNodes(tf: TensorFlow, values: Tensor, nodes: number, factor: number): Tensor {
  const [rays, parts] = values.shape
  const flat = tf.reshape(values, [rays * parts, 1])
  return tf.reshape(tf.matMul(flat, tf.fill([1, nodes], factor)), [rays, parts, nodes])
}

/** density (B_perp^2)^((p-3)/4): what is multiplied by squares of components gives I, Q and U. */
function reducedEmission(
  tf: TensorFlow,
  density: Tensor,
  square: Tensor,
  index: number | Tensor,
): Tensor {
  if (index === 3) return density
  const logarithm = tf.log(tf.maximum(square, SMALLEST_SQUARE))
  const exponent = typeof index === 'number' ? (index - 3) / 4 : tf.mul(tf.sub(index, 3), 0.25)
  return tf.mul(density, tf.exp(tf.mul(logarithm, exponent)))
}

interface Emissivity {
  readonly intensity: number | Tensor
  readonly polarised: number | Tensor
}

/** K_I and K_P of a frequency in GHz: numbers for one spectral index, tensors for one at every node. */
function emissivity(tf: TensorFlow, index: number | Tensor): (frequencyGhz: number) => Emissivity {
  if (typeof index === 'number') {
    return (frequencyGhz) => emissivityConstantsMicrogauss(frequencyGhz, index)
  }
  const { coefficients, centre, halfRange } = emissivitySeries()
  const t = tf.div(tf.sub(index, centre), halfRange)
  // Clenshaw's recurrence
  let next: Tensor = tf.zerosLike(t)
  let here: Tensor = tf.zerosLike(t)
  for (let k = coefficients.length - 1; k >= 1; k--) {
    const previous = tf.add(tf.sub(tf.mul(tf.mul(t, here), 2), next), coefficients[k])
    next = here
    here = previous
  }
  const series = tf.sub(tf.mul(t, here), next)
  const poles = tf.mul(tf.add(index, 1), tf.sub(tf.mul(index, 0.25), 1 / 12))
  // The largest coefficient stays out of the float32 exponent, whose rounding it would multiply.
  const atOneGhz = tf.mul(tf.div(tf.exp(series), poles), Math.exp(coefficients[0]))
  // (p + 1) / (p + 7/3)
  const fraction = tf.div(tf.add(index, 1), tf.add(index, 7 / 3))
  return (frequencyGhz) => {
    // K_I goes as nu^(-(p - 1)/2 - 2) = nu^-3 nu^((3 - p)/2).
    const power = tf.exp(tf.mul(tf.sub(3, index), 0.5 * Math.log(frequencyGhz)))
    const intensity = tf.mul(tf.mul(atOneGhz, power), frequencyGhz ** -3)
    return { intensity, polarised: tf.mul(intensity, fraction) }
  }
}

/** 2 lambda^2 phi at the nodes in rad, reduced by whole turns at the start of each part. */
function phase(tf: TensorFlow, turning: number, { steps, inside }: PathIntegral): Tensor {
  const turns = tf.mul(steps, turning / (2 * Math.PI))
  // The derivative of round is 0 here: it flows through the rests alone, as it should.
  const coarse = tf.div(tf.round(tf.mul(turns, TURN_PARTS)), TURN_PARTS)
  const rests = tf.cumsum(tf.sub(turns, coarse), 1, true)
  const whole = tf.cumsum(coarse, 1, true)
  const start = tf.add(tf.sub(whole, tf.round(whole)), rests)
  return tf.add(forNodes(tf, start, inside.shape[2] ?? 1, 2 * Math.PI), tf.mul(inside, turning))
}

function rotate(
  tf: TensorFlow,
  real: Tensor,
  imaginary: Tensor,
  angle: Tensor,
): { real: Tensor; imaginary: Tensor } {
  const cos = tf.cos(angle)
  const sin = tf.sin(angle)
  return {
    real: tf.sub(tf.mul(real, cos), tf.mul(imaginary, sin)),
    imaginary: tf.add(tf.mul(real, sin), tf.mul(imaginary, cos)),
  }
}

/** exp(-tau) from the nodes to the observer. */
function transmission(tf: TensorFlow, opacity: number, { steps, inside }: PathIntegral): Tensor {
  const start = forNodes(tf, tf.cumsum(steps, 1, true), inside.shape[2] ?? 1, -opacity)
  return tf.exp(tf.add(start, tf.mul(inside, -opacity)))
}

/** T (1 - exp(-tau)) of the whole ray. */
function thermalEmission(
  tf: TensorFlow,
  opacity: number,
  { steps }: PathIntegral,
  temperatureK: number,
): Tensor {
  return tf.mul(tf.expm1(tf.mul(tf.sum(steps, 1), -opacity)), -temperatureK)
}
