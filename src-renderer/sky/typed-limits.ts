import { formatNumber } from '#shared/sky/index.ts'
import type { ColourLimits, SkyNorm } from './types.ts'

export interface TypedLimits {
  /** null: what is in the field is no number; undefined: nothing was typed. */
  readonly low?: number | null
  readonly high?: number | null
}

export type LimitsAnswer =
  { readonly limits: ColourLimits } | { readonly part: 'low' | 'high'; readonly problem: string }

/**
 * What typed limits mean, in the unit of the map: new limits, or what is wrong with which of them. What was not typed
 * stays as it is in `shown`; symmetric limits follow the one that was typed last, `part`.
 */
export function readLimits(
  typed: TypedLimits,
  part: 'low' | 'high',
  shown: ColourLimits,
  { norm, symmetric }: { readonly norm: SkyNorm; readonly symmetric: boolean },
): LimitsAnswer {
  for (const one of [part, part === 'low' ? 'high' : 'low'] as const)
    if (typed[one] === null && (one === part || !symmetric))
      return { part: one, problem: 'Type a number, such as 12.5 or 3e-4.' }
  if (symmetric) {
    const reach = part === 'low' ? -(typed.low ?? shown[0]) : (typed.high ?? shown[1])
    if (reach > 0) return { limits: [-reach, reach] }
    const side = part === 'low' ? 'below' : 'above'
    return { part, problem: `Limits are symmetric about zero: this one is ${side} zero.` }
  }
  const limits: ColourLimits = [typed.low ?? shown[0], typed.high ?? shown[1]]
  if (norm === 'log' && !(limits[0] > 0))
    return { part: 'low', problem: 'A logarithmic stretch needs a lower limit above zero.' }
  if (limits[0] < limits[1]) return { limits }
  const other = formatNumber(limits[part === 'low' ? 1 : 0], { digits: 5 })
  const side = part === 'low' ? 'below the upper limit' : 'above the lower limit'
  return { part, problem: `This has to be ${side}, ${other}.` }
}
