import { describe, expect, test } from 'vitest'
import {
  changeResolution,
  isUnseen,
  nest2ring,
  pix2ang,
  reorder,
  ring2nest,
  UNSEEN,
} from '#shared/healpix/index.ts'
import { healpyValues } from './fixture.ts'

const healpy = healpyValues()
const withNaN = (values: readonly (number | null)[]) =>
  Float64Array.from(values, (value) => value ?? NaN)

describe('reorder', () => {
  test('moves each value to its pixel and keeps the array type', () => {
    const ring = Float32Array.from({ length: 768 }, (_, pix) => pix)
    const nested = reorder(ring, 'RING', 'NESTED')
    expect(nested).toBeInstanceOf(Float32Array)
    for (let pix = 0; pix < 768; pix++) expect(nested[pix]).toBe(nest2ring(8, pix))
    expect(reorder(nested, 'NESTED', 'RING')).toEqual(ring)
  })

  test('same ordering: a copy', () => {
    const map = new Float64Array(12)
    const copy = reorder(map, 'RING', 'RING')
    expect(copy).toEqual(map)
    expect(copy).not.toBe(map)
  })

  test('only power-of-two maps have a NESTED form', () => {
    expect(() => reorder(new Float32Array(108), 'RING', 'NESTED')).toThrow(/NSIDE 3/)
    expect(() => reorder(new Float32Array(10), 'RING', 'NESTED')).toThrow(/10 pixels/)
  })
})

describe('changeResolution', () => {
  test('downward as healpy ud_grade, which keeps a pixel with any good child', () => {
    for (const { ordering, nside, map, degraded } of healpy.resolution) {
      for (const [nsideOut, expected] of Object.entries(degraded)) {
        const result = changeResolution(withNaN(map), nside, Number(nsideOut), ordering, {
          minimumValidFraction: 0,
        })
        expected.forEach((value, pix) => {
          if (value === null) expect(result[pix]).toBeNaN()
          // Sums of up to 64 numbers in another order.
          else expect(Math.abs(result[pix] / value - 1)).toBeLessThan(1e-14)
        })
      }
    }
  })

  test('upward as healpy', () => {
    for (const { ordering, map, upgraded_16_moment } of healpy.resolution) {
      const result = changeResolution(withNaN(map), 8, 16, ordering)
      let moment = 0
      result.forEach((value, pix) => (moment += Number.isNaN(value) ? 0 : value * pix))
      expect(Math.abs(moment / upgraded_16_moment - 1)).toBeLessThan(1e-13)
    }
  })

  test('a pixel needs half of its children: two of four stay, one of four does not', () => {
    const map = new Float64Array(48).fill(1)
    map.set([NaN, NaN, 5, 7], 0)
    map.set([NaN, UNSEEN, Infinity, 7], 4)
    const result = changeResolution(map, 2, 1, 'NESTED')
    expect([...result.subarray(0, 3)]).toEqual([6, NaN, 1])
    const strict = changeResolution(map, 2, 1, 'NESTED', { minimumValidFraction: 0.75 })
    expect(strict[0]).toBeNaN()
  })

  test('the caller can say what is bad, and no valid child is never a number', () => {
    const map = new Float32Array(48).fill(-32768)
    map[0] = 3
    const options = { isBad: (value: number) => value === -32768, minimumValidFraction: 0 }
    const result = changeResolution(map, 2, 1, 'NESTED', options)
    expect(result[0]).toBe(3)
    expect(result.subarray(1).every((value) => Number.isNaN(value))).toBe(true)
    expect(changeResolution(result, 1, 2, 'NESTED')[47]).toBeNaN()
  })

  test('RING and NESTED agree, also for a RING map whose NSIDE is no power of two', () => {
    const z = Float64Array.from({ length: 768 }, (_, pix) =>
      Math.cos(pix2ang(8, 'RING', pix).theta),
    )
    const ring = changeResolution(z, 8, 2, 'RING')
    const nested = changeResolution(reorder(z, 'RING', 'NESTED'), 8, 2, 'NESTED')
    // The four children of a child are summed in another order.
    ring.forEach((value, pix) => expect(nested[ring2nest(2, pix)]).toBeCloseTo(value, 14))
    const six = Float64Array.from({ length: 432 }, (_, pix) =>
      Math.cos(pix2ang(6, 'RING', pix).theta),
    )
    const three = changeResolution(six, 6, 3, 'RING')
    // Parent centres: the mean of z over the children is z of the parent in the belt.
    for (let pix = 36; pix < 72; pix++) {
      expect(Math.abs(three[pix] - Math.cos(pix2ang(3, 'RING', pix).theta))).toBeLessThan(1e-12)
    }
  })

  test('up and down again gives the map back', () => {
    const map = Float64Array.from({ length: 192 }, (_, pix) => pix * 0.1)
    const back = changeResolution(changeResolution(map, 4, 16, 'RING'), 16, 4, 'RING')
    back.forEach((value, pix) => expect(value).toBeCloseTo(map[pix], 12))
  })

  test('errors', () => {
    expect(() => changeResolution(new Float64Array(48), 4, 2, 'RING')).toThrow(
      /48 pixels, but NSIDE 4/,
    )
    expect(() => changeResolution(new Float64Array(108), 3, 2, 'RING')).toThrow(
      /multiple of the other/,
    )
  })

  test('UNSEEN is recognised after a trip through float32', () => {
    expect(isUnseen(Math.fround(UNSEEN))).toBe(true)
    expect([NaN, -Infinity].every(isUnseen)).toBe(true)
    expect([0, -32768, 1e30, -1.6e30].some(isUnseen)).toBe(false)
  })
})
