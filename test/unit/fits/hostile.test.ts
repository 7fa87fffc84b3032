import { describe, expect, it } from 'vitest'
import { FitsError, readColumn, readFits, readHealpixMap, readImage } from '#shared/fits/index.ts'
import type { FitsErrorCode } from '#shared/fits/index.ts'
import {
  cards,
  emptyPrimary,
  float32Bytes,
  header,
  imageFile,
  int32Bytes,
  tableFile,
} from './build.ts'
import { fixtureBytes } from './expected.ts'

const text = (words: string) => Uint8Array.from(words, (c) => c.charCodeAt(0))
const eight = new Uint8Array(8)

function refusal(act: () => unknown): FitsError {
  try {
    act()
  } catch (error) {
    if (error instanceof FitsError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

describe('files that are not FITS', () => {
  const cases: [string, Uint8Array, RegExp][] = [
    ['empty', new Uint8Array(0), /The file is empty/],
    [
      'HTML',
      text('<!DOCTYPE html><html><body>404</body></html>'),
      /a web page or XML, not FITS.*download/,
    ],
    ['plain text', text('l b T\n0 0 25\n'), /does not begin with the SIMPLE card/],
    ['one byte', text('S'), /does not begin with the SIMPLE card/],
    ['gzip twice', new Uint8Array([0x1f, 0x8b, 8, 0]), /gzip-compressed data/],
    ['bzip2', text('BZh91AY'), /bzip2/],
    ['zip', text('PK\x03\x04'), /zip archive/],
    ['HDF5', new Uint8Array([0x89, 0x48, 0x44, 0x46]), /HDF5/],
    ['npy', new Uint8Array([0x93, 0x4e, 0x55]), /NumPy/],
    ['LFS pointer', text('version https://git-lfs.github.com/spec/v1'), /Git LFS pointer/],
    ['SIMPLE = F', header(cards(['SIMPLE', false])), /SIMPLE = F/],
  ]
  for (const [name, bytes, message] of cases) {
    it(name, () => {
      const error = refusal(() => readFits(bytes))
      expect(error.code).toBe('not-fits')
      expect(error.message).toMatch(message)
    })
  }
})

describe('hostile sizes', () => {
  const values: (string | number)[] = [
    -1,
    -5,
    '1E300',
    'NaN',
    '1e400',
    9.5,
    '9007199254740993',
    "'4'",
  ]
  const structural: [string, (v: string | number) => Uint8Array][] = [
    ['NAXIS', (v) => imageFile({ NAXIS: v }, eight)],
    ['NAXIS1', (v) => imageFile({ NAXIS1: v }, eight)],
    ['BITPIX', (v) => imageFile({ BITPIX: v }, eight)],
    ['NAXIS2', (v) => tableFile({ NAXIS2: v }, eight)],
    ['PCOUNT', (v) => tableFile({ PCOUNT: v }, eight)],
    ['GCOUNT', (v) => tableFile({ GCOUNT: v }, eight)],
    ['TFIELDS', (v) => tableFile({ TFIELDS: v }, eight)],
  ]
  for (const [keyword, build] of structural) {
    it(`${keyword} that is no sensible number`, () => {
      for (const value of values) {
        const error = refusal(() => readFits(build(value)))
        expect(error.message).toContain(keyword)
        expect(error.code).toBe('bad-header')
      }
    })
  }

  it('sizes larger than the file, also where the product overflows', () => {
    const huge = 2 ** 52
    const files = [
      imageFile({ NAXIS1: 3000 }, eight),
      imageFile({ NAXIS: 3, NAXIS1: huge, NAXIS2: huge, NAXIS3: huge }, eight),
      imageFile({ BITPIX: -64, NAXIS1: huge }, eight),
      tableFile({ NAXIS2: 10_000 }, eight),
      tableFile({ PCOUNT: huge }, eight),
      tableFile({ GCOUNT: huge }, eight),
      imageFile({ NAXIS: 4, NAXIS1: 65536, NAXIS2: 65536, NAXIS3: 65536, NAXIS4: 65536 }, eight),
    ]
    for (const file of files) expect(refusal(() => readFits(file)).code).toBe('truncated')
  })

  it('a zero axis makes the array empty however large the others are', () => {
    const file = readFits(imageFile({ NAXIS: 2, NAXIS1: 777777701, NAXIS2: 0 }, new Uint8Array(0)))
    expect(file.hdus[0].data.length).toBe(0)
    expect(refusal(() => readImage(file, 0)).message).toMatch(/holds no image but no data/)
  })

  it('a zero-width column in a table of 2^50 empty rows takes no time', () => {
    const changes = { NAXIS1: 0, NAXIS2: 2 ** 50 }
    for (const tform of ['0E', '0A', '0L', '0X', '0K']) {
      const file = readFits(tableFile({ ...changes, TFORM1: `'${tform}'` }, new Uint8Array(0)))
      expect(readColumn(file, 1, 0).values.length).toBe(0)
    }
  })

  it('a partial map at NSIDE 8192 of a few pixels is refused before its sky is allocated', () => {
    const bytes = tableFile(
      {
        NAXIS1: 8,
        NAXIS2: 1,
        TFIELDS: 2,
        TTYPE1: "'PIXEL'",
        TFORM1: "'J'",
        TTYPE2: "'T'",
        TFORM2: "'E'",
        PIXTYPE: "'HEALPIX'",
        ORDERING: "'RING'",
        NSIDE: 8192,
        INDXSCHM: "'EXPLICIT'",
      },
      eight,
    )
    const error = refusal(() => readHealpixMap(readFits(bytes)))
    expect(error.code).toBe('too-big')
    expect(error.message).toMatch(/NSIDE 8192, whose full sky takes 3.0 GiB/)
  })
})

describe('damaged structure', () => {
  const cases: [string, () => unknown, FitsErrorCode, RegExp][] = [
    [
      'no END',
      () => readFits(header(cards(['SIMPLE', true])).fill(0x20, 80)),
      'bad-header',
      /no END card/,
    ],
    [
      'cut inside the header',
      () => readFits(emptyPrimary.subarray(0, 200)),
      'bad-header',
      /no END/,
    ],
    [
      'cut inside the data',
      () => readFits(fixtureBytes('healpy_partial.fits').subarray(0, 6000)),
      'truncated',
      /cut short/,
    ],
    ['no NAXIS2', () => readFits(imageFile({ NAXIS: 2 }, eight)), 'bad-header', /no NAXIS2/],
    [
      'BITPIX 12',
      () => readFits(imageFile({ BITPIX: 12 }, eight)),
      'bad-header',
      /knows only 8, 16/,
    ],
    [
      'table with NAXIS 1',
      () => readFits(tableFile({ NAXIS: 1 }, eight)),
      'bad-header',
      /BITPIX 8 and NAXIS 2/,
    ],
    [
      'no TFORM',
      () => readFits(tableFile({ TFORM1: undefined }, eight)),
      'bad-header',
      /no TFORM1/,
    ],
    [
      'unknown TFORM',
      () => readFits(tableFile({ TFORM1: "'1Z'" }, eight)),
      'bad-header',
      /TFORM1 is '1Z'/,
    ],
    [
      'columns wider than a row',
      () => readFits(tableFile({ TFORM1: "'2E'" }, eight)),
      'bad-header',
      /take 8 bytes.*only 4/,
    ],
    [
      'huge TFORM repeat',
      () => readFits(tableFile({ TFORM1: "'999999999999999E'" }, eight)),
      'bad-header',
      /NAXIS1 gives a row only 4/,
    ],
    ['TSCAL 0', () => readFits(tableFile({ TSCAL1: 0 }, eight)), 'bad-header', /TSCAL1 is 0/],
    [
      'BSCALE 0',
      () => readImage(readFits(imageFile({ BSCALE: 0 }, eight)), 0),
      'bad-header',
      /BSCALE is 0/,
    ],
    ['no such HDU', () => readImage(readFits(emptyPrimary), 3), 'no-such', /no HDU 3.*HDU 0 to 0/],
    [
      'no such column',
      () => readColumn(readFits(tableFile({}, eight)), 1, 'X'),
      'no-such',
      /no column 'X'; the columns are 0 T/,
    ],
    [
      'an image is no table',
      () => readColumn(readFits(imageFile({}, eight)), 0, 0),
      'unsupported',
      /no binary table but an image of 8 values/,
    ],
    [
      'compressed image',
      () => readImage(readFits(fixtureBytes('astropy_compressed_image.fits')), 1),
      'unsupported',
      /tile-compressed \(RICE_1\)/,
    ],
    [
      'random groups',
      () => readImage(readFits(fixtureBytes('astropy_random_groups.fits')), 0),
      'unsupported',
      /random groups/,
    ],
    [
      'varying length',
      () => readColumn(readFits(fixtureBytes('types.fits')), 1, 'VARYING'),
      'unsupported',
      /varying length/,
    ],
    [
      'complex',
      () => readColumn(readFits(fixtureBytes('types.fits')), 1, 'COMPLEX'),
      'unsupported',
      /complex numbers/,
    ],
  ]
  for (const [name, act, code, message] of cases) {
    it(name, () => {
      const error = refusal(act)
      expect(error.message).toMatch(message)
      expect(error.code).toBe(code)
      // One or two sentences that end in what to do.
      expect(error.message.endsWith(error.advice)).toBe(true)
    })
  }

  it('accepts a last block without padding', () => {
    const bytes = tableFile({}, float32Bytes([1, 2]))
    const file = readFits(bytes.subarray(0, bytes.length - 2880 + 8))
    expect(readColumn(file, 1, 0).values).toEqual(new Float32Array([1, 2]))
  })
})

describe('pixel lists that do not fit', () => {
  const base = {
    NAXIS1: 8,
    NAXIS2: 2,
    TFIELDS: 2,
    TTYPE1: "'PIXEL'",
    TFORM1: "'J'",
    TTYPE2: "'T'",
    TFORM2: "'J'",
    PIXTYPE: "'HEALPIX'",
    ORDERING: "'RING'",
    NSIDE: 1,
    INDXSCHM: "'EXPLICIT'",
  }
  const read = (pixels: [number, number], changes = {}) =>
    readHealpixMap(
      readFits(tableFile({ ...base, ...changes }, int32Bytes([pixels[0], 7, pixels[1], 8]))),
    )

  it('are refused with the entry', () => {
    expect(refusal(() => read([3, 12])).message).toMatch(
      /entry 1 of the column PIXEL is 12.*0 to 11/,
    )
    expect(refusal(() => read([3, -1])).message).toMatch(/entry 1 .* is -1/)
    expect(refusal(() => read([3, 3])).message).toMatch(/pixel 3 is listed more than once/)
    expect(refusal(() => read([3, 4], { NSIDE: undefined })).message).toMatch(/no NSIDE/)
    expect(refusal(() => read([3, 4], { GRAIN: 4 })).message).toMatch(/GRAIN is 4/)
    expect(refusal(() => read([3, 4], { TTYPE1: "'T1'", TFORM1: "'E'" })).message).toMatch(
      /no column holds them/,
    )
    expect(refusal(() => read([3, 4], { ORDERING: "'NUNIQ'" })).message).toMatch(/mixed resolution/)
    expect(read([3, 4]).values[4]).toBe(8)
  })
})
