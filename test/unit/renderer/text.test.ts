import { describe, expect, it } from 'vitest'
import { parseNumber, printNumber, stepSize } from '#renderer/components/number-input.ts'
import { neighbourCorrelation, quantityOfColumn } from '#renderer/dialogs/evidence.ts'
import {
  formatAgo,
  formatAngle,
  formatBytes,
  formatDuration,
  formatEquatorial,
  formatFixed,
  formatKnown,
  formatMeasured,
  formatRound,
  formatTimeLeft,
  formatTimeRange,
  formatWhen,
} from '#renderer/format/text.ts'
import { directionReadout, valueAtDirection, voxelReadout } from '#renderer/shell/readout.ts'
import { runFact } from '#renderer/shell/tree.ts'
import { ring2nest } from '#shared/healpix/index.ts'

describe('times, sizes, angles', () => {
  it('prints durations and estimates', () => {
    expect(formatDuration(44.9)).toBe('0:44')
    expect(formatDuration(3725)).toBe('1:02:05')
    expect(formatDuration(NaN)).toBe('–')
    expect(formatTimeLeft(27)).toBe('25–29 s')
    expect(formatTimeLeft(600)).toBe('9–11 min')
    expect(formatAgo(12)).toBe('12 s ago')
  })
  it('prints sizes with decimal prefixes', () => {
    expect(formatBytes(999)).toBe('999\u00a0B')
    expect(formatBytes(1e6)).toBe('1.0\u00a0MB')
    expect(formatBytes(412e6)).toBe('412\u00a0MB')
  })
  it('names days near today', () => {
    const now = new Date(2026, 10, 21, 12, 0).getTime()
    expect(formatWhen(new Date(2026, 10, 21, 8, 47).getTime(), now)).toBe('today 08:47')
    expect(formatWhen(new Date(2026, 10, 20, 18, 30).getTime(), now)).toBe('yesterday 18:30')
    expect(formatWhen(new Date(2026, 10, 18, 1, 0).getTime(), now)).toBe('18 Nov')
    expect(formatWhen(new Date(2025, 10, 18, 1, 0).getTime(), now)).toBe('18 Nov 2025')
  })
  it('prints positions', () => {
    expect(formatAngle(3.5834, 3, true)).toBe('+3.583°')
    expect(formatAngle(-3.5834)).toBe('−3.583°')
    expect(formatEquatorial(293.5333, 27.2811)).toBe('19h34m08s  +27°16′52″')
    expect(formatEquatorial(359.9999, -0.0001)).toBe('00h00m00s  −00°00′00″')
  })
})

describe('numbers', () => {
  it('on axes are round, without zeros that say nothing', () => {
    expect(formatRound(0.5)).toBe('0.5')
    expect(formatRound(-20)).toBe('−20')
    expect(formatRound(200000)).toBe('2×10⁵')
    expect(formatRound(-0)).toBe('0')
    // Ticks are multiples of a step: 3 times 0.1 is no round number to a computer.
    expect(formatRound(3 * 0.1)).toBe('0.3')
    expect(formatRound(12_345.6)).toBe('12\u202f346')
    expect(formatRound(1.25e-4, true)).toBe('+1.25×10⁻⁴')
  })
  it('that are not there yet are a dash, and NaN is not hidden behind it', () => {
    expect(formatKnown(null)).toBe('–')
    expect(formatKnown(undefined)).toBe('–')
    expect(formatKnown(0.61349, { digits: 3 })).toBe('0.613')
    expect(formatKnown(NaN)).toBe('NaN')
  })
})

describe('measured values', () => {
  it('have two digits of their uncertainty, and the unit', () => {
    expect(formatMeasured(1.19994, 0.00233, 'microgauss')).toBe('1.1999 ± 0.0023\u00a0µG')
    expect(formatMeasured(-27.0436, 1.25, 'deg')).toMatch(/^−27.0 ± 1.3/)
    expect(formatMeasured(0.001, 4.2, 'dimensionless')).toBe('0.001 ± 4.2')
    expect(formatMeasured(2.5, null, 'kpc')).toMatch(/^2.5000\sk?pc$/)
  })
})

describe('number fields', () => {
  it('reads what people type', () => {
    expect(parseNumber('−2,5')).toBe(-2.5)
    expect(parseNumber('196 608')).toBe(196608)
    expect(parseNumber('1e-3')).toBe(0.001)
    expect(parseNumber('')).toBeNull()
    expect(parseNumber('abc')).toBeNull()
    expect(printNumber(0.1 + 0.2)).toBe('0.3')
    expect(printNumber(-2.5e-7)).toBe('−2.5e−7')
    expect(parseNumber(printNumber(-2.5e-7))).toBe(-2.5e-7)
    expect(printNumber(NaN)).toBe('')
  })
  it('steps by the second digit, by ones for integers', () => {
    expect(stepSize(0.1, false, false, false)).toBeCloseTo(0.01, 12)
    expect(stepSize(0.1, false, true, false)).toBeCloseTo(0.1, 12)
    expect(stepSize(200, true, false, false)).toBe(1)
    expect(stepSize(200, true, true, false)).toBe(10)
    expect(stepSize(200, true, false, true)).toBe(1)
  })
})

describe('readout', () => {
  it('finds the pixel of a direction and its value', () => {
    const pixels = Float32Array.from({ length: 48 }, (_, i) => i)
    pixels[5] = NaN
    // The north pole of NSIDE 2 at l = 45 deg is pixel 0 (RING).
    const map = { pixels, nside: 2, points: null, unit: 'K' }
    expect(directionReadout({ lonDeg: 45, latDeg: 89 }, map, 1)[0]).toEqual(['pix', '0'])
    expect(valueAtDirection(map, { lonDeg: 45, latDeg: 89 }, 1)).toBe(0)
  })
  it('finds the source nearest to a direction, within reach', () => {
    const points = {
      directionsDeg: Float64Array.of(359, 0, 40, -20),
      values: Float32Array.of(12.5, -3),
    }
    const catalogue = { pixels: null, nside: 0, points, unit: 'rad m^-2' }
    const near = { lonDeg: 1, latDeg: 1 }
    expect(directionReadout(near, catalogue, 1).slice(0, 2)).toEqual([
      ['source', '1 of 2'],
      ['l, b', '359.000°  0.000°'],
    ])
    expect(valueAtDirection(catalogue, near, 1)).toBe(12.5)
    expect(valueAtDirection(catalogue, { lonDeg: 42, latDeg: -20 }, 1)).toBe(-3)
    // Zoomed in, the cursor has to come closer.
    expect(valueAtDirection(catalogue, near, 10)).toBeNull()
    expect(directionReadout({ lonDeg: 200, latDeg: 0 }, catalogue, 1)[0][1]).toBe('none here')
  })
  it('gives the Galactic centre its equatorial position', () => {
    // Reid & Brunthaler 2004 put l = b = 0 at 17h45m37.2s, -28d56m10s (J2000).
    const position = directionReadout(
      { lonDeg: 0, latDeg: 0 },
      { pixels: new Float32Array(49_152), nside: 64, points: null, unit: 'K' },
      1,
    )[3]
    expect(position[1]).toBe('17h45m37s  −28°56′10″')
  })
})

describe('coordinates under the pointer', () => {
  it('keep their decimals, so that nothing beside them moves', () => {
    expect([2.531, -0.6114, 0, -0.001].map((kpc) => formatFixed(kpc, 2, true))).toEqual([
      '+2.53',
      '−0.61',
      '0.00',
      '0.00',
    ])
    const readout = { positionKpc: [2.531, -0.6114, 0] as const, value: NaN }
    expect(voxelReadout(readout, 'Bx')).toEqual([
      ['x, y, z', '+2.53  −0.61  0.00\u00a0kpc'],
      ['R', '2.60\u00a0kpc'],
      ['Bx', 'outside the region'],
    ])
  })
})

describe('evidence for the pixel order', () => {
  it('is higher for the order in which the sky is smooth', () => {
    const nside = 16
    const count = 12 * nside * nside
    const ring = Float32Array.from({ length: count }, (_, i) => Math.sin((6 * i) / count))
    const wrong = Float32Array.from({ length: count }, (_, i) => ring[ring2nest(nside, i)])
    expect(neighbourCorrelation(ring, nside)).toBeGreaterThan(0.99)
    // Shuffled in the wrong order a smooth sky still keeps its large scales: clearly lower is what counts.
    expect(neighbourCorrelation(wrong, nside)).toBeLessThan(0.95)
  })
  it('leaves out pixels without a value', () => {
    expect(neighbourCorrelation(new Float32Array(12).fill(NaN), 1)).toBeNaN()
  })
})

describe('the quantity of a column', () => {
  it.each([
    ['Q_POLARISATION', 'mK', 'Q'],
    ['u_stokes', undefined, 'U'],
    ['UNKNOWN', 'K', 'I'],
    ['faraday_sky', 'rad/m^2', 'faraday_depth'],
    ['DM', 'pc cm-3', 'dispersion_measure'],
    [undefined, undefined, 'I'],
  ])('%s in %s is %s', (name, unit, quantity) => {
    expect(quantityOfColumn(name, unit)).toBe(quantity)
  })
})

describe('a time range', () => {
  it.each([
    [0.2, 0.6, 'less than 1 s'],
    [0.4, 3.2, '0.4–3 s'],
    [21.4, 54.6, '21–55 s'],
    [100, 500, '2–8 min'],
    [3600, 3610, '60 min'],
    [7000, 20_000, '2–6 h'],
  ])('from %d to %d s', (low, high, text) => {
    expect(formatTimeRange(low, high)).toBe(text)
  })
})

describe('tree facts', () => {
  it('says what a run has come to', () => {
    const run = {
      run: 1,
      name: 'Run 1',
      iteration: 124,
      iterations: 200,
      grids: [],
      chi2_n_fitted: 0.2,
      chi2_n_held_out: 0.563,
      started: 0,
      seconds: 1,
      notes: '',
      tags: [],
      unconstrained: [],
    }
    expect(runFact({ ...run, state: 'running' })).toBe('62\u00a0%')
    expect(runFact({ ...run, state: 'done' })).toBe('χ²/N 0.56')
    expect(runFact({ ...run, state: 'paused' })).toBe('paused')
  })
})
