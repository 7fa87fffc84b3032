/**
 * Rays through the inner Galaxy whose polarisation turns hundreds of times at 408 MHz, and an integration of them that
 * shares no code with the kernels: equal steps 64 times finer than the kernels' parts, each with the closed form of a slab.
 */
import type { LineOfSightProblem, Unknowns } from '#engine/kernels/interface.ts'
import { LARGEST_STEP } from '#shared/physics/line-of-sight/index.ts'
import { latticeCrossings } from '#shared/physics/crossings.ts'
import { RM_CONSTANT_MICROGAUSS, wavelengthSquared } from '#shared/physics/faraday.ts'
import { boxExit, directionFromGalactic, lineOfSightBasis } from '#shared/physics/geometry.ts'
import type { Ray } from '#shared/physics/geometry.ts'
import {
  cellCentre,
  createStencil,
  interpolateScalar,
  interpolateVector,
  voxelIndex,
} from '#shared/physics/grid.ts'
import { sinc } from '#shared/physics/special-functions.ts'
import { emissivityConstantsMicrogauss } from '#shared/physics/synchrotron.ts'
import { along } from '#shared/physics/vector.ts'

const frequencyGhz = 0.408
const FINER = 64

const grid = { shape: [24, 24, 8], halfSizeKpc: [20, 20, 5] } as const
const longitudes = [-40, -33, -26, -19, 17, 25, 33, 41]
const latitudes = [-1.5, 0.8]

const problem: LineOfSightProblem = {
  grid,
  observerKpc: [-8.3, 0, 0.006],
  directions: Float64Array.from(
    longitudes.flatMap((l) => latitudes.flatMap((b) => [...directionFromGalactic(l, b)])),
  ),
  nodesPerCrossing: 3,
  frequenciesGhz: [frequencyGhz],
  spectralIndex: 3,
  observables: ['Q', 'U', 'faraday_depth'],
  unknowns: ['thermalElectrons', 'cosmicRays'],
  cosmicRayDensity: () => 0,
}

/** A clockwise disc field with a vertical part, electrons and cosmic rays that thin out: what surveys see there. */
function galaxy(): Required<Pick<Unknowns, 'magneticField' | 'thermalElectrons' | 'cosmicRays'>> {
  const [nx, ny, nz] = grid.shape
  const magneticField = new Float64Array(3 * nx * ny * nz)
  const thermalElectrons = new Float64Array(nx * ny * nz)
  const cosmicRays = new Float64Array(nx * ny * nz)
  for (let i = 0; i < nx; i++) {
    for (let j = 0; j < ny; j++) {
      for (let k = 0; k < nz; k++) {
        const [x, y, z] = [cellCentre(grid, 0, i), cellCentre(grid, 1, j), cellCentre(grid, 2, k)]
        const r = Math.hypot(x, y)
        const at = voxelIndex(grid, i, j, k)
        const disc = 5 * Math.exp(-r / 12)
        const field = [(disc * y) / r + 0.4 * Math.sin(1.7 * y), (-disc * x) / r, 0.7 + 0.2 * z]
        // What float32 holds exactly, so that every backend is given the same.
        magneticField.set(field.map(Math.fround), 3 * at)
        thermalElectrons[at] = Math.fround(0.22 * Math.exp(-r / 6) * Math.exp(-Math.abs(z)))
        cosmicRays[at] = Math.fround(200 * Math.exp(-r / 5 - Math.abs(z)))
      }
    }
  }
  return { magneticField, thermalElectrons, cosmicRays }
}

export const highRotation = { problem, unknowns: galaxy() }

/** K per ray; `undepolarised` is the polarised intensity without rotation. */
export function highRotationReference(): Record<'Q' | 'U' | 'undepolarised', Float64Array> {
  const { magneticField, thermalElectrons, cosmicRays } = highRotation.unknowns
  const { directions, observerKpc } = problem
  const lambdaSquared = wavelengthSquared(frequencyGhz)
  const constant = emissivityConstantsMicrogauss(frequencyGhz, 3).polarised
  const stencil = createStencil()
  const rays = directions.length / 3
  const result = {
    Q: new Float64Array(rays),
    U: new Float64Array(rays),
    undepolarised: new Float64Array(rays),
  }
  for (let index = 0; index < rays; index++) {
    const [x, y, z] = directions.subarray(3 * index, 3 * index + 3)
    const lengthKpc = boxExit(observerKpc, [x, y, z], grid.halfSizeKpc)
    const ray: Ray = { origin: observerKpc, direction: [x, y, z], lengthKpc }
    const { north, east } = lineOfSightBasis(ray.direction)
    const at = (distance: number) => {
      const position = along(ray.origin, ray.direction, distance)
      const B = interpolateVector(grid, magneticField, position, stencil)
      const outward = B[0] * x + B[1] * y + B[2] * z
      const n = interpolateScalar(grid, thermalElectrons, position, stencil)
      const C = interpolateScalar(grid, cosmicRays, position, stencil)
      const bNorth = B[0] * north[0] + B[1] * north[1] + B[2] * north[2]
      const bEast = B[0] * east[0] + B[1] * east[1] + B[2] * east[2]
      return {
        slope: -RM_CONSTANT_MICROGAUSS * n * outward,
        cosine: C * (bEast ** 2 - bNorth ** 2),
        sine: -2 * C * bNorth * bEast,
      }
    }
    let depth = 0
    let plainQ = 0
    let plainU = 0
    const edges = [0, ...latticeCrossings(grid, ray, 'held'), lengthKpc]
    for (let crossing = 0; crossing + 1 < edges.length; crossing++) {
      const length = edges[crossing + 1] - edges[crossing]
      const middle = edges[crossing] + length / 2
      const turn = 2 * lambdaSquared * Math.abs(at(middle).slope) * length
      const steps = FINER * Math.max(1, Math.ceil(turn / LARGEST_STEP))
      const ds = length / steps
      for (let step = 0; step < steps; step++) {
        const { slope, cosine, sine } = at(edges[crossing] + (step + 0.5) * ds)
        // Burn 1966: a thin slab is turned by the depth of its middle and depolarised by sinc.
        const angle = 2 * lambdaSquared * (depth + 0.5 * slope * ds)
        const amplitude = constant * ds * sinc(lambdaSquared * slope * ds)
        result.Q[index] += amplitude * (Math.cos(angle) * cosine - Math.sin(angle) * sine)
        result.U[index] += amplitude * (Math.sin(angle) * cosine + Math.cos(angle) * sine)
        plainQ += constant * ds * cosine
        plainU += constant * ds * sine
        depth += slope * ds
      }
    }
    result.undepolarised[index] = Math.hypot(plainQ, plainU)
  }
  return result
}
