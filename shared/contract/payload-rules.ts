import { z } from 'zod'
import { payloadType } from './frames.ts'
import type { EventName } from './events.ts'
import type { MethodName } from './methods.ts'
import type { Payload, PayloadType } from './messages.ts'

/** What raw array goes with a request, a reply or an event; none is allowed where there is no rule. */
export interface PayloadRule {
  readonly type: PayloadType
  /** Number of elements, from the body that the array goes with. */
  readonly elements?: z.ZodType<number>
}

const skyPixels = z.object({ nside: z.int() }).transform((b) => 12 * b.nside ** 2)
const grid = z
  .object({ shape: z.tuple([z.int(), z.int(), z.int()]), components: z.int() })
  .transform(({ shape, components }) => components * shape[0] * shape[1] * shape[2])
const marks = z
  .object({ nside: z.int(), sources: z.int() })
  .transform((b) => (b.nside > 0 ? 12 * b.nside ** 2 : b.sources))
const layers = z
  .object({ nside: z.int(), sources: z.int(), layers: z.array(z.unknown()) })
  .transform((b) => b.layers.length * (b.nside > 0 ? 12 * b.nside ** 2 : b.sources))
const planes = z
  .object({ columns: z.int(), face_rows: z.int(), edge_rows: z.int(), components: z.int() })
  .transform((b) => b.components * b.columns * (b.face_rows + b.edge_rows))
const table = z
  .object({ rows: z.int(), columns: z.array(z.unknown()) })
  .transform((b) => b.rows * b.columns.length)

export const requestPayloads: ReadonlyMap<string, PayloadRule> = new Map<MethodName, PayloadRule>([
  ['files.upload', { type: 'uint8' }],
  ['masks.save', { type: 'uint8', elements: skyPixels }],
])

export const replyPayloads: ReadonlyMap<string, PayloadRule> = new Map<MethodName, PayloadRule>([
  ['sessions.picture', { type: 'uint8' }],
  ['masks.load', { type: 'uint8', elements: skyPixels }],
  ['maps.load', { type: 'float32', elements: skyPixels }],
  ['run.map', { type: 'float32', elements: skyPixels }],
  ['run.field', { type: 'float32', elements: grid }],
  ['model.field', { type: 'float32', elements: grid }],
  ['points.load', { type: 'float64', elements: table }],
  ['run.points', { type: 'float64', elements: table }],
  ['run.sightline', { type: 'float64', elements: table }],
  ['run.seen_by', { type: 'float32', elements: marks }],
  ['model.sky', { type: 'float32', elements: layers }],
  ['model.picture', { type: 'float32', elements: planes }],
  ['run.curves', { type: 'float64', elements: table }],
])

export const eventPayloads: ReadonlyMap<string, PayloadRule> = new Map<EventName, PayloadRule>([
  ['run.rows', { type: 'float64', elements: table }],
])

/** What is wrong with `payloads` under `rule`, as the end of a sentence; undefined when nothing is. */
export function payloadProblem(
  rule: PayloadRule | undefined,
  body: unknown,
  payloads: readonly Payload[],
): string | undefined {
  if (rule === undefined)
    return payloads.length === 0 ? undefined : 'carries data where none belongs'
  if (payloads.length !== 1) return `must carry one array and carries ${payloads.length}`
  const type = payloadType(payloads[0])
  if (type !== rule.type) return `must carry ${rule.type} and carries ${type}`
  const expected = rule.elements?.parse(body)
  if (expected !== undefined && expected !== payloads[0].length)
    return `must carry ${expected} elements and carries ${payloads[0].length}`
  return undefined
}
