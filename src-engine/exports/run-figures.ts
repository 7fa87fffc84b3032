import { limitsFromPercentile, makeNorm, symmetricLimits } from '#shared/sky/index.ts'
import { isDepth } from '#shared/physics/observables.ts'
import type { Limits, NormKind } from '#shared/sky/index.ts'
import type { ColourScale } from './figures/colour-bar.ts'
import { skyFigure } from './figures/sky-figure.ts'
import { slicesFigure } from './figures/slices-figure.ts'
import { fullSky } from './maps-fits.ts'
import type { DataVector, MapVector } from '../storage/run-store.ts'
import type { RunResult } from './run-result.ts'

export interface MapFigure {
  readonly kind: 'data' | 'model' | 'residual'
  readonly bytes: () => Uint8Array
}

/** Data and model on one colour scale, and the residual about zero. */
export function mapFigures(result: RunResult, vector: MapVector, model: Float64Array): MapFigure[] {
  const residual = vector.values.map((value, i) => value - model[i])
  const shared = dataColours(vector)
  const about = scale(
    'vik',
    'linear',
    symmetricLimits(residual, 98),
    `Residual ${quantityLabel(vector)}`,
  )
  const unit = vector.unit
  const figure = (kind: MapFigure['kind'], values: Float64Array, colours: Colours): MapFigure => ({
    kind,
    bytes: () =>
      skyFigure(
        vector.nside,
        fullSky(vector, values),
        { ...colours, unit },
        `${vector.name}: ${kind}, ${kind === 'data' ? `NSIDE ${vector.nside}` : `iteration ${result.iteration}`}`,
      ),
  })
  return [
    figure('data', vector.values, shared),
    figure('model', model, shared),
    figure('residual', residual, about),
  ]
}

/** |B| in three planes through the observer. */
export function fieldFigure(result: RunResult): Uint8Array {
  const { strength, colours } = fieldStrength(result.field)
  return slicesFigure(
    result.grid,
    result.observerKpc,
    strength,
    { ...colours, unit: 'microgauss' },
    `Magnetic field strength, iteration ${result.iteration}`,
  )
}

export type Colours = Omit<ColourScale, 'unit'>

/** The colours of a data vector and its model. */
export function dataColours(vector: DataVector, signedMap: 'vik' | 'berlin' = 'vik'): Colours {
  const signed = vector.quantity !== 'I' && vector.quantity !== 'dispersion_measure'
  return signed
    ? scale(signedMap, 'linear', symmetricLimits(vector.values, 99.5), quantityLabel(vector))
    : positiveScale(vector.values, quantityLabel(vector))
}

/** |B| of a field [nx, ny, nz, 3] in its unit, NaN outside the region, and its colours. */
export function fieldStrength(field: ArrayLike<number>): {
  strength: Float64Array
  colours: Colours
} {
  const strength = Float64Array.from({ length: field.length / 3 }, (_, i) => {
    const value = Math.hypot(field[3 * i], field[3 * i + 1], field[3 * i + 2])
    // Exactly zero only outside the region, where there is no field to show.
    return value === 0 ? NaN : value
  })
  const limits = limitsFromPercentile(strength, 0, 99.8)
  return {
    strength,
    colours: scale('viridis', 'linear', limits && { min: 0, max: limits.max }, '|B|'),
  }
}

function quantityLabel({ quantity, frequencyGhz }: RunResult['data'][number]): string {
  const names = { faraday_depth: 'Faraday depth', dispersion_measure: 'Dispersion measure' }
  if (isDepth(quantity)) return names[quantity]
  return frequencyGhz === null ? quantity : `${quantity} at ${frequencyGhz} GHz`
}

/** Logarithmic where the values allow it. */
function positiveScale(values: Float64Array, label: string): Colours {
  const limits = limitsFromPercentile(values, 0.5, 99.5)
  const kind = limits && limits.min > 0 && limits.max > 5 * limits.min ? 'log' : 'linear'
  return scale('inferno', kind, limits, label)
}

function scale(
  colourMap: ColourScale['colourMap'],
  kind: NormKind,
  limits: Limits | undefined,
  label: string,
): Colours {
  // A constant map has no range: one around its value shows it in the middle.
  const { min, max } = limits ?? { min: 0, max: 1 }
  const flat = !(max > min)
  const pad = Math.abs(min) || 1
  const range = flat ? { min: min - pad, max: min + pad } : { min, max }
  return { norm: makeNorm({ kind: flat ? 'linear' : kind, ...range }), colourMap, label }
}
