import type { PointVector } from '../../storage/run-store.ts'

type Sources = Pick<PointVector, 'directionsDeg' | 'distancesKpc' | 'values' | 'sigma'>

/** [point][column], in the order of `pointColumns`; `more` gives what follows them. */
export function pointTable(
  { directionsDeg, distancesKpc, values, sigma }: Sources,
  more: (point: number) => readonly number[] = () => [],
): Float64Array {
  return Float64Array.from(
    Array.from(values).flatMap((value, i) => [
      directionsDeg[2 * i],
      directionsDeg[2 * i + 1],
      distancesKpc[i],
      value,
      sigma[i],
      ...more(i),
    ]),
  )
}
