import { createObservables, createSetup, forwardRays } from '#shared/physics/line-of-sight/index.ts'
import { voxelCount } from '#shared/physics/grid.ts'
import type { LineOfSightProblem, Unknowns } from '#engine/kernels/interface.ts'
import { randomGenerator } from '#test/tools/random.ts'

/** The cosmic-ray electron density used in these tests: smooth, and different along every axis. */
export function density(x: number, y: number, z: number): number {
  return 200 * Math.exp(-Math.hypot(x, y) / 5 + 0.02 * y) * Math.cosh(z) ** -2
}

/** A small anisotropic problem, with what a test wants otherwise. */
export function smallProblem(changes: Partial<LineOfSightProblem> = {}): LineOfSightProblem {
  return {
    grid: { shape: [12, 10, 7], halfSizeKpc: [20, 20, 5] },
    observerKpc: [-8.3, 0, 0.006],
    directions: randomDirections(60, 1),
    nodesPerCrossing: 3,
    frequenciesGhz: [0.408],
    spectralIndex: 3,
    observables: ['I'],
    cosmicRayDensity: density,
    ...changes,
  }
}

/** Isotropic unit vectors, [ray][3]. */
export function randomDirections(rays: number, seed: number): Float64Array {
  const random = randomGenerator(seed)
  const directions = new Float64Array(3 * rays)
  for (let ray = 0; ray < rays; ray++) {
    const z = 2 * random() - 1
    const phi = 2 * Math.PI * random()
    const s = Math.sqrt(1 - z * z)
    directions.set([s * Math.cos(phi), s * Math.sin(phi), z], 3 * ray)
  }
  return directions
}

/** White noise of `amplitude` microgauss on every component and voxel: the hardest field for a quadrature. */
export function noiseField(problem: LineOfSightProblem, seed: number, amplitude = 4): Float32Array {
  const random = randomGenerator(seed)
  const length = 3 * voxelCount(problem.grid)
  return Float32Array.from({ length }, () => amplitude * (2 * random() - 1))
}

export function field(magneticField: Float32Array | Float64Array): Unknowns {
  return { magneticField }
}

/** The float64 reference's intensity, [frequency][ray]. */
export function referenceIntensity(
  problem: LineOfSightProblem,
  values: Float32Array | Float64Array,
): Float64Array {
  const observables = createObservables(problem)
  forwardRays(
    createSetup(problem),
    { magneticField: values },
    observables,
    0,
    problem.directions.length / 3,
  )
  return present(observables.I)
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let n = 0; n < a.length; n++) sum += a[n] * b[n]
  return sum
}

export function norm(a: ArrayLike<number>): number {
  return Math.sqrt(dot(a, a))
}

/** |a - b| / |b| */
export function relativeDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let n = 0; n < b.length; n++) sum += (a[n] - b[n]) ** 2
  return Math.sqrt(sum) / norm(b)
}

/** A value that must be there. */
export function present<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('missing value')
  return value
}
