import { mapFiles } from '#shared/session/run-file-paths.ts'
import { runFileSchema } from '#shared/session/run-file.ts'
import type { RunFile } from '#shared/session/run-file.ts'

/** A word for a POSIX shell. */
export function shellWord(text: string): string {
  return /^[\w./=:@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

/** Only what differs from what the defaults would make of it. */
function withoutDefaults(configuration: RunFile): unknown {
  const { data, ...rest } = configuration
  const plain = runFileSchema.parse({ magnetic_field: { grid: {} } })
  const entries = data.map((entry) => {
    const bare = runFileSchema.parse({ data: [{ name: entry.name, file: entry.file }] }).data[0]
    const changed = difference(entry, bare)
    return { name: entry.name, file: entry.file, ...(isRecord(changed) ? changed : {}) }
  })
  const changed = difference(rest, plain)
  const short = { data: entries, ...(isRecord(changed) ? changed : {}) }
  // Where a choice brings defaults of its own, leaving out could mean another thing: then everything is written.
  const again = runFileSchema.safeParse(short)
  const same =
    again.success && canonical(withGrid(again.data)) === canonical(withGrid(configuration))
  return same ? short : configuration
}

/** A shell text that writes the run file and runs it; `fileName` names what the interface knows as a grant. */
export function runCommandLine(
  configuration: RunFile,
  name: string,
  fileName: (grant: string) => string,
): string {
  const stem = name.replace(/\.larmor$/i, '')
  const named = continuing(
    mapFiles(configuration, (grant) => fileName(grant)),
    `${stem}.larmor`,
  )
  // JSON is YAML too.
  const text = JSON.stringify(withoutDefaults(named), null, 2)
  const file = shellWord(`${stem}.yaml`)
  return `cat > ${file} <<'END'\n${text}\nEND\nlarmor run ${file} --out ${shellWord(`${stem}-cli.larmor`)}\n`
}

/** A run that continues another one of its session begins with it in a session of its own, too. */
function continuing(configuration: RunFile, session: string): RunFile {
  const { start_from: start } = configuration
  return start ? { ...configuration, start_from: { file: session, ...start } } : configuration
}

export function exportCommandLine(session: string, run: number): string {
  const stem = session.replace(/\.larmor$/i, '')
  return `larmor export ${shellWord(`${stem}.larmor`)} --run ${run} --out ${shellWord(`${stem}-export`)}\n`
}

/** A grid that is not written out has the default settings. */
function withGrid(configuration: RunFile): RunFile {
  const { magnetic_field: field } = configuration
  const { grid } = runFileSchema.parse({ magnetic_field: { grid: {} } }).magnetic_field
  return { ...configuration, magnetic_field: { ...field, grid: field.grid ?? grid } }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function difference(value: unknown, plain: unknown): unknown {
  if (!isRecord(value) || !isRecord(plain))
    return canonical(value) === canonical(plain) ? undefined : value
  const changed = Object.entries(value).flatMap(([key, inner]) => {
    const one = difference(inner, plain[key])
    return one === undefined ? [] : [[key, one] as const]
  })
  return changed.length > 0 ? Object.fromEntries(changed) : undefined
}

/** The same text for the same content, whatever the order of keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    isRecord(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => a.localeCompare(b)))
      : inner,
  )
}
