import type { Cotangent, Setup } from '#shared/physics/line-of-sight/index.ts'
import { isStokes } from '#shared/physics/observables.ts'
import type { Observable, Observables, Unknowns } from '../../interface.ts'
import type { RaySums } from '../host-operator.ts'
import { Chunker, addToGradient, changesAtNodes, pack, quantityNames } from './chunks.ts'
import type { Chunk, QuantityName } from './chunks.ts'
import { composeObservables, quantitiesOf } from './model.ts'
import type { Quantities } from './model.ts'
import type { Tensor, TensorFlow } from './runtime.ts'

/** The order of the rows of `composeObservables`. */
const rowOrder: readonly Observable[] = ['I', 'Q', 'U', 'faraday_depth', 'dispersion_measure']

/** A spectral index for padding, where nothing is emitted. */
const PADDING_INDEX = 3

/**
 * Sums and derivatives by TensorFlow.js of what plain float64 loops read from the grids at the nodes. (As TensorFlow.js
 * operations the reading takes 3 microseconds per node on its cpu runtime, and its derivative days.)
 */
export class TensorflowSums implements RaySums {
  private readonly tf: TensorFlow
  private readonly setup: Setup
  private readonly chunker: Chunker
  /** What the observables depend on, and the part of that which moves with the unknowns. */
  private readonly used: readonly QuantityName[]
  private readonly free: readonly QuantityName[]

  constructor(tf: TensorFlow, setup: Setup, mostNodes: number) {
    this.tf = tf
    this.setup = setup
    this.chunker = new Chunker(setup, mostNodes)
    const used = quantitiesOf(setup)
    this.used = quantityNames.filter((name) => used.has(name))
    this.free = this.used.filter(
      (name) =>
        (name !== 'thermal' || setup.unknowns.has('thermalElectrons')) &&
        (name !== 'cosmicRay' || setup.unknowns.has('cosmicRays')),
    )
  }

  forward(unknowns: Unknowns, into: Observables, first: number, last: number): void {
    const { tf } = this
    for (const chunk of this.chunker.chunks(unknowns, first, last)) {
      const rows = tf.tidy(() => floats(this.compose(chunk, this.valuesOf(chunk))))
      this.visitRows(chunk, (observable, at, row) => {
        const values = into[observable]
        if (values) values[at] = rows[row]
      })
    }
  }

  /** J'y is linear in y: the derivative of <J'y, x> with respect to y is Jx, wherever y is. */
  tangent(
    unknowns: Unknowns,
    tangent: Unknowns,
    into: Observables,
    first: number,
    last: number,
  ): void {
    const { tf } = this
    if (this.free.length === 0) return
    for (const chunk of this.chunker.chunks(unknowns, first, last)) {
      const changes = changesAtNodes(chunk, tangent)
      const rows = tf.tidy(() => {
        const along = this.free.map((name) =>
          this.tensor(
            chunk,
            pack(chunk, (row) => changes[row][name]),
          ),
        )
        const product = (y: Tensor): Tensor =>
          this.pullBack(chunk, y)
            .map((derivative, n) => tf.sum(tf.mul(derivative, along[n])))
            .reduce((sum, part) => tf.add(sum, part))
        return floats(tf.grad(product)(tf.zeros([this.rowCount, chunk.rays.length])))
      })
      this.visitRows(chunk, (observable, at, row) => {
        const values = into[observable]
        if (values) values[at] = rows[row]
      })
    }
  }

  adjoint(
    unknowns: Unknowns,
    cotangent: Cotangent,
    gradient: Unknowns,
    first: number,
    last: number,
  ): void {
    const { tf } = this
    if (this.free.length === 0) return
    for (const chunk of this.chunker.chunks(unknowns, first, last)) {
      const rays = chunk.rays.length
      const y = new Float32Array(this.rowCount * rays)
      this.visitRows(chunk, (observable, at, row) => {
        y[row] = cotangent[observable][at]
      })
      const derivatives: Partial<Record<QuantityName, Float32Array>> = {}
      tf.tidy(() => {
        this.pullBack(chunk, tf.tensor2d(y, [this.rowCount, rays])).forEach((derivative, n) => {
          derivatives[this.free[n]] = floats(derivative)
        })
      })
      addToGradient(chunk, derivatives, gradient)
    }
  }

  /** Derivatives of <y, observables> with respect to the free quantities. */
  private pullBack(chunk: Chunk, y: Tensor): Tensor[] {
    const values = this.valuesOf(chunk)
    const compose = (...at: Tensor[]): Tensor => {
      const moved: Quantities = { ...values }
      this.free.forEach((name, n) => {
        moved[name] = at[n]
      })
      return this.compose(chunk, moved)
    }
    const at = this.free.map((name) => values[name] ?? this.tf.scalar(0))
    return this.tf.grads(compose)(at, y)
  }

  private compose(chunk: Chunk, quantities: Quantities): Tensor {
    return composeObservables(this.tf, this.setup, chunk, quantities)
  }

  private valuesOf(chunk: Chunk): Quantities {
    const values: Quantities = {}
    for (const name of this.used) {
      const padding = name === 'index' ? PADDING_INDEX : 0
      const packed = pack(chunk, (row) => chunk.rays[row].values[name], padding)
      values[name] = this.tensor(chunk, packed)
    }
    return values
  }

  private tensor({ rays, parts, nodes }: Chunk, values: Float32Array): Tensor {
    return this.tf.tensor3d(values, [rays.length, parts, nodes])
  }

  private rowsOf(observable: Observable): number {
    const { frequenciesGhz, observables } = this.setup.problem
    if (!observables.includes(observable)) return 0
    return isStokes(observable) ? frequenciesGhz.length : 1
  }

  private get rowCount(): number {
    return rowOrder.reduce((sum, observable) => sum + this.rowsOf(observable), 0)
  }

  /** Visits each entry of a chunk's rows with its place in the observable. */
  private visitRows(
    { rays }: Chunk,
    visit: (observable: Observable, at: number, row: number) => void,
  ): void {
    let entry = 0
    for (const observable of rowOrder) {
      for (let row = 0; row < this.rowsOf(observable); row++) {
        for (const { frame } of rays)
          visit(observable, row * this.setup.rays + frame.index, entry++)
      }
    }
  }
}

function floats(tensor: Tensor): Float32Array {
  return Float32Array.from(tensor.dataSync())
}
