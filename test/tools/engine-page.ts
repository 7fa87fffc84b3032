import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { connectPage } from '#engine/server/connect.ts'
import { Engine } from '#engine/server/engine.ts'
import { connectEngine, memoryTransportPair } from '#shared/contract/index.ts'
import type { EngineClient } from '#shared/contract/index.ts'

const sample = new URL('../../assets/samples/haslam408-nside64.fits', import.meta.url)

/** A page connected to an engine of its own, with a data folder that goes with it. */
export interface EnginePage {
  readonly folder: string
  readonly engine: Engine
  readonly client: EngineClient
  /** Copies the Haslam sample into the data folder as `haslam.fits`. */
  addSample(): Promise<void>
  /** The grant of a file of the data folder. */
  grantOf(name: string): Promise<string>
  /** Creates a session, runs its configuration to the end, and gives the session. @throws Error where the run fails */
  sessionWithRun(name: string, configuration: object): Promise<string>
}

/** An engine with a page, there while the tests of a file run. */
export function useEnginePage(): EnginePage {
  let open: { folder: string; engine: Engine; client: EngineClient } | undefined
  const opened = () => {
    if (!open) throw new Error('The engine starts before the first test.')
    return open
  }
  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'larmor-engine-page-'))
    const engine = await Engine.create({
      dataFolder: folder,
      stateFolder: join(folder, 'state'),
      sessionsFolder: join(folder, 'sessions'),
      log: () => undefined,
    })
    const [near, far] = memoryTransportPair()
    connectPage(engine, far)
    open = { folder, engine, client: connectEngine(near) }
  })
  afterAll(async () => {
    const { engine, folder } = opened()
    await engine.shutdown()
    await rm(folder, { recursive: true, force: true })
  })
  return {
    get folder() {
      return opened().folder
    },
    get engine() {
      return opened().engine
    },
    get client() {
      return opened().client
    },
    addSample: () => copyFile(sample, join(opened().folder, 'haslam.fits')),
    async grantOf(name) {
      const { result } = await opened().client.request('files.list', {})
      const entry = result.entries.find((one) => one.name === name)
      if (!entry) throw new Error(`${name} is not in the data folder.`)
      return entry.grant
    },
    async sessionWithRun(name, configuration) {
      const { client } = opened()
      const { result } = await client.request('session.create', { name, configuration })
      const { session } = result
      const finished = new Promise<void>((resolve) => {
        client.on('run.progress', (progress) => {
          if (progress.session === session && progress.stage === 'finished') resolve()
        })
      })
      await client.request('run.start', { session })
      await finished
      const { result: state } = await client.request('session.state', { session })
      const [{ state: ending, error }] = state.runs
      if (ending !== 'done') throw new Error(`The run of ${name} is ${ending}: ${error}`)
      return session
    },
  }
}
