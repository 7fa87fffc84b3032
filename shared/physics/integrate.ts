/** From a medium and a ray to what a telescope sees: Stokes I, Q, U, Faraday depth and dispersion measure. */
import { PC_PER_KPC } from './constants.ts'
import type { PhaseScheme } from './faraday.ts'
import { wavelengthSquared } from './faraday.ts'
import { freeFreeOpacity } from './free-free.ts'
import type { Ray } from './geometry.ts'
import type { LineSums, Propagation } from './line-sums.ts'
import type { Medium } from './medium.ts'
import { integrateMidpoint } from './midpoint.ts'
import { integrateCells, integratePanels } from './panels.ts'
import { emissivityConstantsMicrogauss } from './synchrotron.ts'

/**
 * - `cells`: Gauss-Legendre nodes between the crossings of the grids' lattices; where no field is a grid there
 *   are no crossings, and it means `panels` with DEFAULT_TOLERANCE;
 * - `panels`: adaptive panels between the models' own discontinuities, to a tolerance relative to the ray;
 * - `midpoint`: equal steps, by number or of at most `stepPc`.
 */
export type IntegrationRule =
  | { rule: 'cells'; nodes: number }
  | { rule: 'panels'; tolerance: number }
  | { rule: 'midpoint'; samples: number }
  | { rule: 'midpoint'; stepPc: number }

/** Of the panels between smooth models, relative to the sums of the ray. */
export const DEFAULT_TOLERANCE = 1e-10

export interface SightlineOptions {
  frequenciesGhz: readonly number[]
  integrator: IntegrationRule
  phase: PhaseScheme
  /** Emission and absorption of the thermal electrons; absent: left out. */
  freeFree?: { electronTemperatureK: number }
}

/** Observables of many rays: [frequency][ray] for the Stokes parameters, [ray] for the others. */
export interface Observables {
  /** Stokes parameters in K (Rayleigh-Jeans); U in the IAU sense. */
  I: Float64Array[]
  Q: Float64Array[]
  U: Float64Array[]
  /** rad m^-2, positive for a field toward the observer. */
  faradayDepth: Float64Array
  /** pc cm^-3. */
  dispersionMeasure: Float64Array
}

/** Zero-filled observables for a number of rays. */
export function createObservables(rays: number, frequencies: number): Observables {
  const stokes = () => Array.from({ length: frequencies }, () => new Float64Array(rays))
  return {
    I: stokes(),
    Q: stokes(),
    U: stokes(),
    faradayDepth: new Float64Array(rays),
    dispersionMeasure: new Float64Array(rays),
  }
}

/** The observables of one ray. */
export function simulateSightline(
  medium: Medium,
  ray: Ray,
  options: SightlineOptions,
): Observables {
  const into = createObservables(1, options.frequenciesGhz.length)
  simulate(medium, () => ray, options, into, 0, 1)
  return into
}

/**
 * Fills `into` for the rays start <= i < end. Ranges are independent, so a caller may work through a map in pieces
 * and report progress or stop between them.
 *
 * @throws RangeError for a phase scheme or rule that does not go together, or a result that is not finite
 */
export function simulate(
  medium: Medium,
  rayAt: (index: number) => Ray,
  options: SightlineOptions,
  into: Observables,
  start: number,
  end: number,
): void {
  const { frequenciesGhz, phase, freeFree } = options
  const propagation = propagationOf(options)
  const constants = frequenciesGhz.map((frequency) =>
    emissivityConstantsMicrogauss(frequency, medium.spectralIndex),
  )
  const integrate = chooseRule(medium, options)
  for (let index = start; index < end; index++) {
    const sums = integrate(rayAt(index))
    requireFinite(sums, index)
    for (let f = 0; f < frequenciesGhz.length; f++) {
      const thermal = freeFree
        ? -freeFree.electronTemperatureK *
          Math.expm1(-propagation.opacities[f] * sums.emissionMeasure)
        : 0
      into.I[f][index] = constants[f].intensity * sums.emission[f] + thermal
      into.Q[f][index] = constants[f].polarised * sums.polarisedCos[f]
      into.U[f][index] = constants[f].polarised * sums.polarisedSin[f]
    }
    // Adding zero turns -0 (no electrons) into 0.
    into.faradayDepth[index] = sums.faradayDepth + 0
    into.dispersionMeasure[index] = PC_PER_KPC * sums.column
  }

  function chooseRule(fields: Medium, { integrator }: SightlineOptions): (ray: Ray) => LineSums {
    if (integrator.rule === 'midpoint') {
      return (ray) => {
        const samples = midpointSamples(integrator, ray)
        return integrateMidpoint(fields, ray, samples, phase, propagation)
      }
    }
    if (phase === 'half-cell' || phase === 'first-order') {
      throw new RangeError(
        `The Faraday phase '${phase}' belongs to midpoint samples: set integrator.rule to midpoint, or faraday.phase to exact or off.`,
      )
    }
    if (integrator.rule === 'cells' && hasGrid(fields)) {
      return (ray) => integrateCells(fields, ray, integrator.nodes, propagation)
    }
    const tolerance = integrator.rule === 'panels' ? integrator.tolerance : DEFAULT_TOLERANCE
    return (ray) => integratePanels(fields, ray, tolerance, propagation)
  }
}

/** What a ray does to light of each frequency. */
export function propagationOf({ frequenciesGhz, phase, freeFree }: SightlineOptions): Propagation {
  return {
    wavelengthsSquared: frequenciesGhz.map((frequency) =>
      phase === 'off' ? 0 : wavelengthSquared(frequency),
    ),
    opacities: frequenciesGhz.map((frequency) =>
      freeFree ? freeFreeOpacity(frequency, freeFree.electronTemperatureK) : 0,
    ),
  }
}

type MidpointRule = Extract<IntegrationRule, { rule: 'midpoint' }>

/** Number of steps of the midpoint rule on a ray. */
export function midpointSamples(rule: MidpointRule, { lengthKpc }: Ray): number {
  if ('samples' in rule) return rule.samples
  // A ray of no length, from an observer on a face of the box, still has one (empty) step.
  return Math.max(1, Math.ceil((PC_PER_KPC * lengthKpc) / rule.stepPc))
}

/** Whether one of the fields is a grid. */
export function hasGrid(medium: Medium): boolean {
  return (
    medium.magneticField.gridded ||
    medium.cosmicRayElectrons.gridded ||
    medium.thermalElectrons.gridded
  )
}

function requireFinite(sums: LineSums, index: number): void {
  if (
    !Number.isFinite(sums.emissionMeasure) ||
    !sums.emission.every(Number.isFinite) ||
    !Number.isFinite(sums.faradayDepth) ||
    !Number.isFinite(sums.column) ||
    !sums.polarisedCos.every(Number.isFinite) ||
    !sums.polarisedSin.every(Number.isFinite)
  ) {
    throw new RangeError(
      `Sightline ${index} gives a value that is not a finite number: check the field's parameters and grids.`,
    )
  }
}
