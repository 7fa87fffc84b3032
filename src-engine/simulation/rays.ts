import type { Ordering } from '#shared/healpix/index.ts'
import { nsideToNpix } from '#shared/healpix/index.ts'
import type { Ray, Vector3 } from '#shared/physics/index.ts'
import { boxExit, directionFromGalactic, directionFromPixel } from '#shared/physics/index.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import { InputError } from '../errors.ts'

/** Which sightlines a run file asks for: all pixels of the sky, some of them, or directions. */
export type Sightlines =
  | { kind: 'map'; nside: number; ordering: Ordering }
  | { kind: 'pixels'; nside: number; ordering: Ordering; pixels: readonly number[] }
  /** [l, b] in degrees, or [l, b, distance in kpc]. */
  | { kind: 'directions'; directions: readonly (readonly number[])[] }

export interface Rays {
  sightlines: Sightlines
  count: number
  rayAt: (index: number) => Ray
}

/** @throws InputError for pixels that the map does not have, or an observer outside the box */
export function raysOf(runFile: RunFile): Rays {
  const { nside, ordering, pixels, directions } = runFile.sky
  if (pixels && directions) {
    throw new InputError('sky: give either pixels or directions, not both.', {
      field: 'sky.directions',
    })
  }
  const { distance_kpc: everywhere } = runFile.sky
  const limited = directions?.every((entry) => entry.length === 3) ?? false
  const rayAlong = rayBuilder(runFile, everywhere !== undefined || limited)
  if (directions) {
    directions.forEach(requireDirection)
    return {
      sightlines: { kind: 'directions', directions },
      count: directions.length,
      rayAt: (index) => {
        const [l, b, distance] = directions[index]
        return rayAlong(directionFromGalactic(l, b), distance ?? everywhere)
      },
    }
  }
  const npix = nsideToNpix(nside)
  if (!pixels) {
    return {
      sightlines: { kind: 'map', nside, ordering },
      count: npix,
      rayAt: (index) => rayAlong(directionFromPixel(nside, ordering, index), everywhere),
    }
  }
  pixels.forEach((pixel, i) => {
    if (pixel >= npix) {
      const field = `sky.pixels[${i}]`
      throw new InputError(
        `${field}: pixel ${pixel} does not exist at NSIDE ${nside}, which has pixels 0 to ${npix - 1}.`,
        { field },
      )
    }
  })
  return {
    sightlines: { kind: 'pixels', nside, ordering, pixels },
    count: pixels.length,
    rayAt: (index) => rayAlong(directionFromPixel(nside, ordering, pixels[index]), everywhere),
  }
}

function requireDirection([, b, distance]: readonly number[], index: number): void {
  const field = `sky.directions[${index}]`
  if (!(Math.abs(b) <= 90)) {
    throw new InputError(`${field}: the latitude must lie between -90 and 90 degrees, not ${b}.`, {
      field,
    })
  }
  if (distance !== undefined && !(distance > 0)) {
    throw new InputError(`${field}: the distance must be positive, not ${distance} kpc.`, { field })
  }
}

/**
 * Rays end at the face of the box, or at a distance where one is given. Then the box does not clip them, unless the
 * field is a grid, which has no values beyond it.
 *
 * @param allLimited whether every ray will have a distance, so that the observer may be outside the box
 */
export function rayBuilder(
  runFile: RunFile,
  allLimited: boolean,
): (direction: Vector3, distanceKpc?: number) => Ray {
  const { observer_kpc: origin, half_size_kpc: halfSize } = runFile.box
  const gridded = runFile.magnetic_field.model === 'grid'
  const outside = origin.findIndex((coordinate, i) => !(Math.abs(coordinate) <= halfSize[i]))
  if (outside !== -1 && (gridded || !allLimited)) {
    throw new InputError(
      `box.observer_kpc: the observer (${origin.join(', ')}) kpc lies outside the box of half size (${halfSize.join(', ')}) kpc: enlarge box.half_size_kpc or move the observer.`,
      { field: 'box.observer_kpc' },
    )
  }
  return (direction, distance = Infinity) => {
    const face = gridded || distance === Infinity ? boxExit(origin, direction, halfSize) : Infinity
    return { origin, direction, lengthKpc: Math.min(face, distance) }
  }
}
