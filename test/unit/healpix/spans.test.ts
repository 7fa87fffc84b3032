import { describe, expect, it } from 'vitest'
import {
  complement,
  discSpans,
  latitudeSpans,
  pix2ang,
  polygonSpans,
  queryDisc,
} from '#shared/healpix/index.ts'
import type { Span, Vector3 } from '#shared/healpix/index.ts'
import { healpyValues } from './fixture.ts'

const healpy = healpyValues()
const degree = Math.PI / 180
const vector = ([l, b]: readonly [number, number]): Vector3 => [
  Math.cos(b * degree) * Math.cos(l * degree),
  Math.cos(b * degree) * Math.sin(l * degree),
  Math.sin(b * degree),
]
const pixels = (spans: Iterable<Span>) =>
  [...spans].flatMap(([from, to]) => Array.from({ length: to - from }, (_, i) => from + i))

describe('spans of pixels', () => {
  it('of a disc are its pixels', () => {
    const { nside, vec, radius, centres } = healpy.discs.findLast((disc) => disc.centres) ?? {}
    if (!nside || !vec || radius === undefined) throw new Error('no disc')
    expect(pixels(discSpans(nside, vec, radius))).toEqual(centres)
    expect([...queryDisc(nside, 'RING', vec, radius)]).toEqual(centres)
  })

  it('of polygons are those of healpy: over longitude 0, a pole, and with a notch', () => {
    for (const { nside, corners, runs } of healpy.polygons)
      expect(pixels(polygonSpans(nside, corners.map(vector)))).toEqual(pixels(runs))
  })

  it('of a polygon do not depend on which way round it goes, nor where it begins', () => {
    const [{ corners }] = healpy.polygons.slice(-1)
    const expected = pixels(polygonSpans(32, corners.map(vector)))
    for (let start = 0; start < corners.length; start++) {
      const turned = [...corners.slice(start), ...corners.slice(0, start)].map(vector)
      expect(pixels(polygonSpans(32, turned))).toEqual(expected)
      expect(pixels(polygonSpans(32, turned.toReversed()))).toEqual(expected)
    }
  })

  it('of a polygon with corners on centres of pixels hold what lies between them', () => {
    // Half of an octant: the corner and two sides run through centres of pixels.
    const corners: [number, number][] = [
      [0, 0],
      [90, 0],
      [0, 90],
    ]
    const inside = new Set(pixels(polygonSpans(8, corners.map(vector))))
    for (let pixel = 0; pixel < 768; pixel++) {
      const { theta, phi } = pix2ang(8, 'RING', pixel)
      const [x, y, z] = vector([phi / degree, 90 - theta / degree])
      if (Math.min(x, y, z) > 1e-9) expect(inside).toContain(pixel)
      if (Math.min(x, y, z) < -1e-9) expect(inside).not.toContain(pixel)
    }
  })

  it('of a band have their centres in it, and the rest of the sky is the complement', () => {
    const band = [...latitudeSpans(16, -10 * degree, 20 * degree)]
    const inside = new Set(pixels(band))
    const outside = new Set(pixels(complement(16, band)))
    for (let pixel = 0; pixel < 12 * 16 ** 2; pixel++) {
      const latitude = 90 - pix2ang(16, 'RING', pixel).theta / degree
      expect(inside.has(pixel)).toBe(latitude >= -10 && latitude <= 20)
      expect(outside.has(pixel)).toBe(!inside.has(pixel))
    }
  })

  it('of fewer than three corners do not exist', () => {
    expect(() => polygonSpans(8, [vector([0, 0]), vector([1, 0])])).toThrow('at least three')
  })
})
