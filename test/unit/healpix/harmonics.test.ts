import { describe, expect, it } from 'vitest'
import { GaussianSmoothing, beamResponse } from '#shared/healpix/harmonics/index.ts'

const degree = Math.PI / 180

/** Maps of NSIDE 8 that a formula gives, for the values that healpy 1.20 made of them. */
const made = [
  (p: number) => 10 + Math.sin(0.37 * p) + Math.cos(0.013 * p),
  (p: number) => Math.sin(0.021 * p),
  (p: number) => Math.cos(0.11 * p),
].map((value) => Float64Array.from({ length: 768 }, (_, p) => value(p)))

/** healpy.smoothing(maps, fwhm=radians(10), pol=True) at [pixel], T, Q, U. */
const healpy: readonly [number, readonly number[]][] = [
  [0, [11.4861928515, 0.0283004154513, 0.318461177669]],
  [3, [11.2091226024, 0.0905461581575, 0.253470107524]],
  [100, [9.87706221523, 0.763669916088, -0.135765991717]],
  [383, [9.90396549293, 0.820147651029, -0.0404524163183]],
  [500, [11.1350022574, -0.742615067811, -0.0163817534177]],
  [767, [9.42228669106, -0.140938038105, -0.264121135127]],
]

function dot(a: readonly Float64Array[], b: readonly Float64Array[]): number {
  let sum = 0
  a.forEach((map, k) => map.forEach((value, i) => (sum += value * b[k][i])))
  return sum
}

function noise(length: number, seed: number): Float64Array {
  let state = seed
  return Float64Array.from({ length }, () => {
    state = (state * 16807) % 2147483647
    return state / 2147483647 - 0.5
  })
}

describe('smoothing with a Gaussian beam', () => {
  const [t] = new GaussianSmoothing(8, 10 * degree, 0).apply([made[0]])
  // U in the COSMO sense for healpy, in the IAU sense for us.
  const [q, u] = new GaussianSmoothing(8, 10 * degree, 2).apply([
    made[1],
    made[2].map((value) => -value),
  ])

  it.each(healpy)('gives the values of healpy at pixel %i', (pixel, values) => {
    // The baked values have 12 digits.
    expect(t[pixel]).toBeCloseTo(values[0], 9)
    expect(q[pixel]).toBeCloseTo(values[1], 10)
    expect(-u[pixel]).toBeCloseTo(values[2], 10)
  })

  it('leaves a constant as it is, and does not turn Q and U with the coordinates', () => {
    const constant = new Float64Array(12 * 16 * 16).fill(7)
    const [same] = new GaussianSmoothing(16, 5 * degree, 0).apply([constant])
    // At the poles the corrections have not ended: 3e-3 for the narrowest beams, in healpy as here.
    same.forEach((value) => expect(Math.abs(value / 7 - 1)).toBeLessThan(3.5e-3))
    // One direction in space, seen from the pole: Q and U wind twice around it, from north through east.
    const [p, r] = new GaussianSmoothing(16, 5 * degree, 2).apply([
      Float64Array.from(constant, (_, i) => Math.cos(2 * ringLongitude(i))),
      Float64Array.from(constant, (_, i) => Math.sin(2 * ringLongitude(i))),
    ])
    // Smoothed one by one they would vanish at the pole.
    expect(Math.hypot(p[0], r[0])).toBeGreaterThan(0.95)
  })

  it.each([0, 2] as const)('has an exact transpose for spin %i', (spin) => {
    const smoothing = new GaussianSmoothing(16, 4 * degree, spin)
    const [x, y] = [1, 2].map((seed) =>
      Array.from({ length: spin === 0 ? 1 : 2 }, (_, k) => noise(3072, 10 * seed + k)),
    )
    const left = dot(smoothing.apply(x), y)
    // Float64 rounding of sums over some thousand terms.
    expect(Math.abs(left - dot(x, smoothing.transpose(y)))).toBeLessThan(1e-12 * dot(y, y))
  })

  it('has the response of a Gaussian, 1 at the lowest multipole', () => {
    const response = beamResponse(10 * degree, 23, 0)
    expect(response[0]).toBe(1)
    expect(response[23]).toBeCloseTo(
      Math.exp((-0.5 * 23 * 24 * (10 * degree) ** 2) / (8 * Math.LN2)),
      14,
    )
    expect(beamResponse(10 * degree, 23, 2)[2]).toBeCloseTo(
      Math.exp((-0.5 * 2 * (10 * degree) ** 2) / (8 * Math.LN2)),
      14,
    )
  })
})

/** Longitude of the pixels of the northern cap at NSIDE 16, 0 elsewhere: enough near the pole. */
function ringLongitude(pixel: number): number {
  if (pixel >= 2 * 16 * 15) return 0
  const ring = Math.floor((1 + Math.sqrt(1 + 2 * pixel)) / 2)
  return ((pixel - 2 * ring * (ring - 1) + 0.5) * Math.PI) / (2 * ring)
}
