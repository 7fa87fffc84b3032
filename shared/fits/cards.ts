import { CARD_BYTES, paddedLength } from './bytes.ts'
import type { CardValue } from './header.ts'

/** A header card to write. `value` undefined writes none, as COMMENT and HISTORY cards have none. */
export interface WriteCard {
  keyword: string
  value: CardValue
  comment?: string
}

/** Longest text that fits on one card between its quotes. */
const STRING_WIDTH = 68

/**
 * Format one keyword as one card, or several when a text is long (CONTINUE).
 * Keywords of more than 8 characters use the HIERARCH convention.
 * @throws RangeError for a keyword or text that FITS cannot hold
 */
export function formatCard({ keyword, value, comment = '' }: WriteCard): string[] {
  const head = /^[A-Z0-9_-]{1,8}$/.test(keyword) ? `${keyword.padEnd(8)}= ` : hierarchHead(keyword)
  if (typeof value === 'string') return formatText(head, value, comment)
  const text = typeof value === 'boolean' ? (value ? 'T' : 'F') : formatNumber(keyword, value)
  return [withComment(head + text.padStart(20), comment)]
}

function hierarchHead(keyword: string): string {
  if (/^[A-Za-z0-9_ -]{1,40}$/.test(keyword)) return `HIERARCH ${keyword} = `
  throw new RangeError(
    `'${keyword}' cannot be a FITS keyword: use letters, digits, hyphen and underscore.`,
  )
}

function formatNumber(keyword: string, value: number): string {
  if (!Number.isFinite(value))
    throw new RangeError(`${keyword} is ${value}: FITS has no such number.`)
  if (Number.isSafeInteger(value)) return String(value)
  const text = String(value).toUpperCase()
  // A whole number beyond 2^53 needs a decimal point to be read as floating point.
  return text.includes('E') || text.includes('.') ? text : `${text}.`
}

/** Quoted text; a quote is doubled, and fewer than 8 characters are padded as old readers want. */
function formatText(head: string, value: string, comment: string): string[] {
  if (!/^[\x20-\x7e]*$/.test(value)) {
    throw new RangeError(`'${value}' cannot stand in a FITS header, which holds ASCII only.`)
  }
  const quoted = value.replaceAll("'", "''")
  const room = STRING_WIDTH - (head.length - 10)
  if (quoted.length <= room)
    return [withComment(`${head}'${quoted.padEnd(8)}'`.padEnd(30), comment)]
  const parts = splitText(value, room - 1)
  return parts.map((part, i) => {
    const more = i < parts.length - 1 ? '&' : ''
    return `${i === 0 ? head : 'CONTINUE  '}'${part.replaceAll("'", "''")}${more}'`.padEnd(
      CARD_BYTES,
    )
  })
}

/** Pieces whose quoted length is at most `width`. */
function splitText(value: string, width: number): string[] {
  const parts: string[] = []
  let part = ''
  let used = 0
  for (const character of value) {
    const cost = character === "'" ? 2 : 1
    if (used + cost > width) {
      parts.push(part)
      part = ''
      used = 0
    }
    part += character
    used += cost
  }
  return [...parts, part]
}

function withComment(text: string, comment: string): string {
  const full = comment === '' ? text : `${text} / ${asAscii(comment)}`
  return full.slice(0, CARD_BYTES).padEnd(CARD_BYTES)
}

/** Free text as COMMENT or HISTORY cards, 72 characters each. */
export function commentaryCards(keyword: 'COMMENT' | 'HISTORY', text: string): string[] {
  const lines = text.split(/\r?\n/).flatMap((line) => asAscii(line).match(/.{1,72}/g) ?? [''])
  return lines.map((line) => `${keyword.padEnd(8)}${line}`.padEnd(CARD_BYTES))
}

/** Text for people: what ASCII lacks becomes `?`. */
function asAscii(text: string): string {
  return text.replace(/[^\x20-\x7e]/gu, '?')
}

/** The bytes of a header: its cards, END, and blanks to the end of the block. */
export function headerBytes(cards: string[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(paddedLength((cards.length + 1) * CARD_BYTES))
  bytes.fill(0x20)
  const text = [...cards, 'END'].map((card) => card.padEnd(CARD_BYTES)).join('')
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes
}

/** Join headers and data units into one file; each data unit is padded with zeros to whole blocks. */
export function joinUnits(units: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const total = units.reduce((sum, unit) => sum + paddedLength(unit.length), 0)
  const bytes = new Uint8Array(total)
  let offset = 0
  for (const unit of units) {
    bytes.set(unit, offset)
    offset += paddedLength(unit.length)
  }
  return bytes
}
