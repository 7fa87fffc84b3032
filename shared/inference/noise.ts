/** sigma = max(relative |d|, floor), per pixel, in the unit of the data; NaN where the datum is NaN. */
export function relativeNoise(values: Float64Array, relative: number, floor: number): Float64Array {
  return values.map((value) => Math.max(relative * Math.abs(value), floor))
}
