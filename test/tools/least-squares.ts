/** Slope of a straight line through points, and the standard error of it from the scatter about the line. */
export function slopeOf(
  x: readonly number[],
  y: readonly number[],
): { slope: number; error: number } {
  const mean = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length
  const [mx, my] = [mean(x), mean(y)]
  const sxx = x.reduce((sum, value) => sum + (value - mx) ** 2, 0)
  const sxy = x.reduce((sum, value, i) => sum + (value - mx) * (y[i] - my), 0)
  const slope = sxy / sxx
  const rest = y.reduce((sum, value, i) => sum + (value - my - slope * (x[i] - mx)) ** 2, 0)
  return { slope, error: Math.sqrt(rest / (x.length - 2) / sxx) }
}
