import { describe, expect, it } from 'vitest'
import {
  describeMaps,
  naturalNside,
  plateCarreeToHealpix,
  readFits,
  readHealpixMap,
  readPlateCarree,
} from '#shared/fits/index.ts'
import { imageFile } from './build.ts'
import { expected, fixtureBytes } from './expected.ts'

/** A 30 degree grid of the whole sky, 13 x 7 cells with the wrap column, RA and Dec. */
const grid = (changes: Record<string, string | number>) =>
  readFits(
    imageFile(
      {
        NAXIS: 2,
        NAXIS1: 13,
        NAXIS2: 7,
        CTYPE1: "'RA---CAR'",
        CTYPE2: "'DEC--CAR'",
        CRPIX1: 7,
        CRPIX2: 4,
        CRVAL1: 0,
        CRVAL2: 0,
        CDELT1: -30,
        CDELT2: 30,
        EQUINOX: 2000,
        ...changes,
      },
      Uint8Array.from({ length: 91 }, (_, i) => i),
    ),
  )

describe('plate carree images', () => {
  it('reads the Haslam survey: B1950, RA falling, wrap column dropped, length-1 axis', () => {
    const image = readPlateCarree(readFits(fixtureBytes('haslam408_b1950_car.fits.gz')))
    expect(image).toMatchObject({ width: 1080, height: 541, frame: 'equatorial-B1950' })
    expect(image.longitude.firstDeg).toBeCloseTo(180, 9)
    expect(image.latitude.firstDeg).toBeCloseTo(-90, 9)
    expect(image.unit).toBeUndefined()
    expect(image.notes).toEqual(['The last 1 of 1081 columns repeat the first.'])
  })

  it('makes the sample map of the survey, which is in 0.1 K', () => {
    const image = readPlateCarree(readFits(fixtureBytes('haslam408_b1950_car.fits.gz')))
    const map = plateCarreeToHealpix(image, 64)
    const sample = readHealpixMap(readFits(fixtureBytes('haslam408-nside64.fits')))
    expect(map.emptyPixels).toBe(0)
    let different = 0
    let worst = 0
    map.values.forEach((value, pixel) => {
      const kelvin = Math.fround(value / 10)
      if (kelvin !== sample.values[pixel]) different++
      worst = Math.max(worst, Math.abs(kelvin / sample.values[pixel] - 1))
    })
    // 49150 of 49152 pixels are the same float32. The last rows lie 1e-10 deg from the poles, where a cell's weight
    // is 1.6e-12 and rounding decides its pixel; one such cell moves one pixel by 1.6e-6.
    expect(different).toBeLessThanOrEqual(4)
    expect(worst).toBeLessThan(3e-6)
  })

  it('averages a Galactic grid with a blank cell as the definition says', () => {
    const file = readFits(fixtureBytes('car_galactic.fits'))
    const [found] = describeMaps(file)
    expect(found).toMatchObject({ frame: 'galactic', frequencyGhz: 1.42, questions: [] })
    const map = plateCarreeToHealpix(readPlateCarree(file), 4)
    // Sums of tens of cells in another order than numpy's.
    map.values.forEach((value, i) => expect(value).toBeCloseTo(expected.plateCarree[i], 10))
  })

  it('suggests an NSIDE whose pixels hold several cells', () => {
    const axis = (stepDeg: number) => ({ firstDeg: 0, stepDeg })
    const suggest = (step: number) => naturalNside({ longitude: axis(-step), latitude: axis(step) })
    expect([suggest(1 / 3), suggest(1), suggest(5), suggest(60), suggest(1e-5)]).toEqual([
      64, 16, 4, 1, 8192,
    ])
  })

  it('leaves pixels without cells empty', () => {
    const map = plateCarreeToHealpix(readPlateCarree(grid({})), 8)
    expect(map.emptyPixels).toBeGreaterThan(600)
    expect([...map.values].filter(Number.isNaN).length).toBe(map.emptyPixels)
  })

  it('takes the frame from EQUINOX, EPOCH and RADESYS, and asks when that is another one', () => {
    expect(readPlateCarree(grid({})).frame).toBe('equatorial-J2000')
    expect(readPlateCarree(grid({ EQUINOX: 1950 })).frame).toBe('equatorial-B1950')
    expect(readPlateCarree(grid({ RADESYS: "'FK4'", EQUINOX: 1950 })).frame).toBe(
      'equatorial-B1950',
    )
    const old = grid({ EQUINOX: 1900 })
    expect(describeMaps(old)[0].questions).toEqual(['frame', 'unit'])
    expect(() => plateCarreeToHealpix(readPlateCarree(old), 2)).toThrow('Give the key `frame`')
    const given = readPlateCarree(old, { frame: 'equatorial-B1950' })
    expect(plateCarreeToHealpix(given, 1).emptyPixels).toBe(0)
  })

  it('refuses what is no plain grid, with the reason', () => {
    const refused: [Record<string, string | number>, string][] = [
      [{ CTYPE1: "'RA---TAN'", CTYPE2: "'DEC--TAN'" }, 'The projection TAN is not read'],
      [{ CROTA2: 30 }, 'rotated (CROTA2)'],
      [{ CD1_2: 0.1 }, 'rotated (CD1_2)'],
      [{ CRVAL2: 30 }, 'CRVAL2 is not 0'],
      [{ LONPOLE: 180 }, 'LONPOLE is not 0'],
      [{ CUNIT1: "'rad'" }, "CUNIT1 is 'rad'"],
      [{ CRVAL1: "'zero'" }, "CRVAL1 is 'zero', which is no number"],
      [{ CDELT2: 0 }, 'no steps of a sky grid'],
      [{ CDELT2: 40 }, 'beyond a pole'],
      [{ CDELT1: -35.1 }, 'more than a full turn'],
      [{ CRPIX1: 1e9 }, 'of longitude'],
      [{ NAXIS: 3, NAXIS1: 13, NAXIS2: 1, NAXIS3: 7 }, 'a cube of 13 x 1 x 7 values'],
    ]
    for (const [changes, message] of refused) {
      expect(() => readPlateCarree(grid(changes))).toThrow(message)
      expect(describeMaps(grid(changes))[0].problems.join(' ')).toContain(message)
    }
    expect(() => readPlateCarree(grid({ CTYPE1: "'FREQ'" }))).toThrow('no image of the sky')
    expect(() => readPlateCarree(grid({ CTYPE1: "'FREQ'" }), { hdu: 0 })).toThrow(
      'holds no image of the sky but an image of 13 x 7 values',
    )
  })
})
