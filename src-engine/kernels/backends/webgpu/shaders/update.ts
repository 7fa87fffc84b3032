import type { OptimiserMethod, OptimiserOptions } from '#shared/inference/optimisers.ts'
import type { Binding } from '../kernel.ts'

export const updateBindings: readonly Binding[] = [
  { name: 'rule', type: 'Rule', access: 'uniform' },
  { name: 'parameters', type: 'array<f32>', access: 'read_write' },
  { name: 'gradient', type: 'array<f32>', access: 'read' },
  { name: 'firstMoment', type: 'array<f32>', access: 'read_write' },
  { name: 'secondMoment', type: 'array<f32>', access: 'read_write' },
]

/** The constants of one step as the kernel's uniform `Rule`, worked out in float64. */
export function ruleOf(
  method: OptimiserMethod,
  step: number,
  { learningRate, beta1, beta2, epsilon }: OptimiserOptions,
  count: number,
): Uint32Array<ArrayBuffer> {
  const corrected = method !== 'yogi'
  const rule = new Uint32Array(8)
  const floats = new Float32Array(rule.buffer)
  floats.set([
    learningRate / (corrected ? 1 - beta1 ** step : 1),
    corrected ? 1 / (1 - beta2 ** step) : 1,
    beta1,
    1 - beta1,
    beta2,
    1 - beta2,
    epsilon,
  ])
  rule[7] = method === 'yogi' && step === 1 ? count | 0x80000000 : count
  return rule
}

const secondMoments: Record<OptimiserMethod, string> = {
  adam: 'let second = rule.beta2 * secondMoment[i] + rule.rest2 * g * g;',
  // v_0 is the squared gradient at the start
  yogi: /* wgsl */ `
  let before = select(secondMoment[i], g * g, (rule.count & 0x80000000u) != 0);
  let second = before - rule.rest2 * sign(before - g * g) * g * g;`,
  adabelief: /* wgsl */ `
  let surprise = g - first;
  let second = rule.beta2 * secondMoment[i] + rule.rest2 * surprise * surprise + rule.epsilon;`,
}

/** One invocation per element: the published rule (shared/inference/optimisers.ts) in float32. */
export function updateWgsl(method: OptimiserMethod): string {
  return /* wgsl */ `
struct Rule {
  // learning rate over the first moment's correction, one over the second's
  rate: f32,
  correction2: f32,
  beta1: f32,
  rest1: f32,
  beta2: f32,
  rest2: f32,
  epsilon: f32,
  // number of elements; the highest bit marks Yogi's first step
  count: u32,
}

fn element(i: u32) {
  if (i >= (rule.count & 0x7fffffffu)) { return; }
  let g = gradient[i];
  let first = rule.beta1 * firstMoment[i] + rule.rest1 * g;
  ${secondMoments[method]}
  firstMoment[i] = first;
  secondMoment[i] = second;
  parameters[i] -= rule.rate * first / (sqrt(second * rule.correction2) + rule.epsilon);
}
`
}
