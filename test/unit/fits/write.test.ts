import { describe, expect, it } from 'vitest'
import {
  describeMaps,
  readColumn,
  readFits,
  readHealpixMap,
  readImage,
  writeHealpixMap,
  writeImage,
} from '#shared/fits/index.ts'

const ramp32 = (n: number) => Float32Array.from({ length: n }, (_, i) => i / 3)
const ramp64 = (n: number) => Float64Array.from({ length: n }, (_, i) => i / 7)

describe('writing a HEALPix map', () => {
  it('reads back to the same bits: two types, NaN, rows of 1024', () => {
    const values = ramp32(3072)
    values[5] = NaN
    const double = ramp64(3072)
    const bytes = writeHealpixMap({
      nside: 16,
      ordering: 'RING',
      coordsys: 'G',
      polcconv: 'IAU',
      columns: [
        { name: 'Q_STOKES', unit: 'K_RJ', values },
        { name: 'U_STOKES', unit: 'K_RJ', values: double },
      ],
      cards: [{ keyword: 'FREQ', value: 0.408, comment: 'GHz' }],
      history: ['made by a test'],
    })
    expect(bytes.length % 2880).toBe(0)
    const file = readFits(bytes)
    expect(file.hdus[1].rowCount).toBe(3)
    expect(readHealpixMap(file, { column: 0 }).values).toEqual(values)
    expect(readHealpixMap(file, { column: 'U_STOKES' }).values).toEqual(double)
    expect(readColumn(file, 1, 0).values[5]).toBe(Math.fround(-1.6375e30))
    expect(describeMaps(file)).toEqual([
      {
        hdu: 1,
        name: 'MAP',
        kind: 'healpix',
        nside: 16,
        ordering: 'RING',
        indexing: 'implicit',
        frame: 'galactic',
        columns: [
          { index: 0, name: 'Q_STOKES', unit: 'K_RJ' },
          { index: 1, name: 'U_STOKES', unit: 'K_RJ' },
        ],
        polcconv: 'IAU',
        badValue: -1.6375e30,
        frequencyGhz: 0.408,
        questions: [],
        problems: [],
        obstacles: [],
      },
    ])
  })

  it('writes a partial sky with its pixel numbers', () => {
    const pixels = [3, 100, 767]
    const bytes = writeHealpixMap({
      nside: 8,
      ordering: 'NESTED',
      coordsys: 'C',
      pixels,
      columns: [{ name: 'T', unit: 'mK', values: Float32Array.of(1, 2, 3) }],
    })
    const read = readHealpixMap(readFits(bytes))
    expect(read.counts).toMatchObject({ valid: 3, missing: 765 })
    expect(pixels.map((pixel) => read.values[pixel])).toEqual([1, 2, 3])
  })

  it('keeps header texts of any length, quotes and numbers', () => {
    const long = "It's a \"long\" text with '' quotes, ".repeat(9).trimEnd()
    const bytes = writeHealpixMap({
      nside: 1,
      ordering: 'RING',
      coordsys: 'E',
      columns: [{ name: "O'Hara", values: ramp32(12) }],
      cards: [
        { keyword: 'LONGTEXT', value: long },
        { keyword: 'TINY', value: -1.25e-300 },
        { keyword: 'BIG', value: 1e21 },
        { keyword: 'YES', value: true },
        { keyword: 'larmor version', value: '0.1.0' },
        { keyword: 'COMMENTED', value: 5, comment: 'café '.repeat(30) },
      ],
      history: ['x'.repeat(150), 'first\nsecond é'],
    })
    const { header } = readFits(bytes).hdus[1]
    expect(header.get('LONGTEXT')).toBe(long)
    expect(header.get('TINY')).toBe(-1.25e-300)
    expect(header.get('BIG')).toBe(1e21)
    expect(header.get('YES')).toBe(true)
    expect(header.get('larmor version')).toBe('0.1.0')
    expect(header.get('TTYPE1')).toBe("O'Hara")
    const history = header.cards.filter((card) => card.keyword === 'HISTORY')
    expect(history.map((card) => card.comment)).toEqual([
      'x'.repeat(72),
      'x'.repeat(72),
      'x'.repeat(6),
      'first',
      'second ?',
    ])
  })

  it('refuses what a reader could not use', () => {
    const write = (changes: object) =>
      writeHealpixMap({
        nside: 1,
        ordering: 'RING',
        coordsys: 'G',
        columns: [{ name: 'T', values: ramp32(12) }],
        ...changes,
      })
    expect(() => write({ nside: 3, ordering: 'NESTED' })).toThrow('NSIDE 3 is not valid')
    expect(() => write({ columns: [] })).toThrow('at least one column')
    expect(() => write({ columns: [{ name: 'T', values: ramp32(11) }] })).toThrow('11 values')
    const infinite = ramp32(12)
    infinite[4] = -Infinity
    expect(() => write({ columns: [{ name: 'T', values: infinite }] })).toThrow('Value 4')
    expect(() => write({ columns: [{ name: 'T', unit: 'µK', values: ramp32(12) }] })).toThrow(
      'ASCII',
    )
    expect(() => write({ pixels: [12], columns: [{ name: 'T', values: ramp32(1) }] })).toThrow(
      'Entry 0 of the pixel list is 12',
    )
    expect(() => write({ cards: [{ keyword: 'NOT=OK', value: 1 }] })).toThrow('FITS keyword')
    expect(() => write({ cards: [{ keyword: 'NAN', value: NaN }] })).toThrow('no such number')
  })
})

describe('writing an image', () => {
  it('reads back to the same bits in both precisions', () => {
    for (const values of [ramp32(24), ramp64(24)]) {
      values[3] = NaN
      const bytes = writeImage({
        shape: [2, 3, 4],
        values,
        cards: [{ keyword: 'BUNIT', value: 'uG' }],
        history: ['a grid'],
      })
      const file = readFits(bytes)
      const image = readImage(file, 0)
      expect(image).toEqual({ shape: [2, 3, 4], values, unit: 'uG' })
      expect(file.hdus[0].axes).toEqual([4, 3, 2])
    }
    expect(() => writeImage({ shape: [5], values: ramp32(24) })).toThrow('needs 5, not 24')
  })
})
