import type { ParameterFigures } from '../storage/records.ts'

/**
 * Fitted parameters of models as comma-separated values, one per line, with their correlations, and the weights of mixtures that
 * follow from them; what does not exist is empty.
 */
export function parametersCsv({
  numbers,
  correlations,
  weights = [],
}: ParameterFigures): Uint8Array {
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
  const follow = weights.map(({ name, value, sigma }) => [name, 'dimensionless', value, sigma])
  const lines = [columns, ...rows, ...follow].map((cells) =>
    columns.map((_, i) => cells[i] ?? '').join(','),
  )
  return new TextEncoder().encode(`${lines.join('\n')}\n`)
}
