import { describe, expect, it } from 'vitest'
import {
  dragView,
  screenToSky,
  skyGeometry,
  skyToScreen,
  zoomAbout,
} from '../../../src-renderer/sky/view.ts'
import { graticuleSpacing } from '../../../src-renderer/sky/graticule.ts'
import { wholeSky } from '../../../src-renderer/sky/types.ts'

const port = { width: 803, height: 403 }

describe('the sky picture', () => {
  it('shows the centre in the middle, 90 degrees to the left, the pole on top', () => {
    const geometry = skyGeometry('mollweide', wholeSky, port)
    expect(skyToScreen(geometry, { lonDeg: 0, latDeg: 0 })).toEqual({ x: 401.5, y: 201.5 })
    const east = skyToScreen(geometry, { lonDeg: 90, latDeg: 0 })
    expect(east?.x).toBeCloseTo(401.5 - 200, 9)
    expect(skyToScreen(geometry, { lonDeg: 0, latDeg: 90 })?.y).toBeCloseTo(1.5, 9)
    expect(screenToSky(geometry, 2, 2)).toBeUndefined()
  })

  it('goes to the sky and back in any view', () => {
    for (const projection of ['mollweide', 'orthographic'] as const) {
      const view = { lonDeg: 33, latDeg: -20, rollDeg: 15, zoom: 3, panX: 0.2, panY: -0.1 }
      const geometry = skyGeometry(projection, view, port)
      const sky = screenToSky(geometry, 300, 120)
      const back = sky && skyToScreen(geometry, sky)
      // float64 trigonometry at a scale of 600 pixels per unit.
      expect(back?.x).toBeCloseTo(300, 8)
      expect(back?.y).toBeCloseTo(120, 8)
    }
  })

  it('keeps what is under the pointer while zooming, and the whole map in the middle', () => {
    const before = skyGeometry('mollweide', wholeSky, port)
    const zoomed = zoomAbout(before, 250, 150, 4)
    expect(zoomed.zoom).toBe(4)
    const sky = screenToSky(before, 250, 150)
    const after = screenToSky(skyGeometry('mollweide', zoomed, port), 250, 150)
    expect(after?.lonDeg).toBeCloseTo(sky?.lonDeg ?? NaN, 9)
    expect(after?.latDeg).toBeCloseTo(sky?.latDeg ?? NaN, 9)
    const back = zoomAbout(skyGeometry('mollweide', zoomed, port), 700, 300, 0.01)
    expect(back).toEqual({ ...wholeSky, panX: 0, panY: 0 })
  })

  it('turns a globe by the angle under the pointer and pushes a zoomed Mollweide', () => {
    const globe = skyGeometry('orthographic', wholeSky, port)
    const turned = dragView(globe, 20, 0)
    const under = screenToSky(skyGeometry('orthographic', turned, port), 421.5, 201.5)
    // The chord is taken for the arc: 2 % at 6 degrees.
    const lonDeg = under?.lonDeg ?? NaN
    expect(Math.abs(lonDeg - 360 * Math.round(lonDeg / 360))).toBeLessThan(0.1)
    const zoomed = { ...wholeSky, zoom: 4 }
    const pushed = dragView(skyGeometry('mollweide', zoomed, port), 80, 40)
    expect(pushed.lonDeg).toBe(0)
    expect(pushed.panX).toBeCloseTo(-0.1, 9)
    expect(pushed.panY).toBeCloseTo(0.05, 9)
  })
})

describe('the graticule', () => {
  it('is 60 x 30 degrees on the whole sky and finer zoomed in', () => {
    expect(graticuleSpacing(1)).toEqual([60, 30])
    expect(graticuleSpacing(2)).toEqual([30, 15])
    expect(graticuleSpacing(1e6)).toEqual([0.1, 0.1])
  })
})
