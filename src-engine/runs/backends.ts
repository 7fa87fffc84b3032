import type { KernelBackend } from '../kernels/interface.ts'
import type { BackendName } from './operators.ts'

/** The backend of a name; `auto` is the fastest one that computes everything on every machine. */
export async function loadBackend(name: BackendName): Promise<KernelBackend> {
  if (name === 'reference') {
    const { referenceBackend } = await import('../kernels/backends/reference/index.ts')
    return referenceBackend
  }
  const { wasmBackend } = await import('../kernels/backends/wasm/index.ts')
  return wasmBackend
}
