import { createServer, connect } from 'node:net'
import type { Socket } from 'node:net'

export interface Line {
  /** Where it begins, on 127.0.0.1. */
  readonly port: number
  /** Ends every connection, and takes none. */
  cut(): void
  /** Takes connections again, to this port of 127.0.0.1. */
  mend(target: number): void
  close(): Promise<void>
}

/** A line to `target` on this machine, which can be cut between a page and its server. */
export async function openLine(target: number): Promise<Line> {
  let to: number | null = target
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    if (to === null) return void near.destroy()
    const far = connect(to, '127.0.0.1')
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one)
      one.on('error', () => one.destroy())
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
      one.pipe(other)
    }
  })
  const cut = () => {
    to = null
    for (const one of sockets) one.destroy()
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The line has no port.')
  return {
    port: address.port,
    cut,
    mend: (next) => void (to = next),
    close() {
      cut()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
