import { wavelengthSquared } from '#shared/physics/faraday.ts'
import { emissivityConstantsMicrogauss } from '#shared/physics/synchrotron.ts'
import { KernelError } from '../../interface.ts'
import type { LineOfSightProblem } from '../../interface.ts'
import { unknownNames } from '../../problem.ts'

/**
 * The kernels, fastest first:
 * - `intensity-fast`: I at p = 3 with at most three nodes;
 * - `intensity`: I;
 * - `polarised`: I, Q, U, Faraday depth and dispersion measure with at most three nodes; the field and n_e may be unknown.
 */
export type KernelKind = 'intensity-fast' | 'intensity' | 'polarised'

/** Which kernel serves a problem, and what it has to be given. */
export interface KernelChoice {
  readonly kind: KernelKind
  /** Where n_e comes from: nowhere, node values beside the weights, or the fourth lane of the field. */
  readonly electrons: 'none' | 'nodes' | 'grid'
  /** Whether rays are cut at the outermost centres too, where densities on the grid have kinks. */
  readonly held: boolean
  /** Frequencies of Q and U, GHz; empty where neither is asked for. */
  readonly polarisedFrequenciesGhz: readonly number[]
  /** lambda^2 of each, 0 where nothing turns the plane of polarisation. */
  readonly wavelengthsSquared: readonly number[]
  /** float64 sums per ray, and cotangents of them. */
  readonly sumsPerRay: number
  /** K per unit of the kernels' sums: of I for each frequency, of Q and U for each polarised one. */
  readonly kelvinI: readonly number[]
  readonly kelvinP: readonly number[]
}

/** Chooses the kernel of a problem that has been checked. */
export function chooseKernel(problem: LineOfSightProblem): KernelChoice {
  const { observables, frequenciesGhz, spectralIndex, nodesPerCrossing } = problem
  const held = unknownNames(problem).includes('thermalElectrons')
  const polarised = observables.includes('Q') || observables.includes('U')
  const depths = observables.includes('faraday_depth') || observables.includes('dispersion_measure')
  const constants = frequenciesGhz.map((frequency) =>
    emissivityConstantsMicrogauss(frequency, spectralIndex),
  )
  const kelvinI = constants.map(({ intensity }) => intensity)
  if (!polarised && !depths && !held) {
    return {
      kind: spectralIndex === 3 && nodesPerCrossing <= 3 ? 'intensity-fast' : 'intensity',
      electrons: 'none',
      held,
      polarisedFrequenciesGhz: [],
      wavelengthsSquared: [],
      sumsPerRay: 1,
      kelvinI,
      kelvinP: [],
    }
  }
  if (nodesPerCrossing > 3) {
    throw new KernelError(
      `The wasm backend computes polarisation and depths with at most 3 nodes per crossing, not ${nodesPerCrossing}.`,
    )
  }
  const turns = polarised && problem.faradayRotation !== false
  const polarisedFrequenciesGhz = polarised ? frequenciesGhz : []
  return {
    kind: 'polarised',
    electrons: held
      ? 'grid'
      : problem.thermalElectronDensity && (turns || depths)
        ? 'nodes'
        : 'none',
    held,
    polarisedFrequenciesGhz,
    wavelengthsSquared: polarisedFrequenciesGhz.map((f) => (turns ? wavelengthSquared(f) : 0)),
    sumsPerRay: 4 + 2 * polarisedFrequenciesGhz.length,
    kelvinI,
    kelvinP: polarised ? constants.map((constant) => constant.polarised) : [],
  }
}
