import { describe, expect, it } from 'vitest'
import { bindDensity, bindMagneticField, resolveModel } from '#shared/fields/index.ts'
import type { ModelChoice } from '#shared/fields/index.ts'

const electrons = (choice: ModelChoice) => bindDensity(resolveModel('cosmic-ray-electrons', choice))

describe('cosmic-ray electrons with the flux at the Sun', () => {
  it.each([
    // The figure of hammurabi X with the speed put right, to six digits.
    ['ams02', 30.4516, 1],
    // The density of synax's uniform electrons, with sqrt(1 - 1/gamma) for the speed.
    ['synax', 40.13285414950239, Math.sqrt(1 - 0.51099895e-3 / 10)],
  ])('has the density that follows from it: %s', (variant, density, speed) => {
    const value = electrons({ model: 'flux', variant }).evaluate([-8.3, 0, 0.006])
    // In both the electron is 2.3e-7 heavier, which counts twice.
    expect(Math.abs(value / speed / density - 1)).toBeLessThan(2e-6)
  })

  it('changes with the spectral index as gamma0^p, and over the Galaxy as the WMAP disc', () => {
    const flux = electrons({ model: 'flux' })
    const steeper = electrons({ model: 'flux', parameters: { normalisation_index: 3.1 } })
    const gamma = 20.6 / 0.51099895e-3
    expect(steeper.evaluate([0, 1, 2]) / flux.evaluate([0, 1, 2])).toBeCloseTo(gamma ** 0.1, 7)
    const wmap = electrons({ model: 'wmap' })
    const ratio = flux.evaluate([-8.3, 0, 0.006]) / wmap.evaluate([-8.3, 0, 0.006])
    expect(flux.evaluate([3, -4, 0.7]) / wmap.evaluate([3, -4, 0.7])).toBeCloseTo(ratio, 13)
  })
})

describe('cosmic-ray electrons of Sun et al. 2008', () => {
  const sun = electrons({ model: 'sun08' })
  it.each([
    [-8.5, 0, 0, 64],
    [4, -4, 0.5, 64 * Math.exp(-(Math.hypot(4, 4) - 8.5) / 8 - 0.5)],
    [1, 0, -0.2, 64 * Math.exp(5.5 / 8 - 0.2)],
    [-8.5, 0, 1.01, 0],
  ])('has its value at (%d, %d, %d) kpc', (x, y, z, expected) => {
    expect(sun.evaluate([x, y, z])).toBeCloseTo(expected, 11)
  })
})

describe('TT02', () => {
  const field = bindMagneticField(resolveModel('magnetic', { model: 'tt02' }))
  const pitch = (-8 * Math.PI) / 180
  const shift = Math.log(1 - 0.5 / 8.5) / Math.tan(pitch) - Math.PI / 2

  it('has its strength at the Sun, toward l = 98 deg above the plane and away from there below', () => {
    const [x, y, z] = field.evaluate([-8.5, 0, 0])
    expect([x, y, z]).toEqual([
      expect.closeTo(-1.4 * Math.sin(pitch), 12),
      expect.closeTo(1.4 * Math.cos(pitch), 12),
      0,
    ])
    const below = field.evaluate([-8.5, 0, -0.75])
    expect(below[1] / y).toBeCloseTo(-Math.exp(-0.5), 12)
  })

  it('reverses half a kiloparsec inside the Sun, and follows its equations elsewhere', () => {
    expect(Math.hypot(...field.evaluate([-8, 0, 0]))).toBeLessThan(1e-12)
    // Azimuth 60 deg from the Sun, clockwise seen from the north; inside 4 kpc the strength is that of 4 kpc.
    for (const [r, strongest] of [
      [10, 8.5 / 10],
      [2, 8.5 / 4],
    ]) {
      const theta = Math.PI / 3
      const phase = theta - Math.log(r / 8.5) / Math.tan(pitch) + shift
      const amplitude = ((1.4 * strongest) / Math.cos(shift)) * Math.cos(phase) * Math.exp(-0.2)
      const [x, y] = field.evaluate([-r * Math.cos(theta), r * Math.sin(theta), 0.3])
      expect(Math.hypot(x, y)).toBeCloseTo(Math.abs(amplitude), 12)
      // Along r-hat.
      expect(-x * Math.cos(theta) + y * Math.sin(theta)).toBeCloseTo(
        amplitude * Math.sin(pitch),
        12,
      )
    }
    expect(field.evaluate([15, 14, 1])).toEqual([0, 0, 0])
  })
})
