import type { RunFile } from '#shared/session/run-file.ts'
import type { Overrides } from '../runs/run-job.ts'
import type { RunManager } from '../runs/run-manager.ts'
import type { RunRecord } from '../storage/records.ts'
import type { Session } from '../storage/session.ts'
import { EXIT, printJson } from './io.ts'
import type { CommandIo } from './io.ts'
import { number } from './progress.ts'
import type { ProgressStyle } from './progress.ts'
import { peakMemoryBytes } from './run-report.ts'
import { exitCode, runToEnd } from './run-to-end.ts'

const folds = 10

/**
 * Fits with each tenth of the blocks held out in turn (fold k = block number mod 10) and pools the held-out chi-square:
 * one random tenth of the sky is a noisy judge, all ten are a steady one.
 */
export async function runFolds(
  session: Session,
  manager: RunManager,
  runFile: RunFile,
  overrides: Overrides,
  io: CommandIo,
  style: ProgressStyle,
): Promise<number> {
  const { block_nside } = runFile.held_out
  const done: RunRecord[] = []
  let seconds = 0
  let iterations = 0
  let isFirst = true
  for (let fold = 0; fold < folds; fold++) {
    const name = `Fold ${fold}`
    const existing = session.runs.list().find((run) => run.name === name)
    const finished =
      existing?.state === 'done' && existing.iteration >= runFile.optimiser.iterations
    if (existing && finished) {
      done.push(existing)
      continue
    }
    session.transaction(() =>
      session.configure({ ...runFile, held_out: { fold, of: folds, block_nside } }),
    )
    if (style !== 'none') io.err(`${name} of ${folds}\n`)
    // All folds take the same memory: it is told once.
    const ended = await runToEnd(session, manager, existing, overrides, io, style, name, isFirst)
    isFirst = false
    if (ended.run.state !== 'done') return exitCode(ended.run, io)
    // Finished folds are only looked at: without the optimiser's moments ten of them take the room of three.
    session.transaction(() => session.runs.keepFieldOnly(ended.run.id))
    done.push(ended.run)
    seconds += ended.timing.seconds
    iterations += ended.timing.iterations
  }
  const rows = done.map(foldRow)
  const pooled = {
    chi2_n_fitted: pool(rows, 'fitted'),
    chi2_n_held_out: pool(rows, 'held_out'),
    b_p99_microgauss: mean(rows.map((row) => row.b_p99_microgauss)),
    streak_ratio: mean(rows.map((row) => row.streak_ratio)),
  }
  const rate = iterations > 0 ? iterations / seconds : null
  if (io.json) {
    printJson(io, {
      session: session.path,
      folds: rows,
      pooled,
      iterations_per_second: rate,
      peak_memory_bytes: peakMemoryBytes(),
    })
  } else {
    io.out(foldTable(rows, pooled))
    if (rate !== null)
      io.out(
        `${number(rate)} iterations/s, peak memory ${Math.round(peakMemoryBytes() / 1e6)} MB\n`,
      )
    io.out(`session ${session.path}\n`)
  }
  return EXIT.done
}

interface FoldRow {
  readonly fold: string
  readonly fitted: { readonly pixels: number; readonly chi2: number }
  readonly held_out: { readonly pixels: number; readonly chi2: number }
  readonly b_p99_microgauss: number | null
  readonly streak_ratio: number | null
}

function foldRow({ name, figures }: RunRecord): FoldRow {
  const total = (set: 'fitted' | 'held_out'): FoldRow['fitted'] => ({
    pixels: figures?.maps.reduce((sum, map) => sum + map[set].pixels, 0) ?? 0,
    chi2: figures?.maps.reduce((sum, map) => sum + map[set].chi2, 0) ?? 0,
  })
  return {
    fold: name,
    fitted: total('fitted'),
    held_out: total('held_out'),
    b_p99_microgauss: figures?.field?.b_p99_microgauss ?? null,
    streak_ratio: figures?.field?.streak_ratio ?? null,
  }
}

function pool(rows: readonly FoldRow[], set: 'fitted' | 'held_out'): number | null {
  const pixels = rows.reduce((sum, row) => sum + row[set].pixels, 0)
  return pixels > 0 ? rows.reduce((sum, row) => sum + row[set].chi2, 0) / pixels : null
}

function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length > 0 ? known.reduce((sum, value) => sum + value, 0) / known.length : null
}

function foldTable(
  rows: readonly FoldRow[],
  pooled: {
    chi2_n_fitted: number | null
    chi2_n_held_out: number | null
    b_p99_microgauss: number | null
    streak_ratio: number | null
  },
): string {
  const cell = (value: number | null): string => (value === null ? '-' : number(value)).padStart(12)
  const ratio = (set: { pixels: number; chi2: number }): number | null =>
    set.pixels > 0 ? set.chi2 / set.pixels : null
  const head = ['fitted', 'held out', '|B| 99 %', 'streak'].map((text) => text.padStart(12))
  const line = (name: string, values: (number | null)[]): string =>
    `${name.padEnd(8)}${values.map(cell).join('')}`
  return `${[
    `${'chi2/n'.padEnd(8)}${head.join('')}`,
    ...rows.map((row) =>
      line(row.fold, [
        ratio(row.fitted),
        ratio(row.held_out),
        row.b_p99_microgauss,
        row.streak_ratio,
      ]),
    ),
    line('pooled', [
      pooled.chi2_n_fitted,
      pooled.chi2_n_held_out,
      pooled.b_p99_microgauss,
      pooled.streak_ratio,
    ]),
  ].join('\n')}\n`
}
