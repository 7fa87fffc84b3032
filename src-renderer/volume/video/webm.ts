/** Encoded frames as a WebM file (RFC 8794 and 9559): one track, clusters from key frame to key frame, and cues for seeking. */

export interface VideoChunk {
  readonly data: Uint8Array<ArrayBuffer>
  readonly key: boolean
  /** ms from the beginning, whole. */
  readonly timeMs: number
}

export interface VideoFormat {
  readonly codec: 'V_VP8' | 'V_VP9'
  readonly width: number
  readonly height: number
  /** ms of the whole film. */
  readonly durationMs: number
}

type Bytes = Uint8Array<ArrayBuffer>
/** An element: its identifier, and what is in it. */
type Element = readonly [id: number, body: Bytes | readonly Element[]]

/** @throws RangeError when the film does not begin with a key frame */
export function webm(chunks: readonly VideoChunk[], format: VideoFormat): Blob {
  if (!chunks[0]?.key) throw new RangeError('A film begins with a key frame.')
  const clusters = chunks.reduce<VideoChunk[][]>((found, chunk) => {
    if (chunk.key) found.push([])
    found[found.length - 1].push(chunk)
    return found
  }, [])
  const head = [infoOf(format), tracksOf(format)].map(encode)
  const bodies = clusters.map((cluster) => encode(clusterOf(cluster)))
  let offset = head.reduce((sum, part) => sum + part.length, 0)
  const cues = clusters.map((cluster, i): Element => {
    const at = offset
    offset += bodies[i].length
    return cuePoint(cluster[0].timeMs, at)
  })
  const parts = [...head, ...bodies, encode([0x1c53bb6b, cues])]
  const size = parts.reduce((sum, part) => sum + part.length, 0)
  return new Blob([encode(ebmlHead), idBytes(0x18538067), sizeBytes(size), ...parts], {
    type: 'video/webm',
  })
}

const ebmlHead: Element = [
  0x1a45dfa3,
  [
    [0x4286, whole(1)],
    [0x42f7, whole(1)],
    [0x42f2, whole(4)],
    [0x42f3, whole(8)],
    [0x4282, text('webm')],
    [0x4287, whole(4)],
    [0x4285, whole(2)],
  ],
]

function infoOf({ durationMs }: VideoFormat): Element {
  return [
    0x1549a966,
    [
      // Times are in ms.
      [0x2ad7b1, whole(1_000_000)],
      [0x4489, float(durationMs)],
      [0x4d80, text('Larmor')],
      [0x5741, text('Larmor')],
    ],
  ]
}

function tracksOf({ codec, width, height }: VideoFormat): Element {
  const video: Element = [
    0xe0,
    [
      [0xb0, whole(width)],
      [0xba, whole(height)],
    ],
  ]
  const track: Element = [
    0xae,
    [
      [0xd7, whole(1)],
      [0x73c5, whole(1)],
      [0x83, whole(1)],
      [0x9c, whole(0)],
      [0x86, text(codec)],
      video,
    ],
  ]
  return [0x1654ae6b, [track]]
}

function clusterOf(chunks: readonly VideoChunk[]): Element {
  const [{ timeMs: start }] = chunks
  const blocks = chunks.map(({ data, key, timeMs }): Element => {
    const block = new Uint8Array(4 + data.length)
    // Track 1, time from the beginning of the cluster, flags.
    block[0] = 0x81
    new DataView(block.buffer).setInt16(1, timeMs - start)
    block[3] = key ? 0x80 : 0
    block.set(data, 4)
    return [0xa3, block]
  })
  return [0x1f43b675, [[0xe7, whole(start)], ...blocks]]
}

function cuePoint(timeMs: number, at: number): Element {
  const place: Element = [
    0xb7,
    [
      [0xf7, whole(1)],
      [0xf1, whole(at)],
    ],
  ]
  return [0xbb, [[0xb3, whole(timeMs)], place]]
}

function encode([id, body]: Element): Bytes {
  const content = body instanceof Uint8Array ? body : joined(body.map(encode))
  return joined([idBytes(id), sizeBytes(content.length), content])
}

function joined(parts: readonly Bytes[]): Bytes {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

/** An identifier as it is written: its length is in its first bits. */
function idBytes(id: number): Bytes {
  return whole(id)
}

/** A length in eight bytes, so that nothing has to be known before. */
function sizeBytes(size: number): Bytes {
  const bytes = new Uint8Array(8)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, 0x01000000 + Math.floor(size / 2 ** 32))
  view.setUint32(4, size % 2 ** 32)
  return bytes
}

/** A whole number in as many bytes as it needs. */
function whole(value: number): Bytes {
  const bytes: number[] = []
  for (let rest = value; bytes.length === 0 || rest > 0; rest = Math.floor(rest / 256)) {
    bytes.unshift(rest % 256)
  }
  return Uint8Array.from(bytes)
}

function float(value: number): Bytes {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setFloat64(0, value)
  return bytes
}

function text(value: string): Bytes {
  return Uint8Array.from(value, (letter) => letter.charCodeAt(0))
}
