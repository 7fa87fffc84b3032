import { dialog } from 'electron'
import type { BrowserWindow } from 'electron'
import type { EngineProcess } from '../engine/engine-process.ts'

export type ClosingAnswer = 'pause' | 'keep-running' | 'discard' | 'cancel'

const answers: readonly ClosingAnswer[] = ['pause', 'keep-running', 'discard', 'cancel']

/**
 * What to do with runs that are going when the window is to close: asked only if there are any.
 * `discard` loses what was computed since the last checkpoint, nothing else.
 */
export async function askBeforeClosing(
  window: BrowserWindow,
  engine: EngineProcess,
): Promise<ClosingAnswer> {
  const runs = engine.running ? await runsGoing(engine) : []
  if (runs.length === 0) return 'pause'
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    title: 'Larmor',
    message: runs.length === 1 ? `${runs[0]} is going on.` : `${runs.length} runs are going on.`,
    detail:
      'Pause and save: it can be resumed to the same result.\nKeep running: the window is minimised.\nDiscard: the run goes back to its last checkpoint.',
    buttons: ['Pause and save', 'Keep running', 'Discard', 'Cancel'],
    defaultId: 0,
    cancelId: 3,
    noLink: true,
  })
  return answers[response] ?? 'cancel'
}

/** Whether the window may close over what is not saved, a sentence's beginning ("The mask drawn on Haslam"). */
export async function mayDiscard(window: BrowserWindow, what: string): Promise<boolean> {
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    title: 'Larmor',
    message: `${what} is not saved.`,
    detail: 'Keep the window open to save it, or close without it.',
    buttons: ['Keep open', 'Close without it'],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  })
  return response === 1
}

async function runsGoing(engine: EngineProcess): Promise<string[]> {
  try {
    const { result } = await engine.shell().request('main.activity', {})
    return result.runs.map((run) => run.name)
  } catch {
    // An engine that does not answer has nothing that could be saved.
    return []
  }
}
