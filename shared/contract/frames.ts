import { ProtocolError } from './errors.ts'
import { header as headerSchema } from './messages.ts'
import type { Message, Payload, PayloadType } from './messages.ts'
import { decodeUtf8, encodeUtf8 } from './utf8.ts'

/**
 * A message as bytes, little-endian:
 *
 *     0  u32  magic "LRMR"
 *     4  u16  protocol version
 *     6  u16  channel: which client of the engine process (0: the shell itself); 0 where there is only one
 *     8  u32  bytes of the JSON header
 *    12  u32  bytes of all payloads with their padding
 *    16  JSON header in UTF-8, zero-padded to a multiple of 8
 *        payloads in the order of the header, each zero-padded to a multiple of 8
 *
 * So payloads are aligned within the frame and are read as views, without copying.
 */

export const frameVersion = 1
export const prefixBytes = 16
const magic = 0x524d524c
const maximumDepth = 64

export interface FrameLimits {
  readonly headerBytes: number
  readonly payloadBytes: number
}
export const defaultLimits: FrameLimits = { headerBytes: 1 << 20, payloadBytes: 2 ** 30 }

const aligned = (bytes: number) => Math.ceil(bytes / 8) * 8

const elementBytes: Record<PayloadType, number> = { float32: 4, float64: 8, int32: 4, uint8: 1 }

/** The name under which `payload` travels. */
export function payloadType(payload: Payload): PayloadType {
  if (payload instanceof Float32Array) return 'float32'
  if (payload instanceof Float64Array) return 'float64'
  if (payload instanceof Int32Array) return 'int32'
  return 'uint8'
}

function makePayload(
  type: PayloadType,
  buffer: ArrayBufferLike,
  offset: number,
  length: number,
): Payload {
  switch (type) {
    case 'float32':
      return new Float32Array(buffer, offset, length)
    case 'float64':
      return new Float64Array(buffer, offset, length)
    case 'int32':
      return new Int32Array(buffer, offset, length)
    case 'uint8':
      return new Uint8Array(buffer, offset, length)
  }
}

// JSON has no NaN or infinity and would write null without a word.
const refuseNonFinite = (key: string, value: unknown): unknown => {
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new ProtocolError(`The value of "${key}" is ${value}, which a message cannot carry.`)
  return value
}

/** Encodes `message`; the header's payload list is made from the payloads. Throws ProtocolError beyond `limits`. */
export function encodeFrame(
  message: Message,
  channel = 0,
  limits = defaultLimits,
): Uint8Array<ArrayBuffer> {
  const list = message.payloads.map((p) => ({ type: payloadType(p), length: p.length }))
  const json = encodeUtf8(JSON.stringify({ ...message.header, payloads: list }, refuseNonFinite))
  const payloadBytes = message.payloads.reduce((sum, p) => sum + aligned(p.byteLength), 0)
  checkLengths(json.length, payloadBytes, limits)
  const frame = new Uint8Array(prefixBytes + aligned(json.length) + payloadBytes)
  const view = new DataView(frame.buffer)
  view.setUint32(0, magic, true)
  view.setUint16(4, frameVersion, true)
  view.setUint16(6, channel, true)
  view.setUint32(8, json.length, true)
  view.setUint32(12, payloadBytes, true)
  frame.set(json, prefixBytes)
  let offset = prefixBytes + aligned(json.length)
  for (const p of message.payloads) {
    frame.set(new Uint8Array(p.buffer, p.byteOffset, p.byteLength), offset)
    offset += aligned(p.byteLength)
  }
  return frame
}

function checkLengths(headerBytes: number, payloadBytes: number, limits: FrameLimits): void {
  if (headerBytes > limits.headerBytes)
    throw new ProtocolError(
      `A message header of ${headerBytes} bytes is over the limit of ${limits.headerBytes}.`,
    )
  if (payloadBytes > limits.payloadBytes)
    throw new ProtocolError(
      `Message data of ${payloadBytes} bytes is over the limit of ${limits.payloadBytes}.`,
    )
}

export interface FramePrefix {
  readonly channel: number
  readonly headerBytes: number
  readonly payloadBytes: number
  readonly frameBytes: number
}

/** Reads the 16 bytes at the start of `bytes`. Throws ProtocolError where they are not a frame within `limits`. */
export function readPrefix(bytes: Uint8Array, limits = defaultLimits): FramePrefix {
  if (bytes.length < prefixBytes) throw new ProtocolError('A message is shorter than its prefix.')
  const view = new DataView(bytes.buffer, bytes.byteOffset, prefixBytes)
  if (view.getUint32(0, true) !== magic) throw new ProtocolError('These bytes are not a message.')
  const version = view.getUint16(4, true)
  if (version !== frameVersion)
    throw new ProtocolError(
      `The other side speaks protocol version ${version}, this one ${frameVersion}.`,
    )
  const headerBytes = view.getUint32(8, true)
  const payloadBytes = view.getUint32(12, true)
  checkLengths(headerBytes, payloadBytes, limits)
  const frameBytes = prefixBytes + aligned(headerBytes) + payloadBytes
  return { channel: view.getUint16(6, true), headerBytes, payloadBytes, frameBytes }
}

/** The channel of a whole frame; throws ProtocolError unless its lengths add up. Its content is not looked at. */
export function checkFrame(bytes: Uint8Array, limits = defaultLimits): FramePrefix {
  const prefix = readPrefix(bytes, limits)
  if (prefix.frameBytes !== bytes.length)
    throw new ProtocolError(
      `A message says ${prefix.frameBytes} bytes and has ${bytes.length} bytes.`,
    )
  return prefix
}

/** Stamps the channel into a frame in place: the receiver of a pipe decides who is who, never the sender. */
export function stampChannel(frame: Uint8Array, channel: number): void {
  new DataView(frame.buffer, frame.byteOffset, prefixBytes).setUint16(6, channel, true)
}

/** Decodes one whole frame. Payloads are views of `bytes` where its alignment allows. Throws ProtocolError. */
export function decodeFrame(bytes: Uint8Array, limits = defaultLimits): Message {
  const prefix = checkFrame(bytes, limits)
  const source = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice()
  const json = decodeUtf8(source.subarray(prefixBytes, prefixBytes + prefix.headerBytes))
  if (json === undefined) throw new ProtocolError('A message header is not valid UTF-8.')
  const raw = parseJson(json)
  refuseDangerous(raw)
  const parsed = headerSchema.safeParse(raw)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new ProtocolError(`A message header is wrong at "${issue.path.join('.')}".`)
  }
  const payloads: Payload[] = []
  let offset = prefix.frameBytes - prefix.payloadBytes
  for (const { type, length } of parsed.data.payloads) {
    const end = offset + aligned(length * elementBytes[type])
    if (end > prefix.frameBytes)
      throw new ProtocolError('A message has less data than its header says.')
    payloads.push(makePayload(type, source.buffer, source.byteOffset + offset, length))
    offset = end
  }
  if (offset !== prefix.frameBytes)
    throw new ProtocolError('A message has more data than its header says.')
  return { header: parsed.data, payloads }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new ProtocolError('A message header is not valid JSON.')
  }
}

/** Refuses what could change prototypes when copied, and nesting deep enough to exhaust a recursive reader. */
function refuseDangerous(root: unknown): void {
  let level: unknown[] = [root]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > maximumDepth) throw new ProtocolError('A message header is nested too deeply.')
    const next: unknown[] = []
    for (const value of level) {
      if (value === null || typeof value !== 'object') continue
      if (Object.prototype.hasOwnProperty.call(value, '__proto__'))
        throw new ProtocolError('A message header has a forbidden key.')
      for (const child of Object.values(value)) next.push(child)
    }
    level = next
  }
}

/**
 * Cuts a byte stream into whole frames. A bad prefix is fatal (where the next frame begins is unknown): `push` throws
 * ProtocolError and the stream has to be closed. Memory grows with what arrived, not with what a prefix promises.
 */
export class FrameSplitter {
  #chunks: Uint8Array[] = []
  #bytes = 0
  readonly #limits: FrameLimits

  constructor(limits: FrameLimits = defaultLimits) {
    this.#limits = limits
  }

  /** Bytes waiting for the rest of their frame. */
  get pending(): number {
    return this.#bytes
  }

  /** The frames that `chunk` completes, each in memory of its own. */
  push(chunk: Uint8Array): Uint8Array[] {
    if (chunk.length > 0) this.#chunks.push(chunk)
    this.#bytes += chunk.length
    const frames: Uint8Array[] = []
    while (this.#bytes >= prefixBytes) {
      const { frameBytes } = readPrefix(this.#peek(), this.#limits)
      if (this.#bytes < frameBytes) break
      frames.push(this.#take(frameBytes))
    }
    return frames
  }

  #peek(): Uint8Array {
    if (this.#chunks[0].length >= prefixBytes) return this.#chunks[0]
    const prefix = new Uint8Array(prefixBytes)
    let filled = 0
    for (const chunk of this.#chunks) {
      const part = chunk.subarray(0, prefixBytes - filled)
      prefix.set(part, filled)
      filled += part.length
      if (filled === prefixBytes) break
    }
    return prefix
  }

  #take(length: number): Uint8Array {
    const frame = new Uint8Array(length)
    let filled = 0
    let used = 0
    while (filled < length) {
      const chunk = this.#chunks[used]
      const part = chunk.subarray(0, length - filled)
      frame.set(part, filled)
      filled += part.length
      if (part.length < chunk.length) this.#chunks[used] = chunk.subarray(part.length)
      else used++
    }
    this.#chunks.splice(0, used)
    this.#bytes -= length
    return frame
  }
}
