import type { Observable, Observables } from '../../kernels/interface.ts'

/** One frequency in the weighted sum that a band takes of an observable: where its rays start in the array. */
export interface BandTerm {
  readonly offset: number
  readonly weight: number
}

/** Values of one observable averaged over a band, at a list of places. */
export interface Channel {
  readonly observable: Observable
  readonly terms: readonly BandTerm[]
  /** [place] ray number */
  readonly rays: Int32Array
}

/** One value per place. @throws Error when the kernel was not asked for the observable */
export function gather(
  { observable, terms, rays }: Channel,
  observables: Observables,
): Float64Array {
  const values = observables[observable]
  if (!values) throw new Error(`The kernel did not compute ${observable}.`)
  return Float64Array.from(rays, (ray) => {
    let sum = 0
    for (const { offset, weight } of terms) sum += weight * values[offset + ray]
    return sum
  })
}

/** The transpose of `gather`: adds one cotangent per place to that of the observable. */
export function spread(
  { observable, terms, rays }: Channel,
  cotangent: Float64Array,
  into: Observables,
): void {
  const values = into[observable]
  if (!values) throw new Error(`No cotangent of ${observable} was prepared.`)
  for (const { offset, weight } of terms) {
    for (let i = 0; i < rays.length; i++) values[offset + rays[i]] += weight * cotangent[i]
  }
}
