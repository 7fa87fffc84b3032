import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

export interface Ended {
  readonly killed: boolean
  readonly code: number | null
  readonly stderr: string
}

/**
 * Copies the program as it is now into `folder` and returns its script: sources that are edited and kernels that are built
 * while the test goes on do not change it.
 */
export function copyProgram(folder: string): string {
  mkdirSync(folder)
  for (const part of ['package.json', 'shared', 'src-engine', 'out/kernels']) {
    cpSync(join(root, part), join(folder, part), { recursive: true })
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
  return join(folder, 'src-engine/cli/main.ts')
}

/**
 * Starts `larmor run` as a process of its own and kills it (-9) after `delayMs`, counted from the start of the process or,
 * with `optimising`, from the first report that a step is done.
 * @param program the script, from `copyProgram`
 */
export async function runAndKill(
  program: string,
  args: string[],
  delayMs: number,
  from: 'start' | 'optimising',
): Promise<Ended> {
  const child = spawn(process.execPath, [program, 'run', ...args, '--progress=json'], {
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
