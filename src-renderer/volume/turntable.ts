import { turntableOrbits } from './turntable-orbits.ts'
import { openVideo } from './video/video-file.ts'
import { openVolumePainter } from './volume-painter.ts'
import { zipStored } from './video/zip.ts'
import type { TurntableRequest } from './types.ts'
import type { VideoFile } from './video/video-file.ts'
import type { ZipEntry } from './video/zip.ts'
import type { DrawnVolume } from './volume-painter.ts'

/** 1280 pixels across. */
const filmSize = { width: 640, height: 400, ratio: 2 } as const
const framesPerSecond = 25

/**
 * One turn of the camera as a film: WebM, or numbered PNG pictures in a ZIP file. Each frame is drawn in full before the next, however
 * long that takes, and shown for a 25th of a second.
 *
 * @throws AbortError when it was stopped; Error where the browser cannot encode films
 */
export async function makeTurntable(
  drawn: DrawnVolume,
  { format, seconds, background, signal, onProgress }: TurntableRequest,
): Promise<Blob> {
  const frames = Math.round(seconds * framesPerSecond)
  const painter = await openVolumePainter(drawn, filmSize, background)
  const { canvas } = painter
  let video: VideoFile | null = null
  const pictures: ZipEntry[] = []
  try {
    if (format === 'webm') video = await openVideo(canvas.width, canvas.height, framesPerSecond)
    for (const [i, orbit] of turntableOrbits(painter.orbit, frames).entries()) {
      signal.throwIfAborted()
      await painter.paint(orbit)
      if (video) await video.add(canvas)
      else {
        const data = new Uint8Array(await (await painter.toBlob()).arrayBuffer())
        pictures.push({ name: `turntable-${String(i).padStart(4, '0')}.png`, data })
      }
      onProgress((i + 1) / frames)
    }
    return video ? await video.finish() : zipStored(pictures)
  } finally {
    video?.close()
    painter.dispose()
  }
}
