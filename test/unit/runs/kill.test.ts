import { rmSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kernelModule } from '#engine/kernels/backends/wasm/module.ts'
import { loadRunFile } from '#engine/runs/load-run-file.ts'
import { RunManager } from '#engine/runs/run-manager.ts'
import { Session } from '#engine/storage/session.ts'
import { copyProgram, runAndKill } from '#test/tools/kill-run.ts'
import { runBits } from '#test/tools/run-bits.ts'
import { sampleFolder } from '#test/tools/sample-run.ts'
import type { SampleFolder } from '#test/tools/sample-run.ts'

/** 20 in continuous integration, 200 by `npm run test:kills:full`. */
const kills = Number(process.env.LARMOR_KILLS ?? 2)

let folder: SampleFolder
let expected: string
let runFile: string
let manager: RunManager
let program: string

beforeAll(async () => {
  folder = sampleFolder(16)
  runFile = folder.file('run.yaml')
  writeFileSync(
    runFile,
    `sky: { nside: 16 }
data: [{ name: sky, file: sky.fits, frequency_ghz: 0.408 }]
magnetic_field: { grid: { shape: [24, 24, 8] } }
optimiser: { iterations: 150 }
checkpoint: { every_s: 0.02 }
`,
  )
  const session = Session.create(folder.file('straight.larmor'), '', await loadRunFile(runFile))
  manager = new RunManager()
  // The kernels of this process and those of the killed ones are read at the same time, and once.
  kernelModule()
  program = copyProgram(folder.file('program'))
  const { run } = manager.start(session, { threads: 2 })
  await manager.settled(session, run)
  expected = runBits(session, run)
  session.close()
})
afterAll(async () => {
  await manager.shutdown()
  folder.remove()
})

/** Resumes the session to its end in this process and compares its bits. */
async function finish(path: string): Promise<void> {
  const session = Session.open(path)
  expect(session.problems).toEqual([])
  const run = session.runs.list().at(-1)
  if (run) {
    manager.resume(session, run.id, { threads: 2 })
    const { state, error } = await manager.settled(session, run.id)
    expect([state, error]).toEqual(['done', undefined])
    expect(runBits(session, run.id)).toBe(expected)
  }
  session.close()
}

describe('a run that is killed (-9) at random moments', () => {
  it(
    `opens after each of ${kills} kills and resumes to the bits of an uninterrupted run`,
    { timeout: 60_000 + 20_000 * kills },
    async () => {
      const path = folder.file('killed.larmor')
      const args = [runFile, '--out', path, '--resume', '--threads', '2']
      const moments: string[] = []
      for (let kill = 0; kill < kills; kill++) {
        // A third anywhere from the start of the process, the rest while steps and checkpoints are written.
        const from = kill % 3 === 2 ? 'start' : 'optimising'
        const { killed, code, stderr } = await runAndKill(
          program,
          args,
          Math.random() * (from === 'start' ? 1200 : 500),
          from,
        )
        expect(killed || code === 0, stderr).toBe(true)
        if (from === 'start' && !hasSession(path)) {
          moments.push('no file')
          continue
        }
        const session = Session.open(path)
        expect(session.readOnly).toBe(false)
        expect(session.problems).toEqual([])
        const run = session.runs.list().at(-1)
        moments.push(run ? `${run.state} ${run.iteration}` : 'no run')
        session.close()
        if (run?.state === 'done' || kill % 5 === 4) {
          await finish(path)
          rmSync(path)
        }
      }
      if (hasSession(path)) await finish(path)
      console.log(`killed at: ${moments.join(', ')}`)
    },
  )
})

function hasSession(path: string): boolean {
  try {
    Session.open(path, { readOnly: true }).close()
    return true
  } catch (error) {
    // Before its creation there is nothing to open; anything else is a session that does not open.
    if (error instanceof Error && /no such file/.test(error.message)) return false
    throw error
  }
}
