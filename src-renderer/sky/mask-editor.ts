import type { Span } from '#shared/healpix/index.ts'
import type { SkyMask } from './types.ts'

/** So many pixels at a time, so that a piece of work takes a few milliseconds. */
const pieceLength = 2 ** 19
const mostStrokes = 100

/** A mask that is being drawn, with undo per stroke. Kept are the pixels that a stroke has changed: a mask has only two values. */
export class MaskEditor {
  readonly nside: number
  readonly used: Uint8Array
  masked = 0
  revision = 0
  changed: readonly [number, number]
  private stroke: number[] | null = null
  private past: Int32Array[] = []
  private future: Int32Array[] = []

  constructor(nside: number, used: Uint8Array) {
    this.nside = nside
    this.used = used
    this.changed = [0, used.length]
    for (const value of used) if (value === 0) this.masked++
  }

  get canUndo(): boolean {
    return this.past.length > 0
  }

  get canRedo(): boolean {
    return this.future.length > 0
  }

  /** The mask as a picture shows it now. */
  picture(): SkyMask {
    const { nside, used, revision, changed } = this
    return { nside, used, revision, changed }
  }

  begin(): void {
    this.stroke ??= []
  }

  /** Ends the stroke; one that has changed nothing is forgotten. */
  end(): void {
    if (this.stroke && this.stroke.length > 0) {
      this.past = [...this.past.slice(1 - mostStrokes), Int32Array.from(this.stroke)]
      this.future = []
    }
    this.stroke = null
  }

  /** Sets pixels to masked or used, as part of the stroke. Every turn of the generator is a small piece of work. */
  *paint(spans: Iterable<Span>, masks: boolean): Generator<void> {
    const value = masks ? 0 : 1
    yield* this.change(spans, (pixel) => this.used[pixel] !== value)
  }

  /** Masks what is used, and the other way round. */
  *invert(): Generator<void> {
    yield* this.change([[0, this.used.length]], () => true)
  }

  undo(): void {
    const stroke = this.past.pop()
    if (!stroke) return
    this.future.push(stroke)
    this.flipAll(stroke)
  }

  redo(): void {
    const stroke = this.future.pop()
    if (!stroke) return
    this.past.push(stroke)
    this.flipAll(stroke)
  }

  private *change(spans: Iterable<Span>, isWanted: (pixel: number) => boolean): Generator<void> {
    let [first, last] = [this.used.length, 0]
    for (const [start, end] of spans) {
      if (end <= start) yield
      for (let from = start; from < end; from += pieceLength) {
        const to = Math.min(end, from + pieceLength)
        for (let pixel = from; pixel < to; pixel++) {
          if (!isWanted(pixel)) continue
          this.flip(pixel)
          this.remember(pixel)
          if (pixel < first) first = pixel
          if (pixel >= last) last = pixel + 1
        }
        yield
      }
    }
    if (last > first) this.announce(first, last)
  }

  private flip(pixel: number): void {
    this.masked += this.used[pixel] === 0 ? -1 : 1
    this.used[pixel] ^= 1
  }

  /** Notes a changed pixel in the stroke, as spans: first, one past the last, and so on. */
  private remember(pixel: number): void {
    const { stroke } = this
    if (!stroke) return
    if (stroke[stroke.length - 1] === pixel) stroke[stroke.length - 1] = pixel + 1
    else stroke.push(pixel, pixel + 1)
  }

  private flipAll(stroke: Int32Array): void {
    let [first, last] = [this.used.length, 0]
    for (let i = 0; i < stroke.length; i += 2) {
      for (let pixel = stroke[i]; pixel < stroke[i + 1]; pixel++) this.flip(pixel)
      first = Math.min(first, stroke[i])
      last = Math.max(last, stroke[i + 1])
    }
    this.announce(first, last)
  }

  private announce(first: number, last: number): void {
    this.revision++
    this.changed = [first, last]
  }
}

/** Spans of the pixels that satisfy a condition. Empty ones stand between, for pauses. */
export function* spansWhere(pixels: number, isWanted: (pixel: number) => boolean): Generator<Span> {
  let from = -1
  for (let pixel = 0; pixel < pixels; pixel++) {
    const inside = isWanted(pixel)
    if (inside && from < 0) from = pixel
    if (!inside && from >= 0) {
      yield [from, pixel]
      from = -1
    }
    if (pixel % pieceLength === 0) yield [pixel, pixel]
  }
  if (from >= 0) yield [from, pixels]
}

/** Does all of a work now. */
export function finish(work: Iterator<void>): void {
  while (work.next().done !== true);
}

/** Does a work in pieces of a few milliseconds, with the window living in between. */
export async function finishInPieces(work: Iterator<void>): Promise<void> {
  let started = performance.now()
  while (work.next().done !== true) {
    if (performance.now() - started < 12) continue
    await new Promise((resolve) => setTimeout(resolve))
    started = performance.now()
  }
}
