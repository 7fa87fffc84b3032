/**
 * Gauss-Legendre integration of a ray in panels, with the Faraday phase integrated inside each panel.
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
import type { LineSums } from './line-sums.ts'
import { emptyLineSums, joinLineSums } from './line-sums.ts'
import type { Medium } from './medium.ts'
import { createLocalEmission, evaluateLocalEmission } from './medium.ts'
import { gaussLegendre } from './quadrature.ts'
import { along } from './vector.ts'

/**
 * A panel between crossings is split so that the polarisation angle turns the vector (Q, U) by at most this in
 * each part, in rad; 3 nodes then integrate the rotation to a relative error of about 1e-8 per part.
 */
const LARGEST_PHASE_STEP_RAD = 0.5

/**
 * Panels of a ray after which the integration gives up, after a second or so. In parts of LARGEST_PHASE_STEP_RAD 300,000 are a
 * Faraday depth of 500 rad m^-2 at 25 MHz; polarisation turned that often is averaged away in any beam.
 */
const MOST_PANELS = 300_000

/** Nodes per panel of the adaptive rule. */
const ADAPTIVE_NODES = 10
/** Halvings of a panel after which it is taken as it is: 2^-40 of a ray is below rounding. */
const DEEPEST_HALVING = 40

type PanelIntegral = (from: number, to: number) => LineSums

/**
 * Sums along a ray with a fixed number of nodes between edges.
 * @throws RangeError where Faraday rotation needs too many parts
 */
export function integrateCells(
  medium: Medium,
  ray: Ray,
  nodes: number,
  wavelengthsSquared: readonly number[],
): LineSums {
  const integral = panelIntegrator(medium, ray, nodes, wavelengthsSquared)
  const longest = Math.max(0, ...wavelengthsSquared)
  const total = emptyLineSums(wavelengthsSquared.length)
  const edges = mediumEdges(medium, ray)
  for (let panel = 0; panel + 1 < edges.length; panel++) {
    const from = edges[panel]
    const to = edges[panel + 1]
    const whole = integral(from, to)
    const turn = 2 * longest * whole.faradayVariation
    const parts = Math.ceil(turn / LARGEST_PHASE_STEP_RAD)
    // Written so that a value that is not a number goes on, to be refused at the end of the ray.
    if (!(parts > 1)) {
      joinLineSums(total, whole, wavelengthsSquared)
      continue
    }
    for (let part = 0; part < parts; part++) {
      const start = from + ((to - from) * part) / parts
      const end = part + 1 === parts ? to : from + ((to - from) * (part + 1)) / parts
      joinLineSums(total, integral(start, end), wavelengthsSquared)
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
  wavelengthsSquared: readonly number[],
): LineSums {
  if (!(tolerance > 0)) throw new RangeError(`The tolerance must be positive, not ${tolerance}.`)
  const integral = panelIntegrator(medium, ray, ADAPTIVE_NODES, wavelengthsSquared)
  const edges = mediumEdges(medium, ray)
  const first: LineSums[] = []
  const scale = emptyLineSums(wavelengthsSquared.length)
  for (let panel = 0; panel + 1 < edges.length; panel++) {
    const sums = integral(edges[panel], edges[panel + 1])
    first.push(sums)
    joinLineSums(scale, sums, wavelengthsSquared)
  }

  const agree = (a: LineSums, b: LineSums): boolean => {
    const emissionError = tolerance * scale.emission
    if (Math.abs(a.emission - b.emission) > emissionError) return false
    if (Math.abs(a.column - b.column) > tolerance * scale.column) return false
    if (Math.abs(a.faradayDepth - b.faradayDepth) > tolerance * scale.faradayVariation) return false
    for (let f = 0; f < wavelengthsSquared.length; f++) {
      if (Math.abs(a.polarisedCos[f] - b.polarisedCos[f]) > emissionError) return false
      if (Math.abs(a.polarisedSin[f] - b.polarisedSin[f]) > emissionError) return false
    }
    return true
  }
  const refine = (from: number, to: number, whole: LineSums, depth: number): LineSums => {
    const middle = 0.5 * (from + to)
    const left = integral(from, middle)
    const right = integral(middle, to)
    const halves = emptyLineSums(wavelengthsSquared.length)
    joinLineSums(halves, left, wavelengthsSquared)
    joinLineSums(halves, right, wavelengthsSquared)
    if (depth >= DEEPEST_HALVING || agree(whole, halves)) return halves
    const refined = refine(from, middle, left, depth + 1)
    joinLineSums(refined, refine(middle, to, right, depth + 1), wavelengthsSquared)
    return refined
  }

  const total = emptyLineSums(wavelengthsSquared.length)
  for (let panel = 0; panel + 1 < edges.length; panel++) {
    const sums = refine(edges[panel], edges[panel + 1], first[panel], 0)
    joinLineSums(total, sums, wavelengthsSquared)
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

function tooManyPanels(wavelengthsSquared: readonly number[]): RangeError {
  const longest = Math.sqrt(Math.max(0, ...wavelengthsSquared))
  const why =
    longest > 0
      ? `Faraday rotation turns the polarisation too often at ${Number((SPEED_OF_LIGHT_M_S / longest / HZ_PER_GHZ).toPrecision(4))} GHz: raise the frequency, or set faraday.phase to off.`
      : `A field changes too sharply: check its parameters.`
  return new RangeError(
    `A sightline would have to be integrated in more than ${MOST_PANELS} parts. ${why}`,
  )
}

/** The sums over one panel with n nodes: phi at node i is the integral of the polynomial through all n values. */
function panelIntegrator(
  medium: Medium,
  ray: Ray,
  n: number,
  wavelengthsSquared: readonly number[],
): PanelIntegral {
  const rule = gaussLegendre(n)
  const { north, east } = lineOfSightBasis(ray.direction)
  const local = createLocalEmission()
  const cos = new Float64Array(n)
  const sin = new Float64Array(n)
  const faraday = new Float64Array(n)

  let panels = 0

  return (from, to) => {
    if (++panels > MOST_PANELS) throw tooManyPanels(wavelengthsSquared)
    const half = 0.5 * (to - from)
    const sums = emptyLineSums(wavelengthsSquared.length)
    for (let i = 0; i < n; i++) {
      const position = along(ray.origin, ray.direction, from + half * (1 + rule.nodes[i]))
      evaluateLocalEmission(medium, ray.direction, north, east, position, local)
      const weight = half * rule.weights[i]
      cos[i] = weight * local.emissionCos
      sin[i] = weight * local.emissionSin
      faraday[i] = RM_CONSTANT_MICROGAUSS * local.faraday
      sums.emission += weight * local.emission
      sums.column += weight * local.thermal
      sums.faradayDepth += weight * faraday[i]
      sums.faradayVariation += weight * Math.abs(faraday[i])
    }
    for (let i = 0; i < n; i++) {
      let depth = 0
      if (sums.faradayVariation > 0) {
        for (let j = 0; j < n; j++) depth += rule.partial[i * n + j] * faraday[j]
        depth *= half
      }
      for (let f = 0; f < wavelengthsSquared.length; f++) {
        const angle = 2 * wavelengthsSquared[f] * depth
        const cosAngle = Math.cos(angle)
        const sinAngle = Math.sin(angle)
        sums.polarisedCos[f] += cosAngle * cos[i] - sinAngle * sin[i]
        sums.polarisedSin[f] += sinAngle * cos[i] + cosAngle * sin[i]
      }
    }
    return sums
  }
}
