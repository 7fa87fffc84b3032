import type { FieldContext, ResolvedModel } from '#shared/fields/index.ts'
import type { Instruction } from '#shared/fields/graph/index.ts'
import { positionInputs } from '#shared/fields/graph/index.ts'
import { fixedValues, isCondition } from '#shared/fields/graph/fixed.ts'
import { planOf } from '#shared/fields/graph/plan.ts'
import { compiledModel, inputValues } from '#shared/fields/program.ts'
import { tensorflowRuntime } from '../kernels/backends/tensorflow/runtime.ts'
import type { Tensor, TensorFlow } from '../kernels/backends/tensorflow/runtime.ts'

/** Points that are computed together: all values of a model are in memory at once. */
const CHUNK_POINTS = 8192

/**
 * A model at points, [n, 3] kpc, composed of TensorFlow.js operations in float32: [n, components]. Both branches of a choice
 * are computed.
 *
 * @throws KernelError where there is no TensorFlow.js
 */
export async function evaluateOnTensorflow(
  resolved: ResolvedModel,
  context: FieldContext,
  points: Float64Array,
): Promise<Float64Array> {
  const { tf } = await tensorflowRuntime()
  const model = compiledModel(resolved)
  const program = model.values()
  const { instructions, outputs } = program
  const { fixed } = planOf(program)
  const values = fixedValues(
    program,
    fixed,
    model.expression.inputs,
    inputValues(resolved, context),
  )
  const width = outputs.length
  const out = new Float64Array((width * points.length) / 3)
  for (let first = 0; 3 * first < points.length; first += CHUNK_POINTS) {
    const chunk = points.subarray(3 * first, 3 * (first + CHUNK_POINTS))
    const count = chunk.length / 3
    const found = tf.tidy(() => {
      const tensors: Tensor[] = []
      instructions.forEach((instruction, i) => {
        const { op, args, name } = instruction
        if (fixed[i]) {
          const value = values[i]
          tensors.push(isCondition(instruction) ? tf.scalar(value === 1, 'bool') : tf.scalar(value))
        } else if (op === 'input') {
          const axis = positionInputs.findIndex((known) => known === name)
          tensors.push(
            tf.tensor1d(Float32Array.from({ length: count }, (_, n) => chunk[3 * n + axis])),
          )
        } else {
          tensors.push(
            operation(
              tf,
              instruction,
              args.map((arg) => tensors[arg]),
            ),
          )
        }
      })
      return outputs.map((place) => tf.broadcastTo(tensors[place], [count]))
    })
    for (const [k, tensor] of found.entries()) {
      const data = await tensor.data()
      for (let n = 0; n < count; n++) out[width * (first + n) + k] = data[n]
      tensor.dispose()
    }
  }
  return out
}

const unary = {
  neg: 'neg',
  abs: 'abs',
  floor: 'floor',
  sign: 'sign',
  sqrt: 'sqrt',
  exp: 'exp',
  log: 'log',
  sin: 'sin',
  cos: 'cos',
  tan: 'tan',
  asin: 'asin',
  acos: 'acos',
  atan: 'atan',
  sinh: 'sinh',
  cosh: 'cosh',
  tanh: 'tanh',
  sigmoid: 'sigmoid',
  not: 'logicalNot',
} as const
const binary = {
  add: 'add',
  sub: 'sub',
  mul: 'mul',
  div: 'div',
  pow: 'pow',
  atan2: 'atan2',
  min: 'minimum',
  max: 'maximum',
  less: 'less',
  'at-most': 'lessEqual',
  and: 'logicalAnd',
} as const

function isUnary(op: string): op is keyof typeof unary {
  return op in unary
}
function isBinary(op: string): op is keyof typeof binary {
  return op in binary
}

function operation(tf: TensorFlow, { op }: Instruction, [a, b, c]: readonly Tensor[]): Tensor {
  if (isUnary(op)) return tf[unary[op]](a)
  if (isBinary(op)) return tf[binary[op]](a, b)
  if (op === 'select') return tf.where(a, b, c)
  if (op !== 'sech2') throw new RangeError(`There is no TensorFlow.js operation for "${op}".`)
  const e = tf.exp(tf.mul(tf.abs(a), -2))
  return tf.div(tf.mul(e, 4), tf.square(tf.add(e, 1)))
}
