import { webm } from './webm.ts'
import type { VideoChunk, VideoFormat } from './webm.ts'

/** In the order in which they are tried: VP9 looks better, VP8 is what everything plays. */
const codecs = [
  { name: 'vp09.00.40.08', webm: 'V_VP9' },
  { name: 'vp8', webm: 'V_VP8' },
] as const

/** Enough for fine lines to stay sharp. */
const bitsPerSecond = 12_000_000
/** Every so many frames a key frame, to jump to. */
const keyEvery = 50
/** Frames that wait for the encoder before the next is drawn. */
const mostWaiting = 4

/** A film in the making. */
export interface VideoFile {
  /** Adds what is on a canvas. Rejects when the encoder has failed. */
  add(canvas: HTMLCanvasElement): Promise<void>
  finish(): Promise<Blob>
  /** Frees the encoder. */
  close(): void
}

/** A film that the browser encodes. Rejects where it encodes none. */
export async function openVideo(
  width: number,
  height: number,
  framesPerSecond: number,
): Promise<VideoFile> {
  const size = { width, height, framerate: framesPerSecond, bitrate: bitsPerSecond }
  for (const { name, webm } of typeof VideoEncoder === 'undefined' ? [] : codecs) {
    const config = { ...size, codec: name }
    const { supported } = await VideoEncoder.isConfigSupported(config)
    if (supported) return encodedVideo(config, webm, framesPerSecond)
  }
  throw new Error('This browser encodes no films. Take the pictures instead: "PNG pictures".')
}

function encodedVideo(
  config: VideoEncoderConfig,
  codec: VideoFormat['codec'],
  framesPerSecond: number,
): VideoFile {
  const chunks: VideoChunk[] = []
  let frames = 0
  let problem: Error | null = null
  const encoder = new VideoEncoder({
    output: (chunk) => {
      const data = new Uint8Array(chunk.byteLength)
      chunk.copyTo(data)
      chunks.push({ data, key: chunk.type === 'key', timeMs: Math.round(chunk.timestamp / 1000) })
    },
    error: (error) => (problem = error),
  })
  encoder.configure(config)
  const requireEncoder = () => {
    if (problem) throw problem
  }
  return {
    async add(canvas) {
      requireEncoder()
      const frame = new VideoFrame(canvas, {
        timestamp: Math.round((1e6 * frames) / framesPerSecond),
        duration: Math.round(1e6 / framesPerSecond),
      })
      encoder.encode(frame, { keyFrame: frames % keyEvery === 0 })
      frame.close()
      frames++
      while (encoder.encodeQueueSize > mostWaiting && !problem) {
        await new Promise((resolve) => setTimeout(resolve, 4))
      }
      requireEncoder()
    },
    async finish() {
      await encoder.flush()
      requireEncoder()
      const { width, height } = config
      return webm(chunks, { codec, width, height, durationMs: (1000 * frames) / framesPerSecond })
    },
    close() {
      if (encoder.state !== 'closed') encoder.close()
    },
  }
}
