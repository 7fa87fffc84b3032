import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RunManager } from '#engine/runs/run-manager.ts'
import { Session } from '#engine/storage/session.ts'
import { pauseAfter } from '#test/tools/pause-after.ts'
import { runBits } from '#test/tools/run-bits.ts'
import { sampleFolder, sampleRun } from '#test/tools/sample-run.ts'
import type { SampleFolder } from '#test/tools/sample-run.ts'
import { findWebgpu } from '#test/tools/webgpu.ts'

const backend = await findWebgpu()

let folder: SampleFolder
let manager: RunManager
const sessions: Session[] = []

beforeEach(() => {
  folder = sampleFolder()
  manager = new RunManager()
})
afterEach(async () => {
  await manager.shutdown()
  for (const session of sessions.splice(0)) session.close()
  folder.remove()
})

function create(name: string, backendName: 'webgpu' | 'reference', every_s = 30): Session {
  const configuration = sampleRun(folder, { backend: backendName, checkpoint: { every_s } })
  const session = Session.create(folder.file(name), configuration.title, configuration)
  sessions.push(session)
  return session
}

async function lossOf(session: Session): Promise<number> {
  const { run } = manager.start(session, {})
  expect(await manager.settled(session, run)).toMatchObject({ state: 'done', iteration: 12 })
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
    pauseAfter(manager, broken, 4)
    manager.start(broken, {})
    expect(await manager.settled(broken, 1)).toMatchObject({ state: 'paused' })
    manager.resume(broken, 1)
    await manager.settled(broken, 1)
    expect(runBits(broken, 1)).toBe(runBits(straight, 1))
  })
})
