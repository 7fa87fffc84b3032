/**
 * First-order optimisers as published, elementwise and in place: each call updates the elements [start, end), so that
 * threads can share the work and the bits do not depend on how it is cut.
 *
 * Arithmetic is float64, state is stored in the precision of its arrays. t is 1 for the first step; the moments are
 * zero before it.
 */

export type OptimiserMethod = 'adam' | 'yogi' | 'adabelief'

export interface OptimiserOptions {
  /** In the unit of the unknown. */
  readonly learningRate: number
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
}

type Values = Float32Array | Float64Array

/** One step on the elements [start, end) of the parameters and the two moments. */
export type OptimiserStep = (
  parameters: Values,
  gradient: Values,
  firstMoment: Values,
  secondMoment: Values,
  step: number,
  options: OptimiserOptions,
  start: number,
  end: number,
) => void

/**
 * ADAM: Kingma & Ba, ICLR 2015 (arXiv:1412.6980), Algorithm 1, with bias correction of both moments and epsilon
 * outside the root.
 */
const stepAdam: OptimiserStep = (x, g, m, v, step, options, start, end) => {
  const { learningRate, beta1, beta2, epsilon } = options
  const correction1 = 1 - beta1 ** step
  const correction2 = 1 - beta2 ** step
  for (let i = start; i < end; i++) {
    const gradient = g[i]
    const first = beta1 * m[i] + (1 - beta1) * gradient
    const second = beta2 * v[i] + (1 - beta2) * gradient * gradient
    m[i] = first
    v[i] = second
    x[i] -= (learningRate * (first / correction1)) / (Math.sqrt(second / correction2) + epsilon)
  }
}

/**
 * Yogi: Zaheer et al., NeurIPS 2018, Algorithm 2: v_t = v_(t-1) - (1 - beta2) sign(v_(t-1) - g^2) g^2, no bias
 * correction. As their section on experiments proposes, v_0 is the squared gradient at the starting point.
 */
const stepYogi: OptimiserStep = (x, g, m, v, step, options, start, end) => {
  const { learningRate, beta1, beta2, epsilon } = options
  for (let i = start; i < end; i++) {
    const gradient = g[i]
    const square = gradient * gradient
    const before = step === 1 ? square : v[i]
    const first = beta1 * m[i] + (1 - beta1) * gradient
    const second = before - (1 - beta2) * Math.sign(before - square) * square
    m[i] = first
    v[i] = second
    x[i] -= (learningRate * first) / (Math.sqrt(second) + epsilon)
  }
}

/**
 * AdaBelief: Zhuang et al., NeurIPS 2020 (arXiv:2010.07468), Algorithm 2:
 * s_t = beta2 s_(t-1) + (1 - beta2) (g - m_t)^2 + epsilon, with bias correction of both moments and a second epsilon
 * outside the root.
 */
const stepAdaBelief: OptimiserStep = (x, g, m, v, step, options, start, end) => {
  const { learningRate, beta1, beta2, epsilon } = options
  const correction1 = 1 - beta1 ** step
  const correction2 = 1 - beta2 ** step
  for (let i = start; i < end; i++) {
    const gradient = g[i]
    const first = beta1 * m[i] + (1 - beta1) * gradient
    const surprise = gradient - first
    const second = beta2 * v[i] + (1 - beta2) * surprise * surprise + epsilon
    m[i] = first
    v[i] = second
    x[i] -= (learningRate * (first / correction1)) / (Math.sqrt(second / correction2) + epsilon)
  }
}

export const optimiserSteps: Readonly<Record<OptimiserMethod, OptimiserStep>> = {
  adam: stepAdam,
  yogi: stepYogi,
  adabelief: stepAdaBelief,
}

/** The published settings: beta 0.9 and 0.999; epsilon 1e-8 for ADAM and AdaBelief, 1e-3 for Yogi. */
export function publishedOptions(method: OptimiserMethod, learningRate: number): OptimiserOptions {
  const epsilon = method === 'yogi' ? 1e-3 : 1e-8
  return { learningRate, beta1: 0.9, beta2: 0.999, epsilon }
}
