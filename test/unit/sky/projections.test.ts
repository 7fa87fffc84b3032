import { describe, expect, test } from 'vitest'
import {
  DEFAULT_VIEW,
  directionVector,
  graticule,
  PLANE_EXTENT,
  project,
  projectSky,
  unproject,
  unprojectSky,
} from '#shared/sky/index.ts'
import type { Projection } from '#shared/sky/index.ts'
import { referenceValues } from './fixture.ts'

const PROJECTIONS: readonly Projection[] = ['mollweide', 'orthographic', 'gnomonic', 'plate-carree']

describe('against healpy', () => {
  test.each(PROJECTIONS)('%s, three views', (projection) => {
    const rows = referenceValues().projections.filter((row) => row.projection === projection)
    expect(rows.length).toBeGreaterThan(40)
    for (const row of rows) {
      const [lonDeg, latDeg, rollDeg] = row.view
      const point = projectSky(projection, { lonDeg, latDeg, rollDeg }, row.lon, row.lat)
      const label = `${row.view} ${row.lon} ${row.lat}`
      if (row.x === null || row.y === null) {
        expect(point, label).toBeUndefined()
        continue
      }
      if (!point) throw new Error(`${label} is not shown`)
      // A point on the seam may come out at either end.
      const onSeam = Math.abs(row.x) === 2 && Math.abs(Math.abs(point.x) - 2) < 1e-12
      // healpy reads Mollweide's auxiliary angle from a table (9e-5 off at a pole; the equation itself is
      // tested below); gnomonic values reach hundreds.
      const tolerance = projection === 'mollweide' ? 1e-4 : 1e-11 * Math.max(1, row.y ** 2)
      if (!onSeam) expect(Math.abs(point.x - row.x), label).toBeLessThan(tolerance)
      expect(Math.abs(point.y - row.y), label).toBeLessThan(tolerance)
    }
  })
})

describe('known points', () => {
  test('longitude increases to the left, latitude upward', () => {
    for (const projection of PROJECTIONS) {
      const left = projectSky(projection, DEFAULT_VIEW, 20, 0)
      const up = projectSky(projection, DEFAULT_VIEW, 0, 20)
      expect(left?.x).toBeLessThan(0)
      expect(left?.y).toBeCloseTo(0, 15)
      expect(up?.y).toBeGreaterThan(0)
      expect(up?.x).toBeCloseTo(0, 15)
      expect(projectSky(projection, DEFAULT_VIEW, 0, 0)).toEqual({ x: 0, y: 0 })
    }
  })

  test('Mollweide: poles, the quarter meridians on the unit circle, equal areas', () => {
    expect(project('mollweide', [0, 0, 1])).toEqual({ x: 0, y: 1 })
    expect(project('mollweide', [0, 0, -1])).toEqual({ x: 0, y: -1 })
    for (const lat of [-80, -35, 0, 10, 60, 89]) {
      const point = projectSky('mollweide', DEFAULT_VIEW, 90, lat)
      expect(Math.hypot(point?.x ?? 0, point?.y ?? 0)).toBeCloseTo(1, 14)
    }
    // Half of the hemisphere lies below 30 deg: its strip covers half of the half disc.
    const y = projectSky('mollweide', DEFAULT_VIEW, 0, 30)?.y ?? 0
    expect((2 / Math.PI) * (Math.asin(y) + y * Math.sqrt(1 - y * y))).toBeCloseTo(0.5, 14)
  })

  test('Mollweide satisfies its equation to rounding', () => {
    for (const lat of [-90, -89.99, -75, -28.9, 0, 1e-8, 45, 66.6, 89.9999]) {
      const point = projectSky('mollweide', DEFAULT_VIEW, 90, lat)
      const auxiliary = Math.asin(point?.y ?? NaN)
      const sine = (2 * auxiliary + Math.sin(2 * auxiliary)) / Math.PI
      expect(sine).toBeCloseTo(Math.sin((lat * Math.PI) / 180), 14)
    }
  })

  test('gnomonic and orthographic by elementary geometry', () => {
    const gnomonic = projectSky('gnomonic', DEFAULT_VIEW, -45, 0)
    expect(gnomonic?.x).toBeCloseTo(1, 15)
    expect(projectSky('orthographic', DEFAULT_VIEW, 30, 0)?.x).toBeCloseTo(-0.5, 15)
    expect(projectSky('orthographic', DEFAULT_VIEW, 180, 0)).toBeUndefined()
    expect(projectSky('gnomonic', DEFAULT_VIEW, 100, 0)).toBeUndefined()
  })

  test('plate carree: longitude and latitude in units of 90 deg', () => {
    const point = projectSky('plate-carree', DEFAULT_VIEW, 45, -60)
    expect(point?.x).toBeCloseTo(-0.5, 15)
    expect(point?.y).toBeCloseTo(-2 / 3, 15)
  })

  test('the view puts its centre in the middle and roll turns about it', () => {
    const view = { lonDeg: 123, latDeg: -45, rollDeg: 30 }
    const centre = projectSky('orthographic', view, 123, -45)
    expect(centre?.x).toBeCloseTo(0, 14)
    expect(centre?.y).toBeCloseTo(0, 14)
    // Anticlockwise in the picture: what was above the centre moves to the left.
    const above = projectSky('orthographic', { ...DEFAULT_VIEW, rollDeg: 30 }, 0, 10)
    const radius = Math.sin(Math.PI / 18)
    expect(above?.x).toBeCloseTo(-radius * Math.sin(Math.PI / 6), 14)
    expect(above?.y).toBeCloseTo(radius * Math.cos(Math.PI / 6), 14)
  })
})

describe('round trips', () => {
  test.each(PROJECTIONS)('%s: plane to sky to plane', (projection) => {
    const view = { lonDeg: 70, latDeg: 25, rollDeg: -50 }
    const extent = PLANE_EXTENT[projection]
    let inside = 0
    for (let i = -19; i <= 19; i++) {
      for (let j = -19; j <= 19; j++) {
        const x = (extent.x * i) / 19.5
        const y = (extent.y * j) / 19.5
        const sky = unprojectSky(projection, view, x, y)
        if (!sky) continue
        inside++
        const back = projectSky(projection, view, sky.lonDeg, sky.latDeg)
        // Near the limb of the globe a step across the picture is many times larger on the sky.
        expect(back?.x).toBeCloseTo(x, 9)
        expect(back?.y).toBeCloseTo(y, 9)
      }
    }
    // The ellipse and the disc fill pi/4 of their box.
    const filled = projection === 'mollweide' || projection === 'orthographic' ? Math.PI / 4 : 1
    expect(Math.abs(inside / 39 ** 2 - filled)).toBeLessThan(0.06)
  })

  test('Mollweide keeps its digits next to the poles', () => {
    for (const fromPoleDeg of [1e-7, 1e-4, 0.1, 1, 30]) {
      const point = project('mollweide', directionVector(50, 90 - fromPoleDeg))
      const back = point && unproject('mollweide', point.x, point.y)
      if (!back) throw new Error('not shown')
      // y near 1 holds the distance from the pole to (1e-16)^(3/4): 1e-12 rad.
      expect(Math.hypot(back[0], back[1])).toBeCloseTo(Math.sin((fromPoleDeg * Math.PI) / 180), 11)
    }
  })

  test('outside the picture there is no sky', () => {
    expect(unproject('mollweide', 1.9, 0.5)).toBeUndefined()
    expect(unproject('orthographic', 0.8, 0.8)).toBeUndefined()
    expect(unproject('plate-carree', 2.1, 0)).toBeUndefined()
    expect(unproject('gnomonic', Infinity, 0)).toBeUndefined()
    expect(unproject('mollweide', 0, 1)?.[2]).toBe(1)
  })
})

describe('graticule', () => {
  test('Mollweide: whole lines, one piece each, the seam cut at both edges', () => {
    const lines = graticule('mollweide', DEFAULT_VIEW)
    const meridians = lines.filter((line) => line.kind === 'meridian')
    const parallels = lines.filter((line) => line.kind === 'parallel')
    expect(new Set(meridians.map((line) => line.valueDeg))).toEqual(
      new Set([0, 60, 120, 180, 240, 300]),
    )
    expect(new Set(parallels.map((line) => line.valueDeg))).toEqual(new Set([-60, -30, 0, 30, 60]))
    const equator = parallels.filter((line) => line.valueDeg === 0)
    const xs = equator.flatMap((line) => [...line.points].filter((_, i) => i % 2 === 0))
    // Bisection ends 1e-9 of a degree from the seam.
    expect(Math.min(...xs)).toBeCloseTo(-2, 6)
    expect(Math.max(...xs)).toBeCloseTo(2, 6)
  })

  test.each(PROJECTIONS)('%s: no line jumps across the picture', (projection) => {
    for (const view of [DEFAULT_VIEW, { lonDeg: 33, latDeg: 62, rollDeg: 15 }]) {
      const lines = graticule(projection, view, { stepLonDeg: 30, stepLatDeg: 30 })
      expect(lines.length).toBeGreaterThan(6)
      for (const { points, kind, valueDeg } of lines) {
        for (let i = 2; i < points.length; i += 2) {
          if (projection === 'gnomonic' && Math.hypot(points[i], points[i + 1]) > 3) continue
          const step = Math.hypot(points[i] - points[i - 2], points[i + 1] - points[i - 1])
          // Poles seen off-centre stretch a degree on plate carree up to the whole turn around them.
          const most = projection === 'plate-carree' ? 1.1 : 0.3
          expect(step, `${kind} ${valueDeg}`).toBeLessThan(most)
        }
      }
    }
  })

  test('globe: hidden halves are left out and lines end at the limb', () => {
    const lines = graticule('orthographic', DEFAULT_VIEW)
    expect(lines.some((line) => line.kind === 'meridian' && line.valueDeg === 180)).toBe(false)
    const equator = lines.filter((line) => line.kind === 'parallel' && line.valueDeg === 0)
    const xs = equator.flatMap((line) => [...line.points].filter((_, i) => i % 2 === 0))
    expect(Math.max(...xs)).toBeCloseTo(1, 6)
    expect(Math.min(...xs)).toBeCloseTo(-1, 6)
  })

  test('errors', () => {
    expect(() => graticule('mollweide', DEFAULT_VIEW, { stepLonDeg: 0 })).toThrow(RangeError)
  })
})
