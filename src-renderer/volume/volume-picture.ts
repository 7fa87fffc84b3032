import { drawColourBar, pictureHeight } from '../sky/colour-bar.ts'
import { printPalette } from '../sky/palette.ts'
import { printCanvas, printTitle } from '../sky/sky-picture.ts'
import { printLook, volumeGrid, volumeTransfer } from './field-look.ts'
import { homeOrbit } from './orbit.ts'
import { quantityInfo } from './scalar.ts'
import { drawVolumeOverlay } from './volume-overlay.ts'
import type { Orbit } from './orbit.ts'
import type { FieldVolumeProps } from './types.ts'

const pictureSize = { width: 640, height: 480, ratio: 2 } as const
const titleHeight = 28

/**
 * The volume for print: seen from the same place, on white, with the colours of the light theme. It is drawn by a scene
 * of its own, so that the screen does not flicker. Rejects while there is no field.
 */
export async function volumePicture(
  props: FieldVolumeProps,
  orbit: Orbit | null,
  hiddenBelow: number,
): Promise<Blob> {
  const { grid, scale, words, colourMap } = printLook(props)
  const { VolumeScene } = await import('./volume-scene.ts')
  const { width, height, ratio } = pictureSize
  const { name, symbol, signed, unit } = quantityInfo[props.quantity]
  const from = orbit ?? homeOrbit(props.halfSizeKpc, width, height)
  const palette = printPalette(true)
  const { context, toBlob } = printCanvas(width, titleHeight + height + pictureHeight + 16, ratio)
  const scene = new VolumeScene(document.createElement('div'))
  try {
    scene.setSize(width * ratio, height * ratio)
    scene.setBackground(1, 1, 1)
    scene.setTransfer(volumeTransfer(scale, colourMap, signed, hiddenBelow))
    scene.setGrid(volumeGrid(grid, scale))
    scene.draw(from, false)
    context.drawImage(scene.canvas, 0, titleHeight, width, height)
  } finally {
    scene.dispose()
  }
  printTitle(context, 12, `${name} ${symbol}`, props.title)
  context.save()
  context.translate(0, titleHeight)
  drawVolumeOverlay(context, {
    orbit: from,
    width,
    height,
    halfSizeKpc: props.halfSizeKpc,
    observerKpc: props.observerKpc,
    cursor: null,
    ray: props.ray,
    palette,
  })
  context.restore()
  drawColourBar(context, {
    x: 12,
    y: titleHeight + height + 8,
    width: width - 24,
    scale,
    colourMap,
    palette,
    quantity: words,
    unit,
    signed,
    mark: null,
  })
  return toBlob()
}
