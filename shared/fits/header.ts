import { asciiText, BLOCK_BYTES, CARD_BYTES } from './bytes.ts'
import { damagedAdvice, FitsError } from './errors.ts'

export type CardValue = string | number | boolean

/** One header card. `value` is undefined for commentary, for an empty value and for one that is no FITS value. */
export interface Card {
  keyword: string
  value: CardValue | undefined
  /** The comment after `/`, or the text of a commentary card. */
  comment: string
  /** The value field as written, for messages about values that are not what they should be. */
  raw: string
}

/** More cards than any real file has; without a limit a 4 GiB file without END would be read as one header. */
const MAX_CARDS = 100_000

/** Longest text joined from CONTINUE cards; bounds the time a hostile header can take. */
const MAX_LONG_STRING = 16_384

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([EeDd][+-]?\d+)?$/

/** An ordered FITS header. Keywords are found without regard to case; of repeated ones the first counts, as in astropy. */
export class Header {
  readonly hdu: number
  readonly cards: readonly Card[]
  readonly #byKeyword = new Map<string, Card>()

  constructor(hdu: number, cards: readonly Card[]) {
    this.hdu = hdu
    this.cards = cards
    for (const card of cards) {
      const key = card.keyword.toUpperCase()
      if (!this.#byKeyword.has(key)) this.#byKeyword.set(key, card)
    }
  }

  card(keyword: string): Card | undefined {
    return this.#byKeyword.get(keyword.toUpperCase())
  }

  get(keyword: string): CardValue | undefined {
    return this.card(keyword)?.value
  }

  /** A text value without surrounding blanks; undefined when absent, blank or not text. */
  text(keyword: string): string | undefined {
    const value = this.get(keyword)
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
  }

  /** A finite number; undefined when absent or empty. Throws when something else stands there. */
  number(keyword: string): number | undefined {
    const card = this.card(keyword)
    if (!card || card.raw === '') return undefined
    if (typeof card.value === 'number' && Number.isFinite(card.value)) return card.value
    throw this.#wrong(keyword, 'a finite number')
  }

  /** A whole number within [min, max]; undefined when absent. Throws when something else stands there. */
  integer(keyword: string, min: number, max: number): number | undefined {
    const value = this.number(keyword)
    if (value === undefined) return undefined
    if (Number.isSafeInteger(value) && value >= min && value <= max) return value
    const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`
    throw this.#wrong(keyword, `a whole number ${range}`)
  }

  requireInteger(keyword: string, min: number, max: number): number {
    const value = this.integer(keyword, min, max)
    if (value !== undefined) return value
    throw new FitsError('bad-header', `the header has no ${keyword}`, damagedAdvice, {
      hdu: this.hdu,
      keyword,
    })
  }

  #wrong(keyword: string, wanted: string): FitsError {
    const raw = this.card(keyword)?.raw.slice(0, 40) ?? ''
    return new FitsError(
      'bad-header',
      `${keyword} is ${raw}, but it must be ${wanted}`,
      damagedAdvice,
      { hdu: this.hdu, keyword },
    )
  }
}

/**
 * Parse the header that starts at byte `offset`.
 * @returns the header and the offset of the data unit behind it (a multiple of 2880 after `offset`).
 */
export function parseHeader(
  bytes: Uint8Array,
  offset: number,
  hdu: number,
): { header: Header; dataOffset: number } {
  const cards: Card[] = []
  for (let count = 0; count < MAX_CARDS; count++) {
    const at = offset + count * CARD_BYTES
    if (at + CARD_BYTES > bytes.length) break
    const text = asciiText(bytes, at, at + CARD_BYTES)
    if (text.startsWith('END') && text.slice(3).trim() === '') {
      const headerBytes = (count + 1) * CARD_BYTES
      const dataOffset = offset + Math.ceil(headerBytes / BLOCK_BYTES) * BLOCK_BYTES
      return { header: new Header(hdu, cards), dataOffset }
    }
    appendCard(cards, text)
  }
  throw new FitsError(
    'bad-header',
    'the header has no END card',
    'The file is cut short or is not FITS; get it again from its source.',
    { hdu, keyword: 'END' },
  )
}

/** Add a card, or join a CONTINUE card to the long string before it (FITS standard 4.0, section 4.2.1.2). */
function appendCard(cards: Card[], text: string): void {
  const card = parseCard(text)
  const previous = cards.at(-1)
  if (
    card.keyword === 'CONTINUE' &&
    typeof card.value === 'string' &&
    previous !== undefined &&
    typeof previous.value === 'string' &&
    previous.value.length < MAX_LONG_STRING &&
    previous.value.endsWith('&')
  ) {
    previous.value = previous.value.slice(0, -1) + card.value
    previous.comment = [previous.comment, card.comment].filter((part) => part !== '').join(' ')
    return
  }
  cards.push(card)
}

/** Parse one 80-character card (FITS standard 4.0, section 4.1; HIERARCH by the ESO convention). */
export function parseCard(text: string): Card {
  const keyword = text.slice(0, 8).trim()
  if (keyword === 'HIERARCH') {
    const equals = text.indexOf('=')
    if (equals > 9) {
      return { keyword: text.slice(9, equals).trim(), ...parseValue(text.slice(equals + 1)) }
    }
  }
  if (keyword === 'CONTINUE') return { keyword, ...parseValue(text.slice(8)) }
  if (text.slice(8, 10) === '= ' && keyword !== 'COMMENT' && keyword !== 'HISTORY') {
    return { keyword, ...parseValue(text.slice(10)) }
  }
  return { keyword, value: undefined, comment: text.slice(8).trimEnd(), raw: '' }
}

function parseValue(field: string): Omit<Card, 'keyword'> {
  const start = field.trimStart()
  if (start.startsWith("'")) return parseQuoted(start)
  const slash = start.indexOf('/')
  const raw = (slash < 0 ? start : start.slice(0, slash)).trim()
  const comment = slash < 0 ? '' : start.slice(slash + 1).trim()
  if (raw === 'T' || raw === 'F') return { value: raw === 'T', comment, raw }
  if (NUMBER.test(raw)) return { value: Number(raw.replace(/[Dd]/, 'E')), comment, raw }
  return { value: undefined, comment, raw }
}

/** A quoted string: `''` stands for one quote, blanks at the end do not count. A missing end quote is forgiven. */
function parseQuoted(text: string): Omit<Card, 'keyword'> {
  let value = ''
  let i = 1
  for (; i < text.length; i++) {
    if (text[i] === "'") {
      if (text[i + 1] !== "'") break
      i++
    }
    value += text[i]
  }
  const rest = text.slice(i + 1)
  const slash = rest.indexOf('/')
  const trimmed = value.trimEnd()
  return {
    value: trimmed,
    comment: slash < 0 ? '' : rest.slice(slash + 1).trim(),
    raw: `'${trimmed}'`,
  }
}
