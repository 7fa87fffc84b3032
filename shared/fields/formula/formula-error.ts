import { ModelError } from '../model-error.ts'

/** Where in a text something is wrong; line and column count from 1, characters as an editor shows them. */
export interface FormulaPosition {
  /** Index into the text. */
  readonly at: number
  readonly line: number
  readonly column: number
}

/** What was asked of a formula's text, before it is known which of the formula's texts it is. */
export class TextError extends Error {
  readonly at: number
  constructor(at: number, message: string) {
    super(message)
    this.name = 'TextError'
    this.at = at
  }
}

/** A formula that cannot be read, or whose units do not fit. The message shows the place with a caret below it. */
export class FormulaError extends ModelError {
  /** Keys below `formula`, for example definitions, arm. */
  readonly path: readonly string[]
  /** What is wrong, without the place. */
  readonly problem: string
  /** Of mistakes in a text. */
  readonly position: FormulaPosition | undefined

  constructor(path: readonly string[], problem: string, text?: string, at = 0) {
    const position = text === undefined ? undefined : positionOf(text, at)
    const place = position && text !== undefined ? shown(text, position) : undefined
    super(
      ['formula', ...path].join('.'),
      place ? `${place.where}: ${problem}\n${place.excerpt}` : problem,
    )
    this.name = 'FormulaError'
    this.path = path
    this.problem = problem
    this.position = position
  }
}

function positionOf(text: string, at: number): FormulaPosition {
  const before = text.slice(0, at).split('\n')
  return { at, line: before.length, column: [...(before.at(-1) ?? '')].length + 1 }
}

/** Most characters of a line that are shown to each side of a mistake. */
const SHOWN = 50

function shown(text: string, { at, line, column }: FormulaPosition) {
  const several = text.trimEnd().includes('\n')
  const start = text.lastIndexOf('\n', at - 1) + 1
  const next = text.indexOf('\n', at)
  const end = next === -1 ? text.length : next
  const first = Math.max(start, at - SHOWN)
  const last = Math.min(end, at + SHOWN)
  const left = `${first > start ? '...' : ''}${printable(text.slice(first, at))}`
  const right = `${printable(text.slice(at, last))}${last < end ? '...' : ''}`
  return {
    where: several ? `line ${line}, column ${column}` : `column ${column}`,
    excerpt: `    ${left}${right}\n    ${' '.repeat([...left].length)}^`,
  }
}

/** Tabs and control characters have no width that the caret could know. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, ' ')
}
