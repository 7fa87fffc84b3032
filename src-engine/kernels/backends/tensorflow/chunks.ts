import {
  createNodeQuantities,
  gatherNode,
  scatterNode,
} from '#shared/physics/line-of-sight/node-quantities.ts'
import type { NodeQuantities } from '#shared/physics/line-of-sight/node-quantities.ts'
import { RayNodes } from '#shared/physics/line-of-sight/ray-nodes.ts'
import type { Setup } from '#shared/physics/line-of-sight/index.ts'
import type { Unknowns } from '../../interface.ts'

/** Some rays, to be padded to arrays [rays, parts, nodes]: beyond a ray's end parts have length 0. */
export interface Chunk {
  readonly rays: readonly RayNodes[]
  /** Parts of the ray that has most. */
  readonly parts: number
  /** Per part. */
  readonly nodes: number
}

export const quantityNames = ['north', 'east', 'los', 'thermal', 'cosmicRay', 'index'] as const
export type QuantityName = (typeof quantityNames)[number]

/** Cuts rays into chunks of a bounded number of nodes. */
export class Chunker {
  private readonly setup: Setup
  private readonly mostNodes: number
  /** Made once: the places of nodes in them are many small arrays. */
  private readonly pool: RayNodes[] = []

  constructor(setup: Setup, mostNodes: number) {
    this.setup = setup
    this.mostNodes = mostNodes
  }

  /** Walks the rays first <= ray < last; what a chunk holds is good until the next. */
  *chunks(unknowns: Unknowns, first: number, last: number): Generator<Chunk> {
    const nodes = this.setup.rule.nodes.length
    let rays: RayNodes[] = []
    let parts = 1
    for (let ray = first; ray < last; ray++) {
      const next = this.at(rays.length)
      next.walk(unknowns, ray)
      const most = Math.max(parts, next.parts)
      if (rays.length > 0 && (rays.length + 1) * most * nodes > this.mostNodes) {
        yield { rays, parts, nodes }
        this.pool[rays.length] = this.at(0)
        this.pool[0] = next
        rays = [next]
        parts = Math.max(1, next.parts)
      } else {
        rays.push(next)
        parts = most
      }
    }
    if (rays.length > 0) yield { rays, parts, nodes }
  }

  private at(row: number): RayNodes {
    this.pool[row] ??= new RayNodes(this.setup)
    return this.pool[row]
  }
}

/** Half lengths of the parts in kpc, [rays, parts]. */
export function halfLengths({ rays, parts }: Chunk): Float32Array {
  const packed = new Float32Array(rays.length * parts)
  rays.forEach((ray, row) => packed.set(ray.halfLengths.subarray(0, ray.parts), row * parts))
  return packed
}

/** One quantity at the nodes, [rays, parts, nodes]; `padding` beyond the ends. */
export function pack(
  { rays, parts, nodes }: Chunk,
  of: (row: number) => Float64Array,
  padding = 0,
): Float32Array {
  const packed = new Float32Array(rays.length * parts * nodes)
  if (padding !== 0) packed.fill(padding)
  rays.forEach((ray, row) => packed.set(of(row).subarray(0, ray.count), row * parts * nodes))
  return packed
}

/** Changes of the quantities at the nodes for a change of the unknowns, per ray. */
export function changesAtNodes({ rays }: Chunk, tangent: Unknowns): NodeQuantities[] {
  return rays.map(({ count, frame, places }) => {
    const changes = createNodeQuantities(count)
    for (let node = 0; node < count; node++) {
      gatherNode(tangent, frame, places[node], changes, node)
    }
    return changes
  })
}

/** The transpose: adds derivatives with respect to packed quantities to `gradient`. */
export function addToGradient(
  { rays, parts, nodes }: Chunk,
  derivatives: Partial<Record<QuantityName, Float32Array>>,
  gradient: Unknowns,
): void {
  rays.forEach(({ count, frame, places }, row) => {
    const first = row * parts * nodes
    const own = createNodeQuantities(count)
    for (const name of quantityNames) {
      const values = derivatives[name]
      if (!values) continue
      own[name].set(values.subarray(first, first + count))
    }
    for (let node = 0; node < count; node++) scatterNode(gradient, frame, places[node], own, node)
  })
}
