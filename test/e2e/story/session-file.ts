import { execFile } from 'node:child_process'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { z } from 'zod'
import { Session } from '#engine/storage/session.ts'
import { locateEngine } from '#main/engine/locate.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const { node } = locateEngine(
  { packaged: false, appPath: root, resourcesPath: '' },
  process.platform,
)
const inspection = z.object({
  runs: z.array(
    z.object({
      name: z.string(),
      state: z.string(),
      iteration: z.number(),
      iterations: z.number(),
      figures: z
        .object({ loss: z.number(), chi2_n_fitted: z.number(), chi2_n_held_out: z.number() })
        .nullable(),
    }),
  ),
})
export type InspectedRun = z.output<typeof inspection>['runs'][number]

/** What `larmor inspect --json` says about the runs of a session. */
export async function inspectRuns(path: string): Promise<InspectedRun[]> {
  const program = join(root, 'out/engine/larmor.mjs')
  const { stdout } = await promisify(execFile)(node, [program, 'inspect', path, '--json'])
  return inspection.parse(JSON.parse(stdout)).runs
}

/** Reads a session file beside the program that has it open. */
export function readSession<Result>(path: string, read: (session: Session) => Result): Result {
  const session = Session.open(path, { readOnly: true })
  try {
    return read(session)
  } finally {
    session.close()
  }
}

/** The last value of each curve of a run. */
export function lastOfCurves(path: string, run: number): Map<string, number> {
  return readSession(path, (session) => {
    const { columns, rows, values } = session.runs.curves(run)
    const last = (rows - 1) * columns.length
    return new Map(columns.map((name, i) => [name, values[last + i]]))
  })
}

/** The only session of a folder. */
export async function onlySession(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.larmor'))
  if (names.length !== 1) throw new Error(`Sessions in ${folder}: ${names.join(', ')}`)
  return join(folder, names[0])
}

/** A little-endian float32 array of a NumPy file with its shape. */
export async function readNpy(path: string): Promise<{ shape: number[]; values: Float32Array }> {
  const bytes = await readFile(path)
  const start = 10 + bytes.readUInt16LE(8)
  const header = bytes.subarray(10, start).toString('latin1')
  const shape = /'shape': \(([^)]*)\)/.exec(header)?.[1]
  if (bytes.subarray(1, 6).toString('latin1') !== 'NUMPY' || !header.includes("'<f4'") || !shape)
    throw new Error(`${path} is no float32 array: ${header}`)
  // Copied: a view needs its start at a multiple of four.
  return {
    shape: shape.split(',').map(Number),
    values: new Float32Array(Uint8Array.from(bytes.subarray(start)).buffer),
  }
}
