import { describe, expect, it } from 'vitest'
import { bindDensity, realiseRandomField, resolveModel } from '#shared/fields/index.ts'
import type { RandomFieldSettings, RandomFieldSurroundings } from '#shared/fields/index.ts'
import { PeriodicBox } from '#shared/fields/random/periodic-box.ts'
import { realiseInBox } from '#shared/fields/random/realisation.ts'
import type { PackedField } from '#shared/fields/random/solenoidal.ts'
import type { GridGeometry, Vector3 } from '#shared/physics/index.ts'
import { voxelIndex } from '#shared/physics/index.ts'

const isotropic: RandomFieldSettings = {
  seed: 5,
  slope: 11 / 3,
  outerKpc: 4,
  innerKpc: 0.7,
  anisotropy: 1,
  striation: 0,
  divergenceFree: true,
}
const nothing: Vector3 = [0, 0, 0]
const unit: RandomFieldSurroundings = { strength: 1, regular: () => nothing }
/** Cells of 1/3 kpc; the box has 30 along each axis. */
const cube: GridGeometry = { shape: [24, 24, 24], halfSizeKpc: [4, 4, 4] }
const makeBox = () => new PeriodicBox(cube, 2)

interface Wave {
  k: Vector3
  length: number
  /** Real and imaginary amplitudes of x, y, z. */
  amplitudes: readonly number[]
  energy: number
}

/** One of every wave and its mirror, from the values at the cells. */
function wavesOf(box: PeriodicBox, field: PackedField): Wave[] {
  const [xy, zs] = field.map(({ real, imaginary }) => ({
    real: real.slice(),
    imaginary: imaginary.slice(),
  }))
  // The fourth field has no part in it.
  zs.imaginary.fill(0)
  box.toWaves(xy)
  box.toWaves(zs)
  const [nx, ny, nz] = box.shape
  const waves: Wave[] = []
  for (let i = 0; i < nx; i++) {
    for (let j = 0; j < ny; j++) {
      for (let l = 0; l < nz; l++) {
        const p = (i * ny + j) * nz + l
        const m = (((nx - i) % nx) * ny + ((ny - j) % ny)) * nz + ((nz - l) % nz)
        if (m <= p) continue
        const k: Vector3 = [
          box.periods(0, i) / box.lengthKpc[0],
          box.periods(1, j) / box.lengthKpc[1],
          box.periods(2, l) / box.lengthKpc[2],
        ]
        const amplitudes = [
          (xy.real[p] + xy.real[m]) / 2,
          (xy.imaginary[p] - xy.imaginary[m]) / 2,
          (xy.imaginary[p] + xy.imaginary[m]) / 2,
          (xy.real[m] - xy.real[p]) / 2,
          zs.real[p],
          zs.imaginary[p],
        ].map((value) => value / box.cells)
        const energy = amplitudes.reduce((sum, value) => sum + value * value, 0)
        waves.push({ k, length: Math.hypot(...k), amplitudes, energy })
      }
    }
  }
  return waves
}

/** Mean over waves of |k.b| / (|k| |b|). */
function divergence(waves: readonly Wave[]): number {
  // What is only rounding has no direction.
  const largest = Math.max(...waves.map(({ energy }) => energy))
  const strong = waves.filter(({ energy }) => energy > 1e-20 * largest)
  const shares = strong.map(({ k, length, amplitudes: a, energy }) => {
    const re = k[0] * a[0] + k[1] * a[2] + k[2] * a[4]
    const im = k[0] * a[1] + k[1] * a[3] + k[2] * a[5]
    return Math.hypot(re, im) / (length * Math.sqrt(energy))
  })
  return shares.reduce((sum, value) => sum + value, 0) / shares.length
}

/** Mean squares of the components. */
function meanSquares([xy, zs]: PackedField): number[] {
  return [xy.real, xy.imaginary, zs.real].map(
    (values) => values.reduce((sum, value) => sum + value * value, 0) / values.length,
  )
}

describe('a random field', () => {
  it('is the sum of its waves, with amplitudes from seed and periods alone', () => {
    const grid: GridGeometry = { shape: [8, 6, 4], halfSizeKpc: [4, 3, 2] }
    const settings = { ...isotropic, seed: 2 ** 40 + 17, outerKpc: 3, innerKpc: 2 }
    const { values } = realiseRandomField(grid, settings, { ...unit, strength: 2.5 })
    // Plane waves added up one by one in Python, with its own Philox 4x32-10.
    const expected: [number, number, number, Vector3][] = [
      [0, 0, 0, [0.08028761231006118, 1.423774234064283, -1.2061108679702608]],
      [7, 5, 3, [0.07680402331705029, 0.9732194785272689, -0.7387763777441382]],
      [3, 2, 1, [2.483390162083467, 2.4669570850372318, 0.5352253001886529]],
    ]
    for (const [i, j, k, field] of expected) {
      const at = 3 * voxelIndex(grid, i, j, k)
      // Rounding of a few hundred waves.
      field.forEach((value, axis) => expect(values[at + axis]).toBeCloseTo(value, 13))
    }
  })

  it('has the power spectrum that is asked for, between its two scales', () => {
    const box = makeBox()
    const waves = wavesOf(box, realiseInBox(box, isotropic, unit).field)
    const inside = waves.filter(({ length }) => length >= 1 / 4 && length <= 1 / 0.7)
    const total = waves.reduce((sum, { energy }) => sum + energy, 0)
    expect(inside.reduce((sum, { energy }) => sum + energy, 0) / total).toBeCloseTo(1, 12)
    // ln(energy) = c - gamma ln k + noise: energies have four degrees of freedom, the variance of their logarithm is pi^2/6 - 1.
    const x = inside.map(({ length }) => Math.log(length))
    const y = inside.map(({ energy }) => Math.log(energy))
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length
    const [mx, my] = [mean(x), mean(y)]
    const spread = x.reduce((sum, value) => sum + (value - mx) ** 2, 0)
    const slope = x.reduce((sum, value, i) => sum + (value - mx) * (y[i] - my), 0) / spread
    const error = Math.sqrt((Math.PI ** 2 / 6 - 1) / spread)
    expect(error).toBeLessThan(0.05)
    expect(Math.abs(slope + 11 / 3)).toBeLessThan(3 * error)
  })

  it('has the root mean square that is asked for, isotropic, and Gaussian', () => {
    const box = makeBox()
    // Without a slope all waves weigh the same: many independent numbers.
    const field = realiseInBox(box, { ...isotropic, slope: 0 }, { ...unit, strength: 3 }).field
    const waves = wavesOf(box, field).filter(({ energy }) => energy > 1e-20)
    const squares = meanSquares(field)
    const total = squares[0] + squares[1] + squares[2]
    // Sums of 4 n squares vary by sqrt(2 / (4 n)), the mean square of one component by sqrt(2 / (4/3 n)).
    const error = Math.sqrt(1 / (2 * waves.length))
    expect(Math.abs(total / 9 - 1)).toBeLessThan(3 * error)
    for (const square of squares) {
      expect(Math.abs((3 * square) / total - 1)).toBeLessThan(3 * Math.sqrt(3) * error)
    }
    const { real } = field[0]
    const moment = (power: number) =>
      real.reduce((sum, value) => sum + (value / Math.sqrt(squares[0])) ** power, 0) / real.length
    // n independent normal numbers have a third moment of 0 +- sqrt(15/n) and a fourth of 3 +- sqrt(96/n).
    const independent = (4 / 3) * waves.length
    expect(Math.abs(moment(3))).toBeLessThan(3 * Math.sqrt(15 / independent))
    expect(Math.abs(moment(4) - 3)).toBeLessThan(3 * Math.sqrt(96 / independent))
  })

  it.each<[string, Partial<RandomFieldSettings>, Partial<RandomFieldSurroundings>]>([
    ['isotropic', {}, {}],
    ['with a strength', {}, { strength: ([x, , z]) => Math.exp(-Math.abs(z)) + (x > 0 ? 1 : 0) }],
    ['anisotropic', { anisotropy: 2 }, { regular: ([x, y]) => [-y, x, 1] }],
    ['striated', { striation: 1.36 }, { strength: 0, regular: ([x, y]) => [-y, x, 1] }],
  ])('has no divergence: %s', (_, settings, surroundings) => {
    const box = makeBox()
    const { field, removedShare } = realiseInBox(
      box,
      { ...isotropic, ...settings },
      { ...unit, ...surroundings },
    )
    expect(divergence(wavesOf(box, field))).toBeLessThan(1e-10)
    expect(removedShare).toBeGreaterThanOrEqual(0)
    expect(removedShare).toBeLessThan(0.6)
  })

  it('keeps the energy in the box, and blurs edges of its strength only over its waves', () => {
    const box = makeBox()
    const half: RandomFieldSurroundings = { ...unit, strength: ([, , z]) => (z > 0 ? 2 : 0) }
    const settings = { ...isotropic, outerKpc: 1 }
    const energyOf = (field: PackedField) => meanSquares(field).reduce((a, b) => a + b)
    const cleaned = realiseInBox(box, settings, half).field
    // Cleaned before the strength only.
    const raw = realiseInBox(box, settings, unit).field
    for (let at = 0; at < box.cells; at++) {
      const factor = box.centre(2, at % box.shape[2]) > 0 ? 2 : 0
      for (const part of raw) {
        part.real[at] *= factor
        part.imaginary[at] *= factor
      }
    }
    expect(energyOf(cleaned) / energyOf(raw)).toBeCloseTo(1, 12)
    const rmsBelow = (depth: number): number => {
      const [xy, zs] = cleaned
      let [sum, count] = [0, 0]
      for (let at = 0; at < box.cells; at++) {
        if (Math.abs(box.centre(2, at % box.shape[2]) + depth) > 0.01) continue
        sum += xy.real[at] ** 2 + xy.imaginary[at] ** 2 + zs.real[at] ** 2
        count++
      }
      return Math.sqrt(sum / count)
    }
    // Next to the edge something is left; two of the longest waves below it a few hundredths of the strength.
    expect(rmsBelow(1 / 6)).toBeGreaterThan(0.2)
    expect(rmsBelow(11 / 6)).toBeLessThan(0.1)
  })

  it('is stronger along the regular field by the square of the anisotropy', () => {
    const box = makeBox()
    const direction: Vector3 = [0.36, 0.48, 0.8]
    const settings = { ...isotropic, slope: 0, anisotropy: 1.5, divergenceFree: false }
    const regular: Vector3 = [3 * 0.36, 3 * 0.48, 3 * 0.8]
    const [xy, zs] = realiseInBox(box, settings, { strength: 1, regular: () => regular }).field
    let [along, across] = [0, 0]
    for (let at = 0; at < box.cells; at++) {
      const b = [xy.real[at], xy.imaginary[at], zs.real[at]]
      const parallel = b[0] * direction[0] + b[1] * direction[1] + b[2] * direction[2]
      along += parallel ** 2
      across += (b[0] ** 2 + b[1] ** 2 + b[2] ** 2 - parallel ** 2) / 2
    }
    // V13: rho^4. Of 6,000 waves: 2 % of sampling error.
    expect(Math.abs(along / across / 1.5 ** 4 - 1)).toBeLessThan(0.06)
    expect(Math.abs((along + 2 * across) / box.cells - 1)).toBeLessThan(0.06)
  })

  it('is striated along the regular field with beta times its square', () => {
    const settings = { ...isotropic, slope: 0, striation: 1.36, divergenceFree: false }
    const regular: Vector3 = [1, -2, 0.5]
    const { values } = realiseRandomField(cube, settings, { strength: 0, regular: () => regular })
    let [square, across] = [0, 0]
    for (let at = 0; at < values.length; at += 3) {
      const s = values[at]
      across = Math.max(across, Math.abs(values[at + 1] + 2 * s), Math.abs(values[at + 2] - s / 2))
      square += s * s
    }
    expect(across).toBeLessThan(1e-12)
    // Of some 6,000 waves: 2 % of sampling error.
    expect(Math.abs(square / (values.length / 3) / 1.36 - 1)).toBeLessThan(0.06)
  })

  it('has the same waves on a finer grid of the same box', () => {
    const coarse: GridGeometry = { shape: [8, 8, 4], halfSizeKpc: [4, 4, 2] }
    const fine: GridGeometry = { shape: [24, 24, 12], halfSizeKpc: [4, 4, 2] }
    // Waves of exactly two cells are on no grid.
    const settings = { ...isotropic, outerKpc: 3, innerKpc: 2.1 }
    const a = realiseRandomField(coarse, settings, unit).values
    const b = realiseRandomField(fine, settings, unit).values
    for (const [i, j, k] of [
      [0, 0, 0],
      [7, 3, 2],
      [4, 6, 3],
    ]) {
      const at = 3 * voxelIndex(coarse, i, j, k)
      const same = 3 * voxelIndex(fine, 3 * i + 1, 3 * j + 1, 3 * k + 1)
      for (let axis = 0; axis < 3; axis++) expect(a[at + axis]).toBeCloseTo(b[same + axis], 12)
    }
  })

  it('is another one with another seed, and without waves none', () => {
    const grid: GridGeometry = { shape: [8, 8, 8], halfSizeKpc: [1, 1, 1] }
    const settings = { ...isotropic, outerKpc: 1, innerKpc: 0.5 }
    const one = realiseRandomField(grid, settings, unit).values
    const other = realiseRandomField(grid, { ...settings, seed: 6 }, unit).values
    expect(realiseRandomField(grid, settings, unit).values).toEqual(one)
    expect(other).not.toEqual(one)
    expect(() =>
      realiseRandomField(grid, { ...settings, outerKpc: 0.506, innerKpc: 0.505 }, unit),
    ).toThrow(/No wave between 0.505 and 0.506 kpc fits into the periodic box of/)
  })
})

describe('strengths of random fields', () => {
  const at = (choice: { model: string; variant?: string }, x: number, y: number, z: number) =>
    bindDensity(resolveModel('random-field-strength', choice)).evaluate([x, y, z])

  it('has the turbulence of Jansson & Farrar, disc and halo in quadrature', () => {
    const halo = (r: number, z: number) => 4.68 * Math.exp(-r / 10.97 - z ** 2 / (2 * 2.84 ** 2))
    const layer = (z: number) => Math.exp(-(z ** 2) / (2 * 0.61 ** 2))
    // On the negative x-axis arms follow each other outward: 8.4 kpc is in the fifth, 9 too, 10 in the sixth.
    expect(at({ model: 'jf12' }, -8.5, 0, 0.1)).toBeCloseTo(
      Math.hypot(((1.96 * 5) / 8.5) * layer(0.1), halo(8.5, 0.1)),
      12,
    )
    expect(at({ model: 'jf12' }, -10, 0, 0)).toBeCloseTo(Math.hypot(8.17, halo(10, 0)), 12)
    expect(at({ model: 'jf12' }, 0, 3, 1)).toBeCloseTo(Math.hypot(7.63 * layer(1), halo(3, 1)), 12)
    expect(at({ model: 'jf12' }, 15, 14, 0)).toBe(0)
    const planck = 7.332 * Math.exp(-10 / 10.97)
    expect(at({ model: 'jf12', variant: 'planck-b' }, -10, 0, 0)).toBeCloseTo(
      Math.hypot(3.12, planck),
      12,
    )
  })

  it('has the exponential one of hammurabi X, which is given at the observer', () => {
    expect(at({ model: 'exponential' }, -8.3, 0, 0.006)).toBeCloseTo(0.8, 14)
    expect(at({ model: 'exponential' }, 0, 4.3, -2.006)).toBeCloseTo(0.8 * Math.exp(0.25 - 1), 12)
  })
})
