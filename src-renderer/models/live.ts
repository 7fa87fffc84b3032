/** One computation: coarse at once, fine when nothing has moved for a while. */
export type Detail = 'coarse' | 'fine'

export interface LiveOptions<Input, Output> {
  compute(input: Input, detail: Detail, signal: AbortSignal): Promise<Output>
  /** Called with every answer that is still of interest, and how long it took, ms. */
  show(output: Output, detail: Detail, ms: number): void
  fail(error: unknown): void
  /** How long an input must rest before it is computed finely, ms. */
  restMs: number
  /** Whether an input at rest is worth a fine computation now. */
  refine?(): boolean
}

/**
 * Keeps a picture up to date with an input that is being dragged. At most one computation is under way: a coarse one is let
 * finish (it takes some milliseconds, and the picture moves on with the drag), and the latest input is next; a fine one is
 * cancelled as soon as the input moves.
 */
export class LiveComputation<Input, Output> {
  readonly #options: LiveOptions<Input, Output>
  #next: { input: Input; asked: number } | undefined
  #working: { detail: Detail; control: AbortController } | undefined
  #rest: ReturnType<typeof setTimeout> | undefined

  constructor(options: LiveOptions<Input, Output>) {
    this.#options = options
  }

  get busy(): boolean {
    return this.#working !== undefined || this.#next !== undefined || this.#rest !== undefined
  }

  ask(input: Input): void {
    this.#next = { input, asked: performance.now() }
    clearTimeout(this.#rest)
    this.#rest = undefined
    if (this.#working?.detail === 'fine') this.#working.control.abort()
    if (!this.#working) void this.#work()
  }

  /** Nothing is of interest any more. */
  stop(): void {
    this.#next = undefined
    clearTimeout(this.#rest)
    this.#rest = undefined
    this.#working?.control.abort()
  }

  async #work(): Promise<void> {
    while (this.#next) {
      const { input, asked } = this.#next
      this.#next = undefined
      if (await this.#compute(input, 'coarse', asked)) this.#refineLater(input)
    }
  }

  #refineLater(input: Input): void {
    clearTimeout(this.#rest)
    if (this.#next || this.#options.refine?.() === false) return
    this.#rest = setTimeout(() => {
      this.#rest = undefined
      void this.#compute(input, 'fine', performance.now()).then(() => this.#work())
    }, this.#options.restMs)
  }

  /** Whether there is an answer. */
  async #compute(input: Input, detail: Detail, asked: number): Promise<boolean> {
    const control = new AbortController()
    this.#working = { detail, control }
    try {
      const output = await this.#options.compute(input, detail, control.signal)
      if (control.signal.aborted) return false
      this.#options.show(output, detail, performance.now() - asked)
      return true
    } catch (error) {
      // Of an input that is out of date nobody wants to know what was wrong.
      if (!control.signal.aborted && !this.#next) this.#options.fail(error)
      return false
    } finally {
      this.#working = undefined
    }
  }
}
