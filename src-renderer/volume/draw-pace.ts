/** Sizes of the picture, as parts of its full size along each side. */
const sizes = [1, 0.75, 0.5, 0.35, 0.25] as const
/** What a picture may take, ms: while the view moves, and when it has come to rest. */
const budgetMs = { moving: 40, rest: 500 } as const
/** A picture at rest has three times the samples. */
const work = { moving: 1, rest: 3 } as const

export type Pace = keyof typeof work

/**
 * How large the volume is drawn so that the window stays free, from what the graphics device took for the pictures before. A card
 * draws all of it; where the processor draws, the picture gets coarser instead of the window slower.
 */
export class DrawPace {
  /** ms of a full picture with the samples of a moving one; null before the first. */
  #cost: number | null = null

  /** Part of the full size. */
  size(pace: Pace): number {
    const cost = this.#cost
    if (cost === null) return 0.5
    const fits = (size: number) => cost * work[pace] * size ** 2 <= budgetMs[pace]
    return sizes.find(fits) ?? sizes[sizes.length - 1]
  }

  /** A picture of this size was drawn in `ms`. */
  took(ms: number, size: number, pace: Pace): void {
    const cost = ms / (size ** 2 * work[pace])
    // Half of the picture before: one that something else held up changes little.
    this.#cost = this.#cost === null ? cost : Math.sqrt(this.#cost * Math.max(cost, 0.1))
  }
}
