import type { Chunk } from './chunks.ts'
import { ROTATION, emissivitySeries } from './recipe.ts'
import type { FrequencyRecipe, QuantityName, Recipe } from './recipe.ts'
import type { Tensor, TensorFlow } from './runtime.ts'

// The line-of-sight sums as TensorFlow.js operations on [rays, parts, nodes]; their derivatives are TensorFlow.js's own.
// The rule, with sources, stands at LineOfSightProblem in ../../interface.ts.

export type Quantities = Partial<Record<QuantityName, Tensor>>

/** Below this B_perp^2 (microgauss^2) a power other than 1 is that of this number: powers below 1 have no derivative at 0. */
const SMALLEST_SQUARE = 1e-18

/**
 * Phases along a ray are summed as whole multiples of this part of a turn, which float32 adds exactly up to
 * 16384 turns, and the small rests.
 */
const TURN_PARTS = 1024

/** An integral along the rays. */
interface PathIntegral {
  /** [rays, parts] over each part. */
  readonly steps: Tensor
  /** [rays, parts, nodes] from the start of the part to the node. */
  readonly inside: Tensor
}

/**
 * Observables of a chunk, [row][ray]: a row for each frequency of I, of Q, of U, then faraday_depth and
 * dispersion_measure, as far as the recipe has them. To be called inside tf.tidy.
 */
export function composeObservables(
  tf: TensorFlow,
  recipe: Recipe,
  chunk: Chunk,
  quantities: Quantities,
): Tensor {
  const { parts, nodes } = chunk
  const rays = chunk.rays.length
  const lengths = tf.tensor2d(chunk.lengths, [rays, parts])
  const nodeLengths = tf.expandDims(lengths, 2)
  const weights = tf.tensor1d(Float32Array.from(recipe.weights))
  const partial = tf.tensor2d(Float32Array.from(recipe.partial), [nodes, nodes])

  const quantity = (name: QuantityName): Tensor => {
    const values = quantities[name]
    if (!values) throw new Error(`${name} is missing at the nodes`)
    return values
  }
  const integrate = (integrand: Tensor): PathIntegral => {
    const flat = tf.reshape(integrand, [rays * parts, nodes])
    const whole = tf.matMul(flat, tf.reshape(weights, [nodes, 1]))
    const inside = tf.matMul(flat, partial, false, true)
    return {
      steps: tf.mul(tf.reshape(whole, [rays, parts]), lengths),
      inside: tf.mul(tf.reshape(inside, [rays, parts, nodes]), nodeLengths),
    }
  }
  /** A sum over all nodes times a number, or one with a factor for each node. */
  const sumRays = (values: Tensor, factor: number | Tensor): Tensor =>
    typeof factor === 'number'
      ? tf.mul(tf.sum(values, [1, 2]), factor)
      : tf.sum(tf.mul(values, factor), [1, 2])

  const asked = new Set(recipe.observables)
  const { electronTemperatureK } = recipe
  const depth =
    recipe.rotation || asked.has('faraday_depth')
      ? integrate(tf.mul(tf.mul(quantity('thermalElectrons'), quantity('toward')), ROTATION))
      : undefined
  const measure =
    electronTemperatureK === undefined
      ? undefined
      : integrate(tf.square(quantity('thermalElectrons')))

  const rows: { I: Tensor[]; Q: Tensor[]; U: Tensor[]; last: Tensor[] } = {
    I: [],
    Q: [],
    U: [],
    last: [],
  }
  if (recipe.emission) {
    const density = tf.mul(tf.mul(quantity('cosmicRays'), weights), nodeLengths)
    const north = quantity('north')
    const east = quantity('east')
    const north2 = tf.square(north)
    const east2 = tf.square(east)
    const square = tf.add(north2, east2)
    const index = recipe.uses.has('spectralIndex') ? quantity('spectralIndex') : undefined
    const reduced = reducedEmission(tf, density, square, index ?? recipe.spectralIndex)
    const constants = emissivityConstants(tf, index)
    const intensity = tf.mul(reduced, square)
    const real = tf.mul(reduced, tf.sub(east2, north2))
    const imaginary = tf.mul(tf.mul(reduced, tf.mul(north, east)), -2)
    for (const frequency of recipe.frequencies) {
      const factors = constants(frequency)
      const seen = measure
        ? (values: Tensor): Tensor => tf.mul(values, transmission(tf, frequency, measure))
        : (values: Tensor): Tensor => values
      if (asked.has('I')) {
        const synchrotron = sumRays(seen(intensity), factors.intensity)
        rows.I.push(
          measure && electronTemperatureK !== undefined
            ? tf.add(synchrotron, thermalEmission(tf, frequency, measure, electronTemperatureK))
            : synchrotron,
        )
      }
      if (!recipe.polarisation) continue
      let Q = real
      let U = imaginary
      if (recipe.rotation && depth) {
        const angle = phase(tf, frequency, depth)
        const cos = tf.cos(angle)
        const sin = tf.sin(angle)
        Q = tf.sub(tf.mul(real, cos), tf.mul(imaginary, sin))
        U = tf.add(tf.mul(real, sin), tf.mul(imaginary, cos))
      }
      if (asked.has('Q')) rows.Q.push(sumRays(seen(Q), factors.polarised))
      if (asked.has('U')) rows.U.push(sumRays(seen(U), factors.polarised))
    }
  }
  if (asked.has('faraday_depth') && depth) rows.last.push(tf.sum(depth.steps, 1))
  if (asked.has('dispersion_measure')) {
    const { steps } = integrate(quantity('thermalElectrons'))
    rows.last.push(tf.mul(tf.sum(steps, 1), 1000))
  }
  return tf.stack([...rows.I, ...rows.Q, ...rows.U, ...rows.last])
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

/** K_I and K_P of a frequency: numbers for one spectral index, tensors like `index` otherwise. */
function emissivityConstants(
  tf: TensorFlow,
  index: Tensor | undefined,
): (frequency: FrequencyRecipe) => Emissivity {
  if (!index) return (frequency) => frequency
  // Clenshaw's recurrence for the series, then its poles.
  const { coefficients, centre, halfRange } = emissivitySeries()
  const t = tf.div(tf.sub(index, centre), halfRange)
  let next: Tensor = tf.zerosLike(t)
  let here: Tensor = tf.zerosLike(t)
  for (let k = coefficients.length - 1; k >= 1; k--) {
    const above = tf.add(tf.sub(tf.mul(tf.mul(t, here), 2), next), coefficients[k])
    next = here
    here = above
  }
  const series = tf.add(tf.sub(tf.mul(t, here), next), coefficients[0])
  const poles = tf.mul(tf.add(index, 1), tf.sub(tf.mul(index, 0.25), 1 / 12))
  const atOneGhz = tf.div(tf.exp(series), poles)
  // (3 p + 3) / (3 p + 7), as polarisationFraction
  const three = tf.mul(index, 3)
  const fraction = tf.div(tf.add(three, 3), tf.add(three, 7))
  return ({ frequencyGhz }) => {
    const logarithm = Math.log(frequencyGhz)
    const exponent = tf.mul(tf.add(tf.mul(index, 0.5), 1.5), -logarithm)
    const intensity = tf.mul(atOneGhz, tf.exp(exponent))
    return { intensity, polarised: tf.mul(intensity, fraction) }
  }
}

/** 2 lambda^2 phi at the nodes, reduced by whole turns at the start of each part. */
function phase(
  tf: TensorFlow,
  { lambdaSquared }: FrequencyRecipe,
  { steps, inside }: PathIntegral,
): Tensor {
  const turns = tf.mul(steps, lambdaSquared / Math.PI)
  // The derivative of round is 0, so that it flows through the rests alone, as it should.
  const coarse = tf.div(tf.round(tf.mul(turns, TURN_PARTS)), TURN_PARTS)
  const rests = tf.cumsum(tf.sub(turns, coarse), 1, true)
  const whole = tf.cumsum(coarse, 1, true)
  const start = tf.add(tf.sub(whole, tf.round(whole)), rests)
  return tf.add(tf.mul(tf.expandDims(start, 2), 2 * Math.PI), tf.mul(inside, 2 * lambdaSquared))
}

/** exp(-tau) from the nodes to the observer. */
function transmission(
  tf: TensorFlow,
  { opacity }: FrequencyRecipe,
  { steps, inside }: PathIntegral,
): Tensor {
  const start = tf.expandDims(tf.cumsum(steps, 1, true), 2)
  return tf.exp(tf.mul(tf.add(start, inside), -opacity))
}

/** T (1 - exp(-tau)) of the whole ray. */
function thermalEmission(
  tf: TensorFlow,
  { opacity }: FrequencyRecipe,
  { steps }: PathIntegral,
  temperatureK: number,
): Tensor {
  return tf.mul(tf.expm1(tf.mul(tf.sum(steps, 1), -opacity)), -temperatureK)
}
