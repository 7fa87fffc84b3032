/** What is worked out once for a problem: which terms are needed, constants per frequency, the quadrature rule. */
import { wavelengthSquared } from '../faraday.ts'
import { freeFreeOpacity } from '../free-free.ts'
import type { GridEdge } from '../grid.ts'
import { gaussLegendre } from '../quadrature.ts'
import type { GaussRule } from '../quadrature.ts'
import type { NodeSampling } from './electron-nodes.ts'
import { electronNodes } from './electron-nodes.ts'
import type { EmissionLaw } from './emission-law.ts'
import { PowerLawEmission } from './emission-law.ts'
import type { LineOfSightProblem, UnknownName } from './problem.ts'
import { SpectrumEmission } from './spectrum-emission.ts'

export interface Setup {
  readonly problem: LineOfSightProblem
  readonly rays: number
  /** On (-1, 1); lengths below are half lengths to go with it. */
  readonly rule: GaussRule
  /** Where n_e is asked for if it is a function. */
  readonly electronNodes: NodeSampling
  /** How the rays are cut: a density on the grid has kinks at the outermost centres, where the field has none. */
  readonly edge: GridEdge
  readonly law: EmissionLaw
  /** Whether I, Q or U are asked for. */
  readonly emits: boolean
  /** Whether Q or U are asked for. */
  readonly polarised: boolean
  /** Whether n_e is needed at all. */
  readonly thermal: boolean
  /** 2 lambda^2 per frequency, m^2: what turns (Q, U) by rad per rad m^-2; all zero where nothing turns it. */
  readonly turning: Float64Array
  /** Free-free optical depth per kpc cm^-6 and frequency; all zero without free-free. */
  readonly opacity: Float64Array
  /** Of the largest entries. */
  readonly mostTurning: number
  readonly mostOpacity: number
  /** K; 0 without free-free. */
  readonly electronTemperatureK: number
  readonly unknowns: ReadonlySet<UnknownName>
}

export function createSetup(problem: LineOfSightProblem): Setup {
  const { observables, frequenciesGhz, freeFree, cosmicRaySpectrum } = problem
  const unknowns = new Set<UnknownName>(['magneticField', ...(problem.unknowns ?? [])])
  const polarised = observables.includes('Q') || observables.includes('U')
  const emits = polarised || observables.includes('I')
  const hasThermal =
    problem.thermalElectronDensity !== undefined || unknowns.has('thermalElectrons')
  const turns = polarised && hasThermal && problem.faradayRotation !== false
  const absorbs = emits && hasThermal && freeFree !== undefined
  const depths = observables.includes('faraday_depth') || observables.includes('dispersion_measure')
  const turning = Float64Array.from(frequenciesGhz, (frequency) =>
    turns ? 2 * wavelengthSquared(frequency) : 0,
  )
  const opacity = Float64Array.from(frequenciesGhz, (frequency) =>
    absorbs ? freeFreeOpacity(frequency, freeFree.electronTemperatureK) : 0,
  )
  const onGrid =
    unknowns.has('thermalElectrons') || unknowns.has('cosmicRays') || unknowns.has('spectralIndex')
  return {
    problem,
    rays: problem.directions.length / 3,
    rule: gaussLegendre(problem.nodesPerCrossing),
    electronNodes: electronNodes(problem.grid, problem.nodesPerCrossing),
    edge: onGrid ? 'held' : 'continued',
    law: cosmicRaySpectrum
      ? new SpectrumEmission(frequenciesGhz, cosmicRaySpectrum)
      : new PowerLawEmission(frequenciesGhz),
    emits,
    polarised,
    thermal: turns || absorbs || (depths && hasThermal),
    turning,
    opacity,
    mostTurning: turning.reduce((a, b) => Math.max(a, b), 0),
    mostOpacity: opacity.reduce((a, b) => Math.max(a, b), 0),
    electronTemperatureK: freeFree?.electronTemperatureK ?? 0,
    unknowns,
  }
}
