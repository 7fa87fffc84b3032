/**
 * Total intensity as a function of a gridded magnetic field, its transpose derivative (adjoint) and its forward
 * derivative (Jacobian-vector product), in float64 and written for reading: the oracle of the fast kernels.
 *
 *   I_nu(ray) = K_I(nu, p) sum over nodes of w C (b_N^2 + b_E^2)^((p+1)/4)
 *   dI/dB     = K_I w C (p+1)/2 (b_N^2 + b_E^2)^((p-3)/4) (b_N e_N + b_E e_E)
 *
 * The derivative grows as b^((p-1)/2), so it is 0 where the perpendicular field vanishes (p > 1).
 */
import { latticeCrossings, panelEdges } from './crossings.ts'
import type { Ray, SkyBasis } from './geometry.ts'
import { boxExit, lineOfSightBasis } from './geometry.ts'
import type { GridGeometry, TrilinearStencil } from './grid.ts'
import { createStencil, locate, requireGrid, voxelCount } from './grid.ts'
import { gaussLegendre } from './quadrature.ts'
import { emissivityConstantsMicrogauss } from './synchrotron.ts'
import type { Vector3 } from './vector.ts'
import { along } from './vector.ts'

export interface IntensityProblem {
  grid: GridGeometry
  observerKpc: Vector3
  /** Unit vectors, [ray][3]. */
  directions: Float64Array
  /** Where each ray ends if before the face of the box, kpc. */
  maxDistanceKpc?: Float64Array
  /** Gauss-Legendre nodes between two crossings of the interpolation lattice. */
  nodesPerCrossing: number
  frequenciesGhz: readonly number[]
  /** p. */
  spectralIndex: number
  /** C in m^-3 at a position in kpc. */
  cosmicRayDensity: (x: number, y: number, z: number) => number
}

type Values = Float64Array | Float32Array

/** Total intensity in K, [frequency][ray], of a field [nx, ny, nz, 3] in microgauss. */
export function referenceForward(problem: IntensityProblem, field: Values): Float64Array {
  const exponent = (problem.spectralIndex + 1) / 4
  const emission = new Float64Array(rayCount(problem))
  visitNodes(problem, field, (ray, node) => {
    const squared = node.bNorth ** 2 + node.bEast ** 2
    emission[ray] += node.weight * squared ** exponent
  })
  return spread(problem, emission)
}

/** Derivative of the intensity along a change of the field: J tangent, [frequency][ray]. */
export function referenceJvp(
  problem: IntensityProblem,
  field: Values,
  tangent: Values,
): Float64Array {
  requireLengths(problem, tangent)
  const derivative = derivativeFactor(problem.spectralIndex)
  const change = new Float64Array(rayCount(problem))
  visitNodes(problem, field, (ray, node) => {
    const direction = perpendicularAt(tangent, node.stencil, node.basis)
    const factor = node.weight * derivative(node.bNorth ** 2 + node.bEast ** 2)
    change[ray] += factor * (node.bNorth * direction.north + node.bEast * direction.east)
  })
  return spread(problem, change)
}

/** Transpose derivative: J' cotangent, a gradient [nx, ny, nz, 3], for a cotangent [frequency][ray]. */
export function referenceAdjoint(
  problem: IntensityProblem,
  field: Values,
  cotangent: Values,
): Float64Array {
  const rays = rayCount(problem)
  if (cotangent.length !== rays * problem.frequenciesGhz.length) {
    throw new RangeError(
      `A cotangent has one value per frequency and ray, ${rays * problem.frequenciesGhz.length}, not ${cotangent.length}.`,
    )
  }
  const perRay = new Float64Array(rays)
  intensityConstants(problem).forEach((constant, f) => {
    for (let ray = 0; ray < rays; ray++) perRay[ray] += constant * cotangent[f * rays + ray]
  })
  const derivative = derivativeFactor(problem.spectralIndex)
  const gradient = new Float64Array(3 * voxelCount(problem.grid))
  visitNodes(problem, field, (ray, { bNorth, bEast, weight, stencil, basis }) => {
    const factor = perRay[ray] * weight * derivative(bNorth ** 2 + bEast ** 2)
    for (let corner = 0; corner < 8; corner++) {
      const scaled = factor * stencil.weights[corner]
      const at = 3 * stencil.voxels[corner]
      for (let component = 0; component < 3; component++) {
        gradient[at + component] +=
          scaled * (bNorth * basis.north[component] + bEast * basis.east[component])
      }
    }
  })
  return gradient
}

/** The derivative of (b^2)^((p+1)/4) with respect to b, divided by b, as a function of b^2. */
function derivativeFactor(p: number): (squared: number) => number {
  const exponent = (p - 3) / 4
  return (squared) => (squared === 0 ? 0 : ((p + 1) / 2) * squared ** exponent)
}

interface Node {
  bNorth: number
  bEast: number
  /** Quadrature weight in kpc times C. */
  weight: number
  stencil: TrilinearStencil
  basis: SkyBasis
}

function visitNodes(
  problem: IntensityProblem,
  field: Values,
  visit: (ray: number, node: Node) => void,
): void {
  requireGrid(problem.grid)
  requireLengths(problem, field)
  const { grid, observerKpc, directions, maxDistanceKpc, cosmicRayDensity } = problem
  const rule = gaussLegendre(problem.nodesPerCrossing)
  const stencil = createStencil()
  for (let index = 0; index < rayCount(problem); index++) {
    const direction: Vector3 = [
      directions[3 * index],
      directions[3 * index + 1],
      directions[3 * index + 2],
    ]
    const face = boxExit(observerKpc, direction, grid.halfSizeKpc)
    const lengthKpc = maxDistanceKpc ? Math.min(face, maxDistanceKpc[index]) : face
    const ray: Ray = { origin: observerKpc, direction, lengthKpc }
    const basis = lineOfSightBasis(direction)
    const edges = panelEdges(lengthKpc, latticeCrossings(grid, ray, 'continued'))
    for (let panel = 0; panel + 1 < edges.length; panel++) {
      const half = 0.5 * (edges[panel + 1] - edges[panel])
      for (let i = 0; i < rule.nodes.length; i++) {
        const position = along(observerKpc, direction, edges[panel] + half * (1 + rule.nodes[i]))
        locate(grid, position, 'continued', stencil)
        const { north, east } = perpendicularAt(field, stencil, basis)
        const weight = half * rule.weights[i] * cosmicRayDensity(...position)
        visit(index, { bNorth: north, bEast: east, weight, stencil, basis })
      }
    }
  }
}

/** North and east components of a vector grid at a located point. */
function perpendicularAt(
  values: Values,
  stencil: TrilinearStencil,
  basis: SkyBasis,
): { north: number; east: number } {
  let north = 0
  let east = 0
  for (let corner = 0; corner < 8; corner++) {
    const weight = stencil.weights[corner]
    const at = 3 * stencil.voxels[corner]
    for (let component = 0; component < 3; component++) {
      north += weight * values[at + component] * basis.north[component]
      east += weight * values[at + component] * basis.east[component]
    }
  }
  return { north, east }
}

function spread(problem: IntensityProblem, perRay: Float64Array): Float64Array {
  const out = new Float64Array(perRay.length * problem.frequenciesGhz.length)
  intensityConstants(problem).forEach((constant, f) => {
    for (let ray = 0; ray < perRay.length; ray++)
      out[f * perRay.length + ray] = constant * perRay[ray]
  })
  return out
}

function intensityConstants(problem: IntensityProblem): number[] {
  return problem.frequenciesGhz.map(
    (frequency) => emissivityConstantsMicrogauss(frequency, problem.spectralIndex).intensity,
  )
}

function rayCount(problem: IntensityProblem): number {
  return problem.directions.length / 3
}

function requireLengths(problem: IntensityProblem, values: Values): void {
  const expected = 3 * voxelCount(problem.grid)
  if (values.length !== expected) {
    throw new RangeError(
      `A field on a ${problem.grid.shape.join('x')} grid has ${expected} values, not ${values.length}.`,
    )
  }
}
