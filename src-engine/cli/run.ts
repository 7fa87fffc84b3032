import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { filesOf, withMovedFiles } from '#shared/session/run-file-paths.ts'
import { backendNames, runFileSchema } from '#shared/session/run-file.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import { InputError, UsageError } from '../errors.ts'
import { loadRunFile } from '../runs/load-run-file.ts'
import { movedFiles } from '../runs/moved-files.ts'
import { gridOf } from '../runs/prepare-problem.ts'
import { RunManager } from '../runs/run-manager.ts'
import type { Overrides } from '../runs/run-job.ts'
import { Session } from '../storage/session.ts'
import { oneOf, parseCommandLine, wholeNumber } from './arguments.ts'
import { runFolds } from './folds.ts'
import { inRunFile } from './in-run-file.ts'
import { printJson } from './io.ts'
import type { Command, CommandIo } from './io.ts'
import type { ProgressStyle } from './progress.ts'
import { reportDocument, reportText } from './run-report.ts'
import { exitCode, runToEnd } from './run-to-end.ts'

const usage = `larmor run RUN.yaml --out SESSION.larmor [--resume] [--iterations N] [--backend B] [--threads N] [--folds]

Reconstructs a field from sky maps as the run file says, and writes the session as it goes.
Ctrl-C pauses; nothing is lost but the work since the last checkpoint, whatever happens.

  --out FILE        the session file; it must not exist unless --resume is given
  --resume          go on where the session stopped, to the same bits (starts the run when there is no session yet)
  --iterations N    instead of the run file's number
  --backend B       auto, wasm, webgpu, tensorflow or reference
  --threads N       worker threads (default: all cores)
  --folds           fit each of the ten folds in turn and pool their held-out chi2/n
  --progress=STYLE  auto (a bar on a terminal), json (one line per step) or none
`

export const command: Command = async (args, io) => {
  const { values, positionals } = parseCommandLine(args, {
    usage,
    positionals: ['RUN.yaml'],
    options: {
      out: { type: 'string' },
      resume: { type: 'boolean' },
      iterations: { type: 'string' },
      backend: { type: 'string' },
      threads: { type: 'string' },
      folds: { type: 'boolean' },
      progress: { type: 'string' },
    },
  })
  if (values.out === undefined) {
    throw new UsageError('--out is missing: name the session file to write, such as fit.larmor.')
  }
  const overrides: Overrides = {
    iterations: wholeNumber(values.iterations, 'iterations', 1, 1_000_000),
    threads: wholeNumber(values.threads, 'threads', 1, 256),
    backend: oneOf(values.backend, 'backend', backendNames),
  }
  const progress = oneOf(values.progress, 'progress', ['auto', 'json', 'none']) ?? 'auto'
  const out = resolve(values.out)
  const resume = values.resume ?? false
  if (existsSync(out) && !resume) {
    throw new UsageError(`${out} exists. Give --resume to go on with it, or another name to --out.`)
  }
  const runFile = await configured(positionals[0], overrides)
  overrides.iterations = runFile.optimiser.iterations
  const isNew = !existsSync(out)
  const folds = values.folds === true
  const session = isNew
    ? Session.create(out, runFile.title, runFile)
    : await openForResume(out, runFile, folds)
  const manager = new RunManager()
  let keep = !isNew
  try {
    const code = folds
      ? await runFolds(session, manager, runFile, overrides, io, progress)
      : await runOne(session, manager, overrides, io, progress)
    keep = true
    return code
  } catch (error) {
    throw inRunFile(positionals[0], error)
  } finally {
    await manager.shutdown()
    keep ||= session.runs.list().some(({ iteration }) => iteration > 0)
    // Nothing was computed: an empty session would only be in the way of the corrected run file.
    if (keep) session.close()
    else session.discard()
  }
}

/** The run file with the overrides of the command line. */
async function configured(file: string, overrides: Overrides): Promise<RunFile> {
  const runFile = await loadRunFile(file)
  try {
    gridOf(runFile)
  } catch (error) {
    throw inRunFile(file, error)
  }
  if (overrides.iterations !== undefined) runFile.optimiser.iterations = overrides.iterations
  return runFile
}

async function openForResume(path: string, runFile: RunFile, folds: boolean): Promise<Session> {
  const session = Session.open(path)
  try {
    if (session.readOnly) {
      throw new InputError(`${path} cannot be continued. ${session.problems.join(' ')}`, {
        file: path,
      })
    }
    if (session.isConfigured) {
      // Session, run file and maps may have been moved together: the run file says where they are.
      const named = new Set(filesOf(runFile).map(({ path: file }) => file))
      const isThere = async (file: string) => named.has(file) && existsSync(file)
      const moved = await movedFiles(session, isThere)
      requireSameRun(session, withMovedFiles(session.configuration, moved), runFile, folds)
      session.moveFiles(moved)
    } else session.transaction(() => session.configure(runFile))
    return session
  } catch (error) {
    session.close()
    throw error
  }
}

/**
 * A session is continued only with the run file it was made from; iterations, threads and intervals may change, and what is
 * held out where `folds` decide it.
 */
function requireSameRun(session: Session, before: RunFile, runFile: RunFile, folds: boolean): void {
  const comparable = (file: RunFile): object => ({
    ...file,
    title: '',
    held_out: folds ? undefined : file.held_out,
    backend: undefined,
    checkpoint: undefined,
    optimiser: { ...file.optimiser, iterations: 0 },
  })
  const stored = comparable(before)
  if (session.problems.length > 0) {
    throw new InputError(
      `${session.path} cannot be continued. ${session.problems.join(' ')} Restore it from a copy.`,
      { file: session.path },
    )
  }
  const given = comparable(runFileSchema.parse(runFile))
  for (const key of new Set([...Object.keys(stored), ...Object.keys(given)])) {
    const before = JSON.stringify(Reflect.get(stored, key))
    const now = JSON.stringify(Reflect.get(given, key))
    if (before !== now) {
      throw new InputError(
        `${session.path} was made with another "${key}" (${before}) than the run file has now (${now}). Use the old run file, or write a new session.`,
        { file: session.path, field: key },
      )
    }
  }
}

async function runOne(
  session: Session,
  manager: RunManager,
  overrides: Overrides,
  io: CommandIo,
  style: ProgressStyle,
): Promise<number> {
  const existing = session.runs.list().at(-1)
  const { run, timing, memory } = await runToEnd(session, manager, existing, overrides, io, style)
  if (io.json) printJson(io, reportDocument(session, run, timing, memory))
  else io.out(reportText(session, run, timing))
  return exitCode(run, io)
}
