import { availableParallelism } from 'node:os'
import type { Setup } from '#shared/physics/line-of-sight/index.ts'
import type { KernelBackend } from '../../interface.ts'
import { allCapabilities, requireProblem } from '../../problem.ts'
import type { Capabilities } from '../../problem.ts'
import { version } from '../../../version.ts'
import { HostOperator } from '../host-operator.ts'
import type { HostBackend } from '../host-operator.ts'
import { quantitiesOf } from './model.ts'
import { TensorflowSums } from './ray-sums.ts'
import { tensorflowRuntime } from './runtime.ts'
import type { Runtime } from './runtime.ts'

/** Everything but cosmic-ray spectra that are tabulated. */
export const tensorflowCapabilities: Capabilities = { ...allCapabilities, cosmicRaySpectrum: false }

/** Bytes that one chunk of rays may take. */
const CHUNK_BYTES = 256 * 2 ** 20

/**
 * The sums along the rays composed of TensorFlow.js operations, with its automatic derivatives: a check on the other
 * backends that shares no derivative with them. Never the fastest.
 *
 * @throws KernelError when no TensorFlow.js loads
 */
export async function loadTensorflowBackend(): Promise<KernelBackend> {
  const runtime = await tensorflowRuntime()
  return {
    name: 'tensorflow',
    precision: 'float32',
    build: () => `${version} on ${nameOf(runtime)}`,
    describe: () => describe(runtime),
    memory: () => ({
      host: [{ name: 'tensors of a chunk of rays', bytes: CHUNK_BYTES }],
      card: [],
      threads: runtime.native ? availableParallelism() : 1,
    }),
    prepare: async (problem, options = {}) => {
      requireProblem('tensorflow', tensorflowCapabilities, problem)
      const operator = new HostOperator(problem, options, (setup) => hostBackend(runtime, setup))
      return operator
    },
  }
}

function hostBackend(runtime: Runtime, setup: Setup): HostBackend {
  const mostNodes = Math.floor(CHUNK_BYTES / bytesPerNode(setup))
  return {
    threads: runtime.native ? availableParallelism() : 1,
    memoryBytes: CHUNK_BYTES,
    description: `${nameOf(runtime)}, float32, up to ${mostNodes} nodes at a time`,
    Grid: Float32Array,
    // On the cpu runtime some tenths of a second; libtensorflow has its overhead once for each operation.
    raysPerTurn: runtime.native ? 512 : 64,
    sums: new TensorflowSums(runtime.tf, setup, mostNodes),
  }
}

/** What a node takes while derivatives are computed: its places on the grids, and float32 tensors; counted high. */
function bytesPerNode(setup: Setup): number {
  const { problem, polarised } = setup
  const places = 1000
  const perFrequency = polarised ? 40 : 10
  const tensors = 20 + 10 * quantitiesOf(setup).size + perFrequency * problem.frequenciesGhz.length
  return places + 4 * tensors
}

function nameOf({ tf, packageName }: Runtime): string {
  return `${packageName} ${tf.version_core}`
}

function describe(runtime: Runtime): string {
  const speed = runtime.native
    ? 'on libtensorflow'
    : 'in plain JavaScript on one thread; @tensorflow/tfjs-node, where installed, is faster'
  const notes = runtime.refused.map((reason) => `; ${reason}`).join('')
  return `TensorFlow.js operations and derivatives, float32, for comparison: ${nameOf(runtime)} ${speed}${notes}.`
}
