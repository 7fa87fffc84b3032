import type { KernelBackend } from './interface.ts'

export * from './interface.ts'

/** Names of the backends this build has. */
export const kernelBackendNames = ['wasm', 'reference'] as const
export type KernelBackendName = (typeof kernelBackendNames)[number]

/** The backend of a name; `auto` is the fastest that this machine has. */
export async function loadBackend(name: KernelBackendName | 'auto'): Promise<KernelBackend> {
  switch (name) {
    case 'auto':
    case 'wasm':
      return (await import('./backends/wasm/index.ts')).wasmBackend
    case 'reference':
      return (await import('./backends/reference/index.ts')).referenceBackend
  }
}
