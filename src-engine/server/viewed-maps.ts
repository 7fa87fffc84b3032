import { stat } from 'node:fs/promises'
import { changeResolution } from '#shared/healpix/index.ts'
import { viewSkyMap } from '../runs/read-sky-map.ts'
import type { MapRequest, SkyPixels } from '../runs/read-sky-map.ts'

const keptMs = 10_000

/** A map as it is shown. */
export interface ViewedMap {
  readonly pixels: Float32Array
  readonly nside: number
  /** NSIDE of the map itself. */
  readonly finest: number
  readonly unit: string | undefined
}

/** Reads maps to look at. What was read for a coarse picture is kept a moment, for all of it is asked for next. */
export class ViewedMaps {
  #kept: { readonly key: string; readonly map: SkyPixels } | undefined
  #forgetting: ReturnType<typeof setTimeout> | undefined

  /**
   * RING, Galactic, in the file's unit. Of a map finer than `nside`, means over the good pixels in those of the finest NSIDE that divides its own and is
   * no finer than `nside`, unless that were less than half of it.
   * @throws InputError as `viewSkyMap`
   */
  async read(request: MapRequest, nside = Infinity): Promise<ViewedMap> {
    const info = await stat(request.file).catch(() => undefined)
    const key = JSON.stringify([request, info?.size, info?.mtimeMs])
    const map = this.#kept?.key === key ? this.#kept.map : await viewSkyMap(request)
    const shown = shownNside(map.nside, nside)
    this.#keep(shown < map.nside ? { key, map } : undefined)
    // A single pixel is seen too: of a map that covers little there may be no more.
    const values =
      shown < map.nside
        ? changeResolution(map.values, map.nside, shown, 'RING', { minimumValidFraction: 0 })
        : map.values
    return {
      pixels: values instanceof Float32Array ? values : new Float32Array(values),
      nside: shown,
      finest: map.nside,
      unit: map.unit,
    }
  }

  #keep(kept: { readonly key: string; readonly map: SkyPixels } | undefined): void {
    clearTimeout(this.#forgetting)
    this.#kept = kept
    if (kept === undefined) return
    this.#forgetting = setTimeout(() => (this.#kept = undefined), keptMs)
    this.#forgetting.unref()
  }
}

function shownNside(nside: number, wanted: number): number {
  if (nside <= wanted) return nside
  for (let shown = wanted; shown > wanted / 2; shown--) if (nside % shown === 0) return shown
  return nside
}
