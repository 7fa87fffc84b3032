/** Over how long the rate is averaged. */
const windowMs = 5000

/** Iterations per second over the last few seconds. */
export class RateMeter {
  #points: { time: number; iteration: number }[] = []

  start(iteration: number): void {
    this.#points = [{ time: performance.now(), iteration }]
  }

  count(iteration: number): void {
    const now = performance.now()
    this.#points.push({ time: now, iteration })
    while (this.#points.length > 2 && now - this.#points[1].time > windowMs) this.#points.shift()
  }

  /** Null before the first iteration. */
  get perSecond(): number | null {
    const first = this.#points.at(0)
    const last = this.#points.at(-1)
    if (!first || !last || last.time <= first.time) return null
    return ((last.iteration - first.iteration) * 1000) / (last.time - first.time)
  }
}
