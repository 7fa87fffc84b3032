import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { findWebgpu } from '#test/tools/webgpu.ts'
import { larmor } from '#test/unit/cli/fake-io.ts'

const backend = await findWebgpu()
const positive = z.number().positive()
const document = z.looseObject({
  backend: z.literal('webgpu'),
  adapter: z.string().min(1),
  software: z.boolean(),
  copy_bytes_per_second: positive,
  speed: z.array(
    z.looseObject({
      observables: z.array(z.string()),
      rays: z.literal(48),
      forward_ms: positive,
      value_and_gradient_ms: positive,
      forward_bandwidth_share: positive,
      value_and_gradient_bandwidth_share: positive,
    }),
  ),
})

describe.skipIf(!backend)('larmor bench --backend webgpu', () => {
  it('prints milliseconds and the share of the bandwidth for I, and for I, Q and U', async () => {
    const call = ['--backend', 'webgpu', '--nside', '2', '--repeats', '1']
    const { code, out } = await larmor(['bench', ...call, '--json'])
    expect(code).toBe(0)
    const { speed } = document.parse(JSON.parse(out))
    expect(speed.map(({ observables }) => observables.join(''))).toEqual(['I', 'IQU'])
  })
})
