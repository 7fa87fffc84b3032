import { describe, expect, test } from 'vitest'
import {
  formatCount,
  formatNumber,
  formatQuantity,
  formatRange,
  formatUnit,
  superscript,
} from '#shared/sky/index.ts'

const NARROW = '\u202f'

describe('formatNumber', () => {
  test.each([
    [0, '0'],
    [1, '1.000'],
    [-2.5, '\u22122.500'],
    [24.0618, '24.06'],
    [1234.56, '1235'],
    [12345.6, `12${NARROW}346`],
    [99999.6, '1.000\u00d710\u2075'],
    [410000, '4.100\u00d710\u2075'],
    [0.00123456, '0.001235'],
    [0.00012345, '1.234\u00d710\u207b\u2074'],
    [-1.63761e30, '\u22121.638\u00d710\u00b3\u2070'],
    [Infinity, '\u221e'],
    [-Infinity, '\u2212\u221e'],
    [NaN, 'NaN'],
  ])('%d is %s', (value, text) => expect(formatNumber(value)).toBe(text))

  test('digits and sign', () => {
    expect(formatNumber(410000, { digits: 3 })).toBe('4.10\u00d710\u2075')
    expect(formatNumber(3.14159, { digits: 2, signed: true })).toBe('+3.1')
    expect(formatNumber(-3.14159, { digits: 2, signed: true })).toBe('\u22123.1')
    expect(formatNumber(0, { signed: true })).toBe('0')
    expect(formatNumber(9.9999, { digits: 3 })).toBe('10.0')
  })
})

test('counts in full', () => {
  expect(formatCount(196608)).toBe(`196${NARROW}608`)
  expect(formatCount(4096)).toBe('4096')
  expect(formatCount(805306368)).toBe(`805${NARROW}306${NARROW}368`)
  expect(formatCount(-12345)).toBe(`\u221212${NARROW}345`)
  expect(formatCount(NaN)).toBe('NaN')
})

test('units for the eye', () => {
  expect(formatUnit('uK_CMB')).toBe('\u00b5K_CMB')
  expect(formatUnit('MJy/sr')).toBe(`MJy${NARROW}sr\u207b\u00b9`)
  expect(formatUnit('rad/m^2')).toBe(`rad${NARROW}m\u207b\u00b2`)
  for (const written of ['rad/m2', 'rad/m**2', 'rad m-2', 'rad m**-2', 'rad m^-2'])
    expect(formatUnit(written)).toBe(`rad${NARROW}m\u207b\u00b2`)
  expect(formatUnit('mK_RJ')).toBe('mK_RJ')
  expect(formatUnit('pc/cm^3')).toBe(`pc${NARROW}cm\u207b\u00b3`)
  expect(formatUnit('cm^-3')).toBe('cm\u207b\u00b3')
  expect(formatUnit('microgauss')).toBe('\u00b5G')
  expect(formatUnit('microgauss/kpc')).toBe('\u00b5G\u202fkpc\u207b\u00b9')
  expect(formatUnit('K')).toBe('K')
})

test('quantities and ranges', () => {
  expect(formatQuantity(24.0618, 'K')).toBe('24.06\u00a0K')
  expect(formatQuantity(2, '')).toBe('2.000')
  expect(formatRange(25, 29, 's', { digits: 2 })).toBe('25\u201329\u00a0s')
  expect(superscript(-10)).toBe('\u207b\u00b9\u2070')
})
