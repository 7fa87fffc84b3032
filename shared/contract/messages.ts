import { z } from 'zod'

/**
 * What travels between the interface and the engine: a small JSON header and raw typed-array payloads.
 * Numbers in bulk are never JSON and never base64.
 */

export const payloadTypes = ['float32', 'float64', 'int32', 'uint8'] as const
export type PayloadType = (typeof payloadTypes)[number]
export type Payload = Float32Array | Float64Array | Int32Array | Uint8Array

const id = z.int().nonnegative()
const payloadList = z
  .array(z.strictObject({ type: z.enum(payloadTypes), length: z.int().nonnegative() }))
  .max(16)
  .default([])

export const requestHeader = z.strictObject({
  kind: z.literal('request'),
  id,
  method: z.string().max(64),
  body: z.unknown(),
  payloads: payloadList,
})
export const replyHeader = z.strictObject({
  kind: z.literal('reply'),
  id,
  body: z.unknown(),
  /** How long the engine worked on it by the clock, ms: what is left of the time between question and answer is the way and the wait. */
  engine_ms: z.number().nonnegative().optional(),
  payloads: payloadList,
})
/** `code` is stable for programs; `message` and `advice` are sentences for people. */
export const errorBody = z.strictObject({
  code: z.string().max(64),
  message: z.string(),
  advice: z.string().optional(),
  file: z.string().optional(),
  field: z.string().optional(),
})
export const errorHeader = z.strictObject({
  kind: z.literal('error'),
  id,
  error: errorBody,
  payloads: payloadList,
})
export const cancelHeader = z.strictObject({ kind: z.literal('cancel'), id, payloads: payloadList })
export const eventHeader = z.strictObject({
  kind: z.literal('event'),
  event: z.string().max(64),
  body: z.unknown(),
  payloads: payloadList,
})
export const header = z.discriminatedUnion('kind', [
  requestHeader,
  replyHeader,
  errorHeader,
  cancelHeader,
  eventHeader,
])

export type Header = z.output<typeof header>
export type ErrorBody = z.output<typeof errorBody>
export interface Message {
  header: Header
  payloads: Payload[]
}
