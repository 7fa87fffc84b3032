import { describe, expect, it } from 'vitest'
import { derive, derivedScalar, keepDerived } from '#renderer/volume/derived.ts'
import {
  hiddenValue,
  logStart,
  volumeTexture,
  volumeTransfer,
} from '#renderer/volume/field-look.ts'
import { fieldScale, regionStatistics, scaleWords } from '#renderer/volume/field-scale.ts'
import { paintSlice, slicePlanes } from '#renderer/volume/slice-image.ts'
import {
  deriveScalar,
  interpolationAt,
  quantityOf,
  sampleScalar,
  voxelCentre,
} from '../../../src-renderer/volume/scalar.ts'
import type { FieldQuantity, Vector3 } from '../../../src-renderer/volume/types.ts'

const shape: Vector3 = [8, 6, 4]
const half: Vector3 = [20, 15, 5]

function makeField(at: (x: number, y: number, z: number) => Vector3): Float32Array {
  const field = new Float32Array(3 * shape[0] * shape[1] * shape[2])
  let next = 0
  for (let i = 0; i < shape[0]; i++) {
    for (let j = 0; j < shape[1]; j++) {
      for (let k = 0; k < shape[2]; k++) {
        const position = [i, j, k].map((index, axis) => voxelCentre(index, shape[axis], half[axis]))
        field.set(at(position[0], position[1], position[2]), next)
        next += 3
      }
    }
  }
  return field
}

const scalar = (field: Float32Array, quantity: FieldQuantity) =>
  deriveScalar(field, shape, half, quantity).values

/** float32 storage of the components. */
const rounding = 5

describe('derived quantities', () => {
  it('are length and components of the vector', () => {
    const field = makeField(() => [2, -3, 6])
    expect(new Set(scalar(field, 'B'))).toEqual(new Set([7]))
    expect(new Set(scalar(field, 'Bx'))).toEqual(new Set([2]))
    expect(new Set(scalar(field, 'By'))).toEqual(new Set([-3]))
    expect(new Set(scalar(field, 'Bz'))).toEqual(new Set([6]))
  })

  it('split a spiral into radial and azimuthal parts, phi from +x toward +y', () => {
    const field = makeField((x, y) => {
      const radius = Math.hypot(x, y)
      // 1.5 outward, -4 along phi.
      return [(1.5 * x + 4 * y) / radius, (1.5 * y - 4 * x) / radius, 2]
    })
    for (const value of scalar(field, 'BR')) expect(value).toBeCloseTo(1.5, rounding)
    for (const value of scalar(field, 'Bphi')) expect(value).toBeCloseTo(-4, rounding)
  })

  it('give the divergence of a linear field everywhere, faces included', () => {
    const field = makeField((x, y, z) => [0.5 * x + y, -0.25 * y + z, 2 * z - x])
    for (const value of scalar(field, 'divB')) expect(value).toBeCloseTo(2.25, rounding)
  })

  it('tell what is outside the region', () => {
    const field = makeField((x, y, z) => (Math.hypot(x, y, z) < 10 ? [0, 1, 0] : [0, 0, 0]))
    const { inside } = deriveScalar(field, shape, half, 'Bx')
    expect(inside.reduce((a, b) => a + b, 0)).toBe(field.filter((value) => value === 1).length)
    // A field that has not begun is no hole.
    const zero = deriveScalar(
      makeField(() => [0, 0, 0]),
      shape,
      half,
      'B',
    )
    expect(zero.inside.every((value) => value === 1)).toBe(true)
  })

  it('refuse an array that does not have the shape', () => {
    expect(() => deriveScalar(new Float32Array(5), shape, half, 'B')).toThrow(
      'A field of 8 × 6 × 4 has 576 components, not 5.',
    )
  })
})

describe('sampling', () => {
  const grid = deriveScalar(
    makeField((x, y, z) => [1 + 0.1 * x - 0.2 * y + 0.4 * z, 0, 0]),
    shape,
    half,
    'Bx',
  )

  it('is trilinear between the centres', () => {
    for (const [x, y, z] of [
      [0, 0, 0],
      [-8.3, 3.1, 0.006],
      [11, -7.7, -2.2],
    ] as const) {
      expect(sampleScalar(grid, [x, y, z])).toBeCloseTo(1 + 0.1 * x - 0.2 * y + 0.4 * z, rounding)
    }
  })

  it('is constant beyond the last centre and nothing outside the box', () => {
    expect(sampleScalar(grid, [20, 0, 0])).toBeCloseTo(1 + 0.1 * 17.5, rounding)
    expect(sampleScalar(grid, [20.01, 0, 0])).toBeNaN()
  })

  it('is nothing where the nearest voxel is outside the region', () => {
    const inside = grid.inside.slice().fill(0)
    expect(sampleScalar({ ...grid, inside }, [0, 0, 0])).toBeNaN()
  })

  it('works with one voxel across', () => {
    expect(interpolationAt(3, 1, 5)).toEqual({ low: 0, high: 0, weight: 0 })
  })
})

describe('derived scalars', () => {
  const field = { values: Float32Array.from({ length: 24 }, (_, i) => i), shape, halfSizeKpc: half }
  it('are derived once for a field and a quantity', () => {
    const array = { ...field, shape: [2, 2, 2] as const }
    expect(derivedScalar(array, 'B')).toBe(derivedScalar({ ...array }, 'B'))
    expect(derivedScalar(array, 'B')).not.toBe(derivedScalar(array, 'Bx'))
    expect(derivedScalar(array, 'Bx')).toEqual(derive(array, 'Bx'))
  })
  it('may come from elsewhere', () => {
    const array = { ...field, values: field.values.slice(), shape: [2, 2, 2] as const }
    const elsewhere = structuredClone(derive(array, 'Bz'))
    keepDerived(array, 'Bz', elsewhere)
    expect(derivedScalar(array, 'Bz')).toBe(elsewhere)
  })
})

describe('densities', () => {
  const values = Float32Array.of(1e-9, 0.001, 0.01, 0.1, 0.02, 0.03, 0.04, 0.05)
  const array = { values, shape: [2, 2, 2] as const, halfSizeKpc: half }

  it('are shown as they are, everywhere', () => {
    const { grid } = derive(array, 'n_e')
    expect(grid.values).toEqual(values)
    expect(grid.inside.every((one) => one === 1)).toBe(true)
    expect(() => derive({ ...array, values: new Float32Array(24) }, 'n_e')).toThrow(/24/)
  })
  it('have a logarithmic scale of four decades at most', () => {
    const { statistics } = derive(array, 'n_e')
    const scale = fieldScale('n_e', null, statistics)
    expect(scale.kind).toBe('log')
    expect(scale.limits[0]).toBeCloseTo(scale.limits[1] / 1e4, 9)
    expect(fieldScale('n_e', [0.001, 1], statistics).limits).toEqual([0.001, 1])
    expect(hiddenValue(fieldScale('n_e', [0.001, 1], statistics), 1 / 3)).toBeCloseTo(0.01, 12)
  })
  it('reach the volume as logarithms', () => {
    const { grid, statistics } = derive(array, 'n_e')
    const scale = fieldScale('n_e', [0.001, 1], statistics)
    const shown = volumeTexture(grid, logStart(scale)).values
    // Below the scale one decade is kept: nothing there is drawn.
    expect(shown[0]).toBe(-4)
    expect(shown[2]).toBeCloseTo(-2, 6)
    expect(volumeTransfer(scale, new Uint8Array(768), false, 0.1)).toMatchObject({
      limits: [-3, 0],
      start: -3,
    })
  })
  it('are painted by their logarithm', () => {
    const grid = { ...derive(array, 'n_e').grid, values: new Float32Array(8).fill(0.0101) }
    const image = { width: 1, height: 1, data: new Uint8ClampedArray(4), colorSpace: 'srgb' }
    const table = Uint8Array.from({ length: 768 }, (_, i) => Math.floor(i / 3))
    const colours = { table, limits: [0.0001, 1] as const, neutral: [0, 0, 0] as const }
    paintSlice(image as ImageData, grid, slicePlanes.xy, 0, { ...colours, norm: 'log' })
    // A little above 0.01, the middle of four decades: colour 128 of 256.
    expect([...image.data]).toEqual([128, 128, 128, 255])
  })
  it('give way to a quantity of the grid that is there', () => {
    expect(quantityOf('Bx', 'magnetic_field')).toBe('Bx')
    expect(quantityOf('Bx', 'thermal_electrons')).toBe('n_e')
    expect(quantityOf('n_e', 'magnetic_field')).toBe('B')
    expect(quantityOf('n_e', undefined)).toBe('n_e')
  })
})

it('knows densities everywhere, and coverage and sigma only where they are positive', () => {
  const values = Float32Array.from({ length: 192 }, (_, i) => i % 3)
  const positive = values.map((value) => (value > 0 ? 1 : 0))
  for (const [quantity, inside] of [
    ['n_e', positive.map(() => 1)],
    ['coverage', positive],
    ['sigma', positive],
  ] as const) {
    expect([...deriveScalar(values, shape, half, quantity).inside]).toEqual([...inside])
  }
})

describe('words under the colour bar', () => {
  /** Spaces within numbers and units as plain ones. */
  const words = (quantity: FieldQuantity, values: readonly number[], limits: [number, number]) => {
    const statistics = regionStatistics({
      values: Float32Array.from(values),
      inside: new Uint8Array(values.length).fill(1),
      shape: [values.length, 1, 1],
      halfSizeKpc: half,
    })
    return scaleWords(quantity, fieldScale(quantity, limits, statistics), statistics).replace(
      /\s/g,
      ' ',
    )
  }
  it('call nothing beyond a limit that is so only by float32', () => {
    expect(words('B', [2.6, 2.6, 2.6], [0, 2.5999998])).toBe('Field strength |B|')
    expect(words('p', [2.1, 2.3], [2.1000001, 3])).toBe('Spectral index p')
    expect(words('Bx', [-2.6, 2.6], [-2.5999998, 2.5999998])).toBe('Component toward +x Bx')
  })
  it('stand under a bar without a pointed end then', () => {
    const statistics = (high: number) => ({
      minimum: 0,
      maximum: high,
      sample: Float32Array.of(0, high),
    })
    const ends = (high: number) => {
      const { clippedAbove, clippedBelow } = fieldScale('B', [0, 2.5], statistics(high))
      return [clippedBelow, clippedAbove]
    }
    expect(ends(2.5000002)).toEqual([false, false])
    expect(ends(2.6)).toEqual([false, true])
    const below = fieldScale('B', [0.5, 2.5], statistics(2.5))
    expect(below.clippedBelow).toBe(true)
  })
  it('say which part is beyond which limit', () => {
    const values = [0, 1, 2, 3]
    expect(words('B', values, [0, 2.5])).toBe('|B|, 25 % > 2.5 µG')
    expect(words('B', values, [0.5, 4])).toBe('|B|, 25 % < 0.50 µG')
    expect(words('B', values, [0.5, 1.5])).toBe('|B|, 50 % > 1.5 µG, 25 % < 0.50 µG')
    expect(words('Bx', [-3, -1, 1, 3], [-2, 2])).toBe('Bx, 50 % beyond ±2.0 µG')
  })
})
