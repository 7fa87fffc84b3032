/** What kinds of observables there are. */
import type { Observable } from './line-of-sight/problem.ts'

/** The unit in which data and model are compared. */
export const observableUnits = {
  I: 'K',
  Q: 'K',
  U: 'K',
  faraday_depth: 'rad m^-2',
  dispersion_measure: 'pc cm^-3',
} as const satisfies Readonly<Record<Observable, string>>

/** Linear polarisation, whose sign depends on a convention. */
export function isPolarised(observable: Observable): observable is 'Q' | 'U' {
  return observable === 'Q' || observable === 'U'
}

/** A brightness temperature at each frequency, unlike depths. */
export function isStokes(observable: Observable): observable is 'I' | 'Q' | 'U' {
  return observable === 'I' || isPolarised(observable)
}

/** An integral over thermal electrons, without a frequency. */
export function isDepth(
  observable: Observable,
): observable is 'faraday_depth' | 'dispersion_measure' {
  return !isStokes(observable)
}
