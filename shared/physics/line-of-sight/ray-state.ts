/** The nodes of one ray with the Faraday depth and the emission measure in front of each: where every pass begins. */
import { RM_CONSTANT_MICROGAUSS } from '../faraday.ts'
import type { Unknowns } from './problem.ts'
import { RayNodes } from './ray-nodes.ts'
import { integrateToNodes } from './running-integral.ts'
import type { Setup } from './setup.ts'

export class RayState {
  readonly nodes: RayNodes
  readonly setup: Setup
  /** phi in front of each node, rad m^-2. */
  depth = new Float64Array(0)
  /** E in front of each node: integral of n_e^2, kpc cm^-6. */
  measure = new Float64Array(0)
  /** Of the whole ray. */
  totalDepth = 0
  totalMeasure = 0
  private scratch = new Float64Array(0)

  constructor(setup: Setup) {
    this.setup = setup
    this.nodes = new RayNodes(setup)
  }

  /** Walks one ray. */
  take(unknowns: Unknowns, ray: number): void {
    const { nodes, setup } = this
    nodes.walk(unknowns, ray)
    this.totalDepth = 0
    this.totalMeasure = 0
    const capacity = nodes.places.length
    if (this.depth.length < capacity) {
      this.depth = new Float64Array(capacity)
      this.measure = new Float64Array(capacity)
      this.scratch = new Float64Array(capacity)
    }
    if (!setup.thermal) return
    const { thermal, los } = nodes.values
    for (let i = 0; i < nodes.count; i++) {
      this.scratch[i] = RM_CONSTANT_MICROGAUSS * thermal[i] * los[i]
    }
    this.totalDepth = integrateToNodes(setup.rule, nodes, this.scratch, this.depth)
    if (setup.mostOpacity === 0) return
    for (let i = 0; i < nodes.count; i++) this.scratch[i] = thermal[i] ** 2
    this.totalMeasure = integrateToNodes(setup.rule, nodes, this.scratch, this.measure)
  }
}
