import { createHash } from 'node:crypto'
import { clockColumns } from '#engine/runs/figures.ts'
import type { Session } from '#engine/storage/session.ts'

/** A digest of everything that a run computed: curves, and the arrays of its last checkpoint. */
export function runBits(session: Session, run: number): string {
  const hash = createHash('sha256')
  const curves = session.runs.curves(run)
  hash.update(`${curves.columns.join()} ${curves.rows}`)
  const kept = curves.columns.map((name) => !clockColumns.some((one) => one === name))
  hash.update(bytes(curves.values.filter((_, at) => kept[at % kept.length])))
  const [checkpoint] = session.runs.checkpoints(run)
  hash.update(String(checkpoint.iteration))
  for (const { name } of session.runs.arrayNames(checkpoint)) {
    hash.update(name).update(bytes(session.runs.checkpointArray(checkpoint, name).values))
  }
  return hash.digest('hex')
}

function bytes(values: ArrayBufferView): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
}
