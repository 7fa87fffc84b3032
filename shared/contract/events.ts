import { z } from 'zod'
import { runSummary } from './methods.ts'

/** What the engine says without being asked. At most ten of each kind per second and run. */
export const events = {
  'run.progress': z.strictObject({
    session: z.string(),
    summary: runSummary,
    stage: z.enum(['queued', 'loading', 'rays', 'warm-up', 'optimising', 'writing', 'finished']),
    iterationsPerSecond: z.number().nullable(),
    secondsLeft: z.number().nullable(),
    /** Residual standard deviation of the fitted pixels, kelvin, first map. */
    residual: z.number().nullable(),
    message: z.string(),
  }),
  /** New rows of the curves; payload float64 [rows][columns], the first being row `from`. */
  'run.rows': z.strictObject({
    session: z.string(),
    run: z.int(),
    columns: z.array(z.string()),
    from: z.int(),
    rows: z.int(),
  }),
  'session.changed': z.strictObject({ session: z.string() }),
  log: z.strictObject({
    time: z.number(),
    level: z.enum(['info', 'warning', 'error']),
    text: z.string(),
  }),
} as const

export type EventName = keyof typeof events
export type EventBody<E extends EventName> = z.output<(typeof events)[E]>
