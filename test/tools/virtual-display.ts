import { spawn } from 'node:child_process'

export interface VirtualDisplay {
  /** For the environment variable DISPLAY. */
  readonly name: string
  stop(): void
}

/** A screen for windows: the one of this environment, or an Xvfb of its own. Rejects when neither is to be had. */
export function openDisplay(): Promise<VirtualDisplay> {
  const given = process.env.DISPLAY
  if (given) return Promise.resolve({ name: given, stop: () => undefined })
  const server = spawn(
    'Xvfb',
    ['-displayfd', '3', '-screen', '0', '1440x900x24', '-nolisten', 'tcp'],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] },
  )
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(new Error(`No display and no Xvfb: ${error.message}`)))
    server.once('exit', (code) => reject(new Error(`Xvfb ended with ${code}.`)))
    server.stdio[3]?.once('data', (number: Buffer) =>
      resolve({ name: `:${number.toString().trim()}`, stop: () => server.kill() }),
    )
  })
}
