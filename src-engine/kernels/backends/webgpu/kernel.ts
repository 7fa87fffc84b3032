import { STORAGE_BUFFERS } from './adapter.ts'
import type { GpuDevice } from './adapter.ts'

/** Invocations per workgroup: what every implementation has is 256; 64 leaves registers for the ray kernels. */
const WORKGROUP = 64

/** Workgroups along x before a second row is begun. */
const ROW = 32768

/** How a kernel sees one of its buffers. */
export interface Binding {
  readonly name: string
  /** WGSL type of the store. */
  readonly type: string
  readonly access: 'read' | 'read_write' | 'uniform'
}

/** A compiled kernel: one invocation per element, as many as asked for. */
export interface Kernel {
  /** Ties buffers to the names of the bindings. */
  bind(buffers: Readonly<Record<string, GPUBuffer>>): GPUBindGroup
  /** Records a run over `count` elements; each kernel compares its index with the count it knows. */
  run(pass: GPUComputePassEncoder, group: GPUBindGroup, count: number): void
}

/**
 * Compiles a kernel. `body` is WGSL with a function `element(index: u32)`; bindings are declared here in the order of the
 * list, so that declarations, layout and groups cannot disagree.
 */
export async function compileKernel(
  gpu: GpuDevice,
  label: string,
  bindings: readonly Binding[],
  body: string,
): Promise<Kernel> {
  const storage = bindings.filter(({ access }) => access !== 'uniform').length
  if (storage > STORAGE_BUFFERS) throw new Error(`${label} needs ${storage} storage buffers.`)
  const { device } = gpu
  const layout = device.createBindGroupLayout({
    label,
    entries: bindings.map(({ access }, binding) => ({
      binding,
      visibility: 4, // compute
      buffer: {
        type:
          access === 'uniform' ? 'uniform' : access === 'read' ? 'read-only-storage' : 'storage',
      },
    })),
  })
  const pipeline = await gpu.checked(`the kernel "${label}"`, async () => {
    const module = device.createShaderModule({ label, code: source(bindings, body) })
    const { messages } = await module.getCompilationInfo()
    const error = messages.find(({ type }) => type === 'error')
    if (error) throw new Error(`The kernel "${label}", line ${error.lineNum}: ${error.message}`)
    return device.createComputePipelineAsync({
      label,
      layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module },
    })
  })
  return {
    bind: (buffers) =>
      device.createBindGroup({
        label,
        layout,
        entries: bindings.map(({ name }, binding) => ({
          binding,
          resource: { buffer: buffers[name] },
        })),
      }),
    run: (pass, group, count) => {
      if (count === 0) return
      const groups = Math.ceil(count / WORKGROUP)
      pass.setPipeline(pipeline)
      pass.setBindGroup(0, group)
      pass.dispatchWorkgroups(Math.min(groups, ROW), Math.ceil(groups / ROW))
    },
  }
}

function source(bindings: readonly Binding[], body: string): string {
  const declarations = bindings.map(({ name, type, access }, n) => {
    const space = access === 'uniform' ? 'uniform' : `storage, ${access}`
    return `@group(0) @binding(${n}) var<${space}> ${name}: ${type};`
  })
  return `${declarations.join('\n')}
${body}
@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  element((group.y * ${ROW}u + group.x) * ${WORKGROUP}u + lane);
}
`
}

/** A number as a WGSL literal of type f32. */
export function f32(value: number): string {
  return `${Math.fround(value)}f`
}
