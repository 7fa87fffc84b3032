import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { main } from '#engine/cli/main.ts'

export interface CommandResult {
  code: number
  out: string
  err: string
}

/** Runs `larmor ARGS` in this process; `--json` may be among the arguments. */
export async function larmor(args: string[], signal?: AbortSignal): Promise<CommandResult> {
  const result = { code: -1, out: '', err: '' }
  const json = args.includes('--json')
  result.code = await main(
    args.filter((arg) => arg !== '--json'),
    {
      out: (text) => (result.out += text),
      err: (text) => (result.err += text),
      isTty: false,
      columns: 80,
      json,
      signal: signal ?? new AbortController().signal,
      env: {},
    },
  )
  return result
}

/** An empty folder that is removed when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'larmor-cli-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
