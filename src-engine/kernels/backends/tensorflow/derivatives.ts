import type { Chunk } from './chunks.ts'
import { composeObservables } from './model.ts'
import type { Quantities } from './model.ts'
import type { NodeValues } from './quantities.ts'
import { quantityNames } from './recipe.ts'
import type { QuantityName, Recipe } from './recipe.ts'
import type { Tensor, TensorFlow } from './runtime.ts'

/** The observables of one chunk and their derivatives by TensorFlow.js, from plain arrays to plain arrays. */
export class ChunkModel {
  private readonly tf: TensorFlow
  private readonly recipe: Recipe
  private readonly chunk: Chunk
  private readonly values: NodeValues

  constructor(tf: TensorFlow, recipe: Recipe, chunk: Chunk, values: NodeValues) {
    this.tf = tf
    this.recipe = recipe
    this.chunk = chunk
    this.values = values
  }

  /** [row][ray], rows as in `composeObservables`. */
  observables(): Float32Array {
    const { tf } = this
    return tf.tidy(() => floats(this.compose(this.tensors(this.values)).dataSync()))
  }

  /** Derivatives of <cotangent, observables> with respect to the quantities in `free`. */
  adjoint(free: readonly QuantityName[], cotangent: Float32Array): NodeValues {
    const { tf } = this
    return tf.tidy(() => {
      const y = tf.tensor2d(cotangent, [cotangent.length / this.rays, this.rays])
      const changes: NodeValues = {}
      this.pullBack(free, y).forEach((gradient, n) => {
        changes[free[n]] = floats(gradient.dataSync())
      })
      return changes
    })
  }

  /**
   * Change of the observables for a change of the quantities in `free`: J'y is linear in y, so Jx is the derivative of <J'y, x>
   * with respect to y, wherever y is.
   */
  jvp(free: readonly QuantityName[], change: NodeValues, rows: number): Float32Array {
    const { tf } = this
    return tf.tidy(() => {
      const changes = this.tensors(change)
      const product = (y: Tensor): Tensor =>
        this.pullBack(free, y)
          .map((gradient, n) => tf.sum(tf.mul(gradient, changes[free[n]] ?? 0)))
          .reduce((sum, part) => tf.add(sum, part))
      return floats(
        tf
          .grad(product)(tf.zeros([rows, this.rays]))
          .dataSync(),
      )
    })
  }

  private get rays(): number {
    return this.chunk.rays.length
  }

  private pullBack(free: readonly QuantityName[], cotangent: Tensor): Tensor[] {
    const all = this.tensors(this.values)
    const compose = (...at: Tensor[]): Tensor => {
      const moved: Quantities = { ...all }
      free.forEach((name, n) => {
        moved[name] = at[n]
      })
      return this.compose(moved)
    }
    const at = free.map((name) => all[name] ?? this.tf.scalar(0))
    return this.tf.grads(compose)(at, cotangent)
  }

  private compose(quantities: Quantities): Tensor {
    return composeObservables(this.tf, this.recipe, this.chunk, quantities)
  }

  private tensors(values: NodeValues): Quantities {
    const { parts, nodes } = this.chunk
    const out: Quantities = {}
    for (const name of quantityNames) {
      const array = values[name]
      if (!array) continue
      const inner = array.length === this.rays ? [1, 1] : [parts, nodes]
      out[name] = this.tf.tensor(array, [this.rays, ...inner])
    }
    return out
  }
}

function floats(data: ArrayLike<number>): Float32Array {
  return data instanceof Float32Array ? data : Float32Array.from(data)
}
