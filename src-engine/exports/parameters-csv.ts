import type { ParameterFigures } from '../storage/records.ts'

/** Fitted parameters of models as comma-separated values, one per line, with their correlations; what does not exist is empty. */
export function parametersCsv({ numbers, correlations }: ParameterFigures): Uint8Array {
  const columns = [
    'parameter',
    'unit',
    'value',
    'sigma',
    'initial',
    'lower_bound',
    'upper_bound',
    'prior_mean',
    'prior_sigma',
    'at_bound',
    ...numbers.map(({ name }) => `correlation_${name}`),
  ]
  const rows = numbers.map((number, k) => [
    number.name,
    number.unit,
    number.value,
    number.sigma,
    number.initial,
    ...number.bounds,
    number.prior?.mean,
    number.prior?.sigma,
    number.at_bound,
    ...numbers.map((_, other) => correlations?.[k][other]),
  ])
  const lines = [columns, ...rows].map((cells) => cells.map((cell) => cell ?? '').join(','))
  return new TextEncoder().encode(`${lines.join('\n')}\n`)
}
