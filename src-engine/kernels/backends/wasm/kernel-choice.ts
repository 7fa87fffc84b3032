import { wavelengthSquared } from '#shared/physics/faraday.ts'
import { freeFreeOpacity } from '#shared/physics/free-free.ts'
import { emissivityConstantsMicrogauss } from '#shared/physics/synchrotron.ts'
import type { LineOfSightProblem } from '../../interface.ts'
import { unknownNames } from '../../problem.ts'

/**
 * The kernels, fastest first:
 * - `intensity-fast`: I at p = 3 with at most three nodes;
 * - `intensity`: I;
 * - `polarised`: I, Q, U, Faraday depth and dispersion measure with at most three nodes; the field and n_e may be unknown;
 * - `general`: everything, in plain float64.
 */
export type KernelKind = 'intensity-fast' | 'intensity' | 'polarised' | 'general'

/** Scalar unknowns that lie in grids of their own, in the order in which the kernels hold them. */
export const planeNames = ['cosmicRays', 'spectralIndex'] as const
export type PlaneName = (typeof planeNames)[number]

/** Which kernel serves a problem, and what it has to be given. */
export interface KernelChoice {
  readonly kind: KernelKind
  /** Where n_e comes from: nowhere, node values beside the weights, or the fourth lane of the field. */
  readonly electrons: 'none' | 'nodes' | 'grid'
  /** Whether C is asked for at the nodes; else the weights are lengths. */
  readonly cosmicRaysAtNodes: boolean
  readonly planes: readonly PlaneName[]
  readonly raySpectralIndex: boolean
  /** Whether the cosmic-ray electrons have a spectrum that is no power law. */
  readonly spectrum: boolean
  /** Whether rays are cut at the outermost centres too, where densities on the grid have kinks. */
  readonly held: boolean
  /** lambda^2 of each frequency whose sums are kept apart, 0 where nothing turns the plane of polarisation. */
  readonly wavelengthsSquared: readonly number[]
  /** Free-free optical depth per kpc cm^-6 of the same. */
  readonly opacities: readonly number[]
  /** float64 sums per ray, and cotangents of them. */
  readonly sumsPerRay: number
  /** K per unit of the sums: of I for each frequency, of Q and U for each. */
  readonly kelvinI: readonly number[]
  readonly kelvinP: readonly number[]
}

/** Chooses the kernel of a problem that has been checked. */
export function chooseKernel(problem: LineOfSightProblem): KernelChoice {
  const { observables, frequenciesGhz, spectralIndex, nodesPerCrossing } = problem
  const unknowns = unknownNames(problem)
  const planes = planeNames.filter((name) => unknowns.includes(name))
  const raySpectralIndex = unknowns.includes('raySpectralIndex')
  const griddedElectrons = unknowns.includes('thermalElectrons')
  const hasElectrons = griddedElectrons || problem.thermalElectronDensity !== undefined
  const polarised = observables.includes('Q') || observables.includes('U')
  const emits = polarised || observables.includes('I')
  const depths = observables.includes('faraday_depth') || observables.includes('dispersion_measure')
  const turns = polarised && hasElectrons && problem.faradayRotation !== false
  const freeFree = emits && hasElectrons ? problem.freeFree : undefined
  const spectrum = emits && problem.cosmicRaySpectrum !== undefined
  const needsElectrons = turns || depths || freeFree !== undefined
  const inputs = {
    electrons: griddedElectrons ? 'grid' : hasElectrons && needsElectrons ? 'nodes' : 'none',
    cosmicRaysAtNodes: emits && !unknowns.includes('cosmicRays'),
    planes,
    raySpectralIndex,
    spectrum,
    held: griddedElectrons || planes.length > 0,
  } as const

  const isPolarised = polarised || depths || griddedElectrons
  if (
    freeFree ||
    spectrum ||
    planes.length > 0 ||
    raySpectralIndex ||
    (isPolarised && nodesPerCrossing > MOST_NODES_POLARISED)
  ) {
    const stokes = emits ? frequenciesGhz : []
    const ones = stokes.map(() => 1)
    return {
      kind: 'general',
      ...inputs,
      wavelengthsSquared: stokes.map((f) => (turns ? wavelengthSquared(f) : 0)),
      opacities: stokes.map((f) =>
        freeFree ? freeFreeOpacity(f, freeFree.electronTemperatureK) : 0,
      ),
      sumsPerRay: 4 + 4 * stokes.length,
      kelvinI: ones,
      kelvinP: ones,
    }
  }

  const constants = (emits ? frequenciesGhz : []).map((frequency) =>
    emissivityConstantsMicrogauss(frequency, spectralIndex),
  )
  const kelvinI = constants.map(({ intensity }) => intensity)
  if (!isPolarised) {
    return {
      kind: spectralIndex === 3 && nodesPerCrossing <= 3 ? 'intensity-fast' : 'intensity',
      ...inputs,
      wavelengthsSquared: [],
      opacities: [],
      sumsPerRay: 1,
      kelvinI,
      kelvinP: [],
    }
  }
  const stokes = polarised ? frequenciesGhz : []
  return {
    kind: 'polarised',
    ...inputs,
    wavelengthsSquared: stokes.map((f) => (turns ? wavelengthSquared(f) : 0)),
    opacities: stokes.map(() => 0),
    sumsPerRay: 4 + 2 * stokes.length,
    kelvinI,
    kelvinP: polarised ? constants.map((constant) => constant.polarised) : [],
  }
}

/** The polarised kernel has its nodes in the lanes of a vector, of which one is taken by the whole crossing. */
const MOST_NODES_POLARISED = 3
