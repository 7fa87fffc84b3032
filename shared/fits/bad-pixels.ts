import { UNSEEN } from '../healpix/index.ts'
import type { Values } from './values.ts'

export interface PixelCounts {
  valid: number
  /** UNSEEN (-1.6375e30). */
  unseen: number
  /** Equal to BAD_DATA of the file or to the bad value given. */
  bad: number
  /** NaN or an integer null. */
  notANumber: number
  infinite: number
  /** Not in the file at all: the rest of the sky of a partial map. */
  missing: number
}

/** Replace every value that stands for "no data" by NaN, in place, and count them by kind. */
export function markBadPixels(values: Values, badValues: (number | undefined)[]): PixelCounts {
  const counts = { valid: 0, unseen: 0, bad: 0, notANumber: 0, infinite: 0, missing: 0 }
  const bad = badValues.filter((value) => value !== undefined)
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (Number.isNaN(value)) counts.notANumber++
    else if (!Number.isFinite(value)) counts.infinite++
    // The same tolerance as healpy: the mark has passed through float32 and decimal text.
    else if (isNear(value, UNSEEN, 1e-5)) counts.unseen++
    else if (bad.some((mark) => isNear(value, mark, 1e-6))) counts.bad++
    else {
      counts.valid++
      continue
    }
    values[i] = Number.NaN
  }
  return counts
}

function isNear(value: number, mark: number, relative: number): boolean {
  return Math.abs(value - mark) <= relative * Math.abs(mark)
}
