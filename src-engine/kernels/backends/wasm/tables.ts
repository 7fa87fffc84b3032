import { RM_CONSTANT_MICROGAUSS } from '#shared/physics/faraday.ts'
import { voxelCount } from '#shared/physics/grid.ts'
import { LARGEST_STEP, createSetup } from '#shared/physics/line-of-sight/index.ts'
import { gaussLegendre } from '#shared/physics/quadrature.ts'
import { emissivityConstantsMicrogauss, emissivityLogSlopes } from '#shared/physics/synchrotron.ts'
import type { LineOfSightProblem } from '../../interface.ts'
import type { KernelChoice, PlaneName } from './kernel-choice.ts'
import {
  EMISSIVITY_KNOTS,
  FREQUENCY_BYTES,
  GENERAL_FREQUENCY_BYTES,
  PROBLEM,
  SPECTRUM,
} from './memory-plan.ts'
import type { MemoryPlan } from './memory-plan.ts'

/** Writes the positions of the nodes in a crossing (0..1), one vector of four equal lanes each. */
export function writeNodes(buffer: ArrayBufferLike, at: number, nodesPerCrossing: number): void {
  const table = new Float32Array(buffer, at, 4 * nodesPerCrossing)
  gaussLegendre(nodesPerCrossing).nodes.forEach((node, i) => {
    table.fill(0.5 * (1 + node), 4 * i, 4 * i + 4)
  })
}

/** Writes the tables of the polarised kernel (assembly/layout.ts) and what of the problem block is its own. */
export function writePolarisedTables(
  buffer: ArrayBufferLike,
  plan: MemoryPlan,
  kernel: KernelChoice,
  nodesPerCrossing: number,
): void {
  const view = new DataView(buffer)
  const { wavelengthsSquared } = kernel
  writeCommon(view, plan, kernel)
  view.setFloat32(
    plan.problem + PROBLEM.parts,
    (2 * largest(wavelengthsSquared)) / LARGEST_STEP,
    true,
  )
  wavelengthsSquared.forEach((square, f) => {
    const entry = plan.frequencyTable + f * FREQUENCY_BYTES
    new Float64Array(buffer, entry, 2).fill(square / Math.PI)
    new Float32Array(buffer, entry + 16, 4).fill(square / Math.PI)
    new Float32Array(buffer, entry + 32, 4).fill(2 * square)
  })
  writeDepthTable(new Float32Array(buffer, plan.depthTable, 48), nodesPerCrossing)
}

/** The same for the general kernel. */
export function writeGeneralTables(
  buffer: ArrayBufferLike,
  plan: MemoryPlan,
  kernel: KernelChoice,
  problem: LineOfSightProblem,
): void {
  const view = new DataView(buffer)
  const at = plan.problem
  const { grid, nodesPerCrossing, frequenciesGhz, spectralIndex, freeFree } = problem
  const { wavelengthsSquared, opacities, planes } = kernel
  writeCommon(view, plan, kernel)
  const voxels = voxelCount(grid)
  const placeOf = (name: PlaneName): number => {
    const plane = planes.indexOf(name)
    return plane === -1 ? 0 : plan.planes + 4 * plane * voxels
  }
  view.setUint32(at + PROBLEM.cosmicRays, placeOf('cosmicRays'), true)
  view.setUint32(at + PROBLEM.indexGrid, placeOf('spectralIndex'), true)
  view.setUint32(at + PROBLEM.rayIndex, plan.rayIndex, true)
  view.setUint32(at + PROBLEM.emissivity, plan.emissivity, true)
  view.setUint32(at + PROBLEM.nodeCount, nodesPerCrossing, true)
  view.setUint32(at + PROBLEM.workspace, plan.workspace, true)
  view.setUint32(at + PROBLEM.length, plan.lengthAt, true)
  view.setFloat64(at + PROBLEM.temperature, freeFree?.electronTemperatureK ?? 0, true)
  view.setFloat64(at + PROBLEM.turnParts, (2 * largest(wavelengthsSquared)) / LARGEST_STEP, true)
  view.setFloat64(at + PROBLEM.opacityParts, largest(opacities) / LARGEST_STEP, true)
  wavelengthsSquared.forEach((square, f) => {
    const entry = plan.frequencyTable + f * GENERAL_FREQUENCY_BYTES
    view.setFloat64(entry, Math.log(frequenciesGhz[f]), true)
    view.setFloat64(entry + 8, 2 * square, true)
    view.setFloat64(entry + 16, opacities[f], true)
  })
  const { nodes, weights, partial } = gaussLegendre(nodesPerCrossing)
  const depths = [
    ...Array.from(nodes, (node) => 0.5 * (1 + node)),
    ...Array.from(weights, (weight) => 0.5 * weight),
    ...Array.from(partial, (weight) => 0.5 * weight),
  ]
  new Float64Array(buffer, plan.depthTable, depths.length).set(depths)
  // A spectrum that is no power law has no index; the kernel then uses this one for nothing.
  const index = kernel.spectrum ? 3 : spectralIndex
  new Float64Array(buffer, plan.rayIndex, problem.directions.length / 3).fill(index)
  if (kernel.spectrum) writeSpectrum(buffer, plan, problem)
  writeEmissivities(new Float64Array(buffer, plan.emissivity, 2 * EMISSIVITY_KNOTS))
}

function writeCommon(view: DataView, plan: MemoryPlan, kernel: KernelChoice): void {
  const at = plan.problem
  const electronsAt = kernel.electrons === 'grid' ? 0 : plan.electronsAt
  view.setUint32(at + PROBLEM.electrons, electronsAt, true)
  view.setUint32(at + PROBLEM.frequencies, kernel.wavelengthsSquared.length, true)
  view.setUint32(at + PROBLEM.frequencyTable, plan.frequencyTable, true)
  view.setUint32(at + PROBLEM.depthTable, plan.depthTable, true)
  view.setFloat64(at + PROBLEM.rotation, RM_CONSTANT_MICROGAUSS, true)
}

/** ln K_I at 1 GHz and its derivative by p; at p = 1, where it has none, those a little above. */
function writeEmissivities(table: Float64Array): void {
  for (let knot = 0; knot < EMISSIVITY_KNOTS; knot++) {
    const p = 1 + Math.max(knot, 1e-9) / 128
    table[2 * knot] = Math.log(emissivityConstantsMicrogauss(1, p).intensity)
    table[2 * knot + 1] = emissivityLogSlopes(1, p).intensity
  }
}

/** Samples the reference's emission by a spectrum; its knots are closer than what the logarithms bend by. */
function writeSpectrum(
  buffer: ArrayBufferLike,
  plan: MemoryPlan,
  problem: LineOfSightProblem,
): void {
  const { law } = createSetup(problem)
  const view = new DataView(buffer)
  view.setUint32(plan.problem + PROBLEM.spectrum, plan.spectrum, true)
  problem.frequenciesGhz.forEach((_, f) => {
    const table = new Float64Array(
      buffer,
      plan.spectrum + f * SPECTRUM.knots * 32,
      4 * SPECTRUM.knots,
    )
    let firstSquare = -Infinity
    // From strong fields to weak ones: where the electrons of the highest energy no longer emit, the table ends.
    for (let knot = SPECTRUM.knots - 1; knot >= 0; knot--) {
      const logSquare = SPECTRUM.start + knot * SPECTRUM.step
      const square = Math.exp(logSquare)
      law.differentiate(square, 3)
      if (!(law.intensity[f] > 0 && law.polarised[f] > 0)) {
        firstSquare = logSquare + SPECTRUM.step
        break
      }
      table[4 * knot] = Math.log(law.intensity[f])
      table[4 * knot + 1] = (square * law.intensityBySquare[f]) / law.intensity[f]
      table[4 * knot + 2] = Math.log(law.polarised[f])
      table[4 * knot + 3] = (square * law.polarisedBySquare[f]) / law.polarised[f]
    }
    view.setFloat64(plan.frequencyTable + f * GENERAL_FREQUENCY_BYTES + 24, firstSquare, true)
  })
}

function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0)
}

/** Integrals of the Lagrange polynomials through at most three nodes, and the polynomials themselves, on 0..1. */
function writeDepthTable(table: Float32Array, count: number): void {
  const { nodes, weights, partial } = gaussLegendre(count)
  const positions = Array.from(nodes, (node) => 0.5 * (1 + node))
  for (let j = 0; j < count; j++) {
    for (let i = 0; i < count; i++) {
      table[4 * j + i] = 0.5 * partial[i * count + j]
      table[12 + 4 * i + j] = 0.5 * partial[i * count + j]
    }
    table[4 * j + 3] = 0.5 * weights[j]
    table[24 + j] = 0.5 * weights[j]
    table[28 + j] = 2 / weights[j]
    table[32 + j] = positions[j]
    lagrangeCoefficients(positions, j).forEach((coefficient, power) => {
      table[36 + 4 * power + j] = coefficient
    })
  }
}

/** Coefficients of 1, x, x^2, ... in the polynomial that is 1 at node j and 0 at the others. */
function lagrangeCoefficients(positions: readonly number[], j: number): number[] {
  let coefficients = [1]
  positions.forEach((position, k) => {
    if (k === j) return
    const scale = 1 / (positions[j] - position)
    const raised = [0, ...coefficients]
    coefficients = raised.map((c, n) => scale * (c - position * (coefficients[n] ?? 0)))
  })
  return coefficients
}
