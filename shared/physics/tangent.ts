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
    const rule = phase === 'first-order' ? { ...middle, partial: middle.weights } : middle
    return { panels, rule, scheme: phase === 'off' ? 'panels' : phase }
  }
  const panels: [number, number][] = []
  const record = (from: number, to: number) => void panels.push([from, to])
  if (integrator.rule === 'cells' && hasGrid(medium)) {
    integrateCells(medium, ray, integrator.nodes, propagation, record)
    return { panels, rule: gaussLegendre(integrator.nodes), scheme: 'panels' }
  }
  const tolerance = integrator.rule === 'panels' ? integrator.tolerance : DEFAULT_TOLERANCE
  integratePanels(medium, ray, tolerance, propagation, record)
  return { panels, rule: gaussLegendre(ADAPTIVE_NODES), scheme: 'panels' }
}

/** What a sample gives, and its derivatives, times the length it stands for. */
interface Sample {
  readonly cos: Float64Array
  readonly sin: Float64Array
  readonly faraday: Float64Array
}

/**
 * Derivatives of the observables of rays start <= i < end, written to `into`: one set of observables per parameter.
 *
 * @throws RangeError as `simulate`, and for options with free-free absorption
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
  const { frequenciesGhz } = options
  if (options.freeFree) {
    throw new RangeError('Derivatives do not go through free-free absorption.')
  }
  const propagation = propagationOf(options)
  const constants = frequenciesGhz.map((frequency) =>
    emissivityConstantsMicrogauss(frequency, medium.spectralIndex),
  )
  for (let index = start; index < end; index++) {
    const ray = rayAt(index)
    const steps = raySteps(medium, ray, options, propagation)
    const sums = rayTangents(medium, derivatives, ray, steps, propagation.wavelengthsSquared)
    into.forEach((observables, k) => {
      for (let f = 0; f < frequenciesGhz.length; f++) {
        const place = k * frequenciesGhz.length + f
        observables.I[f][index] = constants[f].intensity * sums.emission[k]
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
  emission: Float64Array
  depth: Float64Array
  column: Float64Array
  /** [parameter][frequency] */
  cos: Float64Array
  sin: Float64Array
}

function rayTangents(
  medium: Medium,
  derivatives: MediumDerivatives,
  ray: Ray,
  { panels, rule, scheme }: RaySteps,
  wavelengthsSquared: readonly number[],
): Tangents {
  const { count } = derivatives
  const n = rule.nodes.length
  const frequencies = wavelengthsSquared.length
  const constant = scheme === 'first-order' ? RM_CONSTANT_SYNAX_MICROGAUSS : RM_CONSTANT_MICROGAUSS
  const { north, east } = lineOfSightBasis(ray.direction)
  const tangents: Tangents = {
    emission: new Float64Array(count),
    depth: new Float64Array(count),
    column: new Float64Array(count),
    cos: new Float64Array(count * frequencies),
    sin: new Float64Array(count * frequencies),
  }
  // Of the samples of one panel: the value first, then its derivatives.
  const width = 1 + count
  const sample: Sample = {
    cos: new Float64Array(n * width),
    sin: new Float64Array(n * width),
    faraday: new Float64Array(n * width),
  }
  const local = new Float64Array(PER_PARAMETER * count)
  /** Depth in front of the panel, of the sample, and at the last sample, with their derivatives. */
  const before = new Float64Array(width)
  const here = new Float64Array(width)

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
        for (let j = 0; j < n; j++) {
          depth += rule.partial[i * n + j] * sample.faraday[j * width + k]
        }
        here[k] = before[k] + half * depth
      }
      for (let f = 0; f < frequencies; f++) rotate(i, f, half)
    }
    for (let i = 0; i < n; i++) {
      const weight = half * rule.weights[i]
      for (let k = 0; k < width; k++) before[k] += weight * sample.faraday[i * width + k]
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
      tangents.emission[k] += weight * (dReduced * squared + reduced * dSquared)
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
    const cos = Math.cos(angle)
    const sin = Math.sin(angle)
    const q = cos * sample.cos[place] - sin * sample.sin[place]
    const u = sin * sample.cos[place] + cos * sample.sin[place]
    for (let k = 0; k < count; k++) {
      const own = place + 1 + k
      const dAngle = 2 * lambdaSquared * here[1 + k]
      const dAmplitude = slope * sample.faraday[own]
      const target = k * frequencies + f
      tangents.cos[target] +=
        amplitude * (cos * sample.cos[own] - sin * sample.sin[own] - dAngle * u) + dAmplitude * q
      tangents.sin[target] +=
        amplitude * (sin * sample.cos[own] + cos * sample.sin[own] + dAngle * q) + dAmplitude * u
    }
  }
}
