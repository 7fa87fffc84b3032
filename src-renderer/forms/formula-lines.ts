/** The text of the formula editor, line by line: what it names, and where the words of each expression stand in it. */

/** One expression of the text. */
export interface FormulaLine {
  /** As written before the sign; a line without a sign is a name whose expression is missing. */
  readonly name: string
  /** The expression as the run file has it. */
  readonly text: string
  /** Index into the editor's text of every character of the expression, and of its end. */
  readonly places: readonly number[]
}

/** The expressions of a text `name = expression` (or `name: expression`); a line that begins with a space goes on with the one before. */
export function formulaLines(text: string): FormulaLine[] {
  const found: { name: string; text: string; places: number[] }[] = []
  let start = 0
  for (const line of text.split('\n')) {
    const offset = start
    start += line.length + 1
    if (line.trim() === '') continue
    const last = found.at(-1)
    if (/^\s/.test(line) && last) {
      const own = line.trimEnd()
      last.text += `\n${own}`
      // The end of what was before stands for the line break.
      for (let i = 0; i <= own.length; i++) last.places.push(offset + i)
      continue
    }
    // As the editor shows it, or as a run file has it: `name: expression`.
    const at = line.search(/[=:<>]/)
    const isAssignment = at > 0 && /^(=(?!=)|:)/.test(line.slice(at))
    const name = (isAssignment ? line.slice(0, at) : line).trim()
    const rest = isAssignment ? line.slice(at + 1) : ''
    const expression = rest.trim()
    const first = offset + line.length - rest.trimStart().length
    const places = Array.from({ length: expression.length + 1 }, (_, i) => first + i)
    found.push({ name, text: expression, places })
  }
  return found
}

export interface TextRange {
  readonly from: number
  readonly to: number
}

/**
 * Where in the editor's text a mistake is: the word at the place that its message names.
 *
 * @param key of the issue below the formula: B_r or definitions.s
 * @param message as the formula's error prints it: "column 3: ..." or "line 2, column 3: ..."
 */
export function mistakeRange(text: string, key: string, message: string): TextRange | undefined {
  const name = key.replace(/^definitions\./, '').replace(/ \(given twice\)$/, '')
  const lines = formulaLines(text).filter((one) => one.name === name)
  const line = key.endsWith('(given twice)') ? lines.at(-1) : lines[0]
  if (!line) return undefined
  const place = /^(?:line (\d+), )?column (\d+):/.exec(message)
  if (!place) {
    const from = text.indexOf(name, line.places[0] - line.name.length - 4)
    return from < 0 ? undefined : { from, to: from + Math.max(1, name.length) }
  }
  const before = line.text.split('\n').slice(0, Number(place[1] ?? 1) - 1)
  const characters = [...line.text.split('\n')[before.length]].slice(0, Number(place[2]) - 1)
  const at = before.reduce((sum, one) => sum + one.length + 1, 0) + characters.join('').length
  const word = /^(?:[A-Za-z_][A-Za-z0-9_]*|[\d.]+|\S)?/.exec(line.text.slice(at))?.[0] ?? ''
  const from = line.places[Math.min(at, line.places.length - 1)]
  return { from, to: from + Math.max(1, word.length) }
}
