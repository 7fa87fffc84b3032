/** A piece of text in one of the fonts that every PDF reader has. */
export interface TextRun {
  readonly font: 'Helvetica' | 'Symbol'
  /** Codes in WinAnsi, or in the encoding of Symbol. */
  readonly codes: readonly number[]
  /** Raised, lowered, or on the line. */
  readonly level: -1 | 0 | 1
}

const raised = '⁰¹²³⁴⁵⁶⁷⁸⁹'
const lowered = '₀₁₂₃₄₅₆₇₈₉'
/** Where WinAnsi is not Latin 1. */
const winAnsi: Readonly<Record<string, number>> = {
  '…': 0x85,
  '‘': 0x91,
  '’': 0x92,
  '“': 0x93,
  '”': 0x94,
  '•': 0x95,
  '–': 0x96,
  '—': 0x97,
}
const symbol = new Map(
  [...'αβχδεφγηικλμνπθρστυωξψζ'].map((letter, i) => [letter, [...'abcdefghiklmnpqrstuwxyz'][i]]),
)
const symbolCapitals = new Map([...'ΔΦΓΛΠΘΣΩΞΨ'].map((letter, i) => [letter, [...'DFGLPQSWXY'][i]]))

/** Splits a text by fonts and levels; what none of them has becomes a question mark. */
export function textRuns(text: string): TextRun[] {
  const runs: { font: TextRun['font']; codes: number[]; level: TextRun['level'] }[] = []
  for (const letter of text) {
    const one = glyph(letter)
    const last = runs.at(-1)
    if (last?.font === one.font && last.level === one.level) last.codes.push(one.code)
    else runs.push({ font: one.font, level: one.level, codes: [one.code] })
  }
  return runs
}

function glyph(letter: string): { font: TextRun['font']; code: number; level: TextRun['level'] } {
  const digit = (among: string) => 0x30 + [...among].indexOf(letter)
  if (raised.includes(letter)) return { font: 'Helvetica', code: digit(raised), level: 1 }
  if (lowered.includes(letter)) return { font: 'Helvetica', code: digit(lowered), level: -1 }
  if (letter === 'ₑ') return { font: 'Helvetica', code: 0x65, level: -1 }
  // Symbol has a minus as wide as a plus.
  if (letter === '⁻') return { font: 'Symbol', code: 0x2d, level: 1 }
  if (letter === '−') return { font: 'Symbol', code: 0x2d, level: 0 }
  const greek = symbol.get(letter) ?? symbolCapitals.get(letter)
  if (greek !== undefined) return { font: 'Symbol', code: greek.charCodeAt(0), level: 0 }
  const code = /[\u00a0\u2009\u202f]/.test(letter) ? 0x20 : letter.charCodeAt(0)
  const latin = (code >= 0x20 && code < 0x7f) || (code > 0xa0 && code <= 0xff)
  return { font: 'Helvetica', code: winAnsi[letter] ?? (latin ? code : 0x3f), level: 0 }
}
