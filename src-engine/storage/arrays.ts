import { crc32 } from 'node:zlib'
import type { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import { InputError } from '../errors.ts'

/** Arrays in a session: rows of about 1 MiB, little-endian, C order, with dtype, shape and unit beside them. */

export type ArrayValues = Float32Array | Float64Array | Int32Array | Uint8Array

export interface StoredArray {
  readonly name: string
  readonly unit: string
  readonly shape: readonly number[]
  readonly values: ArrayValues
}

const chunkBytes = 2 ** 20
const dtypes = ['<f4', '<f8', '<i4', '|u1'] as const
type Dtype = (typeof dtypes)[number]

function dtypeOf(values: ArrayValues): Dtype {
  if (values instanceof Float32Array) return '<f4'
  if (values instanceof Float64Array) return '<f8'
  if (values instanceof Int32Array) return '<i4'
  return '|u1'
}

function fromBytes(dtype: Dtype, buffer: ArrayBuffer): ArrayValues {
  switch (dtype) {
    case '<f4':
      return new Float32Array(buffer)
    case '<f8':
      return new Float64Array(buffer)
    case '<i4':
      return new Int32Array(buffer)
    case '|u1':
      return new Uint8Array(buffer)
  }
}

const itemBytes: Readonly<Record<Dtype, number>> = { '<f4': 4, '<f8': 8, '<i4': 4, '|u1': 1 }

const arrayRow = z.object({
  id: z.number(),
  name: z.string(),
  unit: z.string(),
  dtype: z.enum(dtypes),
  shape: z.string(),
})
const shapeSchema = z.array(z.int().nonnegative()).max(8)
const chunkRow = z.object({ data: z.instanceof(Uint8Array), crc32: z.number() })

/** Writes one array. Call inside a transaction. */
export function writeArray(
  database: DatabaseSync,
  run: number,
  checkpoint: number | null,
  array: StoredArray,
): void {
  const { lastInsertRowid } = database
    .prepare(
      'INSERT INTO arrays (run, checkpoint, name, unit, dtype, shape) VALUES (?, ?, ?, ?, ?, ?)',
    )
    .run(
      run,
      checkpoint,
      array.name,
      array.unit,
      dtypeOf(array.values),
      JSON.stringify(array.shape),
    )
  const insert = database.prepare(
    'INSERT INTO chunks (array, chunk, crc32, data) VALUES (?, ?, ?, ?)',
  )
  const { buffer, byteOffset, byteLength } = array.values
  for (let chunk = 0, at = 0; at < byteLength; chunk++, at += chunkBytes) {
    const length = Math.min(chunkBytes, byteLength - at)
    // Copied out of shared memory: SQLite must not see bytes that other threads may change.
    const bytes = new Uint8Array(buffer, byteOffset + at, length).slice()
    insert.run(lastInsertRowid, chunk, crc32(bytes), bytes)
  }
}

/** Names, units and shapes of the arrays of a checkpoint (or, with null, of the run itself). */
export function listArrays(database: DatabaseSync, run: number, checkpoint: number | null) {
  const rows = database
    .prepare(
      'SELECT id, name, unit, dtype, shape FROM arrays WHERE run = ? AND checkpoint IS ? ORDER BY id',
    )
    .all(run, checkpoint)
  return rows.map((row) => {
    const { name, unit, dtype, shape } = arrayRow.parse(row)
    return { name, unit, dtype, shape: shapeSchema.parse(JSON.parse(shape)) }
  })
}

function damaged(database: DatabaseSync, what: string): InputError {
  const file = database.location() ?? 'The session'
  return new InputError(`${file}: ${what}. Restore the session from a copy.`, { file })
}

/**
 * Reads one array; undefined when the session has none of that name.
 * @throws InputError when bytes are missing or damaged
 */
export function readArray(
  database: DatabaseSync,
  run: number,
  checkpoint: number | null,
  name: string,
): StoredArray | undefined {
  const found = database
    .prepare(
      'SELECT id, name, unit, dtype, shape FROM arrays WHERE run = ? AND checkpoint IS ? AND name = ?',
    )
    .get(run, checkpoint, name)
  if (found === undefined) return undefined
  const row = arrayRow.parse(found)
  const shape = shapeSchema.parse(JSON.parse(row.shape))
  const length = shape.reduce((product, n) => product * n, 1) * itemBytes[row.dtype]
  const held = database
    .prepare('SELECT coalesce(sum(length(data)), 0) AS bytes FROM chunks WHERE array = ?')
    .get(row.id)
  if (held?.bytes !== length) {
    throw damaged(
      database,
      `the array "${name}" is incomplete: ${String(held?.bytes)} of ${length} bytes are there`,
    )
  }
  const bytes = new Uint8Array(length)
  let at = 0
  const chunks = database
    .prepare('SELECT data, crc32 FROM chunks WHERE array = ? ORDER BY chunk')
    .iterate(row.id)
  for (const item of chunks) {
    const chunk = chunkRow.parse(item)
    if (crc32(chunk.data) !== chunk.crc32) {
      throw damaged(database, `the array "${name}" is damaged: its checksum differs`)
    }
    bytes.set(chunk.data, at)
    at += chunk.data.length
  }
  return { name: row.name, unit: row.unit, shape, values: fromBytes(row.dtype, bytes.buffer) }
}
