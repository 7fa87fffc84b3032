import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RunManager } from '#engine/runs/run-manager.ts'
import { connectPage } from '#engine/server/connect.ts'
import { Engine } from '#engine/server/engine.ts'
import { Journal } from '#engine/server/journal.ts'
import { Session } from '#engine/storage/session.ts'
import { connectEngine, memoryTransportPair } from '#shared/contract/index.ts'
import { pauseAfter } from '#test/tools/pause-after.ts'
import { sampleFolder, sampleRun } from '#test/tools/sample-run.ts'
import type { SampleFolder } from '#test/tools/sample-run.ts'

let folder: SampleFolder
const engines: Engine[] = []
const logs: string[] = []

beforeEach(() => {
  folder = sampleFolder()
})
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.shutdown()
  folder.remove()
})

async function start(dataFolder: string | undefined = folder.path): Promise<Engine> {
  const engine = await Engine.create({
    dataFolder,
    stateFolder: folder.file('state'),
    log: (text) => logs.push(text),
  })
  engines.push(engine)
  return engine
}
function page(engine: Engine) {
  const [near, far] = memoryTransportPair()
  connectPage(engine, far)
  return { client: connectEngine(near), leave: () => near.close() }
}
type Page = ReturnType<typeof page>
const left = async ({ client }: Page) => (await client.request('recovery.list', {})).result
async function mapGrant({ client }: Page): Promise<string> {
  const { result } = await client.request('files.list', {})
  return result.entries.find(({ name }) => name === 'sky.fits')?.grant ?? ''
}
const journals = () => join(folder.file('state'), 'journals')

describe('a project without a session', () => {
  it('outlives its page and its engine, until it is taken up, saved or discarded', async () => {
    const first = await start()
    const away = page(first)
    const data = [{ name: 'sky', file: await mapGrant(away), frequency_ghz: 0.408 }]
    const draft = { name: 'Mine', configuration: { title: 'Mine', data } }
    const kept = (await away.client.request('draft.keep', draft)).result
    const other = page(first)
    // Its own page has it.
    expect(await left(other)).toEqual([])
    away.leave()
    await expect
      .poll(() => left(other), { timeout: 30_000 })
      .toMatchObject([{ kind: 'draft', data: ['sky'] }])
    // Paths are in the journal, and none leaves the engine.
    expect(readFileSync(join(journals(), readdirSync(journals())[0]), 'utf8')).toContain('sky.fits')
    expect(JSON.stringify(await left(other))).not.toContain(folder.path)

    await first.shutdown()
    const again = page(await start())
    const [found] = await left(again)
    expect(found.id).toBe(kept.id)
    const { result } = await again.client.request('recovery.open', { id: found.id })
    expect(result).toMatchObject({ name: 'Mine', files: [{ name: 'sky.fits' }] })
    expect(result.configuration.data[0].file).toBe(result.files[0].grant)
    expect(await left(again)).toEqual([])
    // It is kept on under the same name, and gone when it has a session.
    await again.client.request('draft.keep', { ...draft, configuration: result.configuration })
    await again.client.request('session.create', {
      name: 'mine',
      configuration: result.configuration,
    })
    again.leave()
    expect(await left(page(engines[1]))).toEqual([])
  })

  it('is no business of an engine with another data folder, nor of one beside it', async () => {
    const one = page(await start())
    const data = [{ name: 'sky', file: await mapGrant(one), frequency_ghz: 0.408 }]
    await one.client.request('draft.keep', { name: 'x', configuration: { data } })
    expect(await left(page(await start()))).toEqual([])
    await engines[0].shutdown()
    mkdirSync(folder.file('elsewhere'))
    expect(await left(page(await start(folder.file('elsewhere'))))).toEqual([])
    const [entry] = await left(page(engines[1]))
    expect(entry).toMatchObject({ name: 'x' })
    await page(engines[1]).client.request('recovery.discard', { id: entry.id })
    await engines[1].shutdown()
    expect(await left(page(await start()))).toEqual([])
  })
})

describe('a session whose engine was killed in a run', () => {
  /** A session paused after four of twelve steps, and the journal of a process that got three steps further. */
  async function killed(): Promise<void> {
    const session = Session.create(
      folder.file('fit.larmor'),
      'Fit',
      sampleRun(folder, { backend: 'reference' }),
    )
    const manager = new RunManager()
    pauseAfter(manager, session, 4)
    const { run } = manager.start(session)
    await manager.settled(session, run)
    await manager.shutdown()
    session.close()
    mkdirSync(journals(), { recursive: true })
    const path = folder.file('fit.larmor')
    const entry = {
      ...{ kind: 'session', id: Journal.idOf(path), path, run, name: 'Run 1', time: 1e12 },
      ...{ iteration: 7, iterations: 12 },
    }
    const journal = { version: 1, root: realpathSync(folder.path), entries: [entry] }
    writeFileSync(join(journals(), 'killed.json'), JSON.stringify(journal))
  }

  it('is told with what it had reached and what is stored, and again when it is opened', async () => {
    await killed()
    const me = page(await start())
    const [entry] = await left(me)
    if (entry.kind !== 'session') throw new Error('no session')
    expect(entry).toMatchObject({
      name: 'fit.larmor',
      run: { iteration: 7, iterations: 12 },
      stored: { iteration: 4 },
      problem: '',
      time: 1e12,
    })
    expect(entry.stored.time).toBeGreaterThan(1.5e12)
    const { result } = await me.client.request('session.open', { grant: entry.grant })
    expect(result.interrupted).toEqual({
      run: 1,
      name: 'Run 1',
      iteration: 7,
      iterations: 12,
      stored: 4,
      time: 1e12,
    })
    expect(result.runs[0].state).toBe('paused')
    expect(await left(me)).toEqual([])
    const { result: later } = await me.client.request('session.open', { grant: entry.grant })
    expect(later.interrupted).toBeUndefined()
  })

  it('is copied without being touched', async () => {
    await killed()
    const before = readFileSync(folder.file('fit.larmor'))
    const me = page(await start())
    const [{ id }] = await left(me)
    const { result: copy } = await me.client.request('recovery.copy', { id })
    expect(copy.name).toBe('fit copy.larmor')
    expect(readFileSync(folder.file('fit.larmor')).equals(before)).toBe(true)
    const { result } = await me.client.request('session.open', { grant: copy.grant })
    expect(result.runs).toMatchObject([{ iteration: 4, state: 'paused' }])
  })

  it('says why it cannot be opened, and a journal that is damaged is left behind', async () => {
    await killed()
    writeFileSync(folder.file('fit.larmor'), 'nothing of the kind')
    copyFileSync(folder.file('fit.larmor'), join(journals(), 'odd.json'))
    const me = page(await start())
    const [entry] = await left(me)
    expect(entry.kind === 'session' && entry.problem).toMatch(/^fit.larmor is not a Larmor session/)
    expect(logs.join()).toContain('What an earlier start left could not be read')
  })
})
