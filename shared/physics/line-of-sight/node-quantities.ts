/** The medium at the nodes of one ray, read from the grids and its transpose. */
import type { SkyBasis } from '../geometry.ts'
import type { TrilinearStencil } from '../grid.ts'
import type { Vector3 } from '../vector.ts'
import type { GridValues, Unknowns } from './problem.ts'

/** One number per node of each: values, changes of them, or derivatives with respect to them. */
export interface NodeQuantities {
  /** b_N and b_E: the field's components on the sky, microgauss. */
  north: Float64Array
  east: Float64Array
  /** Component toward the observer, microgauss. */
  los: Float64Array
  /** n_e, cm^-3. */
  thermal: Float64Array
  /** C, m^-3. */
  cosmicRay: Float64Array
  /** p. */
  index: Float64Array
}

export function createNodeQuantities(nodes: number): NodeQuantities {
  return {
    north: new Float64Array(nodes),
    east: new Float64Array(nodes),
    los: new Float64Array(nodes),
    thermal: new Float64Array(nodes),
    cosmicRay: new Float64Array(nodes),
    index: new Float64Array(nodes),
  }
}

/** The frame in which a ray sees the field, and where the ray has its own spectral index. */
export interface RayFrame {
  readonly index: number
  readonly direction: Vector3
  readonly basis: SkyBasis
}

/** Where one node lies on the grids: continued beyond the last centres for the field, held for densities. */
export interface NodePlace {
  readonly field: TrilinearStencil
  readonly scalar: TrilinearStencil
}

/** Reads every grid at one node; quantities without a grid stay as they are. */
export function gatherNode(
  unknowns: Unknowns,
  { index, direction, basis: { north, east } }: RayFrame,
  { field, scalar }: NodePlace,
  into: NodeQuantities,
  node: number,
): void {
  const { magneticField, thermalElectrons, cosmicRays, spectralIndex, raySpectralIndex } = unknowns
  let x = 0
  let y = 0
  let z = 0
  for (let corner = 0; corner < 8; corner++) {
    const weight = field.weights[corner]
    const at = 3 * field.voxels[corner]
    x += weight * magneticField[at]
    y += weight * magneticField[at + 1]
    z += weight * magneticField[at + 2]
  }
  into.north[node] = x * north[0] + y * north[1] + z * north[2]
  into.east[node] = x * east[0] + y * east[1] + z * east[2]
  into.los[node] = -(x * direction[0] + y * direction[1] + z * direction[2])
  if (thermalElectrons) into.thermal[node] = readScalar(thermalElectrons, scalar)
  if (cosmicRays) into.cosmicRay[node] = readScalar(cosmicRays, scalar)
  if (spectralIndex) into.index[node] = readScalar(spectralIndex, scalar)
  if (raySpectralIndex) into.index[node] = raySpectralIndex[rayEntry(raySpectralIndex, index)]
}

/** Transpose of `gatherNode`: adds what the node's derivatives are as derivatives with respect to the grids. */
export function scatterNode(
  gradient: Unknowns,
  { index, direction, basis: { north, east } }: RayFrame,
  { field, scalar }: NodePlace,
  from: NodeQuantities,
  node: number,
): void {
  const { magneticField, thermalElectrons, cosmicRays, spectralIndex, raySpectralIndex } = gradient
  const bNorth = from.north[node]
  const bEast = from.east[node]
  const bLos = from.los[node]
  const x = bNorth * north[0] + bEast * east[0] - bLos * direction[0]
  const y = bNorth * north[1] + bEast * east[1] - bLos * direction[1]
  const z = bNorth * north[2] + bEast * east[2] - bLos * direction[2]
  for (let corner = 0; corner < 8; corner++) {
    const weight = field.weights[corner]
    const at = 3 * field.voxels[corner]
    magneticField[at] += weight * x
    magneticField[at + 1] += weight * y
    magneticField[at + 2] += weight * z
  }
  if (thermalElectrons) addScalar(thermalElectrons, scalar, from.thermal[node])
  if (cosmicRays) addScalar(cosmicRays, scalar, from.cosmicRay[node])
  if (spectralIndex) addScalar(spectralIndex, scalar, from.index[node])
  if (raySpectralIndex) raySpectralIndex[rayEntry(raySpectralIndex, index)] += from.index[node]
}

function readScalar(values: GridValues, { voxels, weights }: TrilinearStencil): number {
  let sum = 0
  for (let corner = 0; corner < 8; corner++) sum += weights[corner] * values[voxels[corner]]
  return sum
}

function addScalar(
  values: GridValues,
  { voxels, weights }: TrilinearStencil,
  amount: number,
): void {
  for (let corner = 0; corner < 8; corner++) values[voxels[corner]] += weights[corner] * amount
}

/** A list of one number is the same for all rays. */
function rayEntry(values: Float64Array, ray: number): number {
  return values.length === 1 ? 0 : ray
}
