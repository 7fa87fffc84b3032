import { TextError } from './formula-error.ts'
import { isUnit } from './vocabulary.ts'

export interface Token {
  readonly kind: 'number' | 'name' | 'unit' | 'symbol' | 'end'
  /** As written; of a unit, its name without spaces. */
  readonly text: string
  /** Of a number. */
  readonly value: number
  /** Index of its first character. */
  readonly at: number
}

const blank = /\s+/y
const number = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y
/** Units that are written with a sign: they are one word, since their parts are no units here. */
const compoundUnit = /(?:km\s*\/\s*s|c?m\s*\^\s*-\s*3)(?![A-Za-z0-9_])/y
const name = /[A-Za-z_][A-Za-z0-9_]*/y
const symbol = /\*\*|<=|>=|&&|\|\||==|!=|[-+*/^(),<>!=?:]/y

/** What users may have meant by characters that are no part of a formula. */
const instead: Readonly<Record<string, string>> = {
  '−': '-',
  '–': '-',
  '×': '*',
  '·': '*',
  '÷': '/',
  '²': '^2',
  '³': '^3',
  '°': 'deg',
  µ: 'microgauss',
  μ: 'microgauss',
  π: 'pi',
  φ: 'phi',
  ρ: 'rho',
  θ: 'theta',
  '√': 'sqrt()',
  '≤': '<=',
  '≥': '>=',
  '[': '(',
  ']': ')',
  '{': '(',
  '}': ')',
}

/** The words of a formula, with an `end` after the last. @throws TextError */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    return pattern.exec(text)?.[0]
  }
  const add = (kind: Token['kind'], written: string, value = 0, own = written): void => {
    tokens.push({ kind, text: own, value, at })
    at += written.length
  }
  while (at < text.length) {
    const space = take(blank)
    if (space !== undefined) {
      at += space.length
      continue
    }
    const digits = take(number)
    if (digits !== undefined) {
      const value = Number(digits)
      if (!Number.isFinite(value)) throw new TextError(at, `${digits} is too large a number.`)
      add('number', digits, value)
      continue
    }
    const compound = take(compoundUnit)
    if (compound !== undefined) {
      add('unit', compound, 0, compound.replaceAll(/\s/g, ''))
      continue
    }
    const word = take(name)
    if (word !== undefined) {
      add(isUnit(word) ? 'unit' : 'name', word)
      continue
    }
    const sign = take(symbol)
    if (sign === undefined) throw new TextError(at, strange(text, at))
    add('symbol', sign)
  }
  tokens.push({ kind: 'end', text: '', value: 0, at })
  return tokens
}

function strange(text: string, at: number): string {
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0)
  const hint = Object.hasOwn(instead, character) ? ` Write ${instead[character]}.` : ''
  return `"${character}" is no part of a formula.${hint}`
}
