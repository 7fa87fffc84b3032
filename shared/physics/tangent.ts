/**
 * Derivatives of the observables of a ray with respect to parameters of its fields: forward mode through the same
 * samples and phases as the integrators, so that they are the exact derivatives of the numbers that those compute. Where a
 * parameter moves a surface on which a field jumps, the derivative of the surface's place is not among them.
 */
import { PC_PER_KPC } from './constants.ts'
import { RM_CONSTANT_MICROGAUSS, RM_CONSTANT_SYNAX_MICROGAUSS } from './faraday.ts'
import type { Ray } from './geometry.ts'
import { lineOfSightBasis } from './geometry.ts'
import type { Observables, SightlineOptions } from './integrate.ts'
import { DEFAULT_TOLERANCE, hasGrid, midpointSamples, propagationOf } from './integrate.ts'
import type { Propagation } from './line-sums.ts'
import type { Medium } from './medium.ts'
import { ADAPTIVE_NODES, integrateCells, integratePanels } from './panels.ts'
import type { GaussRule } from './quadrature.ts'
import { gaussLegendre } from './quadrature.ts'
import { sinc } from './special-functions.ts'
import { emissivityConstantsMicrogauss } from './synchrotron.ts'
import type { Vector3 } from './vector.ts'
import { along, dot } from './vector.ts'

/** Derivatives of a medium at a point: per parameter dB_x, dB_y, dB_z, dn_e and dC, in the medium's units. */
export interface MediumDerivatives {
  count: number
  /** Writes 5 values per parameter. */
  evaluate(positionKpc: Vector3, out: Float64Array): void
}
const PER_PARAMETER = 5

/** How a ray is cut into parts, and how samples in a part are rotated. */
interface RaySteps {
  /** From and to, kpc. */
  panels: readonly (readonly [number, number])[]
  rule: GaussRule
  /** As in the rule: of the depth by which samples are rotated. */
  rotation: Float64Array
  /** `panels`: the phase is that of the polynomial through the samples; the others belong to midpoints. */
  scheme: 'exact' | 'half-cell' | 'first-order' | 'panels'
}

/** The parts in which `simulate` integrates a ray. */
function raySteps(
  medium: Medium,
  ray: Ray,
  { integrator, phase }: SightlineOptions,
  propagation: Propagation,
): RaySteps {
  if (integrator.rule === 'midpoint') {
    const samples = midpointSamples(integrator, ray)
    const step = ray.lengthKpc / samples
    const panels = Array.from({ length: samples }, (_, i) => [step * i, step * (i + 1)] as const)
    const middle = gaussLegendre(1)
    // A sample is rotated by the depth of half its step, or of all of it.
    const rotation = phase === 'first-order' ? middle.weights : middle.partial
    return { panels, rule: middle, rotation, scheme: phase === 'off' ? 'panels' : phase }
  }
  const panels: [number, number][] = []
  const record = (from: number, to: number) => void panels.push([from, to])
  if (integrator.rule === 'cells' && hasGrid(medium)) {
    integrateCells(medium, ray, integrator.nodes, propagation, record)
    const rule = gaussLegendre(integrator.nodes)
    return { panels, rule, rotation: rule.partial, scheme: 'panels' }
  }
  const tolerance = integrator.rule === 'panels' ? integrator.tolerance : DEFAULT_TOLERANCE
  integratePanels(medium, ray, tolerance, propagation, record)
  const rule = gaussLegendre(ADAPTIVE_NODES)
  return { panels, rule, rotation: rule.partial, scheme: 'panels' }
}

/** What a sample gives, and its derivatives; of the emission, times the length it stands for. */
interface Sample {
  readonly emission: Float64Array
  readonly cos: Float64Array
  readonly sin: Float64Array
  readonly faraday: Float64Array
  /** n_e^2 */
  readonly squared: Float64Array
}

/**
 * Derivatives of the observables of rays start <= i < end, written to `into`: one set of observables per parameter.
 *
 * @throws RangeError as `simulate`
 */
export function simulateDerivatives(
  medium: Medium,
  derivatives: MediumDerivatives,
  rayAt: (index: number) => Ray,
  options: SightlineOptions,
  into: readonly Observables[],
  start: number,
  end: number,
): void {
  const { frequenciesGhz, freeFree } = options
  const propagation = propagationOf(options)
  const constants = frequenciesGhz.map((frequency) =>
    emissivityConstantsMicrogauss(frequency, medium.spectralIndex),
  )
  for (let index = start; index < end; index++) {
    const ray = rayAt(index)
    const steps = raySteps(medium, ray, options, propagation)
    const sums = rayTangents(medium, derivatives, ray, steps, propagation)
    into.forEach((observables, k) => {
      for (let f = 0; f < frequenciesGhz.length; f++) {
        const place = k * frequenciesGhz.length + f
        const opacity = propagation.opacities[f]
        const thermal = freeFree
          ? freeFree.electronTemperatureK *
            opacity *
            Math.exp(-opacity * sums.measure[0]) *
            sums.measure[1 + k]
          : 0
        observables.I[f][index] = constants[f].intensity * sums.emission[place] + thermal
        observables.Q[f][index] = constants[f].polarised * sums.cos[place]
        observables.U[f][index] = constants[f].polarised * sums.sin[place]
      }
      observables.faradayDepth[index] = sums.depth[k]
      observables.dispersionMeasure[index] = PC_PER_KPC * sums.column[k]
    })
  }
}

interface Tangents {
  /** [parameter] */
  depth: Float64Array
  column: Float64Array
  /** Integral of n_e^2, cm^-6 kpc: the value first, then its derivatives. */
  measure: Float64Array
  /** [parameter][frequency] */
  emission: Float64Array
  cos: Float64Array
  sin: Float64Array
}

function rayTangents(
  medium: Medium,
  derivatives: MediumDerivatives,
  ray: Ray,
  { panels, rule, rotation, scheme }: RaySteps,
  { wavelengthsSquared, opacities }: Propagation,
): Tangents {
  const { count } = derivatives
  const n = rule.nodes.length
  const frequencies = wavelengthsSquared.length
  const constant = scheme === 'first-order' ? RM_CONSTANT_SYNAX_MICROGAUSS : RM_CONSTANT_MICROGAUSS
  const { north, east } = lineOfSightBasis(ray.direction)
  const tangents: Tangents = {
    depth: new Float64Array(count),
    column: new Float64Array(count),
    measure: new Float64Array(1 + count),
    emission: new Float64Array(count * frequencies),
    cos: new Float64Array(count * frequencies),
    sin: new Float64Array(count * frequencies),
  }
  // Of the samples of one panel: the value first, then its derivatives.
  const width = 1 + count
  const sample: Sample = {
    cos: new Float64Array(n * width),
    sin: new Float64Array(n * width),
    faraday: new Float64Array(n * width),
    emission: new Float64Array(n * width),
    squared: new Float64Array(n * width),
  }
  const local = new Float64Array(PER_PARAMETER * count)
  /** Depth in front of the panel and at a sample, with their derivatives; the same of the integral of n_e^2. */
  const before = new Float64Array(width)
  const here = new Float64Array(width)
  const measureHere = new Float64Array(width)

  for (const [from, to] of panels) {
    const half = 0.5 * (to - from)
    for (let i = 0; i < n; i++) {
      const position = along(ray.origin, ray.direction, from + half * (1 + rule.nodes[i]))
      derivatives.evaluate(position, local)
      evaluate(position, half * rule.weights[i], i)
    }
    for (let i = 0; i < n; i++) {
      for (let k = 0; k < width; k++) {
        let depth = 0
        let measure = 0
        for (let j = 0; j < n; j++) {
          depth += rotation[i * n + j] * sample.faraday[j * width + k]
          measure += rule.partial[i * n + j] * sample.squared[j * width + k]
        }
        here[k] = before[k] + half * depth
        measureHere[k] = tangents.measure[k] + half * measure
      }
      for (let f = 0; f < frequencies; f++) rotate(i, f, half)
    }
    for (let i = 0; i < n; i++) {
      const weight = half * rule.weights[i]
      for (let k = 0; k < width; k++) {
        before[k] += weight * sample.faraday[i * width + k]
        tangents.measure[k] += weight * sample.squared[i * width + k]
      }
    }
  }
  // As `integrateMidpoint` reports it.
  const depth = scheme === 'half-cell' ? here : before
  tangents.depth.set(depth.subarray(1))
  return tangents

  function evaluate(position: Vector3, weight: number, i: number): void {
    const field = medium.magneticField.evaluate(position)
    const density = medium.cosmicRayElectrons.evaluate(position)
    const thermal = medium.thermalElectrons.evaluate(position)
    const bNorth = dot(field, north)
    const bEast = dot(field, east)
    const bAway = dot(field, ray.direction)
    const squared = bNorth * bNorth + bEast * bEast
    const difference = bEast * bEast - bNorth * bNorth
    // C b^((p+1)/2) = C b^2 shape, with shape = b^((p-3)/2).
    const exponent = (medium.spectralIndex - 3) / 4
    const shape = squared === 0 ? 0 : exponent === 0 ? 1 : squared ** exponent
    const reduced = density * shape
    const place = i * width
    sample.emission[place] = weight * reduced * squared
    sample.squared[place] = thermal * thermal
    sample.cos[place] = weight * reduced * difference
    sample.sin[place] = -2 * weight * reduced * bNorth * bEast
    sample.faraday[place] = -constant * thermal * bAway
    for (let k = 0; k < count; k++) {
      const at = PER_PARAMETER * k
      const [dx, dy, dz, dThermal, dDensity] = local.subarray(at, at + PER_PARAMETER)
      const dNorth = dx * north[0] + dy * north[1] + dz * north[2]
      const dEast = dx * east[0] + dy * east[1] + dz * east[2]
      const dAway = dx * ray.direction[0] + dy * ray.direction[1] + dz * ray.direction[2]
      const dSquared = 2 * (bNorth * dNorth + bEast * dEast)
      const dReduced =
        squared === 0 ? 0 : shape * dDensity + (exponent * reduced * dSquared) / squared
      const own = place + 1 + k
      sample.cos[own] =
        weight * (dReduced * difference + 2 * reduced * (bEast * dEast - bNorth * dNorth))
      sample.sin[own] =
        -2 * weight * (dReduced * bNorth * bEast + reduced * (dNorth * bEast + bNorth * dEast))
      sample.faraday[own] = -constant * (dThermal * bAway + thermal * dAway)
      sample.emission[own] = weight * (dReduced * squared + reduced * dSquared)
      sample.squared[own] = 2 * thermal * dThermal
      tangents.column[k] += weight * dThermal
    }
  }

  function rotate(i: number, f: number, half: number): void {
    const lambdaSquared = wavelengthsSquared[f]
    const angle = 2 * lambdaSquared * here[0]
    const place = i * width
    // Inside a midpoint step of the exact scheme the emission is depolarised by sin(x)/x.
    const turn = 2 * half * lambdaSquared
    const x = turn * sample.faraday[place]
    const amplitude = scheme === 'exact' ? sinc(x) : 1
    const slope = scheme === 'exact' && x !== 0 ? ((Math.cos(x) - amplitude) / x) * turn : 0
    // What is left of it after absorption in front.
    const left = Math.exp(-opacities[f] * measureHere[0])
    const cos = Math.cos(angle)
    const sin = Math.sin(angle)
    const q = cos * sample.cos[place] - sin * sample.sin[place]
    const u = sin * sample.cos[place] + cos * sample.sin[place]
    for (let k = 0; k < count; k++) {
      const own = place + 1 + k
      const dAngle = 2 * lambdaSquared * here[1 + k]
      const dAmplitude = slope * sample.faraday[own]
      const dLoss = opacities[f] * measureHere[1 + k]
      const change = dAmplitude - amplitude * dLoss
      const target = k * frequencies + f
      tangents.emission[target] += left * (sample.emission[own] - dLoss * sample.emission[place])
      tangents.cos[target] +=
        left *
        (amplitude * (cos * sample.cos[own] - sin * sample.sin[own] - dAngle * u) + change * q)
      tangents.sin[target] +=
        left *
        (amplitude * (sin * sample.cos[own] + cos * sample.sin[own] + dAngle * q) + change * u)
    }
  }
}
