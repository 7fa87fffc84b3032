/**
 * Gauss-Legendre integration of a ray in panels, with Faraday phase and optical depth integrated inside each panel.
 *
 * The edges are where something is not smooth: the lattice crossings of gridded fields and the discontinuities
 * of parametric models. Between crossings of a trilinear field a few nodes are enough; parametric models are
 * halved until two halves agree with the whole to a tolerance.
 */
import { HZ_PER_GHZ, SPEED_OF_LIGHT_M_S } from './constants.ts'
import { panelEdges } from './crossings.ts'
import { RM_CONSTANT_MICROGAUSS } from './faraday.ts'
import type { Ray } from './geometry.ts'
import { lineOfSightBasis } from './geometry.ts'
import type { LineSums, Propagation } from './line-sums.ts'
import { emptyLineSums, joinLineSums } from './line-sums.ts'
import type { Medium } from './medium.ts'
import { createLocalEmission, evaluateLocalEmission } from './medium.ts'
import { gaussLegendre } from './quadrature.ts'
import { along } from './vector.ts'

/**
 * A panel between crossings is split so that the polarisation angle turns the vector (Q, U) by at most this in
 * each part, in rad, and the optical depth grows by no more; 3 nodes then integrate both to a relative error of about 1e-8
 * per part.
 */
const LARGEST_STEP = 0.5

/**
 * Panels of a ray after which the integration gives up, after a second or so. In parts of LARGEST_STEP 300,000 are a
 * Faraday depth of 500 rad m^-2 at 25 MHz; polarisation turned that often is averaged away in any beam.
 */
const MOST_PANELS = 300_000

/** Nodes per panel of the adaptive rule. */
export const ADAPTIVE_NODES = 10
/** Halvings of a panel after which it is taken as it is: 2^-40 of a ray is below rounding. */
const DEEPEST_HALVING = 40

/** Is told the panels that make up a ray, in their order. */
export type PanelRecorder = (from: number, to: number) => void

type PanelIntegral = (from: number, to: number) => LineSums

/**
 * Sums along a ray with a fixed number of nodes between edges.
 * @throws RangeError where Faraday rotation needs too many parts
 */
export function integrateCells(
  medium: Medium,
  ray: Ray,
  nodes: number,
  propagation: Propagation,
  record?: PanelRecorder,
): LineSums {
  const integral = panelIntegrator(medium, ray, nodes, propagation)
  const longest = Math.max(0, ...propagation.wavelengthsSquared)
  const thickest = Math.max(0, ...propagation.opacities)
  const total = emptyLineSums(propagation.wavelengthsSquared.length)
  const edges = mediumEdges(medium, ray)
  for (let panel = 0; panel + 1 < edges.length; panel++) {
    const from = edges[panel]
    const to = edges[panel + 1]
    const whole = integral(from, to)
    const turn = 2 * longest * whole.faradayVariation
    const parts = Math.ceil(Math.max(turn, thickest * whole.emissionMeasure) / LARGEST_STEP)
    // Written so that a value that is not a number goes on, to be refused at the end of the ray.
    if (!(parts > 1)) {
      joinLineSums(total, whole, propagation)
      record?.(from, to)
      continue
    }
    for (let part = 0; part < parts; part++) {
      const start = from + ((to - from) * part) / parts
      const end = part + 1 === parts ? to : from + ((to - from) * (part + 1)) / parts
      joinLineSums(total, integral(start, end), propagation)
      record?.(start, end)
    }
  }
  return total
}

/**
 * Sums along a ray with panels halved until their error estimate is below `tolerance` of the whole ray's sums.
 * @throws RangeError where that needs too many panels
 */
export function integratePanels(
  medium: Medium,
  ray: Ray,
  tolerance: number,
  propagation: Propagation,
  record?: PanelRecorder,
): LineSums {
  if (!(tolerance > 0)) throw new RangeError(`The tolerance must be positive, not ${tolerance}.`)
  const integral = panelIntegrator(medium, ray, ADAPTIVE_NODES, propagation)
  const edges = mediumEdges(medium, ray)
  const first: LineSums[] = []
  const scale = emptyLineSums(propagation.wavelengthsSquared.length)
  for (let panel = 0; panel + 1 < edges.length; panel++) {
    const sums = integral(edges[panel], edges[panel + 1])
    first.push(sums)
    joinLineSums(scale, sums, propagation)
  }

  const agree = (a: LineSums, b: LineSums): boolean => {
    if (Math.abs(a.emissionMeasure - b.emissionMeasure) > tolerance * scale.emissionMeasure) {
      return false
    }
    if (Math.abs(a.column - b.column) > tolerance * scale.column) return false
    if (Math.abs(a.faradayDepth - b.faradayDepth) > tolerance * scale.faradayVariation) return false
    for (let f = 0; f < propagation.wavelengthsSquared.length; f++) {
      const emissionError = tolerance * scale.emission[f]
      if (Math.abs(a.emission[f] - b.emission[f]) > emissionError) return false
      if (Math.abs(a.polarisedCos[f] - b.polarisedCos[f]) > emissionError) return false
      if (Math.abs(a.polarisedSin[f] - b.polarisedSin[f]) > emissionError) return false
    }
    return true
  }
  const refine = (from: number, to: number, whole: LineSums, depth: number): LineSums => {
    const middle = 0.5 * (from + to)
    const left = integral(from, middle)
    const right = integral(middle, to)
    const halves = emptyLineSums(propagation.wavelengthsSquared.length)
    joinLineSums(halves, left, propagation)
    joinLineSums(halves, right, propagation)
    if (depth >= DEEPEST_HALVING || agree(whole, halves)) {
      record?.(from, middle)
      record?.(middle, to)
      return halves
    }
    const refined = refine(from, middle, left, depth + 1)
    joinLineSums(refined, refine(middle, to, right, depth + 1), propagation)
    return refined
  }

  const total = emptyLineSums(propagation.wavelengthsSquared.length)
  for (let panel = 0; panel + 1 < edges.length; panel++) {
    const sums = refine(edges[panel], edges[panel + 1], first[panel], 0)
    joinLineSums(total, sums, propagation)
  }
  return total
}

/** Every distance at which one of the medium's fields is not smooth, with the two ends of the ray. */
function mediumEdges(medium: Medium, ray: Ray): number[] {
  return panelEdges(
    ray.lengthKpc,
    medium.magneticField.panelEdges(ray),
    medium.thermalElectrons.panelEdges(ray),
    medium.cosmicRayElectrons.panelEdges(ray),
  )
}

function tooManyPanels({ wavelengthsSquared }: Propagation): RangeError {
  const longest = Math.sqrt(Math.max(0, ...wavelengthsSquared))
  const why =
    longest > 0
      ? `Faraday rotation turns the polarisation too often at ${Number((SPEED_OF_LIGHT_M_S / longest / HZ_PER_GHZ).toPrecision(4))} GHz: raise the frequency, or set faraday.phase to off.`
      : `A field changes too sharply: check its parameters.`
  return new RangeError(
    `A sightline would have to be integrated in more than ${MOST_PANELS} parts. ${why}`,
  )
}

/** The sums over one panel with n nodes: phi and tau at node i are integrals of the polynomials through all n values. */
function panelIntegrator(
  medium: Medium,
  ray: Ray,
  n: number,
  propagation: Propagation,
): PanelIntegral {
  const rule = gaussLegendre(n)
  const { north, east } = lineOfSightBasis(ray.direction)
  const local = createLocalEmission()
  const cos = new Float64Array(n)
  const sin = new Float64Array(n)
  const emission = new Float64Array(n)
  const faraday = new Float64Array(n)
  const squared = new Float64Array(n)
  const { wavelengthsSquared, opacities } = propagation

  let panels = 0

  return (from, to) => {
    if (++panels > MOST_PANELS) throw tooManyPanels(propagation)
    const half = 0.5 * (to - from)
    const sums = emptyLineSums(propagation.wavelengthsSquared.length)
    for (let i = 0; i < n; i++) {
      const position = along(ray.origin, ray.direction, from + half * (1 + rule.nodes[i]))
      evaluateLocalEmission(medium, ray.direction, north, east, position, local)
      const weight = half * rule.weights[i]
      cos[i] = weight * local.emissionCos
      sin[i] = weight * local.emissionSin
      emission[i] = weight * local.emission
      faraday[i] = RM_CONSTANT_MICROGAUSS * local.faraday
      squared[i] = local.thermal * local.thermal
      sums.emissionMeasure += weight * squared[i]
      sums.column += weight * local.thermal
      sums.faradayDepth += weight * faraday[i]
      sums.faradayVariation += weight * Math.abs(faraday[i])
    }
    for (let i = 0; i < n; i++) {
      let depth = 0
      let measure = 0
      if (sums.emissionMeasure > 0) {
        for (let j = 0; j < n; j++) {
          depth += half * rule.partial[i * n + j] * faraday[j]
          measure += half * rule.partial[i * n + j] * squared[j]
        }
      }
      for (let f = 0; f < wavelengthsSquared.length; f++) {
        const angle = 2 * wavelengthsSquared[f] * depth
        const left = Math.exp(-opacities[f] * measure)
        const cosAngle = left * Math.cos(angle)
        const sinAngle = left * Math.sin(angle)
        sums.emission[f] += left * emission[i]
        sums.polarisedCos[f] += cosAngle * cos[i] - sinAngle * sin[i]
        sums.polarisedSin[f] += sinAngle * cos[i] + cosAngle * sin[i]
      }
    }
    return sums
  }
}
