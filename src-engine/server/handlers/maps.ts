import { basename } from 'node:path'
import { WithPayloads } from '#shared/contract/index.ts'
import { unreadableMapError } from '#shared/fits/index.ts'
import type { Engine } from '../engine.ts'
import type { HandlersOf } from './types.ts'

/** An image of the sky is shown at the NSIDE that it supports, up to this one. */
const largestImageNside = 512

export function mapHandlers(engine: Engine): HandlersOf<'maps.inspect' | 'maps.load'> {
  return {
    async 'maps.inspect'({ grant }) {
      const path = await engine.grants.resolve(grant)
      const maps = await engine.catalogue.describe(path)
      return {
        file: basename(path),
        maps: maps.map(({ obstacles, polcconv, frequencyGhz, badValue, ...map }) => ({
          ...map,
          ...(polcconv === undefined ? {} : { polarisation: polcconv }),
          ...(frequencyGhz === undefined ? {} : { frequency_ghz: frequencyGhz }),
          problems: [
            ...map.problems.filter((text) => !obstacles.includes(text)),
            ...(obstacles.length > 0 ? [unreadableMapError(map.hdu, obstacles).message] : []),
            ...(badValue === undefined ? [] : [`Its bad value ${badValue} is left out.`]),
          ],
        })),
      }
    },
    async 'maps.load'({ grant, hdu, column, ordering, frame, bad_value, nside }) {
      const path = await engine.grants.resolve(grant)
      const described = await engine.catalogue.describeOne(path, hdu)
      const request = {
        file: path,
        key: 'map',
        hdu,
        column,
        ordering,
        frame,
        badValue: bad_value,
        nside: Math.min(described.nside ?? largestImageNside, largestImageNside),
      }
      const { pixels, unit, ...map } = await engine.viewedMaps.read(request, nside)
      const chosen = described.columns.find(
        ({ index, name }) => column === index || column === name,
      )
      return new WithPayloads(
        {
          ...map,
          unit: unit ?? '',
          name: chosen?.name ?? described.name,
          ...extremes(pixels),
        },
        [pixels],
      )
    },
  }
}

/** Number of good and bad pixels, and the range of the good ones (0, 0 when there are none). */
function extremes(pixels: Float32Array) {
  let valid = 0
  let minimum = Infinity
  let maximum = -Infinity
  // By index: an iterator takes five times as long over millions of pixels.
  for (let i = 0; i < pixels.length; i++) {
    const value = pixels[i]
    if (Number.isNaN(value)) continue
    valid++
    if (value < minimum) minimum = value
    if (value > maximum) maximum = value
  }
  const bad = pixels.length - valid
  return valid > 0 ? { valid, bad, minimum, maximum } : { valid, bad, minimum: 0, maximum: 0 }
}
