import { describe, expect, test } from 'vitest'
import { UNSEEN } from '#shared/healpix/index.ts'
import {
  COLOUR_MAPS,
  colourAt,
  colourTable,
  countNonPositive,
  isColourMapName,
  limitsFromPercentile,
  makeNorm,
  NORM_KINDS,
  symmetricLimits,
  ticksOf,
} from '#shared/sky/index.ts'
import type { NormKind, NormOptions } from '#shared/sky/index.ts'
import { referenceValues } from './fixture.ts'

const reference = referenceValues()
const values = reference.percentiles.values

function exampleNorm(kind: NormKind) {
  const options: NormOptions = { kind, min: kind === 'log' ? 0.3 : -20, max: 500, values }
  return makeNorm(options)
}

describe('norms', () => {
  test.each(reference.norms)('$kind as matplotlib', (row) => {
    const norm = makeNorm(row)
    row.values.forEach((value, i) => {
      // Same formulas in float64; symlog subtracts logarithms of limits 100 times the width.
      expect(Math.abs(norm.toUnit(value) - row.positions[i])).toBeLessThan(1e-13)
    })
  })

  test.each(NORM_KINDS)('%s: from 0 to 1, rising, invertible, clipped, NaN kept', (kind) => {
    const norm = exampleNorm(kind)
    expect(norm.toUnit(norm.min)).toBe(0)
    expect(norm.toUnit(norm.max)).toBeCloseTo(1, 14)
    expect(norm.toUnit(-1e6)).toBe(0)
    expect(norm.toUnit(1e6)).toBe(1)
    expect(norm.toUnit(NaN)).toBeNaN()
    let before = -Infinity
    for (let i = 0; i <= 100; i++) {
      const value = norm.fromUnit(i / 100)
      expect(value).toBeGreaterThan(before)
      expect(norm.toUnit(value)).toBeCloseTo(i / 100, 12)
      before = value
    }
  })

  test('histogram: equal numbers of values in equal parts of the bar', () => {
    const norm = makeNorm({ kind: 'histogram', min: -5, max: 1000, values })
    const parts = new Array<number>(10).fill(0)
    for (const value of values) parts[Math.min(Math.floor(10 * norm.toUnit(value)), 9)]++
    for (const part of parts) expect(Math.abs(part - values.length / 10)).toBeLessThanOrEqual(2)
    const alone = makeNorm({ kind: 'histogram', min: 0, max: 2 })
    expect(alone.toUnit(0.5)).toBe(0.25)
    const flat = makeNorm({ kind: 'histogram', min: 0, max: 2, values: [1, 1, 1, 1] })
    expect(flat.toUnit(1.5)).toBeGreaterThan(flat.toUnit(0.5))
  })

  test('a logarithm shows values at or below zero at its lower end; they are counted', () => {
    const norm = makeNorm({ kind: 'log', min: 1, max: 100 })
    expect(norm.toUnit(0)).toBe(0)
    expect(norm.toUnit(-3)).toBe(0)
    expect(countNonPositive([0, -1, 2, NaN, UNSEEN, -Infinity])).toBe(2)
  })

  test('errors', () => {
    expect(() => makeNorm({ kind: 'log', min: 0, max: 1 })).toThrow(/cannot start at 0/)
    expect(() => makeNorm({ kind: 'linear', min: 2, max: 2 })).toThrow(/limits 2 to 2/)
    expect(() => makeNorm({ kind: 'linear', min: NaN, max: 2 })).toThrow(RangeError)
    expect(() => makeNorm({ kind: 'asinh', min: 0, max: 2, linearWidth: 0 })).toThrow(/width 0/)
  })
})

describe('ticks', () => {
  const majors = (options: NormOptions, count?: number) =>
    ticksOf(makeNorm(options), count)
      .filter((tick) => tick.major)
      .map((tick) => tick.value)

  test('round values', () => {
    expect(majors({ kind: 'linear', min: 0, max: 1 })).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1])
    expect(majors({ kind: 'linear', min: -3, max: 3 }, 3)).toEqual([-2, 0, 2])
    expect(majors({ kind: 'linear', min: 10.2, max: 52.9 })).toEqual([20, 30, 40, 50])
    expect(majors({ kind: 'log', min: 10, max: 2500 })).toEqual([10, 100, 1000])
    expect(majors({ kind: 'log', min: 12, max: 95 })).toEqual([20, 40, 60, 80])
    expect(majors({ kind: 'log', min: 10, max: 800 })).toEqual([10, 20, 50, 100, 200, 500])
    expect(majors({ kind: 'log', min: 1e-6, max: 1e6 })).toEqual([1e-6, 1e-3, 1, 1e3, 1e6])
    expect(majors({ kind: 'symlog', min: -1000, max: 1000, linearWidth: 10 }, 7)).toEqual([
      -1000, -100, -10, 0, 10, 100, 1000,
    ])
    expect(majors({ kind: 'asinh', min: 0, max: 1000, linearWidth: 10 })).toEqual([
      0, 10, 100, 1000,
    ])
    expect(majors({ kind: 'sqrt', min: 0, max: 100 })).toEqual([0, 20, 40, 60, 80, 100])
  })

  test('log ticks have minors between the decades', () => {
    const ticks = ticksOf(makeNorm({ kind: 'log', min: 10, max: 1000 }))
    expect(ticks.filter((tick) => !tick.major).map((tick) => tick.value)).toEqual([
      20, 30, 40, 50, 60, 70, 80, 90, 200, 300, 400, 500, 600, 700, 800, 900,
    ])
  })

  test.each(NORM_KINDS)(
    '%s: positions belong to the values, in order, at least two majors',
    (kind) => {
      for (const [min, max] of [
        [0.3, 500],
        [2, 2.0001],
        [1e-30, 1e-29],
        [99, 1234567],
        [-7, 11],
        [-500, -2],
      ]) {
        if (kind === 'log' && min <= 0) continue
        const norm = makeNorm({ kind, min, max, values: [min, (min + max) / 3, max] })
        for (const count of [2, 5, 9]) {
          const ticks = ticksOf(norm, count)
          const label = `${min} to ${max}, ${count}: ${ticks.map((tick) => tick.value)}`
          expect(ticks.filter((tick) => tick.major).length, label).toBeGreaterThanOrEqual(2)
          expect(ticks.filter((tick) => tick.major).length, label).toBeLessThanOrEqual(
            2 * count + 2,
          )
          ticks.forEach((tick, i) => {
            expect(tick.position).toBe(norm.toUnit(tick.value))
            expect(tick.value).toBeGreaterThanOrEqual(min)
            expect(tick.value).toBeLessThanOrEqual(max)
            if (i > 0) expect(tick.value, label).toBeGreaterThan(ticks[i - 1].value)
          })
        }
      }
    },
  )
})

describe('limits', () => {
  test('percentiles as numpy', () => {
    reference.percentiles.percent.forEach((percent, i) => {
      const limits = limitsFromPercentile(values, percent, 100)
      // One linear interpolation.
      expect(limits?.min).toBeCloseTo(reference.percentiles.expected[i], 12)
      expect(limits?.max).toBe(Math.max(...values))
    })
    expect(symmetricLimits(values, 99)?.max).toBeCloseTo(reference.percentiles.absolute_99, 12)
    expect(symmetricLimits([-3, 1], 100)).toEqual({ min: -3, max: 3 })
  })

  test('bad values do not count, and the input is left as it is', () => {
    const map = Float32Array.from([5, NaN, 1, UNSEEN, Infinity, 3])
    const copy = map.slice()
    expect(limitsFromPercentile(map, 0, 100)).toEqual({ min: 1, max: 5 })
    expect(map).toEqual(copy)
    expect(limitsFromPercentile([NaN, UNSEEN], 0, 100)).toBeUndefined()
    expect(symmetricLimits([], 99)).toBeUndefined()
    expect(() => limitsFromPercentile([1], -1, 100)).toThrow(/Percentile -1/)
  })

  test('many equal values', () => {
    expect(limitsFromPercentile(new Float64Array(100000).fill(7), 1, 99)).toEqual({
      min: 7,
      max: 7,
    })
  })
})

describe('colour maps', () => {
  const luminance = (table: Uint8Array, i: number) =>
    0.2126 * table[3 * i] + 0.7152 * table[3 * i + 1] + 0.0722 * table[3 * i + 2]

  test('published end and middle colours', () => {
    expect(colourAt('viridis', 0)).toEqual([68, 1, 84])
    expect(colourAt('viridis', 1)).toEqual([253, 231, 37])
    expect(colourAt('inferno', 0)).toEqual([0, 0, 4])
    expect(colourAt('inferno', 1)).toEqual([252, 255, 164])
    expect(colourAt('cividis', 1)).toEqual([254, 232, 56])
    expect(colourAt('greys', 0.5)).toEqual([128, 128, 128])
    expect(colourAt('greys', 7)).toEqual([255, 255, 255])
    expect(colourAt('greys', NaN)).toBeUndefined()
  })

  test('sequential maps rise in luminance, diverging ones turn in the middle, cyclic ones close', () => {
    for (const { name, kind } of COLOUR_MAPS) {
      const table = colourTable(name)
      expect(table.length).toBe(768)
      const [first, middle, last] = [0, 128, 255].map((i) => luminance(table, i))
      if (kind === 'sequential') {
        for (let i = 8; i < 256; i++) {
          expect(luminance(table, i), name).toBeGreaterThan(luminance(table, i - 8))
        }
      } else if (kind === 'diverging') {
        // berlin is dark in the middle, vik light.
        expect(Math.sign(middle - first), name).toBe(Math.sign(middle - last))
      } else {
        for (let c = 0; c < 3; c++) expect(Math.abs(table[c] - table[765 + c])).toBeLessThan(3)
      }
    }
  })

  test('names', () => {
    expect(isColourMapName('vik')).toBe(true)
    expect(isColourMapName('jet')).toBe(false)
  })
})
