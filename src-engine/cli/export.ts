import { resolve } from 'node:path'
import { contentsAs, exportContents, exportFormats, exportRun } from '../exports/export-run.ts'
import { InputError, UsageError } from '../errors.ts'
import { Session } from '../storage/session.ts'
import { oneOf, parseCommandLine, wholeNumber } from './arguments.ts'
import { EXIT, printJson } from './io.ts'
import type { Command } from './io.ts'

const usage = `larmor export SESSION.larmor --out FOLDER [--what LIST] [--format LIST] [--run N]

Writes the results of a run to files. Existing files are never overwritten.

  --out FOLDER    made when it does not exist
  --what LIST     of maps, points, fields, curves, figures (default: all that the formats allow)
  --format LIST   of fits (maps), npy, hdf5 and vtk (fields), csv (curves, fitted parameters), png (figures) (default: all that apply)
  --run N         number of the run (default: the latest)
`

export const command: Command = async (args, io) => {
  const { values, positionals } = parseCommandLine(args, {
    usage,
    positionals: ['SESSION.larmor'],
    options: {
      out: { type: 'string' },
      what: { type: 'string' },
      format: { type: 'string' },
      run: { type: 'string' },
    },
  })
  if (values.out === undefined)
    throw new UsageError('--out is missing: name the folder to write to.')
  const formats = listOf(values.format, 'format', exportFormats)
  const what =
    values.what === undefined ? contentsAs(formats) : listOf(values.what, 'what', exportContents)
  const wanted = wholeNumber(values.run, 'run', 1)
  const session = Session.open(positionals[0], { readOnly: true })
  try {
    const runs = session.runs.list()
    const run = wanted === undefined ? runs.at(-1) : runs.find(({ id }) => id === wanted)
    if (runs.length === 0) {
      throw new InputError(
        `${session.path} has no run to export. Reconstruct a field with \`larmor run\` or in the workbench first.`,
        { file: session.path },
      )
    }
    if (!run) {
      const known = runs.map(({ id, name }) => `${id} (${name})`).join(', ')
      throw new UsageError(`${session.path} has no run ${wanted}; it has ${known}.`)
    }
    const folder = resolve(values.out)
    const files = await exportRun(session, run.id, { folder, what, formats })
    if (io.json) printJson(io, { folder, files })
    else io.out(`${files.map((file) => `${folder}/${file}`).join('\n')}\n`)
    return EXIT.done
  } finally {
    session.close()
  }
}

/** Words separated by commas; all of them when nothing is given. */
function listOf<Word extends string>(
  text: string | undefined,
  option: string,
  words: readonly Word[],
): readonly Word[] {
  if (text === undefined) return words
  const list = text.split(',').map((word) => oneOf(word.trim(), option, words))
  return list.filter((word) => word !== undefined)
}
