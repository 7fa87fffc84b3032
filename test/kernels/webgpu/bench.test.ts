import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { command } from '#engine/cli/bench.ts'
import type { CommandIo } from '#engine/cli/io.ts'
import { findWebgpu } from '#test/tools/webgpu.ts'

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
    let out = ''
    const io: CommandIo = {
      out: (text) => {
        out += text
      },
      err: () => {},
      isTty: false,
      columns: 80,
      json: true,
      signal: new AbortController().signal,
      env: {},
    }
    const call = ['--backend', 'webgpu', '--nside', '2', '--repeats', '1']
    expect(await command(call, io)).toBe(0)
    const { speed } = document.parse(JSON.parse(out))
    expect(speed.map(({ observables }) => observables.join(''))).toEqual(['I', 'IQU'])
  })
})
