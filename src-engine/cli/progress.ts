import type { RunProgress } from '../runs/run-news.ts'
import type { CommandIo } from './io.ts'

export type ProgressStyle = 'auto' | 'json' | 'none'

/** Shows the progress of a run on stderr: a bar on a terminal, JSON lines, or a line now and then. */
export interface ProgressDisplay {
  show(progress: RunProgress): void
  /** Ends the bar, so that other text starts on its own line. */
  end(): void
}

export function progressDisplay(io: CommandIo, style: ProgressStyle): ProgressDisplay {
  if (style === 'none') return { show: () => {}, end: () => {} }
  if (style === 'json') return { show: (progress) => io.err(jsonLine(progress)), end: () => {} }
  return io.isTty ? bar(io) : lines(io)
}

function jsonLine({
  summary,
  stage,
  iterationsPerSecond,
  secondsLeft,
  residual,
}: RunProgress): string {
  return `${JSON.stringify({
    run: summary.run,
    stage,
    state: summary.state,
    iteration: summary.iteration,
    iterations: summary.iterations,
    chi2_n_fitted: summary.chi2_n_fitted,
    chi2_n_held_out: summary.chi2_n_held_out,
    residual_std: residual,
    iterations_per_second: iterationsPerSecond,
    seconds_left: secondsLeft,
  })}\n`
}

function bar(io: CommandIo): ProgressDisplay {
  let drawn = false
  return {
    show: (progress) => {
      io.err(`\r\x1b[K${barText(progress, io.columns - 1)}`)
      drawn = true
    },
    end: () => {
      if (drawn) io.err('\r\x1b[K')
      drawn = false
    },
  }
}

function barText(progress: RunProgress, columns: number): string {
  const { iteration, iterations } = progress.summary
  const text = figures(progress)
  const width = Math.min(30, columns - text.length - 4)
  if (width < 5) return text.slice(0, columns)
  const done = Math.round((width * iteration) / Math.max(1, iterations))
  return `[${'='.repeat(done)}${' '.repeat(width - done)}] ${text}`
}

function figures({
  summary,
  stage,
  iterationsPerSecond,
  secondsLeft,
  message,
}: RunProgress): string {
  if (stage !== 'optimising') return message
  const parts = [`${summary.iteration}/${summary.iterations}`]
  if (summary.chi2_n_fitted !== null) {
    parts.push(`chi2/n ${number(summary.chi2_n_fitted)}`)
    if (summary.chi2_n_held_out !== null) parts.push(`held out ${number(summary.chi2_n_held_out)}`)
  }
  if (iterationsPerSecond !== null) parts.push(`${number(iterationsPerSecond)}/s`)
  if (secondsLeft !== null) parts.push(`${duration(secondsLeft)} left`)
  return parts.join('  ')
}

/** Without a terminal: one line per stage and per tenth of the iterations. */
function lines(io: CommandIo): ProgressDisplay {
  let stage = ''
  let tenth = -1
  return {
    show: (progress) => {
      const { iteration, iterations } = progress.summary
      const reached = Math.floor((10 * iteration) / Math.max(1, iterations))
      // Why it failed is said once, as an error; a command has one run, which waits for nothing.
      if (progress.summary.state === 'failed' || progress.stage === 'queued') return
      if (progress.stage === stage && (stage !== 'optimising' || reached === tenth)) return
      stage = progress.stage
      tenth = reached
      io.err(`${figures(progress)}\n`)
    },
    end: () => {},
  }
}

/** Three or four digits, as figures are quoted in text. */
export function number(value: number): string {
  if (value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e6))
    return value.toExponential(3)
  return String(Number(value.toPrecision(4)))
}

/** `1 h 05 min`, `3 min 20 s`, `12 s`, `0.4 s` */
export function duration(seconds: number): string {
  if (seconds > 0 && seconds < 1) return `${seconds.toPrecision(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return `${minutes} min ${String(whole % 60).padStart(2, '0')} s`
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`
}
