import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Session } from '#engine/storage/session.ts'
import { locateEngine } from '#main/engine/locate.ts'
import { runFileSchema } from '#shared/session/run-file.ts'

// `larmor serve` as a user starts it, on the built program.
const root = fileURLToPath(new URL('../../..', import.meta.url))
const { node } = locateEngine(
  { packaged: false, appPath: root, resourcesPath: '' },
  process.platform,
)
const sample = join(root, 'assets/samples/haslam408-nside64.fits')
const announcement = z.strictObject({
  url: z.string(),
  token: z.string(),
  port: z.int(),
  data: z.string(),
})
let folder: string
const children: ChildProcess[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'larmor-serve-command-'))
  await copyFile(sample, join(folder, 'haslam.fits'))
})
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

function start(...args: string[]) {
  const child = spawn(node, [join(root, 'out/engine/larmor.mjs'), 'serve', ...args], {
    env: { ...process.env, LARMOR_STATE_DIR: join(folder, 'state') },
  })
  children.push(child)
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve))
  return { child, exit, out: () => out, err: () => err }
}

async function announced(server: ReturnType<typeof start>) {
  await expect.poll(() => server.out().endsWith('}\n'), { timeout: 20_000 }).toBe(true)
  return announcement.parse(JSON.parse(server.out()))
}

describe('larmor serve', () => {
  it('prints an address that works once with its token, and ends cleanly on Ctrl-C', async () => {
    const server = start('--data', folder, '--json')
    const { url, port, token } = await announced(server)
    expect(url).toBe(`http://127.0.0.1:${port}/?token=${token}`)
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(401)

    const taken = start('--data', folder, '--port', String(port))
    expect(await taken.exit).toBe(3)
    expect(taken.err()).toMatch(/Port \d+ is in use/)

    server.child.kill('SIGINT')
    expect(await server.exit).toBe(0)
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow()
  })

  it('shows the workbench in a browser without a console message or policy violation', async () => {
    const server = start('--data', folder, '--json')
    const { url } = await announced(server)
    const browser = await chromium.launch({
      executablePath: process.env.LARMOR_TEST_CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox'],
    })
    try {
      const page = await browser.newPage()
      const messages: string[] = []
      page.on('console', (message) => messages.push(message.text()))
      page.on('pageerror', (error) => messages.push(error.message))
      await page.goto(url)
      await page.getByText('Open a map').first().waitFor()
      await page.getByText('This machine').first().waitFor()
      expect(page.url()).not.toContain('token')
      expect(messages).toEqual([])
      // The cookie is enough from now on.
      await page.reload()
      await page.getByText('Open a map').first().waitFor()
      expect(await page.evaluate(() => document.cookie)).toBe('')
      expect(messages).toEqual([])
    } finally {
      await browser.close()
    }
    server.child.kill('SIGTERM')
    expect(await server.exit).toBe(0)
  })

  it('opens on the session it was started with', async () => {
    const path = join(folder, 'given.larmor')
    Session.create(path, 'A given session', runFileSchema.parse({})).close()
    const server = start('--data', folder, '--session', path, '--json')
    const { url } = await announced(server)
    const browser = await chromium.launch({
      executablePath: process.env.LARMOR_TEST_CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox'],
    })
    try {
      const page = await browser.newPage()
      await page.goto(url)
      await expect.poll(() => page.title(), { timeout: 20_000 }).toMatch(/given/i)
    } finally {
      await browser.close()
    }
    server.child.kill('SIGINT')
    expect(await server.exit).toBe(0)
  })

  it('refuses a folder that is none, and a session outside it', async () => {
    const none = start('--data', join(folder, 'none'))
    expect(await none.exit).toBe(3)
    expect(none.err()).toMatch(/no such file or folder/)
    const outside = start('--data', folder, '--session', join(root, 'package.json'))
    expect(await outside.exit).toBe(3)
    expect(outside.err()).toMatch(/does not lie in the data folder/)
    const map = start('--data', folder, '--session', join(folder, 'haslam.fits'))
    expect(await map.exit).toBe(3)
    expect(map.err()).toMatch(/haslam\.fits is not a Larmor session/)
  })
})
