import { buildScale, tableOf, valueStatistics } from './colour-scale.ts'
import { mapContext, MapRenderer } from './map-renderer.ts'
import { wholeSky } from './types.ts'
import type { SkyNorm, SkyProjection } from './types.ts'
import { skyGeometry } from './view.ts'

let isDone = false

/**
 * Draws a map of twelve pixels that nobody sees: meanwhile the driver makes the shader of the first real map, which takes some of them a
 * second, and keeps it. Once for a page, however often its start screen is shown.
 */
export function rehearse({ projection, norm }: { projection: SkyProjection; norm: SkyNorm }): void {
  if (isDone) return
  isDone = true
  const canvas = document.createElement('canvas')
  const gl = mapContext(canvas)
  if (!gl) return
  const values = Float32Array.from({ length: 12 }, (_, pixel) => 1 + pixel)
  const scale = { norm, limits: null, percentile: 100, symmetric: false }
  try {
    const renderer = new MapRenderer(gl)
    renderer.setScale(buildScale(scale, valueStatistics(values)), [0, 0, 0])
    renderer.setColourMap(tableOf('viridis'))
    // A map as small as this is one piece.
    renderer.setPixels(values, 1).next()
    renderer.draw(skyGeometry(projection, wholeSky, canvas), 1)
    void renderer.finished().then(() => renderer.dispose())
  } catch {
    // What is wrong is told where the map is wanted.
  }
}
