import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask, driverRemarks } from '#engine/kernels/backends/webgpu/probe.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'larmor-probe-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** A program in place of the one that loads the graphics drivers. */
function program(name: string, text: string): URL {
  const path = join(folder, `${name}.mjs`)
  writeFileSync(path, text)
  return pathToFileURL(path)
}

const adapter = { name: 'a card', software: false, maxBufferBytes: 1e9 }

describe('graphics drivers, tried in a process of their own', () => {
  it('gives what the process answers, and keeps what the driver wrote to stderr', async () => {
    const talkative = program(
      'talkative',
      `process.stderr.write('error: XDG_RUNTIME_DIR is invalid\\n\\nWarning: shaderUniform\\n', () =>
         process.send({ adapter: ${JSON.stringify(adapter)} }, () => process.exit(0)))`,
    )
    expect(await ask('adapter', talkative)).toEqual({ adapter })
    expect(driverRemarks().slice(-2)).toEqual([
      'error: XDG_RUNTIME_DIR is invalid',
      'Warning: shaderUniform',
    ])
  })

  it('takes the answer of a driver that crashes afterwards', async () => {
    const late = program(
      'late',
      `process.send({ refusal: 'No card.' }, () => process.kill(process.pid, 'SIGSEGV'))`,
    )
    expect(await ask('adapter', late)).toEqual({ refusal: 'No card.' })
  })

  it.each([
    [
      'crashes',
      `process.kill(process.pid, 'SIGSEGV')`,
      /ended the process that tried it \(SIGSEGV\)/,
    ],
    ['ends', 'process.exit(3)', /\(exit code 3\): the webgpu backend cannot be used/],
    ['answers nonsense', `process.send({ card: 1 }, () => process.exit(0))`, /gave no answer/],
    ['hangs', 'setInterval(() => {}, 1000)', /did not answer within 0\.3 s/],
  ])('refuses a driver that %s', async (name, text, refusal) => {
    const reply = await ask(
      'adapter',
      program(name.replace(' ', '-'), text),
      name === 'hangs' ? 300 : undefined,
    )
    expect(reply).toEqual({ refusal: expect.stringMatching(refusal) })
  })
})
