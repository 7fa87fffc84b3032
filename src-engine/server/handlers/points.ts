import { basename } from 'node:path'
import { EngineError, WithPayloads } from '#shared/contract/index.ts'
import { pointColumns } from '#shared/contract/methods.ts'
import { preparePoints } from '../../runs/prepare-points.ts'
import { readTable } from '../../runs/read-table.ts'
import type { Engine } from '../engine.ts'
import { pointTable } from './point-table.ts'
import type { HandlersOf } from './types.ts'

/** Tables of sources: what is in them, and which sources a run would take. */
export function pointHandlers(engine: Engine): HandlersOf<'tables.inspect' | 'points.load'> {
  return {
    async 'tables.inspect'({ grant, hdu }) {
      const path = await engine.grants.resolve(grant)
      const table = await readTable(path, hdu)
      return {
        file: basename(path),
        columns: [...table.columns],
        units: table.columns.map((name) => table.unit(name)?.trim() ?? ''),
        rows: table.rows,
        ...(table.hdu === undefined ? {} : { hdu: table.hdu }),
      }
    },
    async 'points.load'({ entry }) {
      const { catalogue } = entry
      if (catalogue === undefined)
        throw new EngineError({ code: 'no-points', message: `"${entry.name}" is a map.` })
      const file = await engine.grants.resolve(entry.file)
      const { vector } = await preparePoints({ ...entry, file }, catalogue, 'data')
      const { values, unit, notes } = vector
      return new WithPayloads(
        { columns: [...pointColumns], rows: values.length, unit, notes: [...notes] },
        [pointTable(vector)],
      )
    },
  }
}
