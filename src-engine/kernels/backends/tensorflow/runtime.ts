import { createRequire, registerHooks } from 'node:module'
import util from 'node:util'
import type * as TensorFlowCore from '@tensorflow/tfjs-core'
import { KernelError } from '../../interface.ts'

export type TensorFlow = typeof TensorFlowCore
export type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core'

/** A TensorFlow.js that works here. */
export interface Runtime {
  readonly tf: TensorFlow
  readonly packageName: string
  /** Runs libtensorflow on all cores or on a GPU; otherwise the operations are JavaScript loops on one thread. */
  readonly native: boolean
  /** Packages that are installed and do not work, each with its reason. */
  readonly refused: readonly string[]
}

/** Bindings of libtensorflow, which users install themselves (300 MB and more), the faster first. */
const nativePackages = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const

const core = '@tensorflow/tfjs-core'
const cpuBackend = '@tensorflow/tfjs-backend-cpu'

const require = createRequire(import.meta.url)

let loaded: Promise<Runtime> | undefined

/** The best TensorFlow.js of this installation, loaded once. @throws KernelError when there is none */
export function tensorflowRuntime(): Promise<Runtime> {
  loaded ??= load()
  return loaded
}

async function load(): Promise<Runtime> {
  const refused: string[] = []
  for (const packageName of nativePackages) {
    if (!isInstalled(packageName)) continue
    try {
      restoreUtil()
      // Warnings and errors only: otherwise it greets on the error stream.
      process.env.TF_CPP_MIN_LOG_LEVEL ??= '1'
      const tf = loadPackage(packageName)
      await tf.ready()
      // It falls back to the cpu backend in silence.
      if (tf.getBackend() !== 'tensorflow') throw new Error('its libtensorflow did not load')
      return { tf, packageName, native: true, refused }
    } catch (error) {
      refused.push(`${packageName} is installed but does not work: ${firstLine(error)}`)
    }
  }
  try {
    const tf = loadPackage(core)
    // Otherwise it prints an advertisement.
    tf.enableProdMode()
    require(cpuBackend)
    if (!(await tf.setBackend('cpu'))) throw new Error('its cpu backend did not start')
    registerGradients()
    return { tf, packageName: cpuBackend, native: false, refused }
  } catch (error) {
    throw new KernelError(
      `TensorFlow.js cannot be loaded (${firstLine(error)}): install ${core} and ${cpuBackend}.`,
    )
  }
}

function isInstalled(packageName: string): boolean {
  try {
    require.resolve(packageName)
    return true
  } catch {
    return false
  }
}

function loadPackage(packageName: string): TensorFlow {
  const module: unknown = require(packageName)
  if (!isTensorFlow(module)) throw new Error(`${packageName} is not a TensorFlow.js`)
  return module
}

function isTensorFlow(module: unknown): module is TensorFlow {
  return typeof module === 'object' && module !== null && 'grads' in module
}

/**
 * tfjs-core leaves the derivatives of its operations to the package @tensorflow/tfjs (230 MB with all that it brings) and has
 * them only as modules for bundlers, whose imports lack file endings.
 */
function registerGradients(): void {
  const hooks = registerHooks({
    resolve: (specifier, context, next) => {
      const bare = specifier.startsWith('.') && !specifier.endsWith('.js')
      if (!bare || !context.parentURL?.includes(`/${core}/dist/`)) return next(specifier, context)
      return { ...next(`${specifier}.js`, context), format: 'module' }
    },
  })
  try {
    require(`${core}/dist/register_all_gradients.js`)
  } finally {
    hooks.deregister()
  }
}

function firstLine(error: unknown): string {
  const [line] = (error instanceof Error ? error.message : String(error)).split('\n')
  return line
}

/** tfjs-node 4.22 calls functions that Node 23 took out of `util`. */
function restoreUtil(): void {
  const former = {
    isArray: (value: unknown): boolean => Array.isArray(value),
    isNullOrUndefined: (value: unknown): boolean => value === null || value === undefined,
  }
  for (const [name, value] of Object.entries(former)) {
    if (!(name in util)) Object.defineProperty(util, name, { value, configurable: true })
  }
}
