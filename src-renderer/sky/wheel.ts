/** Travel of a wheel in pixels: a trackpad counts them, others count lines or pages. */
export function wheelPixels({ deltaY, deltaMode }: WheelEvent): number {
  return deltaY * (deltaMode === 0 ? 1 : deltaMode === 1 ? 16 : 400)
}
