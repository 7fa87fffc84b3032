import { fitWeights } from '#shared/inference/likelihood.ts'
import { isStokes } from '#shared/physics/observables.ts'
import type { LineOfSightProblem, UnknownName } from '../kernels/interface.ts'
import type { DataVector } from '../storage/run-store.ts'
import { emissionMeasureErrors } from './electron-sampling.ts'
import type { PreparedProblem } from './prepare-problem.ts'

/** Data that vary by less than this share of their sigma hardly count: noise alone would vary by all of it. */
const FAINT = 0.1

/** Emission measures may be off by this share on one sightline in ten before a run says so. */
const COARSE = 0.05

/** What of a run has no effect although it is asked for, or is computed coarsely, one sentence each. */
export function runWarnings(
  { problem, unknowns }: Pick<PreparedProblem, 'problem' | 'unknowns'>,
  data: readonly DataVector[],
): string[] {
  const free = unknowns.settings.flatMap(({ name, representations }) =>
    representations.length === 0 ? [] : [name],
  )
  return [
    ...free.flatMap((name) => (isSeen(name, problem) ? [] : [unseen[name]])),
    ...data.flatMap((vector, i) =>
      isFaint(vector)
        ? [
            `The values of "${vector.name}" differ from each other by a small part of their sigma, so they hardly count in the fit: check data[${i}].sigma.`,
          ]
        : [],
    ),
    ...unknowns.numbers.flatMap(({ name, movesSurface }) =>
      movesSurface
        ? [
            `${name} moves a surface on which its model jumps. The loss follows that in steps, voxel by voxel, and its gradient and the uncertainty leave it out: give the model a smoothing_kpc of a voxel or two, compare fits from several starts, or hold it fixed.`,
          ]
        : [],
    ),
    ...coarseElectrons(problem),
  ]
}

function coarseElectrons(problem: LineOfSightProblem): string[] {
  if (!problem.observables.some(isStokes) || problem.freeFree === undefined) return []
  if (problem.unknowns?.includes('thermalElectrons')) return []
  const errors = emissionMeasureErrors(problem)
  const tenth = errors[Math.floor(0.9 * errors.length)] ?? 0
  if (tenth < COARSE) return []
  const percent = (share: number) => `${(100 * share).toPrecision(2)} %`
  return [
    `The thermal electrons change within the cells of the grid, which keeps their columns but not the squares that free-free emission goes with: these are off by more than ${percent(tenth)} on one sightline in ten, by ${percent(errors[errors.length - 1])} at most. Take more integrator.nodes (up to 8), a finer grid, or mask the Galactic plane.`,
  ]
}

const noElectrons =
  'No data depend on the cosmic-ray electrons (I, Q and U do), so they stay as they begin, but for their regularisation: add such data, or do not free them.'

const unseen: Readonly<Record<UnknownName, string>> = {
  magneticField:
    'No data depend on the magnetic field, so only the regularisation moves it: add data that do, or set magnetic_field.grid.free to false.',
  thermalElectrons:
    'No data depend on the thermal electrons (Faraday depths, dispersion measures, Q and U that rotate and free-free emission do), so they stay as they begin, but for their regularisation: add such data, or do not free them.',
  cosmicRays: noElectrons,
  spectralIndex: noElectrons,
  raySpectralIndex: noElectrons,
}

/** Whether an observable that is asked for depends on an unknown. */
function isSeen(
  name: UnknownName,
  { observables, faradayRotation, freeFree }: LineOfSightProblem,
): boolean {
  const polarised = observables.includes('Q') || observables.includes('U')
  const emission = polarised || observables.includes('I')
  const depth = observables.includes('faraday_depth')
  switch (name) {
    case 'magneticField':
      return emission || depth
    case 'thermalElectrons':
      return (
        depth ||
        observables.includes('dispersion_measure') ||
        (polarised && faradayRotation !== false) ||
        (emission && freeFree !== undefined)
      )
    default:
      return emission
  }
}

function isFaint({ values, sigma, set }: DataVector): boolean {
  const weights = fitWeights(sigma, set)
  let count = 0
  let total = 0
  let sum = 0
  weights.forEach((weight, i) => {
    count += weight > 0 ? 1 : 0
    total += weight
    sum += weight * values[i]
  })
  const mean = sum / total
  const squares = weights.reduce((all, weight, i) => all + weight * (values[i] - mean) ** 2, 0)
  return count > 1 && squares < FAINT ** 2 * count
}
