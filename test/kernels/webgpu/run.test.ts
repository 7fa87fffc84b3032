import { describe, expect, it } from 'vitest'
import type { Session } from '#engine/storage/session.ts'
import { pauseAfter } from '#test/tools/pause-after.ts'
import { runBits } from '#test/tools/run-bits.ts'
import { useRuns } from '#test/tools/use-runs.ts'
import { findWebgpu } from '#test/tools/webgpu.ts'

const backend = await findWebgpu()

const runs = useRuns()

function create(name: string, backendName: 'webgpu' | 'reference', every_s = 30): Session {
  return runs.create(name, { backend: backendName, checkpoint: { every_s } })
}

async function lossOf(session: Session): Promise<number> {
  const { run } = runs.manager.start(session, {})
  expect(await runs.manager.settled(session, run)).toMatchObject({ state: 'done', iteration: 12 })
  return session.runs.get(run).figures?.loss ?? NaN
}

describe.skipIf(!backend)('a run on the webgpu backend', () => {
  it('ends where the reference does, and names the card as the build of its kernels', async () => {
    const session = create('card.larmor', 'webgpu')
    const loss = await lossOf(session)
    const expected = await lossOf(create('reference.larmor', 'reference'))
    // float32 gradients through twelve ADAM steps, which divide small ones by their own size.
    expect(Math.abs(loss / expected - 1)).toBeLessThan(1e-4)
    expect(session.runs.get(1)).toMatchObject({ backend: 'webgpu', threads: 1 })
    expect(session.runs.get(1).build).toMatch(/ on .+/)
  })

  it('gives the same bits when it is paused and resumed', async () => {
    const straight = create('straight.larmor', 'webgpu')
    await lossOf(straight)
    const broken = create('broken.larmor', 'webgpu', 1e-6)
    pauseAfter(runs.manager, broken, 4)
    runs.manager.start(broken, {})
    expect(await runs.manager.settled(broken, 1)).toMatchObject({ state: 'paused' })
    runs.manager.resume(broken, 1)
    await runs.manager.settled(broken, 1)
    expect(runBits(broken, 1)).toBe(runBits(straight, 1))
  })
})
