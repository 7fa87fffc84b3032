import type { CommandIo } from './io.ts'
import { duration, number } from './progress.ts'

/** As `--progress` says: a bar on a terminal (nothing elsewhere), one JSON line per report, or nothing. */
export const progressStyles = ['auto', 'json', 'none'] as const
export type CountStyle = (typeof progressStyles)[number]

/** Shortest time between two reports, ms. */
const INTERVAL_MS = 100

export interface CountDisplay {
  show(done: number, total: number): void
  /** Takes the bar away, so that other text starts on its own line. */
  end(): void
}

/** Progress on stderr of work that is counted in `unit` (plural), with rate and time left. */
export function countDisplay(
  io: CommandIo,
  stage: string,
  unit: string,
  style: CountStyle,
): CountDisplay {
  if (style === 'none' || (style === 'auto' && !io.isTty)) return { show: () => {}, end: () => {} }
  const start = performance.now()
  let last = -Infinity
  return {
    show(done, total) {
      const now = performance.now()
      if (done < total && now - last < INTERVAL_MS) return
      last = now
      const seconds = (now - start) / 1000
      if (style === 'json') {
        io.err(`${JSON.stringify({ stage, done, total, unit, seconds })}\n`)
        return
      }
      const rate = done / Math.max(seconds, 1e-3)
      const left = duration((total - done) / rate)
      const figures = `${done}/${total} ${unit}  ${number(rate)}/s  ${left} left`
      const width = Math.max(0, Math.min(30, io.columns - figures.length - 5))
      const bar = '='.repeat(Math.round((width * done) / Math.max(1, total))).padEnd(width)
      io.err(`\r\x1b[K${`[${bar}] ${figures}`.slice(0, io.columns - 1)}`)
    },
    end() {
      if (style === 'auto') io.err('\r\x1b[K')
    },
  }
}
