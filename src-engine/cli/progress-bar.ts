import type { CommandIo } from './io.ts'

/** How progress is shown on stderr: a bar on a terminal, one JSON line per report, or nothing. */
export const progressModes = ['bar', 'json', 'none'] as const
export type ProgressMode = (typeof progressModes)[number]

const BAR_WIDTH = 24
/** Shortest time between two reports, ms. */
const INTERVAL_MS = 100

export interface ProgressBar {
  report: (done: number, total: number) => void
  /** Takes the bar off the terminal. */
  clear: () => void
}

/** Progress of a piece of work counted in `unit` (plural), with rate and time left. */
export function createProgressBar(
  io: CommandIo,
  label: string,
  unit: string,
  mode: ProgressMode | undefined,
): ProgressBar {
  const shown = mode ?? (io.isTty ? 'bar' : 'none')
  const start = performance.now()
  let last = -Infinity
  return {
    report(done, total) {
      const now = performance.now()
      if (shown === 'none' || (done < total && now - last < INTERVAL_MS)) return
      last = now
      const seconds = (now - start) / 1000
      if (shown === 'json') {
        io.err(`${JSON.stringify({ stage: label, done, total, unit, seconds })}\n`)
        return
      }
      const filled = Math.round((BAR_WIDTH * done) / total)
      const bar = '#'.repeat(filled).padEnd(BAR_WIDTH, '.')
      const rate = done / Math.max(seconds, 1e-3)
      const left = (total - done) / rate
      const line = `${label} [${bar}] ${done}/${total} ${unit}, ${rate.toFixed(0)}/s, ${left.toFixed(0)} s left`
      io.err(`\r${line.slice(0, Math.max(1, io.columns - 1)).padEnd(io.columns - 1)}`)
    },
    clear() {
      if (shown === 'bar') io.err(`\r${' '.repeat(io.columns - 1)}\r`)
    },
  }
}
