import { describe, expect, test } from 'vitest'
import {
  ang2pix,
  interpolationWeights,
  neighbours,
  nest2ring,
  nsideToNpix,
  pix2ang,
  pixelRadius,
  queryDisc,
  ring2nest,
} from '#shared/healpix/index.ts'
import { healpyValues } from './fixture.ts'

const healpy = healpyValues()

describe('neighbours', () => {
  test('as healpy, with -1 at the corners where three faces meet', () => {
    let missing = 0
    for (const row of healpy.pixels) {
      expect(
        [...neighbours(row.nside, 'RING', row.ring)],
        `nside ${row.nside} ${row.ring}`,
      ).toEqual(row.neighbours_ring)
      missing += row.neighbours_ring.filter((pix) => pix < 0).length
      if (row.nest === undefined) continue
      expect([...neighbours(row.nside, 'NESTED', row.nest)]).toEqual(row.neighbours_nest)
    }
    expect(missing).toBeGreaterThan(0)
  })

  test('being a neighbour is mutual, and 24 neighbours are missing on the whole sphere', () => {
    for (const nside of [2, 4, 5]) {
      let missing = 0
      for (let pix = 0; pix < nsideToNpix(nside); pix++) {
        for (const other of neighbours(nside, 'RING', pix)) {
          if (other < 0) missing++
          else expect(neighbours(nside, 'RING', other)).toContain(pix)
        }
      }
      // Eight points on the sphere where only three pixels meet: each lacks one neighbour there.
      expect(missing).toBe(24)
    }
  })
})

describe('queryDisc', () => {
  test('pixels with their centre inside: exactly those of healpy, sorted', () => {
    for (const { nside, vec, radius, centres } of healpy.discs) {
      if (centres === null) continue
      expect([...queryDisc(nside, 'RING', vec, radius)]).toEqual(centres)
    }
  })

  test('inclusive: every overlapping pixel and few others', () => {
    let ours = 0
    let theirs = 0
    for (const { nside, vec, radius, overlap, inclusive_count } of healpy.discs) {
      const found = queryDisc(nside, 'RING', vec, radius, { inclusive: true, fact: 4 })
      ours += found.length
      theirs += inclusive_count
      const set = new Set(found)
      expect(set.size).toBe(found.length)
      for (const pix of overlap ?? []) {
        expect(set.has(pix), `nside ${nside} radius ${radius} pixel ${pix}`).toBe(true)
      }
    }
    // Both may add pixels that just miss the disc: ours must not add noticeably more.
    expect(ours).toBeLessThanOrEqual(1.02 * theirs)
  })

  test('a larger fact drops false members and never a true one', () => {
    const coarse = queryDisc(16, 'RING', [1, 2, 3], 0.1, { inclusive: true, fact: 1 })
    const fine = queryDisc(16, 'RING', [1, 2, 3], 0.1, { inclusive: true, fact: 16 })
    expect(fine.length).toBeLessThan(coarse.length)
    const set = new Set(coarse)
    expect(fine.every((pix) => set.has(pix))).toBe(true)
  })

  test('NESTED holds the same pixels, ascending', () => {
    const ring = queryDisc(32, 'RING', [0.3, -1, 0.4], 0.2)
    const nested = queryDisc(32, 'NESTED', [0.3, -1, 0.4], 0.2)
    expect([...nested]).toEqual([...ring].map((pix) => ring2nest(32, pix)).sort((a, b) => a - b))
  })

  test('a disc over the poles, over longitude 0, and the whole sphere', () => {
    expect(queryDisc(4, 'RING', [0, 0, 1], Math.PI).length).toBe(192)
    expect([...queryDisc(4, 'RING', [0, 0, -1], 0.25)]).toEqual([188, 189, 190, 191])
    const across = queryDisc(8, 'RING', [1, 0, 0], 0.15)
    expect([...across]).toEqual([...across].sort((a, b) => a - b))
    expect(across.length).toBeGreaterThan(2)
  })

  test('errors', () => {
    expect(() => queryDisc(4, 'RING', [0, 0, 0], 1)).toThrow(/no direction/)
    expect(() => queryDisc(4, 'RING', [0, 0, 1], -1)).toThrow(/Disc radius -1 rad/)
    expect(() => queryDisc(4, 'RING', [0, 0, 1], 1, { inclusive: true, fact: 0 })).toThrow(/fact 0/)
  })
})

test('largest pixel radius as healpy max_pixrad', () => {
  for (const [nside, radius] of Object.entries(healpy.max_pixel_radius)) {
    // The chord between two points 1e-4 apart keeps 12 digits.
    expect(Math.abs(pixelRadius(Number(nside)) / radius - 1)).toBeLessThan(1e-11)
  }
})

describe('interpolationWeights', () => {
  test('as healpy: same pixels, weights to rounding', () => {
    for (const row of healpy.points) {
      const { pixels, weights } = interpolationWeights(row.nside, 'RING', row.theta, row.phi)
      const label = `nside ${row.nside} (${row.theta}, ${row.phi})`
      expect([...pixels], label).toEqual(row.interpolation_pixels)
      // Weights divide angles by the ring spacing (1e-4 at NSIDE 8192): 1e-16 / 1e-4, and the phases
      // of longitudes beyond a turn cost another digit.
      row.interpolation_weights.forEach((weight, i) => {
        expect(Math.abs(weights[i] - weight), label).toBeLessThan(1e-10)
      })
    }
  })

  test('NESTED names the same pixels', () => {
    for (let i = 0; i < 50; i++) {
      const theta = 0.01 + i * 0.0625
      const ring = interpolationWeights(16, 'RING', theta, i)
      const nested = interpolationWeights(16, 'NESTED', theta, i)
      expect([...nested.pixels].map((pix) => nest2ring(16, pix))).toEqual([...ring.pixels])
      expect(nested.weights).toEqual(ring.weights)
    }
  })

  test('weights sum to 1 and are never negative; a pixel centre gets its own value', () => {
    for (let pix = 0; pix < nsideToNpix(8); pix++) {
      const { theta, phi } = pix2ang(8, 'RING', pix)
      const { pixels, weights } = interpolationWeights(8, 'RING', theta, phi)
      let own = 0
      let sum = 0
      pixels.forEach((p, i) => {
        own += p === pix ? weights[i] : 0
        sum += weights[i]
        expect(weights[i]).toBeGreaterThan(-1e-12)
      })
      expect(own).toBeCloseTo(1, 12)
      expect(sum).toBeCloseTo(1, 12)
    }
  })

  test('interpolates z = cos(theta) to the second order', () => {
    const error = (nside: number) => {
      let worst = 0
      for (let i = 0; i < 500; i++) {
        const theta = ((i + 0.5) / 500) * Math.PI
        const { pixels, weights } = interpolationWeights(nside, 'RING', theta, i * 1.7)
        let sum = 0
        pixels.forEach((p, k) => (sum += weights[k] * Math.cos(pix2ang(nside, 'RING', p).theta)))
        worst = Math.max(worst, Math.abs(sum - Math.cos(theta)))
      }
      return worst
    }
    // Halving the spacing four times over divides the error by 16 squared; the samples do not fall at
    // the worst places of both, hence the wide bound.
    expect(error(8) / error(128)).toBeGreaterThan(100)
  })

  test('the pole is the mean of its four pixels', () => {
    const { pixels, weights } = interpolationWeights(4, 'RING', 0, 1)
    expect([...pixels].sort()).toEqual([0, 1, 2, 3])
    for (const weight of weights) expect(weight).toBeCloseTo(0.25, 12)
    expect(ang2pix(4, 'RING', 0, 1)).toBe(0)
  })
})
