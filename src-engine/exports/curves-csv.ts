import type { Curves } from '../storage/run-store.ts'

/** The curves as comma-separated values, one line per iteration; numbers in full, what does not exist empty. */
export function curvesCsv({ columns, rows, values }: Curves): Uint8Array {
  const lines = [columns.map(quoted).join(',')]
  for (let row = 0; row < rows; row++) {
    const cells = values.subarray(row * columns.length, (row + 1) * columns.length)
    lines.push(Array.from(cells, (value) => (Number.isNaN(value) ? '' : String(value))).join(','))
  }
  return new TextEncoder().encode(`${lines.join('\n')}\n`)
}

function quoted(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
