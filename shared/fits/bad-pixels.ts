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
  // The same tolerance as healpy: the mark has passed through float32 and decimal text.
  const [unseenFrom, unseenTo] = around(UNSEEN, 1e-5)
  const marks = badValues.filter((value) => value !== undefined).map((mark) => around(mark, 1e-6))
  // Plain comparisons, and the common case first: maps have up to 805 million pixels.
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (value > unseenTo && value < Infinity) {
      let isBad = false
      for (let k = 0; k < marks.length; k++) isBad ||= value >= marks[k][0] && value <= marks[k][1]
      if (!isBad) {
        counts.valid++
        continue
      }
      counts.bad++
    } else if (Number.isNaN(value)) counts.notANumber++
    else if (!Number.isFinite(value)) counts.infinite++
    else if (value >= unseenFrom) counts.unseen++
    else if (marks.some(([from, to]) => value >= from && value <= to)) counts.bad++
    else {
      counts.valid++
      continue
    }
    values[i] = Number.NaN
  }
  return counts
}

function around(mark: number, relative: number): readonly [number, number] {
  const reach = relative * Math.abs(mark)
  return [mark - reach, mark + reach]
}
