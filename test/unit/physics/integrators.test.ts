import { describe, expect, it } from 'vitest'
import { sampleMagneticField } from '#shared/fields/index.ts'
import type { GridGeometry, IntegrationRule, Medium, PhaseScheme } from '#shared/physics/index.ts'
import { griddedScalarField, griddedVectorField, simulateSightline } from '#shared/physics/index.ts'
import { voxelCount } from '#shared/physics/index.ts'
import { lsaMedium, rayOfPixel, relativeTo } from './cases.ts'

interface Sight {
  I: number
  Q: number
  U: number
  depth: number
}

function see(
  medium: Medium,
  pixel: number,
  integrator: IntegrationRule,
  phase: PhaseScheme,
  frequencyGhz: number,
): Sight {
  const seen = simulateSightline(medium, rayOfPixel(pixel), {
    frequenciesGhz: [frequencyGhz],
    integrator,
    phase,
  })
  return { I: seen.I[0][0], Q: seen.Q[0][0], U: seen.U[0][0], depth: seen.faradayDepth[0] }
}

function largestDifference(a: Sight, b: Sight): number {
  const polarised = Math.hypot(b.Q, b.U)
  return Math.max(
    relativeTo(b.I, a.I, b.I),
    relativeTo(polarised, a.Q, b.Q),
    relativeTo(polarised, a.U, b.U),
    relativeTo(b.depth, a.depth, b.depth),
  )
}

describe.each([
  ['adaptive panels', { rule: 'panels', tolerance: 1e-10 }],
  ['cells', { rule: 'cells', nodes: 3 }],
] as const)('%s', (_name, integrator) => {
  it('give up in a sentence where Faraday rotation needs too many parts', () => {
    const grid: GridGeometry = { shape: [4, 4, 4], halfSizeKpc: [20, 20, 5] }
    const field = new Float64Array(3 * voxelCount(grid)).fill(2)
    const medium: Medium = {
      ...lsaMedium({ ne: 'cordes91' }, 3, 'wmap'),
      magneticField: griddedVectorField(grid, field),
    }
    // 1 MHz: a wavelength of 300 m, 1e5 rad per rad m^-2.
    expect(() => see(medium, 24576, integrator, 'exact', 0.001)).toThrow(
      /more than 300000 parts\. Faraday rotation .* at 0\.001 GHz: raise the frequency/,
    )
    expect(see(medium, 24576, integrator, 'off', 0.001).I).toBeGreaterThan(0)
  })
})

describe('adaptive panels', () => {
  const panels: IntegrationRule = { rule: 'panels', tolerance: 1e-10 }
  const medium = lsaMedium({ ne: 'cordes91' }, 3, 'wmap')

  // V6 C-infinity (2.4 GHz, 16384 samples): I K, Q K, U K, depth of the fixed scheme.
  it.each([
    [0, 2.48994248783e-3, -1.476062678601e-3, 1.142384303489e-3, -4.729000388255],
    [5000, 2.389916841976e-3, 1.580467372705e-3, 7.235480132522e-4, -11.5040652767],
    [12345, 6.954283968297e-4, -3.217881702853e-4, -3.839409972022e-4, -37.40513342371],
    [24576, 9.367011734473e-3, 3.258512883715e-3, -4.463335719436e-3, -80.67959742814],
    [30000, 4.545758647215e-4, 4.065810105104e-5, -2.034038402823e-4, -78.20568160586],
  ])('agrees with the converged midpoint rule, pixel %d', (pixel, I, Q, U, depth) => {
    const computed = see(medium, pixel, panels, 'exact', 2.4)
    // 16384 midpoint samples miss the edge r = 20 kpc by up to half a step, 1e-4 of what lies near it.
    expect(largestDifference(computed, { I, Q, U, depth })).toBeLessThan(3e-5)
  })

  it('agrees with itself at a tighter tolerance, also where rotation is strong', () => {
    for (const pixel of [0, 5000, 12345, 24448, 24576, 30000]) {
      const loose = see(medium, pixel, { rule: 'panels', tolerance: 1e-8 }, 'exact', 0.408)
      const tight = see(medium, pixel, { rule: 'panels', tolerance: 1e-12 }, 'exact', 0.408)
      // Errors are relative to the intensity, which polarisation at 408 MHz is a small part of.
      expect(relativeTo(tight.I, loose.I, tight.I)).toBeLessThan(1e-8)
      expect(relativeTo(tight.I, loose.Q, tight.Q)).toBeLessThan(1e-8)
      expect(relativeTo(tight.I, loose.U, tight.U)).toBeLessThan(1e-8)
    }
  })

  it('shows the second order of midpoint samples with half-cell and exact phases', () => {
    // A sightline without edges of the model inside the box, so that the rule shows its own order.
    const exact = see(medium, 5000, panels, 'exact', 0.408)
    for (const phase of ['half-cell', 'exact'] as const) {
      const error = (samples: number) => {
        const seen = see(medium, 5000, { rule: 'midpoint', samples }, phase, 0.408)
        return Math.hypot(seen.Q - exact.Q, seen.U - exact.U)
      }
      const order = Math.log2(error(400) / error(800))
      expect(order).toBeGreaterThan(1.8)
    }
    const firstOrder = see(medium, 5000, { rule: 'midpoint', samples: 800 }, 'first-order', 0.408)
    const halfCell = see(medium, 5000, { rule: 'midpoint', samples: 800 }, 'half-cell', 0.408)
    const distance = (a: Sight) => Math.hypot(a.Q - exact.Q, a.U - exact.U)
    expect(distance(halfCell)).toBeLessThan(0.1 * distance(firstOrder))
  })

  it('leaves Q and U without rotation when the phase is off, and the depth as it is', () => {
    const off = see(medium, 12345, panels, 'off', 0.408)
    const none = see(lsaMedium({ ne: 'none' }, 3, 'wmap'), 12345, panels, 'exact', 0.408)
    const rotated = see(medium, 12345, panels, 'exact', 0.408)
    expect(relativeTo(none.I, off.Q, none.Q)).toBeLessThan(1e-12)
    expect(relativeTo(none.I, off.U, none.U)).toBeLessThan(1e-12)
    expect(relativeTo(rotated.depth, off.depth, rotated.depth)).toBeLessThan(1e-9)
    expect(none.depth).toBe(0)
  })

  it('takes steps of at most the length asked for', () => {
    const byStep = see(medium, 5000, { rule: 'midpoint', stepPc: 10 }, 'half-cell', 2.4)
    // s_max = 6.269541479362 kpc
    const bySamples = see(medium, 5000, { rule: 'midpoint', samples: 627 }, 'half-cell', 2.4)
    expect(byStep).toEqual(bySamples)
  })

  it('refuses midpoint phases for Gauss-Legendre nodes', () => {
    expect(() => see(medium, 0, panels, 'half-cell', 2.4)).toThrow(/midpoint/)
    expect(() => see(medium, 0, panels, 'first-order', 2.4)).toThrow(/midpoint/)
  })
})

describe('cells of a gridded field', () => {
  const grid: GridGeometry = { shape: [24, 20, 12], halfSizeKpc: [20, 20, 5] }
  const parametric = lsaMedium({ ne: 'cordes91' }, 3, 'wmap')
  const values = sampleMagneticField(grid, parametric.magneticField)
  const density = new Float64Array(voxelCount(grid)).fill(0.02)
  const medium: Medium = {
    ...parametric,
    magneticField: griddedVectorField(grid, values),
    thermalElectrons: griddedScalarField(grid, density),
  }
  const pixels = [0, 1000, 12345, 24448, 24576, 30000, 49151]

  it.each([
    // Error of 3 and 4 nodes where C varies as a disc of 1 kpc scale height in cells of 1 kpc.
    [3, 3e-4],
    [4, 1e-5],
    [6, 1e-8],
  ])('converges: %d nodes', (nodes, tolerance) => {
    for (const pixel of pixels) {
      const exact = see(medium, pixel, { rule: 'panels', tolerance: 1e-11 }, 'exact', 2.4)
      const cells = see(medium, pixel, { rule: 'cells', nodes }, 'exact', 2.4)
      for (const key of ['I', 'Q', 'U'] as const) {
        expect(relativeTo(exact.I, cells[key], exact[key])).toBeLessThan(tolerance)
      }
      expect(relativeTo(exact.depth, cells.depth, exact.depth)).toBeLessThan(1e-9)
    }
  })

  it('is exact with 4 nodes where C is constant and p = 3', () => {
    const flat: Medium = {
      ...medium,
      cosmicRayElectrons: { gridded: false, evaluate: () => 40, panelEdges: () => [] },
    }
    for (const pixel of pixels) {
      const four = see(flat, pixel, { rule: 'cells', nodes: 4 }, 'off', 2.4)
      const many = see(flat, pixel, { rule: 'cells', nodes: 12 }, 'off', 2.4)
      // B_perp^2 has degree 6 between crossings: only rounding is left.
      for (const key of ['I', 'Q', 'U'] as const) {
        expect(relativeTo(many.I, four[key], many[key])).toBeLessThan(1e-13)
      }
    }
  })

  it('splits crossings where the rotation is strong', () => {
    for (const pixel of pixels) {
      const exact = see(medium, pixel, { rule: 'panels', tolerance: 1e-11 }, 'exact', 0.15)
      const cells = see(medium, pixel, { rule: 'cells', nodes: 6 }, 'exact', 0.15)
      for (const key of ['I', 'Q', 'U'] as const) {
        expect(relativeTo(exact.I, cells[key], exact[key])).toBeLessThan(1e-7)
      }
    }
  })

  it('refuses arrays that do not fit the grid, and fields that are not numbers', () => {
    expect(() => griddedVectorField(grid, new Float64Array(10))).toThrow(/24x20x12/)
    expect(() => griddedScalarField({ ...grid, shape: [1, 2, 2] }, new Float64Array(4))).toThrow(
      /at least 2/,
    )
    const broken = {
      ...medium,
      magneticField: griddedVectorField(
        grid,
        values.map(() => NaN),
      ),
    }
    expect(() => see(broken, 0, { rule: 'cells', nodes: 3 }, 'off', 2.4)).toThrow(/not a finite/)
  })
})
