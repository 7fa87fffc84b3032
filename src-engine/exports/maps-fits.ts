import { writeHealpixMap } from '#shared/fits/index.ts'
import { isPolarised } from '#shared/physics/observables.ts'
import { version } from '../version.ts'
import type { MapVector } from '../storage/run-store.ts'
import type { RunResult } from './run-result.ts'

/** Unit as FITS writes it. */
const fitsUnits: Readonly<Record<string, string>> = {
  K: 'K_RJ',
  'rad m^-2': 'rad/m^2',
  'pc cm^-3': 'pc/cm^3',
}

/** Values of the pixels of a map on the full sky, NaN elsewhere. */
export function fullSky(
  { nside, pixels }: MapVector,
  values: ArrayLike<number>,
): Float32Array<ArrayBuffer> {
  const sky = new Float32Array(12 * nside * nside).fill(NaN)
  for (let i = 0; i < pixels.length; i++) sky[pixels[i]] = values[i]
  return sky
}

/**
 * One HEALPix table (RING, Galactic) with the columns DATA, MODEL (with its offset and gain), RESIDUAL,
 * RESIDUAL_OVER_SIGMA and SET (1 fitted, 2 held out).
 */
export function mapsFits(result: RunResult, vector: MapVector, model: Float64Array): Uint8Array {
  const unit = fitsUnits[vector.unit] ?? vector.unit
  const residual = vector.values.map((value, i) => value - model[i])
  const column = (name: string, values: ArrayLike<number>, columnUnit?: string) => ({
    name,
    ...(columnUnit === undefined ? {} : { unit: columnUnit }),
    values: fullSky(vector, values),
  })
  return writeHealpixMap({
    nside: vector.nside,
    ordering: 'RING',
    coordsys: 'G',
    extname: vector.name,
    columns: [
      column('DATA', vector.values, unit),
      column('MODEL', model, unit),
      column('RESIDUAL', residual, unit),
      column(
        'RESIDUAL_OVER_SIGMA',
        residual.map((value, i) => value / vector.sigma[i]),
      ),
      column('SET', vector.set),
    ],
    ...(isPolarised(vector.quantity) ? { polcconv: 'IAU' } : {}),
    history: [
      `Larmor ${version}, ${result.run.name}, ${result.iteration} iterations`,
      `Quantity ${vector.quantity}${vector.frequencyGhz === null ? '' : ` at ${vector.frequencyGhz} GHz`}`,
      'SET: 1 fitted, 2 held out; MODEL includes the fitted offset and gain',
    ],
  })
}
