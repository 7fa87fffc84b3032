import { spawn } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../../src-engine/cli/main.ts', import.meta.url))

export interface Ended {
  readonly killed: boolean
  readonly code: number | null
  readonly stderr: string
}

/**
 * Starts `larmor run` as a process of its own and kills it (-9) after `delayMs`, counted from the start of the process or,
 * with `optimising`, from the first report that a step is done.
 */
export async function runAndKill(
  args: string[],
  delayMs: number,
  from: 'start' | 'optimising',
): Promise<Ended> {
  const child = spawn(process.execPath, [main, 'run', ...args, '--progress=json'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let stderr = ''
  let startClock: () => void = () => {}
  const clock = new Promise<void>((resolve) => {
    startClock = resolve
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
    // The second report of this stage comes after some steps; the first before them.
    if (stderr.split('"stage":"optimising"').length > 2) startClock()
  })
  const exited = new Promise<Ended>((resolve) => {
    child.on('exit', (code, signal) => {
      startClock()
      resolve({ killed: signal === 'SIGKILL', code, stderr })
    })
  })
  if (from === 'optimising') await clock
  await Promise.race([wait(delayMs), exited])
  child.kill('SIGKILL')
  return exited
}
