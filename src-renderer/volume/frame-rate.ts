/** Sizes of the picture while it moves, as parts of its full size along each side. */
const steps = [1, 0.75, 0.5, 0.35, 0.25] as const
/** Slower than this the next smaller size is taken, faster than the other the next larger one, ms. */
const slow = 45
const fast = 20

/**
 * How large the picture is drawn while the view moves, from the time that the last frames took: the browser asks for the next
 * frame when the graphics device has kept up with the ones before.
 */
export class FrameRate {
  #step = 0
  #last: number | null = null

  /** Part of the full size for the frame that is drawn `now`, ms. */
  next(now: number): number {
    const took = this.#last === null ? null : now - this.#last
    this.#last = now
    if (took !== null && took > slow) this.#step = Math.min(this.#step + 1, steps.length - 1)
    else if (took !== null && took < fast) this.#step = Math.max(this.#step - 1, 0)
    return steps[this.#step]
  }

  /** The view has come to rest: the pause until the next move is no frame. */
  rest(): void {
    this.#last = null
  }
}
