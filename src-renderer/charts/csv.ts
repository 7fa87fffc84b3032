import type { CurveTable } from './table.ts'

/** All rows of the curves as CSV with a header; numbers with every digit. */
export function curvesCsv(table: CurveTable): string {
  const columns = table.columns.map((name) => table.column(name))
  const lines = [table.columns.map((name) => `"${name.replaceAll('"', '""')}"`).join(',')]
  for (let row = 0; row < table.rows; row++)
    lines.push(columns.map((column) => String(column[row])).join(','))
  return `${lines.join('\r\n')}\r\n`
}
