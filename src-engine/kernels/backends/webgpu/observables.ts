import { PC_PER_KPC } from '#shared/physics/constants.ts'
import { KernelError } from '../../interface.ts'
import type { LineOfSightProblem, Observable, Observables } from '../../interface.ts'
import { cotangentWords, rayWords } from './settings.ts'
import type { KernelSettings } from './settings.ts'

/**
 * What the forward and tangent kernels wrote per ray, as observables in the caller's order.
 *
 * @throws KernelError when a number is not finite
 */
export function unpackResults(
  { observables }: LineOfSightProblem,
  settings: KernelSettings,
  order: Uint32Array,
  results: ArrayBuffer,
): Observables {
  const { frequencies, electronTemperatureK } = settings
  const at = rayWords(settings)
  const floats = new Float32Array(results)
  const integers = new Int32Array(results)
  const perFrequency = electronTemperatureK === undefined ? 0 : 1
  const value = (observable: Observable, first: number, f: number): number => {
    switch (observable) {
      case 'I':
        return frequencies[f].intensityKelvin * floats[first + at.intensity + perFrequency * f]
      case 'Q':
        return frequencies[f].polarisedKelvin * floats[first + at.polarised + 2 * f]
      case 'U':
        return frequencies[f].polarisedKelvin * floats[first + at.polarised + 2 * f + 1]
      case 'faraday_depth':
        return integers[first + at.depth] + floats[first + at.depth + 1]
      case 'dispersion_measure':
        return PC_PER_KPC * floats[first + at.column]
    }
  }
  const rays = order.length
  const result: Observables = {}
  for (const observable of new Set(observables)) {
    const stokes = observable === 'I' || observable === 'Q' || observable === 'U'
    const count = stokes ? frequencies.length : 1
    const values = new Float64Array(count * rays)
    for (let place = 0; place < rays; place++) {
      for (let f = 0; f < count; f++) {
        const number = value(observable, place * at.words, f)
        if (!Number.isFinite(number)) {
          throw new KernelError(
            `${observable} of ray ${order[place]} is ${number}: the magnetic field or a density holds a value that is not finite or beyond float32.`,
          )
        }
        values[f * rays + order[place]] = number
      }
    }
    result[observable] = values
  }
  return result
}

/** The cotangents in the kernels' order and unit, [place][word]. */
export function packCotangents(
  settings: KernelSettings,
  order: Uint32Array,
  cotangent: Record<Observable, Float64Array>,
): Float32Array<ArrayBuffer> {
  const { frequencies, intensity, polarised, depth, column, electronTemperatureK } = settings
  const at = cotangentWords(settings)
  const rays = order.length
  const packed = new Float32Array(rays * at.words)
  const { I, Q, U, faraday_depth: ofDepth, dispersion_measure: ofColumn } = cotangent
  for (let place = 0; place < rays; place++) {
    const first = place * at.words
    const ray = order[place]
    if (intensity) {
      let sum = 0
      frequencies.forEach(({ intensityKelvin }, f) => {
        const own = intensityKelvin * I[f * rays + ray]
        if (electronTemperatureK === undefined) sum += own
        else packed[first + at.intensity + f] = own
      })
      if (electronTemperatureK === undefined) packed[first + at.intensity] = sum
    }
    if (polarised) {
      frequencies.forEach(({ polarisedKelvin }, f) => {
        const to = first + at.polarised + 2 * f
        // Only one of the two may be asked for.
        packed[to] = polarisedKelvin * (Q[f * rays + ray] ?? 0)
        packed[to + 1] = polarisedKelvin * (U[f * rays + ray] ?? 0)
      })
    }
    if (depth) packed[first + at.depth] = ofDepth[ray]
    if (column) packed[first + at.column] = ofColumn[ray]
  }
  return packed
}
