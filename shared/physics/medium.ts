/** What fills the Galaxy along a ray: the magnetic field and the two electron densities as functions of position. */
import { latticeCrossings } from './crossings.ts'
import type { Ray } from './geometry.ts'
import type { GridGeometry } from './grid.ts'
import {
  createStencil,
  interpolateScalar,
  interpolateVector,
  requireGrid,
  voxelCount,
} from './grid.ts'
import type { Vector3 } from './vector.ts'

/** A quantity with a value everywhere; `panelEdges` are the distances along a ray at which it is not smooth. */
export interface SpatialField<Value> {
  evaluate(positionKpc: Vector3): Value
  /** The same at many points, [n, 3] kpc, to `out`, [n, components]: present where that is faster. */
  evaluateMany?(pointsKpc: Float64Array, out: Float64Array): void
  panelEdges(ray: Ray): readonly number[]
  /** Whether it is trilinear on a grid, so that a few nodes between crossings integrate it. */
  gridded: boolean
}

export interface Medium {
  /** Microgauss. */
  magneticField: SpatialField<Vector3>
  /** n_e in cm^-3. */
  thermalElectrons: SpatialField<number>
  /** C in m^-3 of N(gamma) = C gamma^-p. */
  cosmicRayElectrons: SpatialField<number>
  /** p. */
  spectralIndex: number
}

/** A vector grid [nx, ny, nz, 3] as a field, continued linearly beyond the last centres. */
export function griddedVectorField(
  grid: GridGeometry,
  values: Float64Array | Float32Array,
): SpatialField<Vector3> {
  requireLength(grid, values.length, 3)
  const stencil = createStencil()
  return {
    gridded: true,
    evaluate: (position) => interpolateVector(grid, values, position, stencil),
    panelEdges: (ray) => latticeCrossings(grid, ray, 'continued'),
  }
}

/** A scalar grid [nx, ny, nz] as a field, held constant beyond the last centres. */
export function griddedScalarField(
  grid: GridGeometry,
  values: Float64Array | Float32Array,
): SpatialField<number> {
  requireLength(grid, values.length, 1)
  const stencil = createStencil()
  return {
    gridded: true,
    evaluate: (position) => interpolateScalar(grid, values, position, stencil),
    panelEdges: (ray) => latticeCrossings(grid, ray, 'held'),
  }
}

function requireLength(grid: GridGeometry, length: number, components: number): void {
  requireGrid(grid)
  const expected = components * voxelCount(grid)
  if (length !== expected) {
    throw new RangeError(
      `A grid of shape ${grid.shape.join('x')} with ${components} component(s) has ${expected} values, not ${length}.`,
    )
  }
}

/** Local contributions per kpc at one point of a ray. */
export interface LocalEmission {
  /** C B_perp^((p+1)/2). */
  emission: number
  /** The same times cos 2chi0 and sin 2chi0. */
  emissionCos: number
  emissionSin: number
  /** n_e, cm^-3. */
  thermal: number
  /** n_e B_los, cm^-3 microgauss, positive toward the observer. */
  faraday: number
}

export function createLocalEmission(): LocalEmission {
  return { emission: 0, emissionCos: 0, emissionSin: 0, thermal: 0, faraday: 0 }
}

/**
 * Evaluates the medium at a point.
 *
 * The emitted E vector is perpendicular to B_perp, angles run from north through east (IAU):
 * cos 2chi0 = (b_E^2 - b_N^2) / b^2, sin 2chi0 = -2 b_N b_E / b^2, with b_N = B.e_N, b_E = B.e_E and b = B_perp.
 * Multiplied by b^((p+1)/2) nothing is divided by b and the limit b -> 0 is 0.
 */
export function evaluateLocalEmission(
  medium: Medium,
  direction: Vector3,
  north: Vector3,
  east: Vector3,
  position: Vector3,
  out: LocalEmission,
): void {
  const [bx, by, bz] = medium.magneticField.evaluate(position)
  const bNorth = bx * north[0] + by * north[1] + bz * north[2]
  const bEast = bx * east[0] + by * east[1] + bz * east[2]
  const perpendicularSquared = bNorth * bNorth + bEast * bEast
  if (perpendicularSquared !== 0) {
    const density = medium.cosmicRayElectrons.evaluate(position)
    // b^((p+1)/2) / b^2; 1 at p = 3.
    const exponent = (medium.spectralIndex - 3) / 4
    const reduced = exponent === 0 ? density : density * perpendicularSquared ** exponent
    out.emission = reduced * perpendicularSquared
    out.emissionCos = reduced * (bEast * bEast - bNorth * bNorth)
    out.emissionSin = -2 * reduced * bNorth * bEast
  } else {
    out.emission = 0
    out.emissionCos = 0
    out.emissionSin = 0
  }
  out.thermal = medium.thermalElectrons.evaluate(position)
  out.faraday = -out.thermal * (bx * direction[0] + by * direction[1] + bz * direction[2])
}
