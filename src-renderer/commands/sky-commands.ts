import { useMaps } from '../stores/maps.ts'
import { useMessages } from '../stores/messages.ts'
import { useSkyFigure } from '../stores/sky-figure.ts'
import type { PictureFormat } from '../stores/sky-figure.ts'
import { useView } from '../stores/view.ts'
import { saveBlob } from '../panels/save-blob.ts'
import { valueAtDirection } from '../shell/readout.ts'
import { nearestPoint, placeOf } from '../sky/points.ts'
import { pictureRow } from '../sky/picture-row.ts'
import { pixelAt } from '../sky/use-sky-pointer.ts'
import { readingsText, valueText } from './sky-text.ts'
import type { SkyReading } from './sky-text.ts'
import type { Command } from './registry.ts'

/** Copies what the sky panel reads and shows, and saves its pictures. */
export function skyCommands(): { readonly edit: Command[]; readonly file: Command[] } {
  const figure = useSkyFigure()
  const maps = useMaps()
  const messages = useMessages()
  const view = useView()
  const enabled = () => figure.shown !== null && maps.entry !== null

  /** The pixel or source under the cursor; null where there is none. */
  function placeUnderCursor(): Pick<SkyReading, 'at' | 'pixel' | 'nside'> | null {
    const map = maps.data ?? maps.input
    if (!map || !view.cursor) return null
    const { points, nside } = map
    if (!points) return { at: view.cursor, pixel: pixelAt(nside, view.cursor), nside }
    const pixel = nearestPoint(points, view.cursor, view.sky.zoom)
    return pixel < 0 ? null : { at: placeOf(points, pixel), pixel, nside: 0 }
  }
  async function copyReading(print: (reading: SkyReading) => string, withResiduals: boolean) {
    const place = placeUnderCursor()
    const map = maps.data ?? maps.input
    if (!place || !map) {
      messages.show(
        'info',
        'No pixel is chosen',
        'Click a pixel or source of the sky, or point at it and press the keys of this command.',
      )
      return
    }
    const { zoom } = view.sky
    const read = (one: typeof map | null) => (one ? valueAtDirection(one, place.at, zoom) : null)
    // The keys may be pressed while the pointer moves on: all is read at the place of the press.
    const [data, model] = [read(map), read(maps.model)]
    const [residual, overSigma] = withResiduals
      ? [await maps.residualOf('residual'), await maps.residualOf('residual_over_sigma')]
      : [null, null]
    const text = print({
      ...place,
      unit: map.unit,
      data,
      model,
      residual: read(residual),
      residualOverSigma: read(overSigma),
    })
    await navigator.clipboard.writeText(text)
    messages.show('info', 'Copied', 'Two lines, with tabs between the columns: names and values.')
  }
  async function copyPicture() {
    if (!figure.shown) return
    if (!('ClipboardItem' in window)) {
      messages.show(
        'warning',
        'The picture was not copied',
        'This browser puts no pictures into the clipboard; save the picture instead.',
      )
      return
    }
    const pictures = await figure.shown.pictures('png')
    const picture = await pictureRow([...pictures.values()])
    try {
      await navigator.clipboard.write([new ClipboardItem({ 'image/png': picture })])
    } catch (error) {
      messages.fail('The browser refused the picture; save it instead', error)
      return
    }
    messages.show('info', 'Picture copied', 'The maps on the screen, beside one another, as PNG.')
  }
  async function save(format: PictureFormat) {
    for (const [name, blob] of (await figure.shown?.pictures(format)) ?? [])
      saveBlob(blob, `${maps.entry?.name ?? 'map'}-${name}.${format}`)
  }

  return {
    edit: [
      {
        id: 'sky.copy-value',
        title: 'Copy the value at the cursor',
        group: 'Edit',
        keys: ['Alt+C'],
        rule: true,
        enabled,
        run: () => copyReading(valueText, false),
      },
      {
        id: 'sky.copy-table',
        title: 'Copy data, model and residual at the cursor',
        group: 'Edit',
        keys: ['Alt+Shift+C'],
        enabled,
        run: () => copyReading(readingsText, true),
      },
      {
        id: 'sky.copy-picture',
        title: 'Copy the sky as a picture',
        group: 'Edit',
        enabled,
        run: copyPicture,
      },
    ],
    file: (['png', 'svg', 'pdf'] as const).map((format) => ({
      id: `sky.save-${format}`,
      title: `Save the sky as ${format.toUpperCase()}`,
      group: 'File',
      rule: format === 'png',
      enabled,
      run: () => save(format),
    })),
  }
}
