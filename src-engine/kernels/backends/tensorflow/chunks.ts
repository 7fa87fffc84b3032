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

/** Rays in one chunk have at least this share of the parts of the longest, so that padding costs little, */
const LEAST_FILLED = 0.7
/** unless the chunk's padding is fewer nodes than these: about what the overhead of operations on another chunk costs. */
const CHEAP_PADDING = 2048

/** Cuts rays into chunks of like length and of a bounded number of nodes. */
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
    let waiting: RayNodes[] = []
    let count = 0
    for (let ray = first; ray < last; ray++) {
      const next = (this.pool[waiting.length] ??= new RayNodes(this.setup))
      next.walk(unknowns, ray)
      waiting.push(next)
      count += next.count
      if (count < LEAST_FILLED * this.mostNodes && ray + 1 < last) continue
      yield* this.alike(waiting)
      waiting = []
      count = 0
    }
  }

  private *alike(rays: readonly RayNodes[]): Generator<Chunk> {
    const sorted = rays.toSorted((a, b) => b.parts - a.parts || a.frame.index - b.frame.index)
    const nodes = this.setup.rule.nodes.length
    for (let first = 0; first < sorted.length;) {
      const parts = Math.max(1, sorted[first].parts)
      let last = first + 1
      let padding = 0
      for (; last < sorted.length; last++) {
        padding += (parts - sorted[last].parts) * nodes
        if (padding > CHEAP_PADDING && sorted[last].parts < LEAST_FILLED * parts) break
      }
      yield { rays: sorted.slice(first, last), parts, nodes }
      first = last
    }
  }
}

/** Half lengths of the parts in kpc, [rays, parts]. */
export function halfLengths({ rays, parts }: Chunk): Float32Array {
  const packed = new Float32Array(rays.length * parts)
  rays.forEach((ray, row) => packed.set(ray.halfLengths.subarray(0, ray.parts), row * parts))
  return packed
}

/** The same for every node of a part, times `factors[node]`: [rays, parts, nodes]. */
export function nodeLengths(chunk: Chunk, factors: Float64Array): Float32Array {
  const { nodes } = chunk
  const lengths = halfLengths(chunk)
  return Float32Array.from(
    { length: lengths.length * nodes },
    (_, at) => lengths[Math.floor(at / nodes)] * factors[at % nodes],
  )
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
