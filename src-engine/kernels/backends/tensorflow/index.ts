import type { KernelBackend, LineOfSightProblem, PrepareOptions } from '../../interface.ts'
import { allCapabilities, requireOptions, requireProblem } from '../../problem.ts'
import type { Capabilities } from '../../problem.ts'
import { version } from '../../../version.ts'
import { TensorflowOperator } from './operator.ts'
import { NodeDensities, isScalarGrid, walkRays } from './rays.ts'
import { recipeOf } from './recipe.ts'
import { tensorflowRuntime } from './runtime.ts'
import type { Runtime } from './runtime.ts'

const DEFAULT_CACHE_BYTES = 256 * 2 ** 20

const capabilities: Capabilities = { ...allCapabilities, cosmicRaySpectrum: false }

/**
 * The same sums composed of TensorFlow.js operations with its automatic derivatives: a check on the others that shares no
 * derivative with them, and a way in for who works with TensorFlow. Never the fastest.
 *
 * @throws KernelError when no TensorFlow.js loads
 */
export async function loadTensorflowBackend(): Promise<KernelBackend> {
  const runtime = await tensorflowRuntime()
  return {
    name: 'tensorflow',
    precision: 'float32',
    build: () => `${version}, ${runtime.packageName} ${runtime.tf.version_core}`,
    describe: () => describe(runtime),
    prepare: (problem, options) => prepare(runtime, problem, options),
  }
}

function describe({ tf, packageName, native, refused }: Runtime): string {
  const speed = native ? 'on libtensorflow' : 'in plain JavaScript on one thread, slow'
  const notes = refused.length > 0 ? `; ${refused.join('; ')}` : ''
  const advice = native ? '' : '; install @tensorflow/tfjs-node for a faster one'
  return `TensorFlow.js operations and derivatives, float32, ${speed} (${packageName} ${tf.version_core}${advice}${notes}).`
}

async function prepare(
  runtime: Runtime,
  problem: LineOfSightProblem,
  options: PrepareOptions = {},
): Promise<TensorflowOperator> {
  requireProblem('tensorflow', capabilities, problem)
  const { region, regularisation } = requireOptions(problem, options)
  const { cacheBytes = DEFAULT_CACHE_BYTES, signal, onProgress } = options
  signal?.throwIfAborted()
  const recipe = recipeOf(problem)
  const { unknowns = [] } = problem
  // Gridded densities are held constant beyond the last centres: a kink there. The field is not.
  const paths = walkRays(problem, unknowns.some(isScalarGrid) ? 'held' : 'continued')
  const densities = new NodeDensities(problem, recipe, paths, cacheBytes)
  await densities.fill(signal, onProgress)
  onProgress?.(1)
  return new TensorflowOperator({
    runtime,
    problem,
    recipe,
    paths,
    densities,
    region,
    terms: regularisation,
  })
}
