/** From the words of a formula to an expression, checking units on the way: precedence climbing. */
import type { Condition, Expression, Scalar } from '../graph/index.ts'
import * as graph from '../graph/index.ts'
import { suggestion } from '../../session/nearest-name.ts'
import { TextError } from './formula-error.ts'
import type { Token } from './tokens.ts'
import { formulaUnits, functions } from './vocabulary.ts'

/** Brackets, signs and powers inside one another. */
const DEEPEST = 64

/** What names stand for: coordinates, parameters and definitions. */
export type Names = ReadonlyMap<string, Expression>
/** What `where(condition, then, otherwise)` is. */
export type Choice = (when: Condition, then: Scalar, otherwise: Scalar) => Scalar

interface Operator {
  /** Binds the tighter the larger it is. */
  readonly strength: number
  readonly build: (a: Scalar, b: Scalar) => Expression
}

const SIGN = 7
const POWER = 8
const COMPARISON = 4
const comparison = (build: Operator['build']): Operator => ({ strength: COMPARISON, build })
const operators: ReadonlyMap<string, Operator> = new Map([
  ['<', comparison(graph.less)],
  ['<=', comparison(graph.atMost)],
  ['>', comparison(graph.greater)],
  ['>=', comparison(graph.atLeast)],
  ['+', { strength: 5, build: graph.add }],
  ['-', { strength: 5, build: graph.sub }],
  ['*', { strength: 6, build: graph.mul }],
  ['/', { strength: 6, build: graph.div }],
  ['^', { strength: POWER, build: graph.pow }],
  ['**', { strength: POWER, build: graph.pow }],
])
const logic: ReadonlyMap<string, { strength: number; build: typeof graph.and }> = new Map([
  ['or', { strength: 1, build: graph.or }],
  ['||', { strength: 1, build: graph.or }],
  ['and', { strength: 2, build: graph.and }],
  ['&&', { strength: 2, build: graph.and }],
])
const NOT = 3

/** Signs of other languages that have no meaning here. */
const unknownSigns: Readonly<Record<string, string>> = {
  '==': 'Numbers are compared with <, <=, > and >=.',
  '!=': 'Numbers are compared with <, <=, > and >=.',
  '=': 'A formula is one expression; intermediate values belong to "definitions".',
  '?': 'Choices are written where(condition, a, b).',
  ':': 'Choices are written where(condition, a, b).',
}

/** The expression that tokens stand for. @throws TextError */
export function parse(tokens: readonly Token[], names: Names, where: Choice): Expression {
  return new Parser(tokens, names, where).whole()
}

class Parser {
  readonly #tokens: readonly Token[]
  readonly #names: Names
  readonly #where: Choice
  #next = 0
  #depth = 0

  constructor(tokens: readonly Token[], names: Names, where: Choice) {
    this.#tokens = tokens
    this.#names = names
    this.#where = where
  }

  whole(): Expression {
    const value = this.#expression(0)
    const after = this.#peek()
    if (after.kind !== 'end') throw new TextError(after.at, unexpected(after))
    return value
  }

  #peek(): Token {
    return this.#tokens[this.#next]
  }

  #take(): Token {
    const token = this.#peek()
    if (token.kind !== 'end') this.#next++
    return token
  }

  #isSymbol(text: string): boolean {
    const { kind, text: own } = this.#peek()
    return kind === 'symbol' && own === text
  }

  /** Everything that binds at least as tightly as `minimum`. */
  #expression(minimum: number): Expression {
    const { at } = this.#peek()
    if (++this.#depth > DEEPEST) {
      throw new TextError(
        at,
        `More than ${DEEPEST} brackets or signs inside one another: give parts of the formula names under "definitions".`,
      )
    }
    let left = this.#operand()
    for (;;) {
      const token = this.#peek()
      const { text } = token
      const join = token.kind === 'end' ? undefined : logic.get(text)
      const operator = token.kind === 'symbol' ? operators.get(text) : undefined
      if (join && join.strength >= minimum) {
        this.#take()
        const a = conditionFrom(left, at)
        const start = this.#peek().at
        left = join.build(a, conditionFrom(this.#expression(join.strength + 1), start))
      } else if (operator?.strength === COMPARISON && operator.strength >= minimum) {
        left = this.#comparisons(scalarFrom(left, at))
      } else if (operator && operator.strength >= minimum) {
        this.#take()
        const a = scalarFrom(left, at)
        const start = this.#peek().at
        const tighter = operator.strength === POWER ? POWER : operator.strength + 1
        const b = scalarFrom(this.#expression(tighter), start)
        if (text === '/' && b.op === 'constant' && b.value === 0) {
          throw new TextError(token.at, 'This divides by zero.')
        }
        left = checked(token.at, () => operator.build(a, b))
      } else break
    }
    this.#depth--
    return left
  }

  /** a < b, or a < b <= c: both hold. */
  #comparisons(first: Scalar): Condition {
    const conditions: Condition[] = []
    let a = first
    for (;;) {
      const token = this.#peek()
      const operator = token.kind === 'symbol' ? operators.get(token.text) : undefined
      if (operator?.strength !== COMPARISON) return graph.and(...conditions)
      this.#take()
      const start = this.#peek().at
      const left = a
      const right = scalarFrom(this.#expression(COMPARISON + 1), start)
      conditions.push(
        conditionFrom(
          checked(token.at, () => operator.build(left, right)),
          token.at,
        ),
      )
      a = right
    }
  }

  #operand(): Expression {
    const token = this.#take()
    const { kind, text, at } = token
    if (kind === 'number') return this.#quantity(token)
    if (kind === 'unit') return graph.constant(1, unitOf(text))
    if (kind === 'symbol' && (text === '-' || text === '+')) {
      const start = this.#peek().at
      const value = scalarFrom(this.#expression(SIGN), start)
      return text === '-' ? graph.neg(value) : value
    }
    if ((kind === 'name' && text === 'not') || (kind === 'symbol' && text === '!')) {
      const start = this.#peek().at
      return graph.not(conditionFrom(this.#expression(NOT), start))
    }
    if (kind === 'symbol' && text === '(') {
      const value = this.#expression(0)
      this.#close(at)
      return value
    }
    if (kind === 'name') return this.#isSymbol('(') ? this.#call(token) : this.#named(token)
    throw new TextError(at, `Expected a number, a name or "(", ${found(token)}.`)
  }

  /** A number, with the unit that stands behind it: 5 kpc, 2 kpc^-1. */
  #quantity({ value }: Token): Scalar {
    const unit = this.#peek()
    if (unit.kind !== 'unit') return graph.constant(value)
    this.#take()
    const one = graph.constant(1, unitOf(unit.text))
    if (!this.#isSymbol('^') && !this.#isSymbol('**')) {
      return graph.constant(value, unitOf(unit.text))
    }
    const sign = this.#take()
    const start = this.#peek().at
    const exponent = scalarFrom(this.#expression(POWER), start)
    return checked(sign.at, () => graph.mul(value, graph.pow(one, exponent)))
  }

  #named({ text, at }: Token): Expression {
    const value = this.#names.get(text)
    if (value) return value
    if (functions.has(text) || text === 'where') {
      throw new TextError(at, `${text} is a function: write ${usage(text)}.`)
    }
    throw new TextError(at, unknownName(text, this.#names))
  }

  #call(name: Token): Scalar {
    const { text, at } = name
    const known = functions.get(text)
    if (!known && text !== 'where') {
      if (this.#names.has(text)) {
        throw new TextError(
          this.#peek().at,
          `${text} is no function: write ${text} * (...) for a product.`,
        )
      }
      const names = [...functions.keys(), 'where']
      throw new TextError(at, `There is no function "${text}".${suggestion(text, names)}`)
    }
    const { at: bracket } = this.#take()
    const values: { value: Expression; start: number }[] = []
    if (!this.#isSymbol(')')) {
      for (;;) {
        const start = this.#peek().at
        values.push({ value: this.#expression(0), start })
        if (!this.#isSymbol(',')) break
        this.#take()
      }
    }
    this.#close(bracket)
    const fewest = known ? known.operands.length : 3
    if (values.length < fewest || (values.length > fewest && !known?.more)) {
      const count = values.length === 1 ? 'one was given' : `${values.length} were given`
      throw new TextError(at, `${text} is written ${usage(text)}, but ${count}.`)
    }
    if (!known) {
      const [when, a, b] = values
      const condition = conditionFrom(when.value, when.start)
      const [then, otherwise] = [scalarFrom(a.value, a.start), scalarFrom(b.value, b.start)]
      return checked(b.start, () => this.#where(condition, then, otherwise))
    }
    const operands = values.map(({ value, start }) => scalarFrom(value, start))
    // What is wrong with the unit of a single operand is wrong there.
    const place = operands.length === 1 ? values[0].start : at
    return checked(place, () => known.build(...operands))
  }

  #close(opened: number): void {
    const token = this.#peek()
    if (this.#isSymbol(')')) {
      this.#take()
      return
    }
    if (token.kind === 'end') throw new TextError(opened, 'This "(" is never closed.')
    throw new TextError(token.at, unexpected(token))
  }
}

/** Builds an expression; what its constructors refuse, and what is no finite number, is a mistake at a place. */
function checked<Built extends Expression>(at: number, build: () => Built): Built {
  let built: Built
  try {
    built = build()
  } catch (error) {
    if (error instanceof graph.ExpressionError) throw new TextError(at, error.message)
    throw error
  }
  if (built.op === 'constant' && !Number.isFinite(built.value)) {
    throw new TextError(at, 'This has no finite value.')
  }
  return built
}

function scalarFrom(value: Expression, at: number): Scalar {
  if (graph.isScalar(value)) return value
  throw new TextError(
    at,
    'Expected a number, but this is a condition: choose between numbers with where(condition, a, b).',
  )
}

function conditionFrom(value: Expression, at: number): Condition {
  if (!graph.isScalar(value)) return value
  throw new TextError(at, 'Expected a condition, such as r < 5 kpc, but this is a number.')
}

/** A unit's name, known to be one. */
function unitOf(text: string): graph.UnitName {
  if (!graph.isUnitName(text)) throw new Error(`"${text}" is no unit.`)
  return text
}

function found({ kind, text }: Token): string {
  return kind === 'end' ? 'but the formula ends here' : `not "${text}"`
}

/** A word after which an operator, a comma or a bracket should stand. */
function unexpected(token: Token): string {
  const { kind, text } = token
  if (kind === 'symbol' && Object.hasOwn(unknownSigns, text)) {
    return `"${text}" has no meaning here. ${unknownSigns[text]}`
  }
  if (kind === 'symbol' && text === ')') return 'This ")" closes nothing.'
  if (kind === 'name' && partsOfUnits.has(text)) return partOfUnit(text)
  const hint =
    kind === 'name' || kind === 'number' || kind === 'unit' ? ' A product is written with *.' : ''
  const units =
    kind === 'name' ? ` Units that may follow a number: ${formulaUnits.join(', ')}.` : ''
  return `Expected an operator, ${found(token)}.${hint}${units}`
}

const partsOfUnits = new Set(['cm', 'm', 'km'])

function partOfUnit(text: string): string {
  return `"${text}" is known only in the unit ${text === 'km' ? 'km/s' : `${text}^-3`}; lengths are in kpc or pc.`
}

function unknownName(text: string, names: Names): string {
  if (partsOfUnits.has(text)) return partOfUnit(text)
  const all = [...names.keys(), ...functions.keys(), 'where', ...formulaUnits]
  return `There is nothing called "${text}".${suggestion(text, all) || ' Parameters are listed under "parameters", intermediate values under "definitions".'}`
}

function usage(name: string): string {
  const known = functions.get(name)
  if (!known) return 'where(condition, a, b)'
  return `${name}(${known.operands.join(', ')}${known.more ? ', ...' : ''})`
}
