import { requireGrid, voxelCount } from '#shared/physics/grid.ts'
import { isStokes } from '#shared/physics/observables.ts'
import { KernelError } from './interface.ts'
import type {
  CosmicRaySpectrum,
  GridValues,
  LineOfSightProblem,
  Observable,
  Observables,
  PrepareOptions,
  RegularisationTerm,
  UnknownName,
  Unknowns,
} from './interface.ts'

/** Largest number of Gauss-Legendre nodes per crossing that kernels take. */
const MAX_NODES_PER_CROSSING = 8

/** What a backend computes; `requireProblem` refuses the rest. */
export interface Capabilities {
  readonly observables: readonly Observable[]
  /** Beside the magnetic field. */
  readonly unknowns: readonly UnknownName[]
  readonly freeFree: boolean
  /** Spectra of cosmic-ray electrons that are no power law. */
  readonly cosmicRaySpectrum: boolean
}

/** Everything the interface names. */
export const allCapabilities: Capabilities = {
  observables: ['I', 'Q', 'U', 'faraday_depth', 'dispersion_measure'],
  unknowns: [
    'magneticField',
    'thermalElectrons',
    'cosmicRays',
    'spectralIndex',
    'raySpectralIndex',
  ],
  freeFree: true,
  cosmicRaySpectrum: true,
}

/** What an operator of this problem is evaluated at: the magnetic field first, then the others in the order given. */
export function unknownNames({ unknowns = [] }: LineOfSightProblem): readonly UnknownName[] {
  return Array.from(new Set<UnknownName>(['magneticField', ...unknowns]))
}

/** Whether any of I, Q and U is asked for, so that frequencies count. */
function hasStokes({ observables }: LineOfSightProblem): boolean {
  return observables.some((observable) => isStokes(observable))
}

/**
 * Checks a problem against what a backend computes and for its own consistency.
 *
 * @throws KernelError with a sentence that says what is wrong
 */
export function requireProblem(
  backend: string,
  capabilities: Capabilities,
  problem: LineOfSightProblem,
): void {
  requireCapabilities(backend, capabilities, problem)
  if (problem.observables.length === 0) {
    throw new KernelError('No observable is asked for: give I, for example.')
  }
  try {
    requireGrid(problem.grid)
  } catch (error) {
    throw new KernelError(error instanceof Error ? error.message : String(error))
  }
  requireGeometry(problem)
  requireEmission(problem)
}

function requireCapabilities(
  backend: string,
  capabilities: Capabilities,
  problem: LineOfSightProblem,
): void {
  const { observables, freeFree, cosmicRaySpectrum } = problem
  const refused = observables.find((name) => !capabilities.observables.includes(name))
  if (refused) {
    const known = capabilities.observables.join(', ')
    throw new KernelError(
      `The ${backend} backend computes ${known}, not ${refused}: leave ${refused} out of the data or choose another backend.`,
    )
  }
  const fixed = unknownNames(problem).find(
    (name) => name !== 'magneticField' && !capabilities.unknowns.includes(name),
  )
  if (fixed === 'raySpectralIndex') {
    throw new KernelError(
      `The ${backend} backend takes one spectral index that is held fixed, not a map, regions or a free one: leave them out of cosmic_ray_electrons or choose another backend.`,
    )
  }
  if (fixed) {
    throw new KernelError(
      `The ${backend} backend cannot fit ${unknownTitles[fixed]}: hold them fixed or choose another backend.`,
    )
  }
  if (freeFree && !capabilities.freeFree) {
    throw new KernelError(
      `The ${backend} backend computes no free-free emission: leave it out or choose another backend.`,
    )
  }
  if (cosmicRaySpectrum && !capabilities.cosmicRaySpectrum) {
    throw new KernelError(
      `The ${backend} backend takes power laws of cosmic-ray electrons only: leave out cosmic_ray_electrons.spectrum or choose another backend.`,
    )
  }
}

const unknownTitles: Record<UnknownName, string> = {
  magneticField: 'the magnetic field',
  thermalElectrons: 'thermal electrons',
  cosmicRays: 'cosmic-ray electrons',
  spectralIndex: 'spectral indices on a grid',
  raySpectralIndex: 'spectral indices on the sky',
}

function requireEmission(problem: LineOfSightProblem): void {
  const { nodesPerCrossing, frequenciesGhz, spectralIndex, freeFree, cosmicRaySpectrum } = problem
  if (
    !Number.isInteger(nodesPerCrossing) ||
    nodesPerCrossing < 1 ||
    nodesPerCrossing > MAX_NODES_PER_CROSSING
  ) {
    throw new KernelError(
      `The integrator takes 1 to ${MAX_NODES_PER_CROSSING} nodes per crossing, not ${nodesPerCrossing}.`,
    )
  }
  if (frequenciesGhz.length === 0 && hasStokes(problem)) {
    throw new KernelError('No frequency is given.')
  }
  for (const frequency of frequenciesGhz) {
    if (!(frequency > 0 && Number.isFinite(frequency))) {
      throw new KernelError(`A frequency must be a positive number of GHz, not ${frequency}.`)
    }
  }
  const unknowns = unknownNames(problem)
  if (unknowns.includes('spectralIndex') && unknowns.includes('raySpectralIndex')) {
    throw new KernelError('The spectral index is unknown on a grid or on the sky, not both.')
  }
  const freeIndex = unknowns.includes('spectralIndex') || unknowns.includes('raySpectralIndex')
  if (cosmicRaySpectrum) {
    if (freeIndex) {
      throw new KernelError('A spectrum that is no power law has no spectral index to fit.')
    }
    requireSpectrum(cosmicRaySpectrum)
  } else if (!freeIndex) requireSpectralIndex(spectralIndex)
  const temperature = freeFree?.electronTemperatureK
  if (temperature !== undefined && !(temperature > 0 && temperature < Infinity)) {
    throw new KernelError(
      `The electron temperature must be a positive number of K, not ${temperature}.`,
    )
  }
}

function requireSpectralIndex(index: number): void {
  if (!(index > 1 && index < 6)) {
    throw new KernelError(`The spectral index must lie between 1 and 6 (exclusive), not ${index}.`)
  }
}

function requireSpectrum({ gamma, shape }: CosmicRaySpectrum): void {
  if (gamma.length < 2 || gamma.length !== shape.length) {
    throw new KernelError(
      `A cosmic-ray spectrum needs at least two Lorentz factors with one value each, not ${gamma.length} with ${shape.length}.`,
    )
  }
  for (let n = 0; n < gamma.length; n++) {
    if (!(gamma[n] >= 1 && gamma[n] < Infinity && (n === 0 || gamma[n] > gamma[n - 1]))) {
      throw new KernelError(
        `The Lorentz factors of a cosmic-ray spectrum must be 1 or more and ascend; number ${n} is ${gamma[n]}.`,
      )
    }
    if (!(shape[n] > 0 && shape[n] < Infinity)) {
      throw new KernelError(
        `The cosmic-ray spectrum at gamma = ${gamma[n]} is ${shape[n]}: it must be above 0, for it is interpolated in logarithms.`,
      )
    }
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
        `The observer (${observerKpc.join(', ')}) kpc lies outside the box of half size (${grid.halfSizeKpc.join(', ')}) kpc: enlarge box.half_size_kpc or move box.observer_kpc.`,
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

/**
 * Checks that the unknowns are those of the problem, of the right lengths, and that spectral indices are possible.
 *
 * @returns the same unknowns
 * @throws KernelError
 */
export function requireUnknowns<Values extends Unknowns>(
  problem: LineOfSightProblem,
  unknowns: Values,
): Values {
  requireTangent(problem, unknowns)
  unknowns.spectralIndex?.forEach(requireSpectralIndex)
  unknowns.raySpectralIndex?.forEach(requireSpectralIndex)
  return unknowns
}

/**
 * The same for a change of the unknowns or a gradient, whose values may be anything.
 *
 * @returns the same
 * @throws KernelError
 */
export function requireTangent<Values extends Unknowns>(
  problem: LineOfSightProblem,
  tangent: Values,
): Values {
  const names = unknownNames(problem)
  for (const name of allCapabilities.unknowns) {
    const values = tangent[name]
    const title = unknownTitles[name]
    if (!names.includes(name)) {
      if (!values) continue
      const free = names.length === 1 ? 'the magnetic field only' : names.join(', ')
      throw new KernelError(`This operator was prepared for ${free}: ${title} are fixed.`)
    }
    if (!values) throw new KernelError(`Values of ${title} are missing.`)
    if (name === 'raySpectralIndex') {
      const rays = problem.directions.length / 3
      if (values.length !== rays && values.length !== 1) {
        throw new KernelError(
          `The spectral index on the sky has ${values.length} values, not one or one for each of ${rays} rays.`,
        )
      }
    } else {
      const components = name === 'magneticField' ? 3 : 1
      const what = `${title.charAt(0).toUpperCase()}${title.slice(1)}`
      const verb = name === 'magneticField' ? 'has' : 'have'
      requireGridLength(values, components * voxelCount(problem.grid), what, verb)
    }
  }
  return tangent
}

function requireGridLength(values: GridValues, expected: number, what: string, verb = 'has'): void {
  if (values.length !== expected) {
    throw new KernelError(`${what} ${verb} ${values.length} values, the grid needs ${expected}.`)
  }
}

/**
 * The cotangent of every observable: as given, zeros where one that is asked for was left out, and empty for those that are
 * not asked for.
 *
 * @throws KernelError for another length, another observable, or a bad number
 */
export function requireCotangent(
  problem: LineOfSightProblem,
  cotangent: Observables,
): Record<Observable, Float64Array> {
  const rays = problem.directions.length / 3
  const checked = (observable: Observable): Float64Array => {
    const values = cotangent[observable]
    if (!problem.observables.includes(observable)) {
      if (!values) return new Float64Array(0)
      throw new KernelError(
        `The cotangent must hold ${problem.observables.join(', ')} and nothing else, not ${observable}.`,
      )
    }
    const perRay = isStokes(observable) ? problem.frequenciesGhz.length : 1
    if (!values) return new Float64Array(perRay * rays)
    if (values.length !== perRay * rays) {
      const each = isStokes(observable) ? 'one per frequency and ray' : 'one per ray'
      throw new KernelError(
        `The cotangent of ${observable} must have ${perRay * rays} values (${each}), not ${values.length}.`,
      )
    }
    const bad = values.findIndex((value) => !Number.isFinite(value))
    if (bad !== -1) {
      throw new KernelError(
        `The cotangent of ${observable} at ray ${bad % rays} is ${values[bad]}.`,
      )
    }
    return values
  }
  return {
    I: checked('I'),
    Q: checked('Q'),
    U: checked('U'),
    faraday_depth: checked('faraday_depth'),
    dispersion_measure: checked('dispersion_measure'),
  }
}

/** Checks C at one node. @throws KernelError */
export function requireDensity(density: number, x: number, y: number, z: number): number {
  return requirePositive('cosmic-ray', density, x, y, z)
}

/** Checks n_e at one node. @throws KernelError */
export function requireThermalDensity(density: number, x: number, y: number, z: number): number {
  return requirePositive('thermal', density, x, y, z)
}

function requirePositive(what: string, density: number, x: number, y: number, z: number): number {
  if (!(density >= 0 && density < Infinity)) {
    throw new KernelError(
      `The ${what} electron density at (${x.toPrecision(6)}, ${y.toPrecision(6)}, ${z.toPrecision(6)}) kpc is ${density}: it must be 0 or more and finite.`,
    )
  }
  return density
}
