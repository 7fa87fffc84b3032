/**
 * Nuisance terms of one map, d = gain * model + offset + noise: linear, so the best values for a given model have a
 * closed form (weighted least squares). They are solved on the fitted pixels and applied to all.
 */

/** `free` terms are solved for, numbers are kept. */
export interface NuisanceModel {
  readonly offset: 'free' | number
  readonly gain: 'free' | number
}

export interface Nuisance {
  /** In the unit of the data. */
  readonly offset: number
  readonly gain: number
}

/**
 * The offset and gain that minimise sum w (d - gain m - offset)^2 over the pixels with weight w > 0.
 * When the model is the same in all of them a free gain cannot be told from the offset and stays 1.
 */
export function solveNuisance(
  data: Float64Array,
  model: Float64Array,
  weight: Float64Array,
  terms: NuisanceModel,
): Nuisance {
  if (terms.offset !== 'free' && terms.gain !== 'free')
    return { offset: terms.offset, gain: terms.gain }
  let sum = 0
  let sumModel = 0
  let sumData = 0
  for (let i = 0; i < data.length; i++) {
    sum += weight[i]
    sumModel += weight[i] * model[i]
    sumData += weight[i] * data[i]
  }
  if (!(sum > 0)) return { offset: 0, gain: terms.gain === 'free' ? 1 : terms.gain }
  const freeOffset = terms.offset === 'free'
  // Centred sums keep the digits that large common levels would cost.
  const meanModel = freeOffset ? sumModel / sum : 0
  const meanData = freeOffset ? sumData / sum : Number(terms.offset)
  let gain = 1
  if (terms.gain === 'free') {
    let products = 0
    let squares = 0
    for (let i = 0; i < data.length; i++) {
      const centred = model[i] - meanModel
      products += weight[i] * centred * (data[i] - meanData)
      squares += weight[i] * centred * centred
    }
    if (squares > 1e-24 * (sumModel / sum) ** 2 * sum) gain = products / squares
  } else {
    gain = terms.gain
  }
  return { offset: freeOffset ? meanData - gain * meanModel : meanData, gain }
}
