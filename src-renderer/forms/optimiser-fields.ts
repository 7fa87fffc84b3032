/** Which keys of the optimiser a method uses, in the order of the form. */
const firstOrder = ['learning_rate', 'schedule', 'clip_norm'] as const

const keysOf: Readonly<Record<string, readonly string[]>> = {
  adam: firstOrder,
  yogi: firstOrder,
  adabelief: firstOrder,
  lbfgs: ['learning_rate', 'memory', 'preconditioner', 'tolerance'],
  'gauss-newton': ['inner_iterations', 'tolerance'],
}

export interface OptimiserField {
  readonly key: string
  readonly label?: string
  readonly help?: string
  /** The key may be left out, and this is what that means. */
  readonly absent?: string
}

const words: Readonly<Record<string, Omit<OptimiserField, 'key'>>> = {
  clip_norm: { absent: 'no limit', help: 'A longer gradient is shortened to this norm.' },
  memory: { help: 'Pairs of steps and gradient changes that are kept.' },
  preconditioner: { help: 'Scales the first step by the curvature of the data.' },
  inner_iterations: { help: 'Most conjugate-gradient iterations in one step.' },
  tolerance: { help: 'A step that lowers the loss by a smaller share is the last.' },
}

/** The fields between method and iterations. */
export function optimiserFields(method: string): OptimiserField[] {
  return (keysOf[method] ?? firstOrder).map((key) =>
    key === 'learning_rate' && method === 'lbfgs'
      ? { key, label: 'First change', help: 'The largest change of an unknown in the first step.' }
      : { key, ...words[key] },
  )
}

/** Methods of second order end by themselves. */
export function iterationsLabel(method: string): string {
  return method === 'lbfgs' || method === 'gauss-newton' ? 'Iterations, most' : 'Iterations'
}

const rateUnits: Readonly<Record<string, string>> = {
  components: 'µG',
  correction: 'µG',
  'vector-potential': 'µG kpc',
  whitened: 'σ',
}

/** Unit of the learning rate: that of what the optimiser moves. */
export function rateUnit(representation: unknown): string {
  return rateUnits[String(representation)] ?? ''
}
