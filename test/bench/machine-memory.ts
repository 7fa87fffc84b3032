import { execFileSync } from 'node:child_process'
import { freemem } from 'node:os'
import type { Row } from './workbench-stage.ts'

const most = 4 * 2 ** 30

const script = `
const touch = (bytes) => {
  const from = performance.now()
  for (let i = 0; i < bytes.length; i += 4096) bytes[i] = 1
  return performance.now() - from
}
const bytes = new Uint8Array(Number(process.argv[1]))
console.log(JSON.stringify([touch(bytes), touch(bytes)]))
`

/**
 * Touches free memory once before something is measured. A virtual machine may give memory that lay idle back to its host, which then hands it out page by
 * page: seconds for each GiB, which are no time of the program.
 *
 * @returns how long the first touch took
 */
export function touchMemory(): Row {
  const bytes = Math.min(most, Math.floor(freemem() / 2))
  const output = execFileSync(process.execPath, ['-e', script, String(bytes)], { encoding: 'utf8' })
  const [first, again] = JSON.parse(output) as [number, number]
  const perGibibyte = (ms: number) => (ms * 2 ** 30) / bytes
  return {
    name: '1 GiB of memory, touched before for the first time',
    value: perGibibyte(first),
    unit: 'ms',
    note: `${perGibibyte(again).toFixed(0)} ms once it is there`,
  }
}
