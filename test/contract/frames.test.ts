import { describe, expect, it } from 'vitest'
import {
  checkFrame,
  decodeFrame,
  encodeFrame,
  FrameSplitter,
  ProtocolError,
  prefixBytes,
  readPrefix,
  stampChannel,
} from '#shared/contract/index.ts'
import { decodeUtf8, encodeUtf8 } from '#shared/contract/utf8.ts'
import type { Message } from '#shared/contract/index.ts'
import { randomGenerator } from '../tools/random.ts'

const message: Message = {
  header: {
    kind: 'reply',
    id: 7,
    body: { text: 'brightness 4.1×10⁵ K, |B⊥|, 𝛼', list: [1, -0.5] },
    payloads: [],
  },
  payloads: [
    new Float32Array([1.5, Number.NaN, -2]),
    new Uint8Array([1, 2, 3]),
    new Float64Array([Math.PI]),
    new Int32Array([-1, 2 ** 30]),
    new Float32Array(0),
  ],
}

/** A frame with any header text and data, lengths as stated. */
function rawFrame(json: string, data = new Uint8Array(0)): Uint8Array {
  const text = encodeUtf8(json)
  const frame = new Uint8Array(prefixBytes + Math.ceil(text.length / 8) * 8 + data.length)
  const view = new DataView(frame.buffer)
  view.setUint32(0, 0x524d524c, true)
  view.setUint16(4, 1, true)
  view.setUint32(8, text.length, true)
  view.setUint32(12, data.length, true)
  frame.set(text, prefixBytes)
  frame.set(data, frame.length - data.length)
  return frame
}

describe('frames', () => {
  it('keeps header and every array, also at an odd offset', () => {
    const frame = encodeFrame(message)
    const shifted = new Uint8Array(frame.length + 3)
    shifted.set(frame, 3)
    for (const bytes of [frame, shifted.subarray(3)]) {
      const decoded = decodeFrame(bytes)
      expect(decoded.payloads).toEqual(message.payloads)
      expect(decoded.header).toMatchObject({ kind: 'reply', id: 7 })
      expect('body' in decoded.header && decoded.header.body).toEqual(
        'body' in message.header && message.header.body,
      )
    }
  })

  it('reads aligned arrays without copying', () => {
    const frame = encodeFrame(message)
    expect(decodeFrame(frame).payloads[0].buffer).toBe(frame.buffer)
  })

  it('refuses numbers that JSON cannot carry instead of turning them into null', () => {
    const header = { kind: 'reply', id: 1, body: { chi2: Number.NaN }, payloads: [] } as const
    expect(() => encodeFrame({ header: { ...header, payloads: [] }, payloads: [] })).toThrow(
      /"chi2" is NaN/,
    )
  })

  it('stamps the channel', () => {
    const frame = encodeFrame(message, 3)
    expect(readPrefix(frame).channel).toBe(3)
    stampChannel(frame, 900)
    expect(checkFrame(frame).channel).toBe(900)
  })

  it('cuts a stream into frames whatever the chunks', () => {
    const one = encodeFrame(message)
    const stream = new Uint8Array(one.length * 3)
    for (let i = 0; i < 3; i++) stream.set(one, i * one.length)
    for (const size of [1, 7, 16, 17, one.length - 1, one.length + 5, stream.length]) {
      const splitter = new FrameSplitter()
      const frames: Uint8Array[] = []
      for (let at = 0; at < stream.length; at += size)
        frames.push(...splitter.push(stream.subarray(at, at + size)))
      expect(frames).toHaveLength(3)
      expect(splitter.pending).toBe(0)
      for (const frame of frames) expect(decodeFrame(frame).payloads).toEqual(message.payloads)
    }
  })

  it('holds no memory for what a prefix only promises', () => {
    const prefix = rawFrame('{}').slice(0, prefixBytes)
    new DataView(prefix.buffer).setUint32(12, 2 ** 30, true)
    const splitter = new FrameSplitter()
    expect(splitter.push(prefix)).toEqual([])
    expect(splitter.pending).toBe(prefixBytes)
  })
})

describe('hostile bytes', () => {
  const refused: [string, Uint8Array, RegExp][] = [
    ['empty', new Uint8Array(0), /shorter/],
    ['not a frame', encodeUtf8('GET / HTTP/1.1\r\nHost: x\r\n'), /not a message/],
    ['truncated', encodeFrame(message).slice(0, -8), /says .* has/],
    ['longer than stated', new Uint8Array([...encodeFrame(message), 0]), /says .* has/],
    ['no JSON', rawFrame('{"kind":'), /JSON/],
    ['bad UTF-8', rawFrame('\u0000').fill(0xc0, prefixBytes, prefixBytes + 1), /UTF-8/],
    ['header is a number', rawFrame('7'), /header is wrong/],
    ['unknown kind', rawFrame('{"kind":"shout","id":1}'), /header is wrong/],
    ['negative id', rawFrame('{"kind":"cancel","id":-1}'), /header is wrong/],
    ['extra key', rawFrame('{"kind":"cancel","id":1,"path":"/etc"}'), /header is wrong/],
    [
      'forbidden key',
      rawFrame('{"kind":"request","id":1,"method":"x","body":{"__proto__":{"a":1}}}'),
      /forbidden key/,
    ],
    [
      'deep nesting',
      rawFrame(
        `{"kind":"request","id":1,"method":"x","body":${'['.repeat(5e4)}${']'.repeat(5e4)}}`,
      ),
      /too deeply/,
    ],
    [
      'less data than promised',
      rawFrame('{"kind":"cancel","id":1,"payloads":[{"type":"float64","length":1000000000}]}'),
      /less data/,
    ],
    [
      'length beyond every integer',
      rawFrame('{"kind":"cancel","id":1,"payloads":[{"type":"float64","length":1e300}]}'),
      /header is wrong|less data/,
    ],
    ['unannounced data', rawFrame('{"kind":"cancel","id":1}', new Uint8Array(64)), /more data/],
    [
      'unknown element type',
      rawFrame('{"kind":"cancel","id":1,"payloads":[{"type":"bigint64","length":1}]}'),
      /header is wrong/,
    ],
  ]
  it.each(refused)('%s', (_name, bytes, words) => {
    expect(() => decodeFrame(bytes)).toThrow(ProtocolError)
    expect(() => decodeFrame(bytes)).toThrow(words)
  })

  it('refuses sizes over the limits before reading on', () => {
    const frame = rawFrame('{}')
    new DataView(frame.buffer).setUint32(8, (1 << 20) + 1, true)
    expect(() => new FrameSplitter().push(frame)).toThrow(/over the limit/)
    expect(() => encodeFrame(message, 0, { headerBytes: 10, payloadBytes: 1e6 })).toThrow(
      /over the limit/,
    )
    expect(() => encodeFrame(message, 0, { headerBytes: 1e6, payloadBytes: 10 })).toThrow(
      /over the limit/,
    )
  })

  it('answers random and mutated bytes with ProtocolError or a message, nothing else', () => {
    const random = randomGenerator(20_261_121)
    const whole = encodeFrame(message)
    for (let round = 0; round < 5000; round++) {
      const bytes =
        round % 2 === 0
          ? Uint8Array.from({ length: Math.floor(random() * 200) }, () => random() * 256)
          : whole.slice()
      if (round % 2 === 1)
        for (let k = 0; k < 1 + random() * 6; k++)
          bytes[Math.floor(random() * bytes.length)] = random() * 256
      for (const read of [
        () => decodeFrame(bytes),
        () => new FrameSplitter().push(bytes).map((frame) => decodeFrame(frame)),
      ]) {
        try {
          read()
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError)
        }
      }
    }
  })
})

describe('UTF-8', () => {
  it('agrees with the platform', () => {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
    const encoder = new TextEncoder()
    const random = randomGenerator(7)
    for (let round = 0; round < 3000; round++) {
      const bytes = Uint8Array.from({ length: 6 }, () =>
        random() < 0.5 ? random() * 256 : 0x80 + random() * 64,
      )
      let expected: string | undefined
      try {
        expected = decoder.decode(bytes)
      } catch {
        expected = undefined
      }
      expect(decodeUtf8(bytes)).toBe(expected)
    }
    const long = '𝛼é|B⊥|\ud800x'.repeat(5000)
    expect(encodeUtf8(long)).toEqual(encoder.encode(long))
    expect(decodeUtf8(encodeUtf8(long))).toBe(decoder.decode(encoder.encode(long)))
  })
})
