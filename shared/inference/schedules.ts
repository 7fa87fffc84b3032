/** How the learning rate changes over a run of `iterations` steps. */
export type Schedule = 'constant' | 'cosine' | 'exponential'

/** What is left of the learning rate at the end of a run. */
const LAST_SHARE = 0.01

/**
 * Factor of the learning rate at step 1, 2, ... iterations: `cosine` falls from 1 to 0.01 along half a cosine (Loshchilov & Hutter
 * 2017, equation 5, one period), `exponential` by the same factor each step.
 */
export function scheduleFactor(schedule: Schedule, step: number, iterations: number): number {
  const time = Math.min((step - 1) / iterations, 1)
  switch (schedule) {
    case 'constant':
      return 1
    case 'cosine':
      return LAST_SHARE + ((1 - LAST_SHARE) * (1 + Math.cos(Math.PI * time))) / 2
    case 'exponential':
      return LAST_SHARE ** time
  }
}
