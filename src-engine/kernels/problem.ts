import { requireGrid, voxelCount } from '#shared/physics/grid.ts'
import { KernelError } from './interface.ts'
import type {
  GridValues,
  LineOfSightProblem,
  Observables,
  PrepareOptions,
  RegularisationTerm,
  Unknowns,
} from './interface.ts'

/** Largest number of Gauss-Legendre nodes per crossing that kernels take. */
export const MAX_NODES_PER_CROSSING = 8

/**
 * Checks what every backend needs of a problem that computes total intensity from a gridded magnetic field.
 *
 * @throws KernelError with a sentence that says what is wrong
 */
export function requireIntensityProblem(backend: string, problem: LineOfSightProblem): void {
  for (const observable of problem.observables) {
    if (observable !== 'I') {
      throw new KernelError(
        `The ${backend} backend fits total intensity (I) only, not ${observable}: leave ${observable} out of the data.`,
      )
    }
  }
  if (problem.observables.length === 0) throw new KernelError('No observable is asked for: give I.')
  try {
    requireGrid(problem.grid)
  } catch (error) {
    throw new KernelError(error instanceof Error ? error.message : String(error))
  }
  requireGeometry(problem)
  const { nodesPerCrossing, frequenciesGhz, spectralIndex } = problem
  if (
    !Number.isInteger(nodesPerCrossing) ||
    nodesPerCrossing < 1 ||
    nodesPerCrossing > MAX_NODES_PER_CROSSING
  ) {
    throw new KernelError(
      `The integrator takes 1 to ${MAX_NODES_PER_CROSSING} nodes per crossing, not ${nodesPerCrossing}.`,
    )
  }
  if (frequenciesGhz.length === 0) throw new KernelError('No frequency is given.')
  for (const frequency of frequenciesGhz) {
    if (!(frequency > 0 && Number.isFinite(frequency))) {
      throw new KernelError(`A frequency must be a positive number of GHz, not ${frequency}.`)
    }
  }
  if (!(spectralIndex > 1 && spectralIndex < 6)) {
    throw new KernelError(
      `The spectral index must lie between 1 and 6 (exclusive), not ${spectralIndex}.`,
    )
  }
}

function requireGeometry({
  grid,
  observerKpc,
  directions,
  maxDistanceKpc,
}: LineOfSightProblem): void {
  for (let axis = 0; axis < 3; axis++) {
    if (!(Math.abs(observerKpc[axis]) <= grid.halfSizeKpc[axis])) {
      throw new KernelError(
        `The observer (${observerKpc.join(', ')}) kpc lies outside the box of half size (${grid.halfSizeKpc.join(', ')}) kpc: enlarge the box or move the observer.`,
      )
    }
  }
  if (directions.length % 3 !== 0) {
    throw new KernelError(
      `Directions are three numbers per ray; ${directions.length} is not a multiple of 3.`,
    )
  }
  const rays = directions.length / 3
  for (let ray = 0; ray < rays; ray++) {
    const norm = Math.hypot(directions[3 * ray], directions[3 * ray + 1], directions[3 * ray + 2])
    if (!(Math.abs(norm - 1) < 1e-9)) {
      throw new KernelError(
        `The direction of ray ${ray} is not a unit vector (its length is ${norm}).`,
      )
    }
  }
  if (maxDistanceKpc === undefined) return
  if (maxDistanceKpc.length !== rays) {
    throw new KernelError(`${maxDistanceKpc.length} distances are given for ${rays} rays.`)
  }
  for (let ray = 0; ray < rays; ray++) {
    if (!(maxDistanceKpc[ray] >= 0)) {
      throw new KernelError(
        `The distance of ray ${ray} is ${maxDistanceKpc[ray]} kpc: it must be 0 or more.`,
      )
    }
  }
}

/** Checks the options against the grid and fills in defaults. @throws KernelError */
export function requireOptions(
  { grid }: LineOfSightProblem,
  { region, regularisation = [] }: PrepareOptions,
): { region: Uint8Array; regularisation: readonly RegularisationTerm[] } {
  const voxels = voxelCount(grid)
  if (region && region.length !== voxels) {
    throw new KernelError(
      `The region has ${region.length} voxels, a ${grid.shape.join('x')} grid has ${voxels}.`,
    )
  }
  for (const { term, weight, reference } of regularisation) {
    if (!(weight >= 0 && Number.isFinite(weight))) {
      throw new KernelError(`The weight of ${term} must be 0 or more, not ${weight}.`)
    }
    if (reference && term !== 'amplitude') {
      throw new KernelError(`Only amplitude takes a reference field, not ${term}.`)
    }
    if (reference) requireGridLength(reference, 3 * voxels, `The reference field of ${term}`)
  }
  return { region: region ?? new Uint8Array(voxels).fill(1), regularisation }
}

/** Checks that only the magnetic field is unknown and has the grid's shape. @throws KernelError */
export function requireUnknowns(
  backend: string,
  { grid }: LineOfSightProblem,
  unknowns: Unknowns,
): GridValues {
  if (unknowns.thermalElectrons || unknowns.cosmicRays) {
    throw new KernelError(
      `The ${backend} backend fits the magnetic field only: thermal and cosmic-ray electrons are fixed.`,
    )
  }
  requireGridLength(unknowns.magneticField, 3 * voxelCount(grid), 'The magnetic field')
  return unknowns.magneticField
}

function requireGridLength(values: GridValues, expected: number, what: string): void {
  if (values.length !== expected) {
    throw new KernelError(`${what} has ${values.length} values, the grid needs ${expected}.`)
  }
}

/** The cotangent of I, [frequency][ray]. @throws KernelError for another length, another observable, or a bad number */
export function requireCotangent(
  problem: LineOfSightProblem,
  cotangent: Observables,
): Float64Array {
  const rays = problem.directions.length / 3
  const expected = rays * problem.frequenciesGhz.length
  if (
    cotangent.Q ||
    cotangent.U ||
    cotangent.faraday_depth ||
    cotangent.dispersion_measure ||
    cotangent.I?.length !== expected
  ) {
    throw new KernelError(
      `The cotangent must hold I with ${expected} values (one per frequency and ray) and nothing else.`,
    )
  }
  const bad = cotangent.I.findIndex((value) => !Number.isFinite(value))
  if (bad !== -1) {
    throw new KernelError(`The cotangent of ray ${bad % rays} is ${cotangent.I[bad]}.`)
  }
  return cotangent.I
}

/** Checks C at one node. @throws KernelError */
export function requireDensity(density: number, x: number, y: number, z: number): number {
  if (!(density >= 0 && density < Infinity)) {
    throw new KernelError(
      `The cosmic-ray electron density at (${x.toPrecision(6)}, ${y.toPrecision(6)}, ${z.toPrecision(6)}) kpc is ${density}: it must be 0 or more and finite.`,
    )
  }
  return density
}
