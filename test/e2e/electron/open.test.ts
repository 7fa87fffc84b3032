import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { Session } from '#engine/storage/session.ts'
import { locateEngine } from '#main/engine/locate.ts'
import { runFileSchema } from '#shared/session/run-file.ts'
import { openDisplay } from '#test/tools/virtual-display.ts'

// `larmor open` as a user types it: it finds Electron, which shows the session.
const root = fileURLToPath(new URL('../../..', import.meta.url))
const runtime = process.env.LARMOR_TEST_ELECTRON ?? join(root, '.cache/electron')
const { node } = locateEngine(
  { packaged: false, appPath: root, resourcesPath: '' },
  process.platform,
)

it('larmor open shows a session in a window, and ends with it', async () => {
  expect(existsSync(join(runtime, 'electron')), 'LARMOR_TEST_ELECTRON names no Electron').toBe(true)
  const folder = await mkdtemp(join(tmpdir(), 'larmor-open-'))
  const display = await openDisplay()
  const path = join(folder, 'given.larmor')
  Session.create(path, 'A given session', runFileSchema.parse({})).close()
  const child = spawn(node, [join(root, 'out/engine/larmor.mjs'), 'open', path], {
    env: {
      ...process.env,
      DISPLAY: display.name,
      ELECTRON_OVERRIDE_DIST_PATH: runtime,
      LARMOR_STATE_DIR: join(folder, 'state'),
      XDG_CONFIG_HOME: join(folder, 'config'),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve))
  try {
    // The page asked the engine for it, which remembers it.
    const remembered = () =>
      readFile(join(folder, 'state', 'recent-sessions.json'), 'utf8').catch(() => '')
    await expect.poll(remembered, { timeout: 60_000, message: errors }).toContain('given.larmor')
    child.kill('SIGINT')
    await exit
  } finally {
    child.kill('SIGKILL')
    display.stop()
    await rm(folder, { recursive: true, force: true })
  }
})
