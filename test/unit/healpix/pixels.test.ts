import * as oracle from '@hscmap/healpix'
import { describe, expect, test } from 'vitest'
import {
  ang2pix,
  isValidNside,
  nest2ring,
  npixToNside,
  nsideToNpix,
  pix2ang,
  pix2vec,
  pixelVectors,
  ring2nest,
  vec2pix,
} from '#shared/healpix/index.ts'
import { healpyValues, scatter } from './fixture.ts'

const healpy = healpyValues()

describe('published values (validation case V2)', () => {
  test.each([
    [1, 0, 0.84106867056793, 0.785398163397448, 0],
    [1, 11, 2.30052398302186, 5.49778714378214, 11],
    [2, 24, 1.5707963267949, 3.53429173528852, 25],
    [16, 1440, 1.52911759437232, 0, 1216],
    [32, 0, 0.0255162103574188, 0.785398163397448, 1023],
    [64, 12345, 1.0471975511966, 4.55285497844458, 32681],
    [64, 24576, 1.5707963267949, 3.15386449989288, 26282],
    [64, 49151, 3.12883480799212, 5.49778714378214, 45056],
    [128, 100000, 1.58642196264763, 5.10508806208341, 119804],
  ])('nside %i, RING pixel %i', (nside, pix, theta, phi, nested) => {
    const angles = pix2ang(nside, 'RING', pix)
    // The case prints 15 digits.
    expect(Math.abs(angles.theta - theta)).toBeLessThan(1e-14 * Math.max(1, 4 * theta))
    expect(Math.abs(angles.phi - phi)).toBeLessThan(1e-14 * Math.max(1, 4 * phi))
    expect(ring2nest(nside, pix)).toBe(nested)
    expect(nest2ring(nside, nested)).toBe(pix)
  })

  test('ang2pix', () => {
    expect(ang2pix(2, 'RING', Math.PI / 2, Math.PI + 0.01)).toBe(24)
    expect(ang2pix(2, 'RING', 0.7, 2 * Math.PI - 0.1)).toBe(11)
    expect(ang2pix(64, 'RING', 1.2, 3.4)).toBe(15882)
    expect(ang2pix(64, 'NESTED', 1.2, 3.4)).toBe(28013)
  })
})

describe('against healpy', () => {
  test('pixel centres and numbers at poles, ring ends and transitions, NSIDE 1 to 8192', () => {
    for (const row of healpy.pixels) {
      const { nside, ring, nest } = row
      const label = `nside ${nside}, pixel ${ring}`
      const angles = pix2ang(nside, 'RING', ring)
      // A few roundings of float64; near the poles theta itself is small and must stay as good.
      expect(Math.abs(angles.theta - row.theta), label).toBeLessThanOrEqual(1e-14 * row.theta)
      expect(Math.abs(angles.phi - row.phi), label).toBeLessThanOrEqual(2e-15)
      const vec = pix2vec(nside, 'RING', ring)
      vec.forEach((v, i) => expect(Math.abs(v - row.vec[i]), label).toBeLessThan(1e-14))
      expect(vec2pix(nside, 'RING', vec), label).toBe(ring)
      expect(ang2pix(nside, 'RING', angles.theta, angles.phi), label).toBe(ring)
      if (nest === undefined) continue
      expect(ring2nest(nside, ring), label).toBe(nest)
      expect(nest2ring(nside, nest), label).toBe(ring)
      expect(pix2ang(nside, 'NESTED', nest), label).toEqual(angles)
      expect(vec2pix(nside, 'NESTED', vec), label).toBe(nest)
    }
  })

  test('pixel of a direction: anywhere, near the poles, near |z| = 2/3', () => {
    for (const { nside, theta, phi, ring, nest } of healpy.points) {
      const label = `nside ${nside}, (${theta}, ${phi})`
      expect(ang2pix(nside, 'RING', theta, phi), label).toBe(ring)
      if (nest !== undefined) expect(ang2pix(nside, 'NESTED', theta, phi), label).toBe(nest)
    }
  })
})

describe('against @hscmap/healpix', () => {
  test('random directions and pixels, NSIDE 1 to 8192', () => {
    const random = scatter(0.1)
    for (let nside = 1; nside <= 8192; nside *= 2) {
      for (let i = 0; i < 200; i++) {
        const theta = Math.acos(2 * random() - 1)
        const phi = 2 * Math.PI * random()
        expect(ang2pix(nside, 'RING', theta, phi)).toBe(oracle.ang2pix_ring(nside, theta, phi))
        expect(ang2pix(nside, 'NESTED', theta, phi)).toBe(oracle.ang2pix_nest(nside, theta, phi))
        const pix = Math.floor(random() * nsideToNpix(nside))
        expect(ring2nest(nside, pix)).toBe(oracle.ring2nest(nside, pix))
        expect(nest2ring(nside, pix)).toBe(oracle.nest2ring(nside, pix))
      }
    }
  })
})

describe('consistency', () => {
  test.each([1, 2, 3, 4, 5, 8, 12, 16])('every pixel of nside %i comes back', (nside) => {
    for (let pix = 0; pix < nsideToNpix(nside); pix++) {
      const { theta, phi } = pix2ang(nside, 'RING', pix)
      expect(ang2pix(nside, 'RING', theta, phi)).toBe(pix)
      expect(ang2pix(nside, 'RING', theta, phi - 4 * Math.PI)).toBe(pix)
      if (isValidNside(nside, 'NESTED')) expect(nest2ring(nside, ring2nest(nside, pix))).toBe(pix)
    }
  })

  test('a direction always gets the nearest pixel or one that touches it, also at huge longitudes', () => {
    const random = scatter(0.7)
    for (let i = 0; i < 2000; i++) {
      const theta = Math.acos(2 * random() - 1)
      const phi = 100 * (random() - 0.5)
      const centre = pix2ang(64, 'RING', ang2pix(64, 'RING', theta, phi))
      const cosine =
        Math.cos(theta) * Math.cos(centre.theta) +
        Math.sin(theta) * Math.sin(centre.theta) * Math.cos(phi - centre.phi)
      // No pixel of NSIDE 64 reaches more than 0.0181 rad from its centre (healpy max_pixrad).
      expect(Math.acos(Math.min(cosine, 1))).toBeLessThan(0.0181)
    }
  })

  test('directions on the edges of the sphere stay in range', () => {
    for (const nside of [1, 2, 64, 8192, 3]) {
      for (const theta of [0, Math.PI, Math.PI / 2, Math.acos(2 / 3), Math.acos(-2 / 3)]) {
        for (const phi of [0, -1e-300, -1e-17, Math.PI / 2, Math.PI, 2 * Math.PI, 4 * Math.PI]) {
          const pix = ang2pix(nside, 'RING', theta, phi)
          expect(pix).toBeGreaterThanOrEqual(0)
          expect(pix).toBeLessThan(nsideToNpix(nside))
        }
      }
    }
  })

  test('the batch of vectors equals the single ones', () => {
    for (const ordering of ['RING', 'NESTED'] as const) {
      const vectors = pixelVectors(8, ordering)
      expect(vectors.length).toBe(3 * 768)
      for (let pix = 0; pix < 768; pix++) {
        expect([...vectors.subarray(3 * pix, 3 * pix + 3)]).toEqual([...pix2vec(8, ordering, pix)])
      }
    }
  })
})

describe('sizes and errors', () => {
  test('number of pixels', () => {
    expect(nsideToNpix(8192)).toBe(805306368)
    expect(npixToNside(805306368)).toBe(8192)
    expect(npixToNside(12 * 25)).toBe(5)
    expect(() => npixToNside(100)).toThrow(/100 pixels are not a full-sky HEALPix map/)
    expect(() => npixToNside(0)).toThrow(RangeError)
    expect(() => npixToNside(NaN)).toThrow(RangeError)
  })

  test('which NSIDE is valid', () => {
    expect([1, 2, 3, 64, 100, 8192].every((n) => isValidNside(n))).toBe(true)
    expect([0, -1, 1.5, NaN, Infinity, 16384].some((n) => isValidNside(n))).toBe(false)
    expect(isValidNside(100, 'NESTED')).toBe(false)
    expect(() => ring2nest(3, 0)).toThrow(/NSIDE 3 .* power of two .* NESTED/)
    expect(() => pix2ang(9000, 'RING', 0)).toThrow(/NSIDE 9000 .* from 1 to 8192/)
  })

  test('pixels and directions that do not exist', () => {
    expect(() => pix2ang(2, 'RING', 48)).toThrow(
      'Pixel 48 does not exist: NSIDE 2 has the pixels 0 to 47.',
    )
    expect(() => pix2ang(2, 'NESTED', -1)).toThrow(RangeError)
    expect(() => pix2vec(2, 'RING', 1.5)).toThrow(RangeError)
    expect(() => ring2nest(2, NaN)).toThrow(RangeError)
    expect(() => ang2pix(2, 'RING', -0.1, 0)).toThrow(/theta = -0.1 rad is outside 0 to pi/)
    expect(() => ang2pix(2, 'RING', NaN, 0)).toThrow(RangeError)
    expect(() => ang2pix(2, 'RING', 1, Infinity)).toThrow(/phi = Infinity/)
    expect(() => vec2pix(2, 'RING', [0, 0, 0])).toThrow(/no direction/)
    expect(() => vec2pix(2, 'RING', [NaN, 0, 1])).toThrow(/no direction/)
  })
})
