import { randomUUID } from 'node:crypto'

/** Below this path of the server, large frames are fetched. */
export const framesPath = '/frames/'

/**
 * Large frames on their way to a page, which learns over its WebSocket where to fetch them: Chromium takes 200 MB from a WebSocket in 2 to 4 s, and from
 * an answer over HTTP in 0.7 s.
 */
export class FrameShelf {
  readonly #frames = new Map<string, { readonly frame: Uint8Array; readonly owner: object }>()

  /** The path at which the frame can be fetched, once, as long as `owner` is there. */
  put(frame: Uint8Array, owner: object): string {
    const path = framesPath + randomUUID()
    this.#frames.set(path, { frame, owner })
    return path
  }

  /** The frame, which is not there any more then. */
  take(path: string): Uint8Array | undefined {
    const frame = this.#frames.get(path)?.frame
    this.#frames.delete(path)
    return frame
  }

  /** What nobody will fetch any more. */
  clear(owner: object): void {
    for (const [path, one] of this.#frames) if (one.owner === owner) this.#frames.delete(path)
  }
}
