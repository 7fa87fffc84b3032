import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { GridGeometry, Ray } from '#shared/physics/index.ts'
import type { Vector3 } from '#shared/physics/index.ts'
import {
  along,
  boxExit,
  cellCentre,
  createLocalEmission,
  directionFromAngles,
  directionFromGalactic,
  directionFromPixel,
  dot,
  evaluateLocalEmission,
  gaussLegendre,
  interpolateScalar,
  interpolateVector,
  latticeCrossings,
  lineOfSightBasis,
  norm,
  panelEdges,
  regionMask,
  voxelCount,
  voxelIndex,
} from '#shared/physics/index.ts'
import { casesOf, relativeTo, triple } from './cases.ts'

describe('V3: distance to the face of the box', () => {
  const schema = z.object({
    id: z.string(),
    pixel: z.int(),
    observer_kpc: triple,
    half_lengths_kpc: triple,
    s_max_kpc: z.number(),
    abs_tol: z.number(),
  })
  it.each(casesOf('box-exit', schema))('$id', (entry) => {
    const direction = directionFromPixel(64, 'RING', entry.pixel)
    const distance = boxExit(entry.observer_kpc, direction, entry.half_lengths_kpc)
    expect(Math.abs(distance - entry.s_max_kpc)).toBeLessThan(entry.abs_tol)
  })

  it('is exact along the axes', () => {
    expect(boxExit([-8.3, 0, 0], [1, 0, 0], [20, 20, 5])).toBe(28.3)
    expect(boxExit([-8.3, 0, 0], [0, -1, 0], [20, 20, 5])).toBe(20)
    expect(boxExit([-8.3, 0, 1], [0, 0, -1], [20, 20, 5])).toBe(6)
  })
  it('refuses an observer outside the box and a direction that is none', () => {
    expect(() => boxExit([-21, 0, 0], [1, 0, 0], [20, 20, 5])).toThrow(/outside the box/)
    expect(() => boxExit([Number.NaN, 0, 0], [1, 0, 0], [20, 20, 5])).toThrow(/outside the box/)
    expect(() => boxExit([0, 0, 0], [0, 0, 0], [20, 20, 5])).toThrow(/direction/)
  })
})

describe('V5: angles and projections', () => {
  const emitAt = (field: Vector3, direction: Vector3) => {
    const constant = <Value>(value: Value) => ({
      gridded: false,
      evaluate: () => value,
      panelEdges: () => [],
    })
    const { north, east } = lineOfSightBasis(direction)
    const out = createLocalEmission()
    const medium = {
      magneticField: constant(field),
      thermalElectrons: constant(1),
      cosmicRayElectrons: constant(1),
      spectralIndex: 3,
    }
    evaluateLocalEmission(medium, direction, north, east, [0, 0, 0], out)
    return { ...out, chi0: 0.5 * Math.atan2(out.emissionSin, out.emissionCos) }
  }
  const radians = Math.PI / 180

  it.each([
    // B = x-hat: chi0 = -90 deg at theta = phi = 0, 180 deg at theta = 90 deg, phi = 270 deg; compared modulo 180 deg.
    [0, 0, -90],
    [90, 270, 180],
  ])('theta %d, phi %d', (theta, phi, expected) => {
    const { chi0 } = emitAt([1, 0, 0], directionFromAngles(theta * radians, phi * radians))
    // sin is zero modulo 180 degrees; float64 trigonometry of multiples of 90 degrees leaves 1e-16.
    expect(Math.abs(Math.sin(chi0 - expected * radians))).toBeLessThan(1e-12)
  })

  it('has no perpendicular field along the sightline, and a negative depth for a field pointing away', () => {
    const direction = directionFromGalactic(33, -21)
    const away: Vector3 = [3 * direction[0], 3 * direction[1], 3 * direction[2]]
    const out = emitAt(away, direction)
    // b^2 of rounding errors of a field of 3.
    expect(out.emission).toBeLessThan(1e-30)
    expect(out.faraday).toBeCloseTo(-3, 14)
  })

  it('keeps |B|^2 = B_los^2 + B_perp^2 and |P| = I over the sky', () => {
    const field: Vector3 = [2, -3, 1]
    for (let pixel = 0; pixel < 768; pixel++) {
      const direction = directionFromPixel(8, 'RING', pixel)
      const out = emitAt(field, direction)
      expect(relativeTo(14, out.faraday ** 2 + out.emission, 14)).toBeLessThan(1e-12)
      expect(
        relativeTo(14, Math.hypot(out.emissionCos, out.emissionSin), out.emission),
      ).toBeLessThan(1e-12)
    }
  })

  it('has an orthonormal right-handed basis everywhere, also at the poles', () => {
    for (const b of [-90, -30, 0, 45, 90]) {
      for (const l of [0, 77, 180, 300]) {
        const direction = directionFromGalactic(l, b)
        const { north, east } = lineOfSightBasis(direction)
        for (const [u, v, expected] of [
          [north, north, 1],
          [east, east, 1],
          [north, east, 0],
          [north, direction, 0],
          [east, direction, 0],
        ] as const) {
          expect(Math.abs(dot(u, v) - expected)).toBeLessThan(1e-15)
        }
      }
    }
    expect(lineOfSightBasis([0, 0, 1])).toEqual({ north: [-1, -0, 0], east: [-0, 1, 0] })
    expect(norm(directionFromGalactic(12, 34))).toBeCloseTo(1, 15)
  })
})

describe('grids', () => {
  const grid: GridGeometry = { shape: [10, 8, 29], halfSizeKpc: [20, 16, 5] }
  const linear = ([x, y, z]: Vector3): Vector3 => [1 + 2 * x - y, 0.5 * z - x, 3 - y + 0.1 * z]
  const vectors = new Float64Array(3 * voxelCount(grid))
  const scalars = new Float64Array(voxelCount(grid))
  for (let i = 0; i < 10; i++) {
    for (let j = 0; j < 8; j++) {
      for (let k = 0; k < 29; k++) {
        const value = linear([
          cellCentre(grid, 0, i),
          cellCentre(grid, 1, j),
          cellCentre(grid, 2, k),
        ])
        const voxel = voxelIndex(grid, i, j, k)
        vectors.set(value, 3 * voxel)
        scalars[voxel] = value[0]
      }
    }
  }

  it('puts the centres in the middle of the cells, x slowest', () => {
    expect(cellCentre(grid, 0, 0)).toBe(-18)
    expect(cellCentre(grid, 0, 9)).toBe(18)
    expect(cellCentre(grid, 2, 14)).toBe(0)
    expect(voxelIndex(grid, 1, 2, 3)).toBe(1 * 8 * 29 + 2 * 29 + 3)
  })

  it('interpolates a linear field exactly, also up to the face of the box', () => {
    for (let n = 0; n < 200; n++) {
      // A low-discrepancy walk through the whole box.
      const at: Vector3 = [
        40 * ((n * 0.754877666) % 1) - 20,
        32 * ((n * 0.569840291) % 1) - 16,
        10 * ((n * 0.362) % 1) - 5,
      ]
      const computed = interpolateVector(grid, vectors, at)
      linear(at).forEach((expected, component) => {
        expect(Math.abs(computed[component] - expected)).toBeLessThan(1e-12)
      })
    }
  })

  it('holds a density constant beyond the last centres', () => {
    const edge = interpolateScalar(grid, scalars, [18, 0, 0])
    expect(interpolateScalar(grid, scalars, [20, 0, 0])).toBe(edge)
    const inside = interpolateScalar(grid, scalars, [3.3, -2, 1])
    expect(Math.abs(inside - linear([3.3, -2, 1])[0])).toBeLessThan(1e-12)
  })

  it('marks the voxels whose centres lie inside a shell', () => {
    const mask = regionMask(grid, { r_kpc: [3, 20] })
    let count = 0
    for (let i = 0; i < 10; i++) {
      for (let j = 0; j < 8; j++) {
        const r = Math.hypot(cellCentre(grid, 0, i), cellCentre(grid, 1, j))
        const expected = r > 3 && r < 20 ? 1 : 0
        count += 29 * expected
        expect(mask[voxelIndex(grid, i, j, 28)]).toBe(expected)
      }
    }
    expect(mask.reduce((sum, value) => sum + value, 0)).toBe(count)
    expect(regionMask(grid).every((value) => value === 1)).toBe(true)
  })

  it('crosses every lattice plane on the way once, in order', () => {
    const ray: Ray = { origin: [-8.3, 0, 0.006], direction: [0.6, -0.64, 0.48], lengthKpc: 10 }
    const crossings = latticeCrossings(grid, ray, 'continued')
    const expected = [0, 1, 2].flatMap((axis) =>
      Array.from({ length: grid.shape[axis] - 2 }, (_, i) => cellCentre(grid, axis, i + 1))
        .map((plane) => (plane - ray.origin[axis]) / ray.direction[axis])
        .filter((s) => s > 0 && s < 10),
    )
    expect(crossings).toEqual(expected.sort((a, b) => a - b))
    expect(panelEdges(10, crossings, [-1, 4, 12])).toEqual(
      [0, ...crossings, 4, 10].sort((a, b) => a - b),
    )
  })

  it('needs no crossings at the outermost planes when the field continues beyond them', () => {
    const ray: Ray = { origin: [0, 0, 0], direction: [1, 0, 0], lengthKpc: 20 }
    expect(latticeCrossings(grid, ray, 'continued').at(-1)).toBe(14)
    expect(latticeCrossings(grid, ray, 'held').at(-1)).toBe(18)
    // A trilinear field is a polynomial between the crossings: 3 nodes integrate its square exactly.
    const edges = panelEdges(20, latticeCrossings(grid, ray, 'continued'))
    const rule = gaussLegendre(3)
    let sum = 0
    for (let panel = 0; panel + 1 < edges.length; panel++) {
      const half = (edges[panel + 1] - edges[panel]) / 2
      for (let i = 0; i < 3; i++) {
        const s = edges[panel] + half * (1 + rule.nodes[i])
        const b = interpolateVector(grid, vectors, along(ray.origin, ray.direction, s))
        sum += half * rule.weights[i] * b[0] ** 2
      }
    }
    // int_0^20 (1 + 2x)^2 dx = (41^3 - 1) / 6
    expect(relativeTo(sum, sum, (41 ** 3 - 1) / 6)).toBeLessThan(1e-14)
  })
})

describe('Gauss-Legendre rules', () => {
  it('agrees with numpy.polynomial.legendre.leggauss(5)', () => {
    const { nodes, weights } = gaussLegendre(5)
    const expectedNodes = [
      -0.906179845938664, -0.5384693101056831, 0, 0.5384693101056831, 0.906179845938664,
    ]
    const expectedWeights = [
      0.23692688505618928, 0.4786286704993663, 0.5688888888888887, 0.4786286704993663,
      0.23692688505618928,
    ]
    // One or two units of the last place.
    nodes.forEach((node, i) => expect(Math.abs(node - expectedNodes[i])).toBeLessThan(4e-16))
    weights.forEach((w, i) => expect(Math.abs(w - expectedWeights[i])).toBeLessThan(1e-15))
  })

  it.each([1, 2, 3, 4, 7, 10, 32, 64])('integrates polynomials of degree 2n - 1, n = %d', (n) => {
    const { nodes, weights } = gaussLegendre(n)
    for (let degree = 0; degree < 2 * n; degree++) {
      let sum = 0
      nodes.forEach((x, i) => (sum += weights[i] * x ** degree))
      const expected = degree % 2 === 1 ? 0 : 2 / (degree + 1)
      // A sum of n terms of order one in float64.
      expect(Math.abs(sum - expected)).toBeLessThan(2e-15)
    }
  })

  it.each([1, 3, 10])('integrates up to each node, n = %d', (n) => {
    const { nodes, partial } = gaussLegendre(n)
    for (let degree = 0; degree < n; degree++) {
      nodes.forEach((end, i) => {
        let sum = 0
        nodes.forEach((x, j) => (sum += partial[i * n + j] * x ** degree))
        const expected = (end ** (degree + 1) - (-1) ** (degree + 1)) / (degree + 1)
        expect(Math.abs(sum - expected)).toBeLessThan(1e-14)
      })
    }
  })

  it('refuses a number of nodes that is none', () => {
    expect(() => gaussLegendre(0)).toThrow(RangeError)
    expect(() => gaussLegendre(2.5)).toThrow(RangeError)
  })
})
