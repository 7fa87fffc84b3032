/** Of a frame, for work that is done in pieces. */
const shareMs = 8

/** Long work in pieces, some in every frame. */
export class FramePieces {
  #frame = 0

  get isBusy(): boolean {
    return this.#frame !== 0
  }

  /** Begins instead of what was going on. `done` is called after the last piece, with what a piece threw if one did. */
  start(pieces: Iterator<void>, done: (error?: unknown) => void): void {
    this.stop()
    const started = performance.now()
    try {
      while (pieces.next().done !== true) {
        if (performance.now() - started < shareMs) continue
        this.#frame = requestAnimationFrame(() => this.start(pieces, done))
        return
      }
    } catch (error) {
      return done(error)
    }
    done()
  }

  stop(): void {
    cancelAnimationFrame(this.#frame)
    this.#frame = 0
  }
}
