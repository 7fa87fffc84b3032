import { freeFreeOpacity } from '#shared/physics/free-free.ts'
import { RM_CONSTANT_MICROGAUSS, wavelengthSquared } from '#shared/physics/faraday.ts'
import type { NodeSampling } from '#shared/physics/line-of-sight/electron-nodes.ts'
import { electronNodes, plainNodes } from '#shared/physics/line-of-sight/electron-nodes.ts'
import { gaussLegendre } from '#shared/physics/quadrature.ts'
import { emissivityConstantsMicrogauss } from '#shared/physics/synchrotron.ts'
import type { LineOfSightProblem } from '../../interface.ts'
import { requireDensity, requireThermalDensity, unknownNames } from '../../problem.ts'

/** A density at (x, y, z) kpc. @throws KernelError for an impossible one */
export type NodeFunction = (x: number, y: number, z: number) => number

/** A density that is no grid, and how it comes to the nodes. */
export interface CrossingFunction {
  readonly quantity: 'C' | 'n_e'
  readonly at: NodeFunction
  readonly sampling: NodeSampling
}

/** What the kernels are compiled for: everything about a problem that does not change from pass to pass. */
export interface KernelSettings {
  readonly shape: readonly [number, number, number]
  /** Nodes of a crossing, 0..1, their weights (sum 1), and row i of the integrals from 0 to node i. */
  readonly nodes: readonly number[]
  readonly weights: readonly number[]
  readonly partial: readonly (readonly number[])[]
  /** p */
  readonly spectralIndex: number
  readonly frequencies: readonly FrequencySettings[]
  /** I, Q and U, Faraday depth, dispersion measure are asked for. */
  readonly intensity: boolean
  readonly polarised: boolean
  readonly depth: boolean
  readonly column: boolean
  /** Q and U are turned on their way. */
  readonly rotation: boolean
  /** K of the free-free emission; undefined where there is none. */
  readonly electronTemperatureK: number | undefined
  /** n_e, C are grids among the unknowns; else functions, evaluated at the nodes (or not needed). */
  readonly electronGrid: boolean
  readonly cosmicRayGrid: boolean
  /** In the order of their values per crossing. */
  readonly functions: readonly CrossingFunction[]
  /** Grid values per voxel that gradients are taken for: B, then n_e, then C. */
  readonly channels: number
}

export interface FrequencySettings {
  /** K per unit of the kernels' sums: I, and Q and U. */
  readonly intensityKelvin: number
  readonly polarisedKelvin: number
  /** Turns of 2 pi in the phase 2 lambda^2 phi per rad m^-2 of phi: lambda^2 / pi. */
  readonly turns: number
  /** Optical depth per kpc cm^-6 of the integral of n_e^2; 0 without free-free. */
  readonly opacity: number
}

/** rad m^-2 per kpc cm^-3 microgauss */
export const ROTATION = RM_CONSTANT_MICROGAUSS

export function kernelSettings(problem: LineOfSightProblem): KernelSettings {
  const { observables, spectralIndex, freeFree } = problem
  const unknowns = unknownNames(problem)
  const intensity = observables.includes('I')
  const polarised = observables.includes('Q') || observables.includes('U')
  const depth = observables.includes('faraday_depth')
  const column = observables.includes('dispersion_measure')
  const rotation = polarised && (problem.faradayRotation ?? true)
  const electronGrid = unknowns.includes('thermalElectrons')
  const cosmicRayGrid = unknowns.includes('cosmicRays')
  const emission = intensity || polarised
  const electrons = rotation || depth || column || (emission && freeFree !== undefined)
  const functions: CrossingFunction[] = []
  const { cosmicRayDensity, thermalElectronDensity = () => 0 } = problem
  if (emission && !cosmicRayGrid) {
    const at: NodeFunction = (x, y, z) => requireDensity(cosmicRayDensity(x, y, z), x, y, z)
    functions.push({ quantity: 'C', at, sampling: plainNodes(problem.nodesPerCrossing) })
  }
  if (electrons && !electronGrid) {
    const at: NodeFunction = (x, y, z) =>
      requireThermalDensity(thermalElectronDensity(x, y, z), x, y, z)
    const sampling = electronNodes(problem.grid, problem.nodesPerCrossing)
    functions.push({ quantity: 'n_e', at, sampling })
  }
  const { nodes, weights, partial } = gaussLegendre(problem.nodesPerCrossing)
  const half = (values: Float64Array): number[] => Array.from(values, (value) => value / 2)
  return {
    shape: problem.grid.shape,
    nodes: Array.from(nodes, (node) => (1 + node) / 2),
    weights: half(weights),
    partial: Array.from(nodes, (_, i) =>
      half(partial.subarray(i * nodes.length, (i + 1) * nodes.length)),
    ),
    spectralIndex,
    frequencies: problem.frequenciesGhz.map((frequencyGhz) => {
      const constants = emissivityConstantsMicrogauss(frequencyGhz, spectralIndex)
      return {
        intensityKelvin: constants.intensity,
        polarisedKelvin: constants.polarised,
        turns: wavelengthSquared(frequencyGhz) / Math.PI,
        opacity: freeFree ? freeFreeOpacity(frequencyGhz, freeFree.electronTemperatureK) : 0,
      }
    }),
    intensity,
    polarised,
    depth,
    column,
    rotation,
    electronTemperatureK: emission ? freeFree?.electronTemperatureK : undefined,
    electronGrid,
    cosmicRayGrid,
    functions,
    channels: 3 + (electronGrid ? 1 : 0) + (cosmicRayGrid ? 1 : 0),
  }
}

/** Where an observable's values lie among the 32-bit words that the forward and tangent kernels write per ray. */
export interface RayWords {
  readonly words: number
  /** One word, or one per frequency with free-free. */
  readonly intensity: number
  /** Q and U of each frequency in turn. */
  readonly polarised: number
  /** Whole rad m^-2 (i32) and the rest (f32). */
  readonly depth: number
  /** Integral of n_e, kpc cm^-3. */
  readonly column: number
}

export function rayWords({ frequencies, ...settings }: KernelSettings): RayWords {
  const { intensity, polarised, depth, column, electronTemperatureK } = settings
  const many = electronTemperatureK === undefined ? 1 : frequencies.length
  const polarisedAt = intensity ? many : 0
  const depthAt = polarisedAt + (polarised ? 2 * frequencies.length : 0)
  const columnAt = depthAt + (depth ? 2 : 0)
  return {
    words: columnAt + (column ? 1 : 0),
    intensity: 0,
    polarised: polarisedAt,
    depth: depthAt,
    column: columnAt,
  }
}

/** Where the cotangents lie among the float32 words that the adjoint kernel reads per ray: as the results, with one word
 * for the depth. All are multiplied by the K per unit of the sums. */
export function cotangentWords(settings: KernelSettings): RayWords {
  const { depth, column } = settings
  const words = rayWords(settings)
  const columnAt = words.depth + (depth ? 1 : 0)
  return { ...words, column: columnAt, words: columnAt + (column ? 1 : 0) }
}
