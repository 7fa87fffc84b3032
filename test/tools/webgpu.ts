import { loadWebgpuBackend } from '#engine/kernels/backends/webgpu/index.ts'
import { KernelError } from '#engine/kernels/interface.ts'
import type { KernelBackend } from '#engine/kernels/interface.ts'

/**
 * The WebGPU backend on whatever adapter there is, a software driver included; undefined, with the reason printed, where there
 * is none, so that tests of it can be skipped. With LARMOR_TEST_WEBGPU=required (npm run test:webgpu) that is an error.
 */
export async function findWebgpu(): Promise<KernelBackend | undefined> {
  try {
    return await loadWebgpuBackend()
  } catch (error) {
    if (!(error instanceof KernelError) || process.env.LARMOR_TEST_WEBGPU === 'required')
      throw error
    console.warn(`Tests of the webgpu backend are skipped. ${error.message}`)
    return undefined
  }
}
