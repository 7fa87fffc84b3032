import type { FieldContext, ResolvedModel } from '#shared/fields/index.ts'
import { fixedValues } from '#shared/fields/graph/fixed.ts'
import { wgslOf } from '#shared/fields/graph/wgsl.ts'
import { compiledModel, inputValues } from '#shared/fields/program.ts'
import { BUFFER, GpuDevice } from '../kernels/backends/webgpu/adapter.ts'
import { compileKernel } from '../kernels/backends/webgpu/kernel.ts'

/** Points that go to the card together. */
const CHUNK_POINTS = 2 ** 18

/**
 * A model at points, [n, 3] kpc, computed on the graphics card in float32: [n, components].
 *
 * @throws KernelError where there is none
 */
export async function evaluateOnWebgpu(
  resolved: ResolvedModel,
  context: FieldContext,
  points: Float64Array,
): Promise<Float64Array> {
  const model = compiledModel(resolved)
  const program = model.values()
  const { code, outputs, fixedPlaces, fixed } = wgslOf(program)
  const values = fixedValues(
    program,
    fixed,
    model.expression.inputs,
    inputValues(resolved, context),
  )
  const gpu = await GpuDevice.open()
  try {
    const kernel = await compileKernel(
      gpu,
      'model',
      [
        { name: 'size', type: 'vec4u', access: 'uniform' },
        { name: 'fixed', type: 'array<f32>', access: 'read' },
        { name: 'points', type: 'array<f32>', access: 'read' },
        { name: 'found', type: 'array<f32>', access: 'read_write' },
      ],
      `${code}
fn element(index: u32) {
  if (index >= size.x) { return; }
  let value = modelAt(points[3 * index], points[3 * index + 1], points[3 * index + 2]);
  for (var i = 0u; i < ${outputs}u; i++) { found[${outputs} * index + i] = value[i]; }
}`,
    )
    const head = gpu.upload(
      'fixed values',
      Float32Array.from([...fixedPlaces.map((place) => values[place]), 0]),
    )
    const out = new Float64Array((outputs * points.length) / 3)
    for (let first = 0; 3 * first < points.length; first += CHUNK_POINTS) {
      const chunk = Float32Array.from(points.subarray(3 * first, 3 * (first + CHUNK_POINTS)))
      const count = chunk.length / 3
      const bytes = 4 * outputs * count
      const buffers = {
        size: gpu.upload('size', Uint32Array.of(count, 0, 0, 0), BUFFER.uniform),
        points: gpu.upload('points', chunk),
        found: gpu.buffer('values', bytes),
      }
      const group = kernel.bind({ fixed: head, ...buffers })
      gpu.submit((encoder) => {
        const pass = encoder.beginComputePass()
        kernel.run(pass, group, count)
        pass.end()
      })
      const [read] = await gpu.read([{ buffer: buffers.found, bytes }])
      out.set(new Float32Array(read), outputs * first)
      Object.values(buffers).forEach((buffer) => gpu.free(buffer))
    }
    return out
  } finally {
    gpu.close()
  }
}
