/** Samples in a pixel of the screen: enough that fine maps do not flicker, and as few as there can be. */
export const sampleCounts = { fine: 4, quick: 1 } as const
/** What a picture may take while it changes, ms. */
const budgetMs = 30
/** A picture that has not changed for this long is at rest. */
const restMs = 150

/** Draws with so many samples in a pixel of the screen; resolves when the graphics device has done it. */
export type DrawSampled = (samples: number) => Promise<void>

/**
 * How many samples the sky is drawn with, from what the graphics device took for the picture before. A card draws all of them; where the
 * processor draws, a picture that changes has one, and gets the others when it rests.
 */
export class SamplePace {
  readonly #redraw: () => void
  /** ms of one sample in all pixels; null before the first picture. */
  #cost: number | null = null
  #resting = false
  #measuring = false
  #timer: ReturnType<typeof setTimeout> | undefined

  /** `redraw` is called when a picture rests, and should lead to a call of `draw`. */
  constructor(redraw: () => void) {
    this.#redraw = redraw
  }

  /** The next picture is another one. */
  changed(): void {
    this.#resting = false
  }

  draw(drawSampled: DrawSampled): void {
    const samples = this.#resting ? sampleCounts.fine : this.#whileChanging
    const started = performance.now()
    const done = drawSampled(samples)
    if (samples < sampleCounts.fine) this.rest()
    if (this.#measuring) return
    this.#measuring = true
    void done.then(() => {
      this.#measuring = false
      this.#cost = (performance.now() - started) / samples
      // Where all samples cost nothing there is nothing to wait for.
      if (samples < this.#whileChanging) this.rest(0)
    })
  }

  /** Draws well a while after the last change. */
  rest(ms = restMs): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#redraw()
      this.#resting = true
    }, ms)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  get #whileChanging(): number {
    const fits = this.#cost !== null && this.#cost * sampleCounts.fine <= budgetMs
    return fits ? sampleCounts.fine : sampleCounts.quick
  }
}
