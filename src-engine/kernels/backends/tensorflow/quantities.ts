import { voxelCount } from '#shared/physics/grid.ts'
import type { LineOfSightProblem, Unknowns } from '../../interface.ts'
import { sampleScalar, sampleVector, spreadScalar, spreadVector } from './chunks.ts'
import type { Chunk } from './chunks.ts'
import { quantityNames } from './recipe.ts'
import type { QuantityName, Recipe } from './recipe.ts'

/**
 * Values at the nodes of a chunk, [rays, parts, nodes]; a spectral index that is a map of the sky has one per ray. They are
 * linear in the unknowns: this module holds that map and its transpose, in plain loops. (As TensorFlow.js operations the
 * interpolation takes some 3 microseconds per node on its cpu runtime, and its gradient days.)
 */
export type NodeValues = Partial<Record<QuantityName, Float32Array>>

/** Derivatives while they are summed, in the shapes of the unknowns. */
export interface GradientSums {
  readonly magneticField: Float64Array
  readonly thermalElectrons?: Float64Array
  readonly cosmicRays?: Float64Array
  readonly spectralIndex?: Float64Array
  readonly raySpectralIndex?: Float64Array
}

/** Of the quantities that the observables contain, those that depend on the unknowns. */
export function freeQuantities({ unknowns = [] }: LineOfSightProblem, recipe: Recipe) {
  const fixed = new Set<QuantityName>()
  if (!unknowns.includes('thermalElectrons')) fixed.add('thermalElectrons')
  if (!unknowns.includes('cosmicRays')) fixed.add('cosmicRays')
  return quantityNames.filter((name) => recipe.uses.has(name) && !fixed.has(name))
}

/** A spectral index for nodes beyond the ends of rays, where nothing is emitted. */
const PADDING_INDEX = 3

/** What the unknowns are at the nodes. `padding` is the spectral index beyond the rays' ends: none for a change of it. */
export function unknownsAtNodes(
  recipe: Recipe,
  chunk: Chunk,
  unknowns: Unknowns,
  padding = PADDING_INDEX,
): NodeValues {
  const { uses } = recipe
  const values: NodeValues = {}
  if (uses.has('north') || uses.has('toward')) {
    Object.assign(values, sampleVector(chunk, unknowns.magneticField))
  }
  if (uses.has('thermalElectrons') && unknowns.thermalElectrons) {
    values.thermalElectrons = sampleScalar(chunk, unknowns.thermalElectrons, 0)
  }
  if (uses.has('cosmicRays') && unknowns.cosmicRays) {
    values.cosmicRays = sampleScalar(chunk, unknowns.cosmicRays, 0)
  }
  if (uses.has('spectralIndex')) {
    const { spectralIndex, raySpectralIndex } = unknowns
    if (spectralIndex) values.spectralIndex = sampleScalar(chunk, spectralIndex, padding)
    else if (raySpectralIndex) values.spectralIndex = perRay(chunk, raySpectralIndex)
  }
  return values
}

function perRay({ rays }: Chunk, values: Float64Array): Float32Array {
  return Float32Array.from(rays, (ray) => (values.length === 1 ? values[0] : values[ray]))
}

/** All that the observables contain at the nodes. */
export function quantitiesAtNodes(recipe: Recipe, chunk: Chunk, unknowns: Unknowns): NodeValues {
  const { cosmicRays, thermalElectrons } = chunk
  return {
    ...(cosmicRays ? { cosmicRays } : {}),
    ...(thermalElectrons ? { thermalElectrons } : {}),
    ...unknownsAtNodes(recipe, chunk, unknowns),
  }
}

export function zeroGradient(
  { grid, directions, unknowns = [] }: LineOfSightProblem,
  { raySpectralIndex }: Unknowns,
): GradientSums {
  const voxels = voxelCount(grid)
  const asked = new Set(unknowns)
  return {
    magneticField: new Float64Array(3 * voxels),
    ...(asked.has('thermalElectrons') ? { thermalElectrons: new Float64Array(voxels) } : {}),
    ...(asked.has('cosmicRays') ? { cosmicRays: new Float64Array(voxels) } : {}),
    ...(asked.has('spectralIndex') ? { spectralIndex: new Float64Array(voxels) } : {}),
    ...(asked.has('raySpectralIndex')
      ? { raySpectralIndex: new Float64Array(raySpectralIndex?.length ?? directions.length / 3) }
      : {}),
  }
}

/** The transpose of `unknownsAtNodes`: adds derivatives at the nodes of a chunk to `sums`. */
export function addToGradient(chunk: Chunk, changes: NodeValues, sums: GradientSums): void {
  spreadVector(chunk, changes, sums.magneticField)
  const { thermalElectrons, cosmicRays, spectralIndex } = changes
  if (thermalElectrons && sums.thermalElectrons) {
    spreadScalar(chunk, thermalElectrons, sums.thermalElectrons)
  }
  if (cosmicRays && sums.cosmicRays) spreadScalar(chunk, cosmicRays, sums.cosmicRays)
  if (spectralIndex && sums.spectralIndex) spreadScalar(chunk, spectralIndex, sums.spectralIndex)
  else if (spectralIndex && sums.raySpectralIndex) {
    const total = sums.raySpectralIndex
    chunk.rays.forEach((ray, row) => {
      total[total.length === 1 ? 0 : ray] += spectralIndex[row]
    })
  }
}

/** Sets the derivatives with respect to voxels outside the region to 0. */
export function keepRegion(region: Uint8Array, sums: GradientSums): void {
  const { magneticField, thermalElectrons, cosmicRays, spectralIndex } = sums
  const scalars = [thermalElectrons, cosmicRays, spectralIndex]
  region.forEach((free, voxel) => {
    if (free !== 0) return
    magneticField.fill(0, 3 * voxel, 3 * voxel + 3)
    for (const scalar of scalars) if (scalar) scalar[voxel] = 0
  })
}
