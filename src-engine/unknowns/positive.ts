import type { GridGeometry } from '#shared/physics/grid.ts'
import type { RayRegions } from '../simulation/ray-index.ts'
import type { Representation } from './representation.ts'

/** A density that the initial model has as zero starts at this share of the model's largest: a logarithm needs a start. */
const SMALLEST_SHARE = 1e-6

/**
 * A positive density on the grid, model x exp(parameter) at the vertices; trilinear in the density between them. The parameters
 * ln(density / model) start at zero.
 *
 * @param model [voxel], 0 or more
 * @param region [voxel], non-zero where it is free; default: everywhere
 */
export function logRatio(
  grid: GridGeometry,
  name: string,
  model: Float64Array,
  region?: Uint8Array,
): Representation {
  const least = SMALLEST_SHARE * model.reduce((most, value) => Math.max(most, value), 0)
  const base = model.map((value) => Math.max(value, least))
  return {
    block: { name: `ln_${name}`, unit: '', shape: [...grid.shape] },
    identity: false,
    start: (parameters) => {
      parameters.fill(0)
    },
    toGrid: (parameters, density) => {
      for (let i = 0; i < density.length; i++) density[i] = base[i] * Math.exp(parameters[i])
    },
    push: (parameters, tangent, gridTangent) => {
      for (let i = 0; i < gridTangent.length; i++) {
        gridTangent[i] = base[i] * Math.exp(parameters[i]) * tangent[i]
      }
    },
    pullBack: (parameters, gridGradient, gradient) => {
      for (let i = 0; i < gradient.length; i++) {
        const free = region === undefined || region[i] !== 0
        gradient[i] = free ? base[i] * Math.exp(parameters[i]) * gridGradient[i] : 0
      }
    },
  }
}

/** One factor of a whole model, exp(parameter). */
export function logScale(name: string, model: Float64Array): Representation {
  return {
    block: { name: `ln_${name}_scale`, unit: '', shape: [1] },
    identity: false,
    start: (parameters) => {
      parameters.fill(0)
    },
    toGrid: ([logarithm], density) => {
      const scale = Math.exp(logarithm)
      for (let i = 0; i < density.length; i++) density[i] = scale * model[i]
    },
    push: ([logarithm], [tangent], gridTangent) => {
      const scale = Math.exp(logarithm) * tangent
      for (let i = 0; i < gridTangent.length; i++) gridTangent[i] = scale * model[i]
    },
    pullBack: ([logarithm], gridGradient, gradient) => {
      let sum = 0
      for (let i = 0; i < gridGradient.length; i++) sum += model[i] * gridGradient[i]
      gradient[0] = Math.exp(logarithm) * sum
    },
  }
}

/** Of p: the kernels refuse 1 and 6. */
const LIMITS = [1.05, 5.95] as const

/** p of the cosmic-ray electrons, one number. */
export function constantIndex(start: number): Representation {
  return {
    block: { name: 'spectral_index', unit: '', shape: [1], bounds: LIMITS },
    identity: false,
    start: (parameters) => {
      parameters.fill(start)
    },
    toGrid: ([p], index) => index.fill(p),
    push: (_, [tangent], gridTangent) => gridTangent.fill(tangent),
    pullBack: (_, gridGradient, gradient) => {
      let sum = 0
      for (let i = 0; i < gridGradient.length; i++) sum += gridGradient[i]
      gradient[0] = sum
    },
  }
}

/** p of the cosmic-ray electrons, one number for each region of the sky. */
export function regionIndices({ start, ofRay }: RayRegions): Representation {
  return {
    block: { name: 'spectral_index', unit: '', shape: [start.length], bounds: LIMITS },
    identity: false,
    start: (parameters) => {
      parameters.set(start)
    },
    toGrid: (parameters, index) => {
      for (let ray = 0; ray < index.length; ray++) index[ray] = parameters[ofRay[ray]]
    },
    push: (_, tangent, gridTangent) => {
      for (let ray = 0; ray < gridTangent.length; ray++) gridTangent[ray] = tangent[ofRay[ray]]
    },
    pullBack: (_, gridGradient, gradient) => {
      const sums = new Float64Array(gradient.length)
      for (let ray = 0; ray < ofRay.length; ray++) sums[ofRay[ray]] += gridGradient[ray]
      gradient.set(sums)
    },
  }
}

/** p in every voxel where `region` is not zero (default: everywhere): what is added to a common one, zero at the start. */
export function indexGrid(grid: GridGeometry, common: number, region?: Uint8Array): Representation {
  return {
    block: {
      name: 'spectral_index_change',
      unit: '',
      shape: [...grid.shape],
      bounds: [LIMITS[0] - common, LIMITS[1] - common],
    },
    identity: false,
    start: (parameters) => {
      parameters.fill(0)
    },
    toGrid: (parameters, index) => {
      for (let i = 0; i < index.length; i++) index[i] = common + parameters[i]
    },
    push: (_, tangent, gridTangent) => gridTangent.set(tangent),
    pullBack: (_, gridGradient, gradient) => {
      gradient.set(gridGradient)
      region?.forEach((inside, voxel) => {
        if (inside === 0) gradient[voxel] = 0
      })
    },
  }
}
