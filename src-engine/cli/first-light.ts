import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { runFileSchema } from '#shared/session/run-file.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import { RunManager } from '../runs/run-manager.ts'
import { samplePath } from '../server/samples.ts'
import { Session } from '../storage/session.ts'
import { hasDisplay } from './electron-binary.ts'
import { oneOf, parseCommandLine, wholeNumber } from './arguments.ts'
import { EXIT, printJson } from './io.ts'
import type { Command } from './io.ts'
import { command as openWorkbench } from './open.ts'
import { reportDocument, reportText } from './run-report.ts'
import { exitCode, runToEnd } from './run-to-end.ts'

const usage = `larmor first-light [--out SESSION.larmor] [--no-open] [--iterations N] [--threads N]

Reconstructs the magnetic field from the Haslam 408 MHz sample at the shipped defaults and opens the workbench on the
result. A session that is there already is continued, or opened when it is complete.

  --out FILE      default: haslam-first-light.larmor in the current folder
  --no-open       end after the reconstruction
`

export const command: Command = async (args, io) => {
  const { values } = parseCommandLine(args, {
    usage,
    positionals: [],
    options: {
      out: { type: 'string' },
      'no-open': { type: 'boolean' },
      iterations: { type: 'string' },
      threads: { type: 'string' },
      progress: { type: 'string' },
    },
  })
  const path = resolve(values.out ?? 'haslam-first-light.larmor')
  const iterations = wholeNumber(values.iterations, 'iterations', 1, 1_000_000)
  const threads = wholeNumber(values.threads, 'threads', 1, 256)
  const style = oneOf(values.progress, 'progress', ['auto', 'json', 'none']) ?? 'auto'
  const session = existsSync(path) ? Session.open(path) : createSession(path, iterations)
  const manager = new RunManager()
  let code: number
  try {
    if (!session.isConfigured) session.transaction(() => session.configure(sampleRun(iterations)))
    const existing = session.runs.list().at(-1)
    if (existing?.state === 'done' && (iterations ?? 0) <= existing.iteration) {
      io.err(`${path} is there already and complete.\n`)
    } else if (existing) {
      io.err(`${path} is there already: going on at iteration ${existing.iteration}.\n`)
    }
    const { run, timing } = await runToEnd(
      session,
      manager,
      existing,
      { iterations: iterations ?? existing?.iterations, threads },
      io,
      style,
      'First light',
    )
    if (io.json) printJson(io, reportDocument(session, run, timing))
    else io.out(reportText(session, run, timing))
    code = exitCode(run, io)
  } finally {
    await manager.shutdown()
    session.close()
  }
  if (code !== EXIT.done) return code
  if (values['no-open'] !== true && hasDisplay(io.env)) {
    // With --json the document above is all that goes to stdout.
    return openWorkbench([path], io.json ? { ...io, json: false, out: io.err } : io)
  }
  io.err(`\`npx larmor open ${path}\` opens the workbench on it.\n`)
  return EXIT.done
}

function createSession(path: string, iterations: number | undefined): Session {
  const runFile = sampleRun(iterations)
  return Session.create(path, runFile.title, runFile)
}

/** The Haslam sample at the shipped defaults. */
function sampleRun(iterations: number | undefined): RunFile {
  return runFileSchema.parse({
    title: 'Haslam 408 MHz, free voxel field',
    data: [{ name: 'haslam', file: samplePath('haslam408', 'map') }],
    ...(iterations === undefined ? {} : { optimiser: { iterations } }),
  })
}
