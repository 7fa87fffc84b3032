import { open } from 'node:fs/promises'
import { resolve } from 'node:path'
import { InputError, fileErrorText } from '../errors.ts'
import { parseCommandLine } from './arguments.ts'
import { inspectFits } from './inspect-fits.ts'
import { inspectSession } from './inspect-session.ts'
import { inspectTable } from './inspect-table.ts'
import { EXIT, printJson } from './io.ts'
import type { Command } from './io.ts'

const usage = `larmor inspect FILE [--json]

Says what a FITS, catalogue (.csv) or session file holds: maps, columns, units, ordering, frame, statistics and problems;
columns and their ranges; or inputs, runs and checkpoints.
`

export const command: Command = async (args, io) => {
  const { positionals } = parseCommandLine(args, { usage, positionals: ['FILE'], options: {} })
  const file = resolve(positionals[0])
  const inspection = (await isSqlite(file))
    ? inspectSession(file)
    : /\.csv$/i.test(file)
      ? await inspectTable(file)
      : await inspectFits(file)
  if (io.json) printJson(io, inspection.document)
  else io.out(`${inspection.lines.join('\n')}\n`)
  return EXIT.done
}

async function isSqlite(file: string): Promise<boolean> {
  try {
    const handle = await open(file, 'r')
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(16), 0, 16, 0)
      return buffer.toString('latin1', 0, bytesRead) === 'SQLite format 3\0'
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw new InputError(fileErrorText(error, file), { file, cause: error })
  }
}
