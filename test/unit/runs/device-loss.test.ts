import { describe, expect, it } from 'vitest'
import type { LoadBackend } from '#engine/runs/operators.ts'
import { referenceBackend } from '#engine/kernels/backends/reference/index.ts'
import { KernelDeviceLostError, KernelError, loadBackend } from '#engine/kernels/index.ts'
import type { LineOfSightOperator } from '#engine/kernels/index.ts'
import type { RunFileInput } from '#shared/session/run-file.ts'
import { runBits } from '#test/tools/run-bits.ts'
import { useRuns } from '#test/tools/use-runs.ts'

/** A graphics card for as many gradients as each of its lives allows; then it is lost, and with the last life gone. */
class FakeCard {
  readonly #lives: number[]
  opened = 0

  constructor(...lives: number[]) {
    this.#lives = lives
  }

  readonly load: LoadBackend = async (name) => {
    if (name !== 'webgpu') return loadBackend(name)
    if (this.#lives.length === 0) throw new KernelError('There is no graphics card any more.')
    return {
      ...referenceBackend,
      name: 'webgpu',
      precision: 'float32',
      prepare: async (problem, options) => {
        this.opened++
        const operator = await referenceBackend.prepare(problem, options)
        return losing(operator, this.#lives.shift() ?? 0)
      },
    }
  }
}

function losing(operator: LineOfSightOperator, gradients: number): LineOfSightOperator {
  let left = gradients
  return new Proxy(operator, {
    get(target, key) {
      if (key === 'lossGradient' && left-- <= 0) {
        return () => Promise.reject(new KernelDeviceLostError('The card was lost.'))
      }
      if (key === 'dispose' && left < 0) {
        return () => Promise.reject(new KernelDeviceLostError('The card is still lost.'))
      }
      const value: unknown = Reflect.get(target, key)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

const runs = useRuns(4)

async function run(card: FakeCard, changes: RunFileInput = {}, name = 'a.larmor') {
  const session = runs.create(name, {
    sky: { nside: 4 },
    held_out: { fold: 0, of: 10, block_nside: 2 },
    magnetic_field: { model: 'grid', grid: { shape: [8, 8, 4] } },
    backend: 'webgpu',
    checkpoint: { every_s: 1e-6 },
    ...changes,
  })
  await runs.restart(card.load)
  const notices: string[] = []
  runs.manager.onNotice(({ text, level }) => {
    if (level === 'warning') notices.push(text)
  })
  const summary = await runs.manager.settled(session, runs.manager.start(session).run)
  const failures = session.runs.marks(1).filter(({ kind }) => kind === 'failure')
  return { session, summary, notices, failures, record: session.runs.get(1) }
}

describe('a run whose device is lost', () => {
  it('goes on from its last checkpoint on the same device, to the same bits', async () => {
    const straight = await run(new FakeCard(Infinity))
    expect(straight.summary).toMatchObject({ state: 'done', iteration: 12 })
    const card = new FakeCard(5, Infinity)
    const lost = await run(card, {}, 'lost.larmor')
    expect(lost.summary).toMatchObject({ state: 'done', iteration: 12 })
    expect(card.opened).toBe(2)
    expect(lost.notices).toEqual([
      'The card was lost. Going on from iteration 5 on the same device.',
    ])
    expect(lost.failures).toEqual([{ iteration: 5, kind: 'failure', text: lost.notices[0] }])
    expect(lost.record).toMatchObject({ backend: 'webgpu', bitIdentical: true })
    expect(runBits(lost.session, 1)).toBe(runBits(straight.session, 1))
  })

  it('goes on with wasm when the device is lost again, no longer bit-identical', async () => {
    const { summary, record, notices, failures } = await run(new FakeCard(3, 2, 9))
    expect(summary).toMatchObject({ state: 'done', iteration: 12 })
    expect(record).toMatchObject({ backend: 'wasm', bitIdentical: false })
    expect(record.threads).toBeGreaterThan(0)
    expect(notices.at(-1)).toBe('The card was lost. Going on from iteration 5 on wasm instead.')
    expect(failures.map(({ iteration }) => iteration)).toEqual([3, 5])
  })

  it('goes on with wasm when the device does not come back', async () => {
    const { summary, record, notices } = await run(new FakeCard(3))
    expect(summary).toMatchObject({ state: 'done', iteration: 12 })
    expect(record.backend).toBe('wasm')
    expect(notices.at(-1)).toMatch(/no graphics card any more\. Going on from iteration 3 on wasm/)
  })

  it('begins again where there is no checkpoint yet', async () => {
    const { summary, notices, session } = await run(new FakeCard(3, Infinity), {
      checkpoint: { every_s: 1000 },
    })
    expect(summary).toMatchObject({ state: 'done', iteration: 12 })
    expect(notices).toEqual(['The card was lost. Going on from the start on the same device.'])
    expect(session.runs.curves(1).rows).toBe(13)
  })

  it('fails where there is no device in the beginning', async () => {
    const { summary } = await run(new FakeCard())
    expect(summary).toMatchObject({ state: 'failed' })
    expect(summary.error).toMatch(/no graphics card any more/)
  })
})
