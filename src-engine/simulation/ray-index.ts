import { vec2pix } from '#shared/healpix/index.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import { InputError } from '../errors.ts'
import { skyIndexKey } from './cosmic-ray-inputs.ts'
import type { SkyIndex } from './cosmic-ray-inputs.ts'

/** p of the cosmic-ray electrons along each line of sight, where it differs between them. */
export interface RayIndices {
  /** [ray] p, that of a run's start where it is free */
  readonly values: Float64Array
  /** Present where rays share the p of a region. */
  readonly regions?: RayRegions
}

/** The regions in which there are rays. */
export interface RayRegions {
  /** [region] as the map numbers it, ascending */
  readonly numbers: readonly number[]
  /** [region] p */
  readonly start: Float64Array
  /** [ray] place in `numbers` */
  readonly ofRay: Int32Array
}

type Section = RunFile['cosmic_ray_electrons']

/**
 * Looks up the pixel of each ray in the map that `cosmic_ray_electrons` names; undefined where it names none.
 *
 * @param map as read; a run file may also be checked before its map is read, then without rays
 * @param directions [ray][3] unit vectors
 * @throws InputError for a pixel that a ray lies in and that has no value, or an impossible one
 */
export function rayIndices(
  cosmic: Section,
  map: SkyIndex | undefined,
  directions: Float64Array,
): RayIndices | undefined {
  const key = skyIndexKey(cosmic)
  if (key === undefined) return undefined
  const rays = directions.length / 3
  if (!map && rays > 0) throw new Error('The map of spectral indices was not read.')
  const field = `cosmic_ray_electrons.${key}`
  const file = cosmic[key]?.file ?? ''
  const refuse = (pixel: number, what: string): InputError =>
    new InputError(`${file}: RING pixel ${pixel} of NSIDE ${map?.nside ?? 0} (${field}) ${what}`, {
      file,
      field,
    })
  const look = (ray: number, possible: (value: number) => string | undefined): number => {
    const { nside, values } = map ?? { nside: 1, values: new Float64Array() }
    const direction = [0, 1, 2].map((axis) => directions[3 * ray + axis])
    const pixel = vec2pix(nside, 'RING', [direction[0], direction[1], direction[2]])
    const value = values[pixel]
    if (Number.isNaN(value)) {
      throw refuse(
        pixel,
        'has no value, and a line of sight lies in it: fill it, or mask the data there.',
      )
    }
    const problem = possible(value)
    if (problem !== undefined) throw refuse(pixel, `is ${value}: ${problem}`)
    return value
  }
  if (key === 'spectral_index_map') {
    const isIndex = (p: number) =>
      p > 1 && p < 6 ? undefined : 'the spectral index must lie between 1 and 6 (exclusive).'
    return { values: Float64Array.from({ length: rays }, (_, ray) => look(ray, isIndex)) }
  }
  const isNumber = (value: number) =>
    Number.isInteger(value) ? undefined : 'regions are numbered by whole numbers.'
  const numberOf = Float64Array.from({ length: rays }, (_, ray) => look(ray, isNumber))
  const regions = regionsOf(cosmic, map, numberOf)
  const values = Float64Array.from(regions.ofRay, (region) => regions.start[region])
  return cosmic.spectral_index_regions?.free ? { values, regions } : { values }
}

function regionsOf(
  { spectral_index: common, spectral_index_regions: section }: Section,
  map: SkyIndex | undefined,
  numberOf: Float64Array,
): RayRegions {
  const initial = section?.initial ?? {}
  const unknown = map && Object.keys(initial).find((name) => !map.values.includes(Number(name)))
  if (unknown !== undefined) {
    const field = `cosmic_ray_electrons.spectral_index_regions.initial.${unknown}`
    throw new InputError(`${field}: the map has no region ${unknown}.`, { field })
  }
  const numbers = [...new Set(numberOf)].sort((a, b) => a - b)
  const places = new Map(numbers.map((number, place) => [number, place]))
  return {
    numbers,
    start: Float64Array.from(numbers, (number) => initial[String(number)] ?? common),
    ofRay: Int32Array.from(numberOf, (number) => places.get(number) ?? 0),
  }
}
