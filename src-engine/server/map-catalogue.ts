import { stat } from 'node:fs/promises'
import { describeMaps, noMapError, unreadableMapError } from '#shared/fits/index.ts'
import type { MapDescription } from '#shared/fits/index.ts'
import { InputError } from '../errors.ts'
import { loadFits, namingFile } from '../storage/map-files.ts'

const keptDescriptions = 50

/** What map files declare, remembered as long as they do not change: forms ask again at every key press. */
export class MapCatalogue {
  readonly #known = new Map<string, Promise<MapDescription[]>>()

  /** @throws InputError when the file cannot be read or holds no map that can be */
  async describe(path: string): Promise<MapDescription[]> {
    const info = await stat(path).catch(() => undefined)
    const key = `${path} ${info?.size} ${info?.mtimeMs}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const maps = describeFile(path)
    this.#known.set(key, maps)
    maps.catch(() => this.#known.delete(key))
    const [oldest] = this.#known.keys()
    if (this.#known.size > keptDescriptions) this.#known.delete(oldest)
    return maps
  }

  /** The map that a data entry reads. @throws InputError as `describe`, and when `hdu` holds no map that can be read */
  async describeOne(path: string, hdu: number | undefined): Promise<MapDescription> {
    const maps = await this.describe(path)
    const found = maps.find((map) => hdu === undefined || map.hdu === hdu)
    if (found === undefined)
      throw new InputError(`HDU ${hdu} holds no map. Maps are in HDU ${maps.map((m) => m.hdu)}.`, {
        file: path,
        field: 'hdu',
      })
    namingFile(path, () => requireReadable(found))
    return found
  }
}

async function describeFile(path: string): Promise<MapDescription[]> {
  const file = await loadFits(path)
  return namingFile(path, () => {
    const found = describeMaps(file)
    if (found.length === 0) throw noMapError(file)
    if (found.every((map) => map.obstacles.length > 0)) requireReadable(found[0])
    return found
  })
}

/** Nothing is asked about a map that cannot be read whatever the answers. */
function requireReadable({ hdu, obstacles }: MapDescription): void {
  if (obstacles.length > 0) throw unreadableMapError(hdu, obstacles)
}
