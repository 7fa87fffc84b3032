import { InputError } from '../errors.ts'
import { readTable } from '../runs/read-table.ts'
import type { Inspection } from './inspection.ts'
import { number } from './progress.ts'

interface ColumnDescription {
  readonly name: string
  readonly kind: 'numbers' | 'text'
  readonly empty?: number
  readonly minimum?: number | null
  readonly maximum?: number | null
}

/** A catalogue of sources: its columns and what is in them. */
export async function inspectTable(path: string): Promise<Inspection> {
  const table = await readTable(path)
  const columns = table.columns.map((name): ColumnDescription => {
    try {
      const values = table.numbers(name, name)
      const filled = values.filter((value) => !Number.isNaN(value))
      return {
        name,
        kind: 'numbers',
        empty: values.length - filled.length,
        minimum: filled.length === 0 ? null : filled.reduce((a, b) => Math.min(a, b)),
        maximum: filled.length === 0 ? null : filled.reduce((a, b) => Math.max(a, b)),
      }
    } catch (error) {
      if (error instanceof InputError) return { name, kind: 'text' }
      throw error
    }
  })
  return {
    document: { file: path, format: 'table', rows: table.rows, columns },
    lines: [
      `${path}: table, ${table.rows} rows`,
      ...columns.map(({ name, kind, empty = 0, minimum, maximum }) => {
        if (kind === 'text') return `  ${name}: text`
        const range =
          typeof minimum === 'number' && typeof maximum === 'number'
            ? `${number(minimum)} to ${number(maximum)}`
            : 'no numbers'
        return `  ${name}: ${range}${empty > 0 ? `, ${empty} empty` : ''}`
      }),
    ],
  }
}
