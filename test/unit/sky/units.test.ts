import { describe, expect, test } from 'vitest'
import { thermodynamicOverRayleighJeans } from '#shared/physics/constants.ts'
import { parsePolcconv, parseUnit, toBrightnessK, toIau, UnitError } from '#shared/sky/index.ts'
import { referenceValues } from './fixture.ts'

const reference = referenceValues()

describe('parseUnit', () => {
  test.each([
    ['K', 'K'],
    [' K ', 'K'],
    ['Kelvin', 'K'],
    ['KELVIN', 'K'],
    ['[K]', 'K'],
    ['mK', 'mK'],
    ['uK', 'uK'],
    ['microK', 'uK'],
    ['\u00b5K', 'uK'],
    ['\u03bcK', 'uK'],
    ['mK,thermodynamic', 'mK_CMB'],
    ['mK, thermodynamic', 'mK_CMB'],
    ['mK thermodynamic temperature', 'mK_CMB'],
    ['K_CMB', 'K_CMB'],
    ['K (CMB)', 'K_CMB'],
    ['Kcmb', 'K_CMB'],
    ['uK_CMB', 'uK_CMB'],
    ['uKcmb', 'uK_CMB'],
    ['uK_RJ', 'uK_RJ'],
    ['K_RJ', 'K_RJ'],
    ['mK (Rayleigh-Jeans)', 'mK_RJ'],
    ['mK,antenna', 'mK_RJ'],
    ['mK antenna temperature', 'mK_RJ'],
    ['MJy/sr', 'MJy/sr'],
    ['MJy sr-1', 'MJy/sr'],
    ['MJy.sr^-1', 'MJy/sr'],
    ['sr-1 MJy', 'MJy/sr'],
    ['MJY/SR', 'MJy/sr'],
    ['Jy/sr', 'Jy/sr'],
    ['rad/m^2', 'rad/m^2'],
    ['rad/m2', 'rad/m^2'],
    ['rad m-2', 'rad/m^2'],
    ['rad m**-2', 'rad/m^2'],
    ['rad m^(-2)', 'rad/m^2'],
    ['RAD/M^2', 'rad/m^2'],
    ['pc cm-3', 'pc/cm^3'],
    ['pc/cm^3', 'pc/cm^3'],
    ['cm^-3 pc', 'pc/cm^3'],
    ['0.1 K', '0.1 K'],
    ['.1K', '0.1 K'],
    ['0.1*K', '0.1 K'],
    ['10**-1 K', '0.1 K'],
    ['10^(-3) K', '0.001 K'],
    ['1e-3 K', '0.001 K'],
    ['1E-3K', '0.001 K'],
    ['10**+2 mK_CMB', '100 mK_CMB'],
    ['100 mK', '100 mK'],
    ['1 K', 'K'],
    ['10 rad m-2', '10 rad/m^2'],
  ])('%o is %s', (text, unit) => expect(parseUnit(text)).toBe(unit))

  test.each([
    '',
    'unknown',
    'counts',
    'MK',
    'mJy/sr',
    'Jy/beam',
    '(uK_CMB)^2',
    'K^2',
    'K km/s',
    'mK_CMB^2',
    'Kx',
    'rad/m',
    'rad',
    'RADIANS',
    'pix-1',
    'K_CMB something',
    '/',
    '0 K',
    '-1 K',
    '1e999 K',
    '1 2 K',
    '0.1',
    '10**-1',
    '0.1 counts',
    'a'.repeat(10000),
  ])('%o is none of ours', (text) => expect(parseUnit(text)).toBeUndefined())
})

describe('toBrightnessK', () => {
  test('factors against the definitions with the constants of scipy', () => {
    for (const row of reference.units) {
      for (const unit of ['K_CMB', 'uK_CMB', 'MJy/sr', 'mK_RJ'] as const) {
        const { scale } = toBrightnessK(unit, row.frequency_ghz)
        // x^2 e^x / (e^x - 1)^2 in float64.
        expect(Math.abs(scale / row[unit] - 1), `${unit} ${row.frequency_ghz}`).toBeLessThan(1e-13)
      }
    }
  })

  test('thermodynamic over Rayleigh-Jeans at 2.4 GHz for T0 = 2.725 K (validation case V1)', () => {
    // The case prints eleven digits.
    expect(Math.abs(thermodynamicOverRayleighJeans(2.4, 2.725) - 1.0001488948)).toBeLessThan(1e-10)
  })

  test('plain kelvin below 10 GHz is Rayleigh-Jeans', () => {
    expect(toBrightnessK('K', 0.408).scale).toBe(1)
    expect(toBrightnessK('mK', 1.42).scale).toBe(1e-3)
    expect(toBrightnessK('uK', 9.99).scale).toBe(1e-6)
    expect(toBrightnessK('0.1 K', 0.408).scale).toBe(0.1)
    expect(toBrightnessK('100 mK_RJ', 30).scale).toBe(100 * 1e-3)
    expect(() => toBrightnessK('0.1 K', 30)).toThrow(
      /"0.1 K" at 30 GHz may be .* set unit to 0.1 K_RJ or 0.1 K_CMB/,
    )
    expect(() => toBrightnessK('10 rad/m^2', 30)).toThrow(/no brightness/)
    // One product more or less: the last bit.
    expect(toBrightnessK('2 MJy/sr', 100).scale).toBeCloseTo(
      2 * toBrightnessK('MJy/sr', 100).scale,
      12,
    )
  })

  test('plain kelvin from 10 GHz on must be made precise', () => {
    for (const ghz of [10, 22.8]) {
      try {
        toBrightnessK('mK', ghz)
        expect.unreachable()
      } catch (error) {
        if (!(error instanceof UnitError)) throw error
        expect(error.key).toBe('unit')
        expect(error.message).toMatch(/unit "mK" at .* GHz may be .* set unit to mK_RJ or mK_CMB/)
      }
    }
  })

  test('what is no brightness, and frequencies that are none', () => {
    expect(() => toBrightnessK('rad/m^2', 1)).toThrow(/unit "rad\/m\^2" is no brightness/)
    for (const ghz of [0, -1, NaN, Infinity]) {
      expect(() => toBrightnessK('K_RJ', ghz)).toThrow(/frequency_ghz is/)
    }
  })
})

describe('polarisation convention', () => {
  test('POLCCONV', () => {
    expect(parsePolcconv('COSMO')).toBe('COSMO')
    expect(parsePolcconv(' iau ')).toBe('IAU')
    expect(parsePolcconv(undefined)).toBeUndefined()
    expect(parsePolcconv('unknown')).toBeUndefined()
  })

  test('COSMO and IAU differ in the sign of U', () => {
    expect(toIau(2.5, 'COSMO')).toBe(-2.5)
    expect(toIau(2.5, 'IAU')).toBe(2.5)
    expect(toIau(toIau(-1, 'COSMO'), 'COSMO')).toBe(-1)
    expect(toIau(NaN, 'COSMO')).toBeNaN()
  })
})
