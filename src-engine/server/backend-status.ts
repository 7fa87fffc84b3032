import type { BackendStatus } from '#shared/contract/methods.ts'
import { errorText } from '../errors.ts'
import { kernelBackendNames, loadBackend } from '../kernels/index.ts'

/** Which backends this machine can use, and what `auto` takes: the first usable one. */
export async function backendStatuses(): Promise<BackendStatus[]> {
  const statuses: BackendStatus[] = []
  for (const name of kernelBackendNames) {
    try {
      const detail = (await loadBackend(name)).describe()
      statuses.push({ name, usable: true, chosen: !statuses.some((s) => s.usable), detail })
    } catch (error) {
      statuses.push({ name, usable: false, chosen: false, detail: errorText(error) })
    }
  }
  return statuses
}
