import { chooseBackend } from './choose.ts'
import type { KernelBackend, LineOfSightProblem } from './interface.ts'
import { requireProblem } from './problem.ts'

export * from './interface.ts'

/** Names of the backends this build has. */
export const kernelBackendNames = ['wasm', 'webgpu', 'tensorflow', 'reference'] as const
export type KernelBackendName = (typeof kernelBackendNames)[number]

/**
 * The backend of a name; `auto` is the fastest that this machine has, and that computes the problem where one is given.
 *
 * @throws KernelError that says why the backend cannot be had
 */
export async function loadBackend(
  name: KernelBackendName | 'auto',
  problem?: LineOfSightProblem,
): Promise<KernelBackend> {
  switch (name) {
    case 'auto': {
      const chosen = await chooseBackend(loadBackend)
      return loadBackend(chosen === 'webgpu' && (await takenByWebgpu(problem)) ? 'webgpu' : 'wasm')
    }
    case 'wasm':
      return (await import('./backends/wasm/index.ts')).wasmBackend
    case 'webgpu':
      return (await import('./backends/webgpu/index.ts')).loadWebgpuBackend()
    case 'tensorflow':
      return (await import('./backends/tensorflow/index.ts')).loadTensorflowBackend()
    case 'reference':
      return (await import('./backends/reference/index.ts')).referenceBackend
  }
}

async function takenByWebgpu(problem: LineOfSightProblem | undefined): Promise<boolean> {
  if (!problem) return true
  const { webgpuCapabilities } = await import('./backends/webgpu/index.ts')
  try {
    requireProblem('webgpu', webgpuCapabilities, problem)
    return true
  } catch {
    // What is wrong with the problem itself the other backend says too.
    return false
  }
}
