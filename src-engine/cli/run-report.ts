import { resourceUsage } from 'node:process'
import type { MapFigures, RunFigures, RunRecord } from '../storage/records.ts'
import type { RunMemory } from '../runs/memory-plan.ts'
import type { Session } from '../storage/session.ts'
import { duration, number } from './progress.ts'

/** Peak resident memory of this process, bytes. */
export function peakMemoryBytes(): number {
  return resourceUsage().maxRSS * 1024
}

export interface RunTiming {
  /** Iterations and seconds of this sitting. */
  readonly iterations: number
  readonly seconds: number
}

function perSecond({ iterations, seconds }: RunTiming): number | null {
  return seconds > 0 && iterations > 0 ? iterations / seconds : null
}

/** What `larmor run --json` prints about a run. */
export function reportDocument(
  session: Session,
  run: RunRecord,
  timing: RunTiming,
  memory?: RunMemory,
): object {
  const { figures } = run
  return {
    session: session.path,
    run: run.id,
    name: run.name,
    state: run.state,
    ...(run.error === null ? {} : { error: run.error }),
    loss: figures?.loss ?? null,
    chi2_n_fitted: figures?.chi2_n_fitted ?? null,
    chi2_n_held_out: figures?.chi2_n_held_out ?? null,
    maps: figures?.maps ?? [],
    regularisation: figures?.regularisation ?? [],
    parameters: figures?.parameters ?? null,
    spectral_index: figures?.spectral_index ?? null,
    scales: figures?.scales ?? null,
    field: figures?.field ?? null,
    iterations: run.iteration,
    seconds: timing.seconds,
    iterations_per_second: perSecond(timing),
    peak_memory_bytes: peakMemoryBytes(),
    ...(memory ? { memory_plan: planDocument(memory) } : {}),
    backend: run.backend,
    mode: run.mode,
    kernel_build: run.build,
    threads: run.threads,
    bit_identical: run.bitIdentical,
  }
}

function planDocument({ bytes, availableBytes, parts, cardBytes, cardParts }: RunMemory): object {
  return {
    bytes,
    available_bytes: availableBytes,
    parts,
    ...(cardBytes > 0 ? { card_bytes: cardBytes, card_parts: cardParts } : {}),
  }
}

/** The same for people. */
export function reportText(session: Session, run: RunRecord, timing: RunTiming): string {
  const { figures } = run
  const rate = perSecond(timing)
  const speed = rate === null ? '' : `, ${number(rate)} iterations/s`
  const lines = [
    `${run.name}: ${run.state} after ${run.iteration} of ${run.iterations} iterations`,
    ...(figures
      ? [
          ...figures.maps.map(mapText),
          `loss ${number(figures.loss)}${figures.regularisation.map(({ term, value }) => `, of which ${term} ${number(value)}`).join('')}`,
        ]
      : []),
    ...parameterLines(figures),
    ...(figures?.spectral_index ? [indexText(figures.spectral_index)] : []),
    ...(figures?.scales ?? []).map(({ of, value }) => `scale of ${of} ${number(value)}`),
    ...(figures?.field
      ? [
          `|B| in microgauss: mean ${number(figures.field.b_mean_microgauss)}, 99 % below ${number(figures.field.b_p99_microgauss)}, largest ${number(figures.field.b_max_microgauss)}${figures.field.streak_ratio === null ? '' : `; streak ratio ${number(figures.field.streak_ratio)}`}`,
        ]
      : []),
    `${computedBy(run)}, ${duration(timing.seconds)}${speed}, peak memory ${Math.round(peakMemoryBytes() / 1e6)} MB`,
    ...(run.bitIdentical
      ? []
      : [
          'This run changed backend, threads or kernels on the way: it is not bit-identical to an uninterrupted one.',
        ]),
    `session ${session.path}`,
  ]
  return `${lines.join('\n')}\n`
}

function computedBy({ backend, threads }: RunRecord): string {
  if (backend === null) return 'not begun'
  return `${backend} backend, ${threads === 1 ? '1 thread' : `${threads ?? 0} threads`}`
}

/** Chi-square per datum above which noise alone is no explanation: with the hundreds of data of any map it stays near 1. */
const POOR_FIT = 2

/** One line per fitted parameter of a model, and what to think of the uncertainties. */
export function parameterLines(figures: RunFigures | null): string[] {
  const { numbers = [], weights = [], conditional = false } = figures?.parameters ?? {}
  const fit = figures?.chi2_n_fitted ?? 0
  return [
    ...numbers.map(({ name, unit, value, sigma, at_bound: bound, prior }) => {
      const told = [
        ...(bound === null ? [] : [`at its ${bound} bound`]),
        ...(prior === null ? [] : [`prior ${prior.mean} +- ${prior.sigma}`]),
      ]
      const remark = told.length > 0 ? ` (${told.join('; ')})` : ''
      return `${name} = ${valueText(value, sigma)}${unit === 'dimensionless' ? '' : ` ${unit}`}${remark}`
    }),
    ...weights.map(({ name, value, sigma }) => `${name} = ${valueText(value, sigma)}`),
    ...(conditional ? ['Uncertainties hold the other unknowns of the run where they are.'] : []),
    ...(numbers.some(({ sigma }) => sigma !== null) && fit > POOR_FIT
      ? [
          `Uncertainties take the sigma of the data as it is; with chi2/n = ${number(fit)} the model does not fit, and they are too small.`,
        ]
      : []),
  ]
}

function valueText(value: number, sigma: number | null): string {
  return sigma === null || sigma === 0
    ? value.toPrecision(6)
    : `${value.toPrecision(significantDigits(value, sigma))} +- ${sigma.toPrecision(2)}`
}

/** So many that the last one is the second of the uncertainty. */
function significantDigits(value: number, sigma: number): number {
  const digits =
    Math.floor(Math.log10(Math.abs(value) || sigma)) - Math.floor(Math.log10(sigma)) + 2
  return Math.min(Math.max(digits, 2), 15)
}

function indexText(indices: NonNullable<RunFigures['spectral_index']>): string {
  const told = indices.map(({ region, value }) =>
    region === null ? number(value) : `region ${region} ${number(value)}`,
  )
  return `spectral index p: ${told.join(', ')}`
}

/** One line on a map: chi-square and residuals of both sets, offset and gain. */
export function mapText({ name, unit, fitted, held_out, offset, gain }: MapFigures): string {
  const set = (label: string, figures: MapFigures['fitted']): string =>
    figures.chi2_n === null || figures.residual_std === null
      ? `${label} none`
      : `${label} chi2/n ${number(figures.chi2_n)}, residual standard deviation ${number(figures.residual_std)} ${unit} (${figures.pixels} pixels)`
  const gainText = gain === 1 ? '' : `, gain ${number(gain)}`
  return `${name}: ${set('fitted', fitted)}; ${set('held out', held_out)}; offset ${number(offset)} ${unit}${gainText}`
}
