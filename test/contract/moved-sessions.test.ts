import { cp, mkdir, mkdtemp, open, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { connectPage } from '#engine/server/connect.ts'
import { Engine } from '#engine/server/engine.ts'
import { Session } from '#engine/storage/session.ts'
import { connectEngine, memoryTransportPair } from '#shared/contract/index.ts'
import { sampleFolder, sampleRun } from '#test/tools/sample-run.ts'
import { sampleSession } from '#test/tools/sample-session.ts'

let folder: string
let engine: Engine

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'larmor-moved-'))
})
afterEach(async () => {
  await engine.shutdown()
  await rm(folder, { recursive: true, force: true })
})

async function serve(dataFolder: string) {
  engine = await Engine.create({
    dataFolder,
    stateFolder: join(folder, 'state'),
    sessionsFolder: dataFolder,
    log: () => undefined,
  })
  const [near, far] = memoryTransportPair()
  connectPage(engine, far)
  const client = connectEngine(near)
  const openSession = async (name: string) => {
    const { result } = await client.request('files.list', {})
    const grant = result.entries.find((entry) => entry.name === name)?.grant ?? ''
    return (await client.request('session.open', { grant })).result
  }
  /** Waits for the end of that run. */
  const ended = (run: number) =>
    new Promise<string>((resolve) => {
      client.on('run.progress', ({ summary: { run: one, state } }) => {
        if (one === run && ['done', 'failed'].includes(state)) resolve(state)
      })
    })
  return { client, openSession, ended }
}

it('find their maps in a copy of the folder, also for a run that has not read them yet', async () => {
  const first = join(folder, 'first')
  await mkdir(first)
  await sampleSession(first, 'copied.larmor')
  const original = Session.open(join(first, 'copied.larmor'))
  // As one that waited in the queue when the engine ended.
  const waiting = original.transaction(() =>
    original.runs.create('Waiting', original.configuration),
  )
  original.close()
  await cp(first, join(folder, 'copy'), { recursive: true })
  // The first place still exists, but not for this engine.
  const { client, openSession, ended } = await serve(join(folder, 'copy'))
  const found = await openSession('copied.larmor')
  expect(found.inputs).toMatchObject([{ name: 'sky', missing: false, changed: false }])
  const { session, configuration } = found
  const { result: check } = await client.request('run.check', { session, configuration })
  expect(check.issues).toEqual([])
  // What is stored anew is still known by its content.
  await client.request('session.configure', { session, configuration })
  const map = found.inputs[0].fileName
  const [where] = (await readdir(join(folder, 'copy'), { recursive: true })).filter((one) =>
    one.endsWith(map),
  )
  const bytes = await readFile(join(folder, 'copy', where))
  await writeFile(join(folder, 'copy', where), bytes.fill(1, bytes.length - 8))
  await client.request('session.close', { session })
  const other = await openSession('copied.larmor')
  expect(other.inputs).toMatchObject([{ name: 'sky', missing: false, changed: true }])
  const resumed = ended(waiting.id)
  await client.request('run.resume', { session: other.session, run: waiting.id })
  expect(await resumed).toBe('done')
  const next = ended(waiting.id + 1)
  await client.request('run.start', { session: other.session, name: 'Next' })
  expect(await next).toBe('done')
})

it('say of the next run too that its map has not come along, until it is located', async () => {
  const project = sampleFolder(8, folder)
  const served = join(folder, 'served')
  const session = Session.create(project.file('alone.larmor'), 'Alone', sampleRun(project))
  session.close()
  await cp(session.path, join(served, 'alone.larmor'))
  const { client, openSession } = await serve(served)
  const found = await openSession('alone.larmor')
  const [input] = found.inputs
  expect(found.inputs).toMatchObject([{ name: 'sky', missing: true }])
  const check = async (configuration: unknown) =>
    (await client.request('run.check', { session: found.session, configuration })).result.issues
  expect(await check(found.configuration)).toEqual([
    {
      path: 'data[0].file',
      message: expect.stringMatching(
        /^sky.fits does not exist in the data folder. Choose it again/,
      ),
    },
  ])
  await cp(project.file('sky.fits'), join(served, 'other.fits'))
  const { result } = await client.request('files.list', {})
  const grant = result.entries.find(({ name }) => name === 'other.fits')?.grant ?? ''
  const file = input.grant
  const located = await client.request('session.locate', { session: found.session, file, grant })
  expect(located.result.inputs).toMatchObject([{ fileName: 'other.fits', missing: false }])
  expect(await check(located.result.configuration)).toEqual([])
})

it('show the maps of one that cannot be written where they lie now', async () => {
  const project = sampleFolder(8, folder)
  Session.create(project.file('read.larmor'), 'Read', sampleRun(project)).close()
  const served = join(folder, 'served')
  await cp(project.path, served, { recursive: true })
  // The number of unused pages in the header of the database is wrong: so it is damaged, and whole.
  const handle = await open(join(served, 'read.larmor'), 'r+')
  await handle.write(Uint8Array.of(0, 0, 0, 1), 0, 4, 36)
  await handle.close()
  const { client, openSession } = await serve(served)
  const found = await openSession('read.larmor')
  expect(found.readOnly).toBe(true)
  expect(found.inputs).toMatchObject([{ name: 'sky', missing: false }])
  const { session, configuration } = found
  const { result: check } = await client.request('run.check', { session, configuration })
  expect(check.issues).toEqual([])
})
