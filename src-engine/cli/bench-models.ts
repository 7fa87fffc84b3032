import { measureFormula, measureModels } from '../models/benchmark.ts'
import type { FormulaFigures, ModelFigures } from '../models/benchmark.ts'
import { EXIT, printJson } from './io.ts'
import type { CommandIo } from './io.ts'
import { textTable } from './text-table.ts'

/** `larmor bench --models`: how fast the models of the library are evaluated. */
export function benchModels(environment: object, repeats: number, io: CommandIo): number {
  io.err('Measuring the models ...\n')
  // Before the library, whose code would be warm for it.
  const formula = measureFormula()
  // Some milliseconds each: more tries than of kernels.
  const figures = measureModels(4 * repeats, io.signal)
  if (io.json) printJson(io, toDocument(environment, figures, formula))
  else io.out(toText(figures, formula))
  return EXIT.done
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

const ratio = ({ wasm, javascript }: ModelFigures): number => wasm / javascript

function toDocument(
  environment: object,
  figures: readonly ModelFigures[],
  formula: FormulaFigures,
): object {
  return {
    environment,
    models: figures.map((one) => ({
      kind: one.kind,
      model: one.model,
      variant: one.variant,
      ready_ms: one.readyMs,
      ready_again_ms: one.againMs,
      javascript_million_points_per_second: one.javascript,
      wasm_million_points_per_second: one.wasm,
      speedup: ratio(one),
      largest_relative_difference: one.difference,
    })),
    median_speedup: median(figures.map(ratio)),
    formula: {
      ready_ms: formula.readyMs,
      further_ready_ms: formula.furtherMs,
      ready_again_ms: formula.againMs,
    },
  }
}

function toText(figures: readonly ModelFigures[], formula: FormulaFigures): string {
  const header = ['kind', 'model', 'JavaScript', 'wasm', 'times', 'difference', 'ready ms', 'again']
  const rows = figures.map((one) => [
    one.kind,
    one.variant === null ? one.model : `${one.model} ${one.variant}`,
    one.javascript.toFixed(1),
    one.wasm.toFixed(1),
    ratio(one).toFixed(2),
    one.difference.toExponential(0),
    one.readyMs.toFixed(1),
    one.againMs.toFixed(2),
  ])
  return `${[
    'Models, million points per second on one core:',
    ...textTable([header, ...rows]),
    `Median: ${median(figures.map(ratio)).toFixed(2)} times the JavaScript of the same expression. Ready: from the name to the first value; again: once more, compiled code being kept.`,
    `A formula with two reversals is ready, values and four derivatives, ${formula.readyMs.toFixed(0)} ms after it was written, as the first thing that the program does; a further one after ${formula.furtherMs.toFixed(0)} ms, the first again after ${formula.againMs.toFixed(2)} ms.`,
  ].join('\n')}\n`
}
