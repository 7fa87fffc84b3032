import type { BackendStatus } from '#shared/contract/methods.ts'
import { errorText } from '../errors.ts'
import { chooseBackend } from '../kernels/choose.ts'
import { kernelBackendNames, loadBackend } from '../kernels/index.ts'

/** Which backends this machine can use and why not the others, and what `auto` takes. */
export async function backendStatuses(): Promise<BackendStatus[]> {
  const statuses: BackendStatus[] = []
  const chosen = await chooseBackend(loadBackend)
  for (const name of kernelBackendNames) {
    try {
      const detail = (await loadBackend(name)).describe()
      statuses.push({ name, usable: true, chosen: name === chosen, detail })
    } catch (error) {
      statuses.push({ name, usable: false, chosen: false, detail: errorText(error) })
    }
  }
  return statuses
}
