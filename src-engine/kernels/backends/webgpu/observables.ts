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
  const at = rayWords(settings)
  const floats = new Float32Array(results)
  const integers = new Int32Array(results)
  const rays = order.length
  const result: Observables = {}
  for (const observable of new Set(observables)) {
    const sources = sourcesOf(observable, settings)
    const values = new Float64Array(sources.length * rays)
    sources.forEach(({ word, scale }, f) => {
      for (let place = 0; place < rays; place++) {
        values[f * rays + order[place]] = scale * floats[place * at.words + word]
      }
    })
    if (observable === 'faraday_depth') {
      // The whole rad m^-2 lie in the word before.
      for (let place = 0; place < rays; place++) {
        values[order[place]] += integers[place * at.words + at.depth]
      }
    }
    const bad = values.findIndex((value) => !Number.isFinite(value))
    if (bad !== -1) {
      throw new KernelError(
        `${observable} of ray ${bad % rays} is ${values[bad]}: the magnetic field or a density holds a value that is not finite or beyond float32.`,
      )
    }
    result[observable] = values
  }
  return result
}

/** Word and unit of an observable in the results of a ray, for each frequency it has. */
function sourcesOf(
  observable: Observable,
  settings: KernelSettings,
): { word: number; scale: number }[] {
  const { frequencies, electronTemperatureK } = settings
  const at = rayWords(settings)
  switch (observable) {
    case 'I':
      return frequencies.map(({ intensityKelvin: scale }, f) => ({
        word: at.intensity + (electronTemperatureK === undefined ? 0 : f),
        scale,
      }))
    case 'Q':
    case 'U':
      return frequencies.map(({ polarisedKelvin: scale }, f) => ({
        word: at.polarised + 2 * f + (observable === 'U' ? 1 : 0),
        scale,
      }))
    case 'faraday_depth':
      return [{ word: at.depth + 1, scale: 1 }]
    case 'dispersion_measure':
      return [{ word: at.column, scale: PC_PER_KPC }]
  }
}

/** The cotangents in the kernels' order and unit, [place][word]. */
export function packCotangents(
  settings: KernelSettings,
  order: Uint32Array,
  cotangent: Record<Observable, Float64Array>,
): Float32Array<ArrayBuffer> {
  const at = cotangentWords(settings)
  const rays = order.length
  const packed = new Float32Array(rays * at.words)
  /** Adds `scale` times the cotangents of a frequency to a word of every ray. */
  const add = (word: number, scale: number, values: Float64Array, f = 0): void => {
    for (let place = 0; place < rays; place++) {
      packed[place * at.words + word] += scale * values[f * rays + order[place]]
    }
  }
  const { I, Q, U, faraday_depth: ofDepth, dispersion_measure: ofColumn } = cotangent
  settings.frequencies.forEach(({ intensityKelvin, polarisedKelvin }, f) => {
    // Only one of Q and U may be asked for: the other is empty.
    if (Q.length > 0) add(at.polarised + 2 * f, polarisedKelvin, Q, f)
    if (U.length > 0) add(at.polarised + 2 * f + 1, polarisedKelvin, U, f)
    if (I.length > 0 && settings.electronTemperatureK !== undefined) {
      add(at.intensity + f, intensityKelvin, I, f)
    }
  })
  if (I.length > 0 && settings.electronTemperatureK === undefined) {
    add(at.intensity, 1, overFrequencies(settings, I))
  }
  if (ofDepth.length > 0) add(at.depth, 1, ofDepth)
  if (ofColumn.length > 0) add(at.column, 1, ofColumn)
  return packed
}

/** The cotangents of I at all frequencies, which share one sum along each ray: [ray]. */
function overFrequencies({ frequencies }: KernelSettings, I: Float64Array): Float64Array {
  const rays = I.length / frequencies.length
  const sum = new Float64Array(rays)
  frequencies.forEach(({ intensityKelvin }, f) => {
    for (let ray = 0; ray < rays; ray++) sum[ray] += intensityKelvin * I[f * rays + ray]
  })
  return sum
}
