/**
 * The quadrature nodes of one ray and the medium at them.
 *
 * A crossing is the stretch between two neighbouring lattice planes. Where much happens in it (below) it is cut into equal
 * parts with Gauss nodes of their own. Gridded quantities are read at those nodes; densities given as functions
 * give a polynomial of the whole crossing (C through its nodes, n_e by projection: ./electron-nodes.ts), which is evaluated in
 * the parts.
 */
import { latticeCrossings, panelEdges } from '../crossings.ts'
import { RM_CONSTANT_MICROGAUSS } from '../faraday.ts'
import type { Ray } from '../geometry.ts'
import { boxExit, lineOfSightBasis } from '../geometry.ts'
import { createStencil, locate } from '../grid.ts'
import type { Vector3 } from '../vector.ts'
import { along } from '../vector.ts'
import type { NodePlace, NodeQuantities, RayFrame } from './node-quantities.ts'
import { createNodeQuantities, gatherNode } from './node-quantities.ts'
import type { Unknowns } from './problem.ts'
import type { Setup } from './setup.ts'

/**
 * Largest turn of (Q, U) in rad, and largest optical depth, of one part: three nodes integrate exp(i x) over 1.5 rad to
 * 6e-6. Measured at 408 MHz on rays with |FD| of 1000 to 1700 rad m^-2, error of Q and U over the undepolarised intensity:
 * 5e-7 with 1.5, 1.5e-5 with 3, 1.4e-3 with 5.
 */
export const LARGEST_STEP = 1.5
/** Parts of a crossing beyond which it is not cut further: what turns 1000 times within a cell is depolarised anyway. */
export const MOST_PARTS = 4096

/**
 * Parts of a crossing.
 *
 * @param turn integral of 2 lambda^2 |d phi| over it at the longest wavelength, rad
 * @param opticalDepth of it at the lowest frequency
 */
export function partsOf(turn: number, opticalDepth: number): number {
  const parts = Math.ceil(Math.max(turn, opticalDepth) / LARGEST_STEP)
  // Written so that a value that is not a number goes on, to be refused at the end of the ray.
  return parts > 1 ? Math.min(parts, MOST_PARTS) : 1
}

export class RayNodes {
  frame: RayFrame
  /** Parts so far, each with the rule's number of nodes. */
  parts = 0
  /** kpc, per part. */
  halfLengths = new Float64Array(0)
  values: NodeQuantities = createNodeQuantities(0)
  readonly places: NodePlace[] = []
  private readonly setup: Setup
  private readonly nodesPerPart: number
  private readonly crossingThermal: Float64Array
  private readonly crossingCosmicRay: Float64Array
  private readonly asked: Float64Array

  constructor(setup: Setup) {
    this.setup = setup
    this.nodesPerPart = setup.rule.nodes.length
    this.crossingThermal = new Float64Array(this.nodesPerPart)
    this.crossingCosmicRay = new Float64Array(this.nodesPerPart)
    this.asked = new Float64Array(setup.electronNodes.places.length)
    const direction: Vector3 = [1, 0, 0]
    this.frame = { index: 0, direction, basis: lineOfSightBasis(direction) }
    this.reserve(256)
  }

  /** Nodes of the ray. */
  get count(): number {
    return this.parts * this.nodesPerPart
  }

  /** Replaces what was here by the nodes of one ray. */
  walk(unknowns: Unknowns, index: number): void {
    const ray = rayAt(this.setup, index)
    this.frame = { index, direction: ray.direction, basis: lineOfSightBasis(ray.direction) }
    this.parts = 0
    const edges = crossingEdges(this.setup, ray)
    for (let crossing = 0; crossing + 1 < edges.length; crossing++) {
      this.cross(unknowns, ray, edges[crossing], edges[crossing + 1])
    }
  }

  private cross(unknowns: Unknowns, ray: Ray, from: number, to: number): void {
    const first = this.count
    this.place(unknowns, ray, from, to)
    this.askFunctions(ray, from, to, first)
    const parts = this.partsNeeded(first)
    if (parts === 1) return
    this.crossingThermal.set(this.values.thermal.subarray(first, this.count))
    this.crossingCosmicRay.set(this.values.cosmicRay.subarray(first, this.count))
    this.parts--
    for (let part = 0; part < parts; part++) {
      const start = this.count
      const length = (to - from) / parts
      this.place(unknowns, ray, from + part * length, from + (part + 1) * length)
      this.interpolateFunctions(start, part, parts)
    }
  }

  /** Adds the nodes of one part and reads the grids there. */
  private place(unknowns: Unknowns, { origin, direction }: Ray, from: number, to: number): void {
    const { rule, problem, unknowns: names } = this.setup
    this.reserve(this.count + this.nodesPerPart)
    const half = 0.5 * (to - from)
    for (let i = 0; i < this.nodesPerPart; i++) {
      const node = this.count + i
      const position = along(origin, direction, from + half * (1 + rule.nodes[i]))
      const place = this.places[node]
      locate(problem.grid, position, 'continued', place.field)
      if (this.setup.edge === 'held') locate(problem.grid, position, 'held', place.scalar)
      if (!names.has('spectralIndex')) this.values.index[node] = problem.spectralIndex
      gatherNode(unknowns, this.frame, place, this.values, node)
    }
    this.halfLengths[this.parts] = half
    this.parts++
  }

  /** Densities given as functions, at the nodes of a whole crossing. */
  private askFunctions({ origin, direction }: Ray, from: number, to: number, first: number): void {
    const { rule, electronNodes, problem, unknowns, emits, thermal } = this.setup
    const { cosmicRayDensity, thermalElectronDensity } = problem
    const asksCosmicRays = emits && !unknowns.has('cosmicRays')
    const asksThermal = thermal && !unknowns.has('thermalElectrons')
    const half = 0.5 * (to - from)
    if (asksCosmicRays) {
      for (let i = 0; i < this.nodesPerPart; i++) {
        const [x, y, z] = along(origin, direction, from + half * (1 + rule.nodes[i]))
        this.values.cosmicRay[first + i] = cosmicRayDensity(x, y, z)
      }
    }
    if (asksThermal) {
      const { places } = electronNodes
      for (let m = 0; m < places.length; m++) {
        const [x, y, z] = along(origin, direction, from + half * (1 + places[m]))
        this.asked[m] = thermalElectronDensity?.(x, y, z) ?? 0
      }
      electronNodes.project(this.asked, 0, this.values.thermal, first)
    }
  }

  private partsNeeded(first: number): number {
    const { rule, mostTurning, mostOpacity } = this.setup
    if (mostTurning === 0 && mostOpacity === 0) return 1
    const half = this.halfLengths[this.parts - 1]
    let rotation = 0
    let square = 0
    for (let i = 0; i < this.nodesPerPart; i++) {
      const n = this.values.thermal[first + i]
      const weight = half * rule.weights[i]
      rotation += weight * Math.abs(n * this.values.los[first + i])
      square += weight * n * n
    }
    return partsOf(mostTurning * RM_CONSTANT_MICROGAUSS * rotation, mostOpacity * square)
  }

  /** The Lagrange polynomial through the crossing's nodes, at the nodes of one of its parts. */
  private interpolateFunctions(start: number, part: number, parts: number): void {
    const { rule, unknowns } = this.setup
    const { nodes } = rule
    for (let i = 0; i < this.nodesPerPart; i++) {
      const x = -1 + (2 * part + 1 + nodes[i]) / parts
      let thermal = 0
      let cosmicRay = 0
      for (let j = 0; j < this.nodesPerPart; j++) {
        let basis = 1
        for (let k = 0; k < this.nodesPerPart; k++) {
          if (k !== j) basis *= (x - nodes[k]) / (nodes[j] - nodes[k])
        }
        thermal += basis * this.crossingThermal[j]
        cosmicRay += basis * this.crossingCosmicRay[j]
      }
      if (!unknowns.has('thermalElectrons')) this.values.thermal[start + i] = thermal
      if (!unknowns.has('cosmicRays')) this.values.cosmicRay[start + i] = cosmicRay
    }
  }

  private reserve(nodes: number): void {
    if (nodes <= this.places.length) return
    const capacity = Math.max(nodes, 2 * this.places.length)
    const { values } = this
    this.values = createNodeQuantities(capacity)
    this.values.north.set(values.north)
    this.values.east.set(values.east)
    this.values.los.set(values.los)
    this.values.thermal.set(values.thermal)
    this.values.cosmicRay.set(values.cosmicRay)
    this.values.index.set(values.index)
    const halfLengths = new Float64Array(Math.ceil(capacity / this.nodesPerPart))
    halfLengths.set(this.halfLengths)
    this.halfLengths = halfLengths
    while (this.places.length < capacity) {
      this.places.push({ field: createStencil(), scalar: createStencil() })
    }
  }
}

/** The ray of an index, ending at the box face or before. */
export function rayAt({ problem }: Setup, index: number): Ray {
  const { grid, observerKpc, directions, maxDistanceKpc } = problem
  const at = 3 * index
  const direction: Vector3 = [directions[at], directions[at + 1], directions[at + 2]]
  const face = boxExit(observerKpc, direction, grid.halfSizeKpc)
  const lengthKpc = maxDistanceKpc ? Math.min(face, maxDistanceKpc[index]) : face
  return { origin: observerKpc, direction, lengthKpc }
}

/** Distances in kpc between which the crossings of a ray lie. */
export function crossingEdges({ problem, edge }: Setup, ray: Ray): number[] {
  return panelEdges(ray.lengthKpc, latticeCrossings(problem.grid, ray, edge))
}
