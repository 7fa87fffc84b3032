import { InputError } from '../errors.ts'
import type { RunMemory } from '../runs/memory-plan.ts'
import type { Overrides } from '../runs/run-job.ts'
import type { RunManager } from '../runs/run-manager.ts'
import type { RunRecord } from '../storage/records.ts'
import type { Session } from '../storage/session.ts'
import { EXIT } from './io.ts'
import type { CommandIo } from './io.ts'
import { progressDisplay } from './progress.ts'
import type { ProgressStyle } from './progress.ts'
import type { RunTiming } from './run-report.ts'

/** Exit code of a run that has settled; says what to do next when it is not done. */
export function exitCode(run: RunRecord, io: CommandIo): number {
  if (run.state === 'done') return EXIT.done
  if (run.state === 'failed') {
    io.err(`larmor: ${run.error ?? 'the run failed.'}\n`)
    return EXIT.failed
  }
  io.err('larmor: paused and saved; the same command with --resume goes on.\n')
  return EXIT.stopped
}

/**
 * Starts a run, or continues `existing` (unless it is complete), shows its progress, and waits until it is done, paused or
 * failed.
 *
 * @param tellsPlan whether the memory that the run will take is told
 * @throws InputError when the run could not begin with the data and settings it was given
 */
export async function runToEnd(
  session: Session,
  manager: RunManager,
  existing: RunRecord | undefined,
  overrides: Overrides,
  io: CommandIo,
  style: ProgressStyle,
  name?: string,
  tellsPlan = true,
): Promise<{ run: RunRecord; timing: RunTiming; memory?: RunMemory }> {
  if (existing?.state === 'done' && (overrides.iterations ?? 0) <= existing.iteration) {
    return { run: existing, timing: { iterations: 0, seconds: 0 } }
  }
  const display = progressDisplay(io, style)
  const quiet = manager.onProgress((progress) => display.show(progress))
  const badInput: InputError[] = []
  const heard = manager.onFailure(({ error, begun }) => {
    if (error instanceof InputError && !begun) badInput.push(error)
  })
  let memory: RunMemory | undefined
  const noted = manager.onNotice(({ text, level, memory: planned }) => {
    memory = planned ?? memory
    if (style === 'none' && level === 'info') return
    if (planned && !tellsPlan) return
    display.end()
    if (style !== 'json') io.err(`${text}\n`)
  })
  const started = existing
    ? manager.resume(session, existing.id, overrides)
    : manager.start(session, { ...overrides, name })
  const pause = (): void => void manager.pause(session, started.run)
  io.signal.addEventListener('abort', pause)
  if (io.signal.aborted) pause()
  try {
    await manager.settled(session, started.run)
    if (badInput.length > 0) throw badInput[0]
    const run = session.runs.get(started.run)
    return {
      run,
      memory,
      timing: {
        iterations: run.iteration - (existing?.iteration ?? 0),
        seconds: run.seconds - (existing?.seconds ?? 0),
      },
    }
  } finally {
    io.signal.removeEventListener('abort', pause)
    quiet()
    heard()
    noted()
    display.end()
  }
}
