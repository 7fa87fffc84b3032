/** Lines of a table, its columns aligned on the right; the first row has all columns. */
export function textTable(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)))
  return rows.map((row) => row.map((cell, column) => cell.padStart(widths[column])).join('  '))
}
