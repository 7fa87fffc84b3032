import { pixelSets } from '#shared/inference/likelihood.ts'
import type { PointVector } from '../storage/run-store.ts'

/**
 * A catalogue with its model (with offset and gain) and residuals as comma-separated values, one line per source; the
 * distance is empty where there is none. Units are in the names.
 */
export function pointsCsv(vector: PointVector, model: Float64Array): Uint8Array {
  const unit = vector.unit.replaceAll(/[\^-]/g, '').replaceAll(' ', '_')
  const lines = [
    `l_deg,b_deg,distance_kpc,data_${unit},sigma_${unit},model_${unit},residual_${unit},residual_over_sigma,set`,
  ]
  vector.values.forEach((value, i) => {
    const distance = vector.distancesKpc[i]
    const residual = value - model[i]
    const cells = [
      vector.directionsDeg[2 * i],
      vector.directionsDeg[2 * i + 1],
      Number.isFinite(distance) ? distance : '',
      value,
      vector.sigma[i],
      model[i],
      residual,
      residual / vector.sigma[i],
      vector.set[i] === pixelSets.fitted ? 'fitted' : 'held out',
    ]
    lines.push(cells.join(','))
  })
  return new TextEncoder().encode(`${lines.join('\n')}\n`)
}
