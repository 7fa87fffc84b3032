import { describe, expect, it } from 'vitest'
import { describeMaps, readFits, readHealpixMap } from '#shared/fits/index.ts'
import { frequencyGhzOf, isPolarised } from '../../../shared/fits/map-keywords.ts'
import { cards, float32Bytes, header, tableFile } from './build.ts'
import { expected, expectNumbers, fixtureBytes } from './expected.ts'

const UNSEEN = -1.6375e30
const twelve = Array.from({ length: 12 }, (_, i) => i + 1)
const map = (values: number[], changes = {}) =>
  readFits(
    tableFile(
      { PIXTYPE: "'HEALPIX'", ORDERING: "'RING'", NSIDE: 1, ...changes },
      float32Bytes(values),
    ),
  )

describe('what a file declares', () => {
  it('the sample states everything a run needs but sigma', () => {
    const [sample, ...rest] = describeMaps(readFits(fixtureBytes('haslam408-nside64.fits')))
    expect(rest).toEqual([])
    expect(sample).toEqual({
      hdu: 1,
      name: '',
      kind: 'healpix',
      nside: 64,
      ordering: 'RING',
      indexing: 'implicit',
      frame: 'galactic',
      columns: [{ index: 0, name: 'TEMPERATURE', unit: 'K' }],
      polcconv: undefined,
      badValue: UNSEEN,
      frequencyGhz: 0.408,
      questions: [],
      problems: [],
      obstacles: [],
    })
  })

  it('asks for what is missing and guesses nothing', () => {
    const questions = (name: string) =>
      describeMaps(readFits(fixtureBytes(name))).map((found) => found.questions)
    expect(questions('no_ordering.fits')).toEqual([['ordering', 'frame', 'unit']])
    expect(questions('nside_as_text.fits')).toEqual([['polarisation']])
    expect(questions('keywords_in_primary.fits')).toEqual([['unit', 'polarisation']])
    expect(questions('healpix_distmask_float64_nside16.fits')).toEqual([['frame']])
    expect(questions('own_bad_value.fits')).toEqual([['unit']])
    expect(questions('haslam408_b1950_car.fits.gz')).toEqual([['unit']])
  })

  it('reads keywords from the primary header, without taking other tables for maps', () => {
    const [found, ...rest] = describeMaps(readFits(fixtureBytes('keywords_in_primary.fits')))
    expect(rest).toEqual([])
    expect(found).toMatchObject({ hdu: 1, nside: 4, ordering: 'NESTED', frame: 'galactic' })
    // 'K band' is no frequency.
    expect(found.frequencyGhz).toBeUndefined()
  })

  it('takes a frequency only with its unit', () => {
    const frequency = (...lines: string[]) =>
      frequencyGhzOf([
        readFits(header([...cards(['SIMPLE', true], ['BITPIX', 8], ['NAXIS', 0]), ...lines]))
          .hdus[0].header,
      ])
    const line = (text: string) => text.padEnd(80)
    expect(frequency(line('FREQ    = 408 / MHz'))).toBe(0.408)
    expect(frequency(line("FREQ    = '22.8 GHz'"))).toBe(22.8)
    expect(frequency(line('FREQUENZ= 408 / FREQUENCY OF OBSERVATION IN MHZ'))).toBe(0.408)
    expect(frequency(line('RESTFRQ = 1.42E9'))).toBe(1.42)
    expect(frequency(line('FREQ    = 408'))).toBeUndefined()
    expect(frequency(line('FREQ    = 408 / observing frequency'))).toBeUndefined()
    expect(frequency(line('FREQ    = -408 / MHz'))).toBeUndefined()
  })

  it('knows columns of Q and U', () => {
    for (const name of ['Q', 'u', 'Q_STOKES', 'U_POLARISATION', 'STOKES_Q', 'Q-POLARISATION']) {
      expect(isPolarised(name)).toBe(true)
    }
    for (const name of ['I_STOKES', 'TEMPERATURE', 'UNKNOWN1', 'QUALITY', 'UNIT', 'HITS']) {
      expect(isPolarised(name)).toBe(false)
    }
  })
})

describe('reading a map', () => {
  it('needs ORDERING from the file or the user, who overrides the file', () => {
    const file = readFits(fixtureBytes('no_ordering.fits'))
    expect(readHealpixMap(file, { ordering: 'NESTED' }).ordering).toBe('NESTED')
    const ring = readFits(fixtureBytes('healpixjl_float_map.fits'))
    expect(readHealpixMap(ring, { ordering: 'NESTED' }).ordering).toBe('NESTED')
    expect(() => readHealpixMap(map(twelve, { ORDERING: "'SPIRAL'" }))).toThrow('`ordering`')
  })

  it('reads a table without any keyword when told so', () => {
    const bare = readFits(tableFile({}, float32Bytes(twelve)))
    expect(() => readHealpixMap(bare)).toThrow('holds no sky map')
    expect(() => readHealpixMap(bare, { hdu: 1 })).toThrow('`ordering`')
    expect(readHealpixMap(bare, { hdu: 1, ordering: 'RING' }).nside).toBe(1)
    expect(() => readHealpixMap(bare, { hdu: 0 })).toThrow('holds no HEALPix map but no data')
  })

  it('turns every kind of bad value into NaN and counts it', () => {
    const values = [
      1,
      UNSEEN,
      Math.fround(UNSEEN * (1 + 5e-6)),
      NaN,
      Infinity,
      -Infinity,
      -99,
      8,
      9,
    ]
    const read = readHealpixMap(map([...values, 10, 11, 12], { BAD_DATA: -99 }), { badValue: 8 })
    expect(read.counts).toEqual({
      valid: 5,
      unseen: 2,
      bad: 2,
      notANumber: 1,
      infinite: 2,
      missing: 0,
    })
    expect([...read.values].map(Number.isNaN).indexOf(false, 1)).toBe(8)
    const survey = readFits(fixtureBytes('own_bad_value.fits'))
    const masked = readHealpixMap(survey, { badValue: -32768 })
    expect(masked.counts).toMatchObject({ valid: 3069, bad: 3 })
    expect(masked.values[100]).toBeNaN()
  })

  it('places a range of pixels by FIRSTPIX and LASTPIX', () => {
    const file = readFits(fixtureBytes('pixel_range.fits'))
    const read = readHealpixMap(file)
    const stored = expected.files['pixel_range.fits'].hdus?.[1].columns?.[0].numbers
    if (!stored) throw new Error('no expected values')
    expectNumbers(read.values.subarray(48, 144), stored)
    expect(read.counts).toMatchObject({ valid: 96, missing: 96 })
    expect(read.values[47]).toBeNaN()
    expect(read.values[144]).toBeNaN()
  })

  it('scales integers and makes their null NaN', () => {
    const read = readHealpixMap(readFits(fixtureBytes('scaled_integers.fits')))
    // stored = pixel - 50, null -50, value = 0.5 stored + 3.
    expect(read.values[0]).toBeNaN()
    expect(read.values[191]).toBe(0.5 * 141 + 3)
    expect(read.unit).toBe('mK')
  })

  it('chooses columns by position without PIXEL, or by name', () => {
    const file = readFits(fixtureBytes('gadf_hpx_ccube_explicit.fits'))
    const byName = readHealpixMap(file, { column: 'channel2' })
    const byIndex = readHealpixMap(file, { column: 2 })
    expect(byName.column).toBe('CHANNEL2')
    expect(byName.values).toEqual(byIndex.values)
    expect(() => readHealpixMap(file, { column: 4 })).toThrow('the columns are 0 CHANNEL0')
    expect(() => readHealpixMap(file, { column: 'PIX' })).toThrow("no column 'PIX'")
  })

  it('refuses an NSIDE that does not fit the number of values or the ordering', () => {
    expect(() => readHealpixMap(map(twelve, { NSIDE: 2 }))).toThrow('NSIDE 2 has 48 pixels')
    expect(() => readHealpixMap(map(twelve, { NSIDE: "'many'" }))).toThrow('which is no number')
    expect(() => readHealpixMap(map(twelve, { NSIDE: -1 }))).toThrow('NSIDE is -1')
    expect(() => readHealpixMap(map(twelve, { NSIDE: 16384 }))).toThrow('from 1 to 8192')
    const three = Array.from({ length: 108 }, (_, i) => i)
    expect(readHealpixMap(map(three, { NSIDE: 3 })).nside).toBe(3)
    expect(() => readHealpixMap(map(three, { NSIDE: 3, ORDERING: "'NESTED'" }))).toThrow(
      'a power of two',
    )
    expect(() => readHealpixMap(map(twelve.slice(1), { NSIDE: undefined }))).toThrow(
      'no full sky (12 NSIDE^2)',
    )
  })
})
