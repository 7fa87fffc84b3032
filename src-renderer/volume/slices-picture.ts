import { drawColourBar } from '../sky/colour-bar.ts'
import { isPale, outsideColour, printPalette } from '../sky/palette.ts'
import { printCanvas } from '../sky/sky-picture.ts'
import { printLook, sliceColours } from './field-look.ts'
import { quantityInfo } from './scalar.ts'
import { layoutSlices } from './slice-layout.ts'
import { drawSliceOverlay } from './slice-overlay.ts'
import { SlicePainter } from './slice-painter.ts'
import type { FieldSlicesProps } from './types.ts'

const pictureSize = { width: 600, height: 660, ratio: 3 } as const

/** The slices for print: on white, with the colours of the light theme. Rejects while there is no field. */
export async function slicesPicture(props: FieldSlicesProps): Promise<Blob> {
  const { grid, scale, words, colourMap } = printLook(props)
  const { width, height, ratio } = pictureSize
  const { context, toBlob } = printCanvas(width, height, ratio)
  const layout = layoutSlices(width, height, props.halfSizeKpc)
  const picture = printCanvas(width, height, ratio)
  new SlicePainter().paint(picture.context, layout, ratio, {
    grid,
    cursor: props.cursor,
    colours: { ...sliceColours(scale, colourMap), neutral: outsideColour('light') },
  })
  context.drawImage(picture.context.canvas, 0, 0, width, height)
  drawSliceOverlay(context, {
    layout,
    halfSizeKpc: props.halfSizeKpc,
    observerKpc: props.observerKpc,
    cursor: props.cursor,
    ray: props.ray,
    overlays: props.overlays,
    palette: printPalette(isPale(colourMap)),
    readout: '',
  })
  const { signed, unit } = quantityInfo[props.quantity]
  drawColourBar(context, {
    x: layout.left,
    y: layout.barTop + 4,
    width: layout.width,
    scale,
    colourMap,
    palette: printPalette(false),
    quantity: words,
    unit,
    signed,
    mark: null,
  })
  return toBlob()
}
