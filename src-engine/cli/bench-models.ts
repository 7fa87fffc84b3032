import { measureModels } from '../models/benchmark.ts'
import type { ModelFigures } from '../models/benchmark.ts'
import { EXIT, printJson } from './io.ts'
import type { CommandIo } from './io.ts'
import { textTable } from './text-table.ts'

/** `larmor bench --models`: how fast the models of the library are evaluated. */
export function benchModels(environment: object, repeats: number, io: CommandIo): number {
  io.err('Measuring the models ...\n')
  // Some milliseconds each: more tries than of kernels.
  const figures = measureModels(4 * repeats, io.signal)
  if (io.json) printJson(io, toDocument(environment, figures))
  else io.out(toText(figures))
  return EXIT.done
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

const ratio = ({ wasm, javascript }: ModelFigures): number => wasm / javascript

function toDocument(environment: object, figures: readonly ModelFigures[]): object {
  return {
    environment,
    models: figures.map((one) => ({
      kind: one.kind,
      model: one.model,
      variant: one.variant,
      ready_ms: one.readyMs,
      javascript_million_points_per_second: one.javascript,
      wasm_million_points_per_second: one.wasm,
      speedup: ratio(one),
      largest_relative_difference: one.difference,
    })),
    median_speedup: median(figures.map(ratio)),
  }
}

function toText(figures: readonly ModelFigures[]): string {
  const header = ['kind', 'model', 'JavaScript', 'wasm', 'times', 'difference', 'ready ms']
  const rows = figures.map((one) => [
    one.kind,
    one.variant === null ? one.model : `${one.model} ${one.variant}`,
    one.javascript.toFixed(1),
    one.wasm.toFixed(1),
    ratio(one).toFixed(2),
    one.difference.toExponential(0),
    one.readyMs.toFixed(0),
  ])
  return `${[
    'Models, million points per second on one core:',
    ...textTable([header, ...rows]),
    `Median: ${median(figures.map(ratio)).toFixed(2)} times the JavaScript of the same expression. Ready: from the name to the first value.`,
  ].join('\n')}\n`
}
