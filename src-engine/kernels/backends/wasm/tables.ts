import { RM_CONSTANT_MICROGAUSS } from '#shared/physics/faraday.ts'
import { LARGEST_STEP } from '#shared/physics/line-of-sight/index.ts'
import { gaussLegendre } from '#shared/physics/quadrature.ts'
import type { KernelChoice } from './kernel-choice.ts'
import { FREQUENCY_BYTES, PROBLEM } from './memory-plan.ts'
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
  { electrons, wavelengthsSquared }: KernelChoice,
  nodesPerCrossing: number,
): void {
  const view = new DataView(buffer)
  const at = plan.problem
  const largest = wavelengthsSquared.reduce((most, square) => Math.max(most, square), 0)
  view.setUint32(at + PROBLEM.electrons, electrons === 'grid' ? 0 : plan.electronsAt, true)
  view.setUint32(at + PROBLEM.frequencies, wavelengthsSquared.length, true)
  view.setUint32(at + PROBLEM.frequencyTable, plan.frequencyTable, true)
  view.setUint32(at + PROBLEM.depthTable, plan.depthTable, true)
  view.setFloat32(at + PROBLEM.parts, (2 * largest) / LARGEST_STEP, true)
  view.setFloat64(at + PROBLEM.rotation, RM_CONSTANT_MICROGAUSS, true)
  wavelengthsSquared.forEach((square, f) => {
    const entry = plan.frequencyTable + f * FREQUENCY_BYTES
    view.setFloat64(entry, square / Math.PI, true)
    new Float32Array(buffer, entry + 16, 4).fill(square / Math.PI)
    new Float32Array(buffer, entry + 32, 4).fill(2 * square)
  })
  writeDepthTable(new Float32Array(buffer, plan.depthTable, 48), nodesPerCrossing)
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
