import { describe, expect, it } from 'vitest'
import { FitsError, readFits } from '#shared/fits/index.ts'
import { parseCard } from '../../../shared/fits/header.ts'
import { cards, emptyPrimary, header, join } from './build.ts'
import { fixtureBytes } from './expected.ts'

function headerOf(...lines: string[]) {
  const all = [...cards(['SIMPLE', true], ['BITPIX', 8], ['NAXIS', 0]), ...lines]
  return readFits(header(all)).hdus[0].header
}

describe('header cards', () => {
  it('reads values of every kind', () => {
    const kinds: [string, string | number | boolean | undefined][] = [
      ['A       =                    T / yes', true],
      ['A       = F', false],
      ['A       =                 -123 / comment', -123],
      ['A       =       -1.46579605785', -1.46579605785],
      ['A       = 1.5D-3', 0.0015],
      ['A       = +.5E2', 50],
      ["A       = 'It''s / here ' / c", "It's / here"],
      ["A       = '   lead'", '   lead'],
      ["A       = 'no end quote", 'no end quote'],
      ['A       = (1.0, 2.0)', undefined],
      ['A       = NaN', undefined],
      ['A       =                      / nothing', undefined],
      ['COMMENT = 5 is not a value', undefined],
      ['A       5', undefined],
    ]
    for (const [text, value] of kinds) expect(parseCard(text.padEnd(80)).value).toBe(value)
  })

  it('reads HIERARCH keywords, long strings and repeated keywords', () => {
    const found = headerOf(
      ...cards(
        ["HIERARCH output_units = 'uK_RJ'"],
        ["LONG    = 'begin &'"],
        ["CONTINUE  'middle &' / one"],
        ["CONTINUE  'end' / two"],
        ['TWICE', 1],
        ['TWICE', 2],
      ),
    )
    expect(found.get('OUTPUT_UNITS')).toBe('uK_RJ')
    expect(found.get('long')).toBe('begin middle end')
    expect(found.card('LONG')?.comment).toBe('one two')
    expect(found.get('TWICE')).toBe(1)
  })

  it('reads what astropy wrote: long texts, HIERARCH, doubled quotes', () => {
    const found = readFits(fixtureBytes('images.fits')).hdus[1].header
    expect(found.text('LONGTEXT')).toBe(
      "It's a text of more than sixty-eight characters, ".repeat(4).trimEnd(),
    )
    expect(found.get('observer output_units')).toBe('uK_RJ')
    expect(found.get('QUOTED')).toBe("O'Hara''s")
    expect(found.text('EMPTY')).toBeUndefined()
    expect(found.get('BIGREAL')).toBe(-1.6375e30)
  })

  it('says which keyword is wrong and what it should be', () => {
    const found = headerOf(...cards(['WORD', "'five'"], ['HALF', 2.5], ['HUGE', '1E300']))
    expect(() => found.number('WORD')).toThrow(
      "HDU 0: WORD is 'five', but it must be a finite number",
    )
    expect(() => found.integer('HALF', 0, 9)).toThrow('a whole number from 0 to 9')
    expect(() => found.integer('HUGE', 0, Number.MAX_SAFE_INTEGER)).toThrow(FitsError)
    expect(found.integer('ABSENT', 0, 9)).toBeUndefined()
  })

  it('spends bounded time on an endless CONTINUE chain', () => {
    const chain = Array.from(
      { length: 50_000 },
      () => cards(["CONTINUE  'xxxxxxxxxxxxxxxxxxxx&'"])[0],
    )
    const found = headerOf(...cards(["LONG    = '&'"]), ...chain)
    expect(found.text('LONG')?.length).toBeLessThan(17_000)
  })

  it('ignores what follows the last HDU, and says so unless it is filler', () => {
    expect(readFits(join(emptyPrimary, new Uint8Array(500))).warnings).toEqual([])
    const junk = readFits(join(emptyPrimary, new Uint8Array(500).fill(65)))
    expect(junk.hdus.length).toBe(1)
    expect(junk.warnings).toEqual(['500 bytes after HDU 0 are not FITS and were ignored.'])
  })
})
