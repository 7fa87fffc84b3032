import type {
  LineOfSightProblem,
  Observables,
  UnknownName,
  Unknowns,
} from '#engine/kernels/interface.ts'
import { unknownNames } from '#engine/kernels/problem.ts'
import { voxelCount } from '#shared/physics/grid.ts'
import { randomGenerator } from '#test/tools/random.ts'
import { density, randomDirections } from '../problems.ts'

/** A box twice as long as high, with an observer whose rays meet lattice planes at every angle. */
const grid = { shape: [12, 10, 8], halfSizeKpc: [12, 10, 4] } as const
const observerKpc = [-6.3, 0.4, 0.1] as const

/** Rays along the axes, diagonals, and along lattice planes themselves: y = 1 and z = 0.5 are planes of centres. */
const specialDirections = [
  [1, 0, 0],
  [-1, 0, 0],
  [0, 1, 0],
  [0, -1, 0],
  [0, 0, 1],
  [0, 0, -1],
  [0.6, 0.8, 0],
  [0, 0.6, -0.8],
  [-0.8, 0, 0.6],
] as const

/** n_e in cm^-3, different along every axis. */
export function thermalDensity(x: number, y: number, z: number): number {
  return 0.01 * Math.exp(-Math.hypot(x - 1, y) / 8) * Math.cosh(z / 1.2) ** -2
}

/** Everything at once: all observables, two frequencies, special and random directions. */
export function fullProblem(changes: Partial<LineOfSightProblem> = {}): LineOfSightProblem {
  return {
    grid,
    observerKpc,
    directions: Float64Array.of(...specialDirections.flat(), ...randomDirections(31, 1)),
    nodesPerCrossing: 3,
    frequenciesGhz: [1.4, 2.4],
    spectralIndex: 3,
    observables: ['I', 'Q', 'U', 'faraday_depth', 'dispersion_measure'],
    cosmicRayDensity: density,
    thermalElectronDensity: thermalDensity,
    ...changes,
  }
}

/** What the conformance suite goes through. */
export interface ConformanceCase {
  readonly name: string
  readonly problem: LineOfSightProblem
}

export const conformanceCases: readonly ConformanceCase[] = [
  { name: 'intensity', problem: fullProblem({ observables: ['I'] }) },
  { name: 'everything from the field', problem: fullProblem() },
  { name: 'no rotation', problem: fullProblem({ faradayRotation: false }) },
  { name: 'p = 2.4', problem: fullProblem({ spectralIndex: 2.4, nodesPerCrossing: 4 }) },
  {
    name: 'split crossings',
    problem: fullProblem({ frequenciesGhz: [0.2, 1.4] }),
  },
  {
    name: 'crossings split into hundreds of parts at 0.1 GHz',
    problem: fullProblem({ frequenciesGhz: [0.1], directions: randomDirections(3, 2) }),
  },
  {
    name: 'rays that end',
    problem: fullProblem({
      maxDistanceKpc: Float64Array.from({ length: 40 }, (_, ray) => 0.15 * ray),
    }),
  },
  {
    name: 'an observer on lattice planes',
    problem: fullProblem({ observerKpc: [-7, 1, 0.5], unknowns: ['thermalElectrons'] }),
  },
  {
    name: 'free thermal electrons',
    problem: fullProblem({ unknowns: ['thermalElectrons'], frequenciesGhz: [0.8, 1.4] }),
  },
  {
    name: 'free thermal electrons with split crossings',
    problem: fullProblem({ unknowns: ['thermalElectrons'], frequenciesGhz: [0.2] }),
  },
  { name: 'free cosmic rays', problem: fullProblem({ unknowns: ['cosmicRays'] }) },
  {
    name: 'free spectral index on the grid',
    problem: fullProblem({ unknowns: ['spectralIndex'], frequenciesGhz: [0.4, 2.4] }),
  },
  {
    name: 'free spectral index of every ray',
    problem: fullProblem({ unknowns: ['raySpectralIndex'], frequenciesGhz: [0.4, 2.4] }),
  },
  {
    name: 'free-free emission and absorption',
    problem: fullProblem({
      unknowns: ['thermalElectrons'],
      freeFree: { electronTemperatureK: 7000 },
      frequenciesGhz: [0.005, 0.4],
      observables: ['I'],
    }),
  },
  {
    name: 'everything free',
    problem: fullProblem({
      directions: randomDirections(10, 3),
      unknowns: ['thermalElectrons', 'cosmicRays', 'spectralIndex'],
      freeFree: { electronTemperatureK: 7000 },
      frequenciesGhz: [0.2, 1.4],
    }),
  },
  {
    name: 'cosmic rays whose spectrum breaks and ends',
    problem: fullProblem({
      unknowns: ['cosmicRays', 'thermalElectrons'],
      cosmicRaySpectrum: {
        gamma: Float64Array.of(100, 2000, 8000, 50_000),
        shape: Float64Array.of(100 ** -2.2, 2000 ** -2.2, 2000 ** -2.2 * 4 ** -2.8, 1e-14),
      },
    }),
  },
  {
    name: 'depths alone',
    problem: fullProblem({
      unknowns: ['thermalElectrons'],
      observables: ['faraday_depth', 'dispersion_measure'],
      frequenciesGhz: [],
    }),
  },
]

/** Where the problem is evaluated: noise about plausible means, positive where it must be. */
export function unknownsOf(problem: LineOfSightProblem, seed: number): Unknowns {
  return fill(problem, seed, {
    magneticField: [0, 4],
    thermalElectrons: [0.006, 0.004],
    cosmicRays: [100, 60],
    spectralIndex: [3, 0.5],
    raySpectralIndex: [2.9, 0.3],
  })
}

/** A direction in which derivatives are taken, of the size of the unknowns' own noise. */
export function tangentOf(problem: LineOfSightProblem, seed: number): Unknowns {
  return fill(problem, seed, {
    magneticField: [0, 4],
    thermalElectrons: [0, 0.004],
    cosmicRays: [0, 60],
    spectralIndex: [0, 0.5],
    raySpectralIndex: [0, 0.3],
  })
}

/** A cotangent for each observable, scaled so that all matter: noise over the rms of the observable. */
export function cotangentOf(observables: Observables, seed: number): Observables {
  const random = randomGenerator(seed)
  const cotangent: Observables = {}
  for (const name of observableNames) {
    const values = observables[name]
    if (!values) continue
    const size = Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length) || 1
    cotangent[name] = values.map(() => (2 * random() - 1) / size)
  }
  return cotangent
}

export const observableNames = [
  'I',
  'Q',
  'U',
  'faraday_depth',
  'dispersion_measure',
] as const satisfies readonly (keyof Observables)[]

function fill(
  problem: LineOfSightProblem,
  seed: number,
  ranges: Record<UnknownName, readonly [mean: number, amplitude: number]>,
): Unknowns {
  const random = randomGenerator(seed)
  const voxels = voxelCount(problem.grid)
  const rays = problem.directions.length / 3
  const lengths: Record<UnknownName, number> = {
    magneticField: 3 * voxels,
    thermalElectrons: voxels,
    cosmicRays: voxels,
    spectralIndex: voxels,
    raySpectralIndex: rays,
  }
  const list = (name: UnknownName): Float64Array => {
    const [mean, amplitude] = ranges[name]
    // What float32 holds exactly, so that every backend is given the same.
    return Float64Array.from({ length: lengths[name] }, () =>
      Math.fround(mean + amplitude * (2 * random() - 1)),
    )
  }
  const values: { -readonly [Name in UnknownName]?: Float64Array } & {
    magneticField: Float64Array
  } = { magneticField: list('magneticField') }
  for (const name of unknownNames(problem)) if (name !== 'magneticField') values[name] = list(name)
  return values
}
