import { describe, expect, it } from 'vitest'
import { resolveModel } from '#shared/fields/index.ts'
import { bindDensity } from '#shared/fields/index.ts'
import { DEFAULT_BOX } from '#shared/physics/index.ts'
import { arrowMesh, chooseArrows } from '#renderer/volume/geometry/arrows.ts'
import { gridSampler, traceFieldLine } from '#renderer/volume/geometry/field-lines.ts'
import { buildGeometry } from '#renderer/volume/geometry/geometry.ts'
import { joinMeshes } from '#renderer/volume/geometry/mesh.ts'
import { moveHandle, seedHandles, seedPositions } from '#renderer/volume/geometry/seeds.ts'
import { isosurface } from '#renderer/volume/geometry/surface.ts'
import { tube } from '#renderer/volume/geometry/tubes.ts'
import { voxelCentre } from '#renderer/volume/scalar.ts'
import { defaultVolumeSettings, volumeSettings } from '#renderer/volume/settings.ts'
import { spiralArms } from '#renderer/volume/spiral-arms.ts'
import type { FieldSampler } from '#renderer/volume/geometry/field-lines.ts'
import type { Mesh } from '#renderer/volume/geometry/mesh.ts'
import type { ScalarGrid } from '#renderer/volume/scalar.ts'
import type { Vector3 } from '#renderer/volume/types.ts'

const shape: Vector3 = [40, 36, 20]
const half: Vector3 = [20, 18, 10]

function fill<Count extends number>(components: Count, at: (p: Vector3) => readonly number[]) {
  const values = new Float32Array(components * shape[0] * shape[1] * shape[2])
  let next = 0
  for (let i = 0; i < shape[0]; i++) {
    for (let j = 0; j < shape[1]; j++) {
      for (let k = 0; k < shape[2]; k++) {
        const [x, y, z] = [i, j, k].map((n, axis) => voxelCentre(n, shape[axis], half[axis]))
        values.set(at([x, y, z]), next)
        next += components
      }
    }
  }
  return values
}
const point = (array: ArrayLike<number>, i: number): Vector3 => [
  array[3 * i],
  array[3 * i + 1],
  array[3 * i + 2],
]
const distance = (a: Vector3, b: Vector3) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])

describe('field lines', () => {
  const options = { toleranceKpc: 1e-5, mostStepKpc: 0.5, lengthKpc: 200 }
  const circles: FieldSampler = ([x, y]) => [-y, x, 0]

  it('of a circular field come back to their seeds', () => {
    const line = traceFieldLine(circles, [8.3, 0, 1], options)
    expect(line?.closed).toBe(true)
    const count = line?.strengths.length ?? 0
    for (let i = 0; i < count; i++) {
      const [x, y, z] = point(line?.positions ?? [], i)
      // Some hundred steps of 1e-5 kpc each, and float32.
      expect(Math.hypot(x, y)).toBeCloseTo(8.3, 3)
      expect(z).toBe(1)
      expect(line?.strengths[i]).toBeCloseTo(8.3, 3)
    }
  })

  it('end a turn where they began, to the tolerance of their steps', () => {
    const turn = { ...options, lengthKpc: 2 * Math.PI * 8.3 - 1e-9 }
    // Without a seed to come back to: the line of the other sense ends at the same place.
    const line = traceFieldLine(circles, [8.3, 0, 0], turn)
    const last = (line?.strengths.length ?? 0) - 1
    expect(distance(point(line?.positions ?? [], last), [8.3, 0, 0])).toBeLessThan(1e-3)
  })

  it('close where they come back the same way, not where they pass their seed the other way', () => {
    // A race track 0.01 kpc wide: down again within a fiftieth of a step of the way up, and round at both ends.
    const track: FieldSampler = ([x, y]) => {
      const beyond = y > 10 ? y - 10 : y < -10 ? y + 10 : 0
      return beyond === 0 ? [0, Math.sign(x), 0] : [-beyond, x, 0]
    }
    const line = traceFieldLine(track, [0.005, 0, 0], options)
    expect(line?.closed).toBe(true)
    const heights = (line?.positions ?? new Float32Array()).filter((_, i) => i % 3 === 1)
    expect(Math.min(...heights)).toBeCloseTo(-10, 1)
    expect(Math.max(...heights)).toBeCloseTo(10, 1)
  })

  it('of a dipole follow r = L sin^2', () => {
    const dipole: FieldSampler = ([x, y, z]) => {
      const r = Math.hypot(x, y, z)
      return [(3 * x * z) / r ** 5, (3 * y * z) / r ** 5, (3 * z * z - r * r) / r ** 5]
    }
    const line = traceFieldLine(dipole, [6, 0, 0], { ...options, toleranceKpc: 1e-6, lengthKpc: 6 })
    const count = line?.strengths.length ?? 0
    expect(count).toBeGreaterThan(20)
    for (let i = 0; i < count; i++) {
      const [x, y, z] = point(line?.positions ?? [], i)
      const r = Math.hypot(x, y, z)
      expect(r / ((x * x + y * y) / (r * r))).toBeCloseTo(6, 3)
    }
  })

  it('go through the trilinear grid, and end at the face of the box', () => {
    const field = fill(3, ([x, y]) => [-y, x, 0.2])
    const sample = gridSampler({ shape, halfSizeKpc: half }, field)
    const line = traceFieldLine(sample, [5, 0, 0], { ...options, lengthKpc: 1000 })
    const count = line?.strengths.length ?? 0
    // A field linear in the coordinates is exact between the voxels: a helix of radius 5.
    for (let i = 0; i < count; i++) {
      const [x, y] = point(line?.positions ?? [], i)
      expect(Math.hypot(x, y)).toBeCloseTo(5, 2)
    }
    // The shortest step is a thousandth of the longest.
    expect(point(line?.positions ?? [], 0)[2]).toBeCloseTo(-10, 2)
    expect(point(line?.positions ?? [], count - 1)[2]).toBeCloseTo(10, 2)
    expect(traceFieldLine(() => [0, 0, 0], [1, 1, 1], options)).toBeNull()
    expect(traceFieldLine(sample, [30, 0, 0], options)).toBeNull()
  })

  it('become closed tubes with |B| as their values', () => {
    const field = { values: fill(3, ([x, y]) => [-y, x, 0]), shape, halfSizeKpc: half }
    const mesh = buildGeometry({
      kind: 'lines',
      field,
      seeds: [
        [5, 0, 0],
        [50, 0, 0],
      ],
    })
    expect(Math.min(...mesh.values)).toBeCloseTo(5, 1)
    expect(Math.max(...mesh.values)).toBeCloseTo(5, 1)
    expectSound(mesh)
    const growing: FieldSampler = ([, , z]) => [0, 0, 3 + z]
    const line = traceFieldLine(growing, [1, 2, 0], { ...options, lengthKpc: 2 })
    const straight = line && tube(line, 0.25)
    for (let i = 0; i < (straight?.values.length ?? 0); i++) {
      const [x, y, z] = point(straight?.positions ?? [], i)
      expect(Math.hypot(x - 1, y - 2)).toBeCloseTo(0.25, 6)
      expect(straight?.values[i]).toBeCloseTo(3 + z, 5)
    }
  })
})

/** Vertices there are, unit normals, triangles with area facing along their normals. */
function expectSound({ positions, normals, triangles, values }: Mesh): void {
  expect(normals).toHaveLength(positions.length)
  expect(values).toHaveLength(positions.length / 3)
  let away = 0
  for (let cell = 0; cell < triangles.length; cell += 4) {
    expect(triangles[cell]).toBe(3)
    const [a, b, c] = [1, 2, 3].map((n) => triangles[cell + n])
    expect(Math.max(a, b, c)).toBeLessThan(values.length)
    const [p, q, r] = [a, b, c].map((n) => point(positions, n))
    const [u, v] = [q, r].map((other) => other.map((value, axis) => value - p[axis]))
    const facing = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]]
    const normal = point(normals, a)
    if (facing.reduce((sum, value, axis) => sum + value * normal[axis], 0) < 0) away++
  }
  // Where a surface bends sharply a small triangle may face another way than its first vertex.
  expect(away).toBeLessThanOrEqual(0.01 * (triangles.length / 4))
  for (let i = 0; i < values.length; i++) {
    expect(Math.hypot(...point(normals, i))).toBeCloseTo(1, 4)
  }
}

const scalarOf = (at: (p: Vector3) => number): ScalarGrid => ({
  values: fill(1, (p) => [at(p)]),
  inside: new Uint8Array(shape[0] * shape[1] * shape[2]).fill(1),
  shape,
  halfSizeKpc: half,
})

describe('isosurfaces', () => {
  it('of a distance are spheres, seen from outside', () => {
    const mesh = isosurface(
      scalarOf(([x, y, z]) => 10 - Math.hypot(x, y, z)),
      3,
    )
    for (let i = 0; i < mesh.values.length; i++) {
      // Between voxels of 1 kpc the trilinear distance is short by at most 1/(8 r) for each curved direction.
      expect(Math.abs(Math.hypot(...point(mesh.positions, i)) - 7)).toBeLessThan(0.04)
      const [p, n] = [point(mesh.positions, i), point(mesh.normals, i)]
      expect((p[0] * n[0] + p[1] * n[1] + p[2] * n[2]) / 7).toBeGreaterThan(0.99)
    }
    expectSound(mesh)
    // Closed: Euler's number of a sphere, V - E + F with 3 F = 2 E.
    expect(mesh.values.length - mesh.triangles.length / 4 / 2).toBe(2)
    // Flat pieces of 1 kpc on a radius of 7 lie inside the sphere: 1.1 % of the area.
    const part = area(mesh) / (4 * Math.PI * 49)
    expect(part).toBeGreaterThan(0.98)
    expect(part).toBeLessThan(1)
  })

  it('of a negative level face the higher values', () => {
    const mesh = isosurface(
      scalarOf(([x, y, z]) => Math.hypot(x, y, z) - 10),
      -3,
    )
    const [p, n] = [point(mesh.positions, 5), point(mesh.normals, 5)]
    expect(p[0] * n[0] + p[1] * n[1] + p[2] * n[2]).toBeGreaterThan(6.9)
    expectSound(mesh)
  })

  it('of a plane lie in it, open at the faces; there are none beyond the values', () => {
    const plane = scalarOf(([x, y, z]) => x + 0.5 * y - z)
    const mesh = isosurface(plane, 1.25)
    for (let i = 0; i < mesh.values.length; i++) {
      const [x, y, z] = point(mesh.positions, i)
      expect(x + 0.5 * y - z).toBeCloseTo(1.25, 4)
    }
    expect(isosurface(plane, 1000).triangles).toHaveLength(0)
    const two = buildGeometry({ kind: 'surface', grid: plane, levels: [1.25, -1.25] })
    expect(new Set(two.values)).toEqual(new Set([1.25, -1.25]))
    expect(two.triangles.length).toBeGreaterThan(mesh.triangles.length)
  })
})

function area({ positions, triangles }: Mesh): number {
  let sum = 0
  for (let cell = 0; cell < triangles.length; cell += 4) {
    const [p, q, r] = [1, 2, 3].map((n) => point(positions, triangles[cell + n]))
    const [a, b, c] = [distance(p, q), distance(q, r), distance(r, p)]
    const s = (a + b + c) / 2
    sum += Math.sqrt(Math.max(0, s * (s - a) * (s - b) * (s - c)))
  }
  return sum
}

describe('arrows', () => {
  const grid = { shape, halfSizeKpc: half }
  const field = fill(3, ([x, y, z]) => [x, 2 * y, z < 0 ? 0.001 : -z])

  it('stand at voxel centres and have the field there', () => {
    const { positions, vectors, spacingKpc } = chooseArrows(grid, field, 500)
    const count = positions.length / 3
    expect(count).toBeGreaterThan(150)
    expect(count).toBeLessThan(700)
    expect(spacingKpc).toBe(4)
    for (let i = 0; i < count; i++) {
      const [x, y, z] = point(positions, i)
      for (const [axis, value] of [x, y, z].entries()) {
        const n = (value + half[axis]) / ((2 * half[axis]) / shape[axis]) - 0.5
        expect(n).toBeCloseTo(Math.round(n), 5)
      }
      const [bx, by, bz] = point(vectors, i)
      expect([bx, by, bz]).toEqual([
        Math.fround(x),
        Math.fround(2 * y),
        Math.fround(z < 0 ? 0.001 : -z),
      ])
    }
    expect(chooseArrows(grid, new Float32Array(field.length), 500).positions).toHaveLength(0)
  })

  it('point along the field, their length in proportion up to the full one', () => {
    const arrows = {
      positions: Float32Array.of(1, 2, 3, -4, 0, 0),
      vectors: Float32Array.of(0, 0, -2, 8, 0, 0),
      spacingKpc: 2,
    }
    const mesh = arrowMesh(arrows, 4)
    expectSound(mesh)
    const perArrow = mesh.values.length / 2
    const tip = (arrow: number) => point(mesh.positions, perArrow * (arrow + 1) - 1)
    // 0.95 of 2 kpc at 4 microgauss and more: half of that beyond the middle.
    expect(distance(tip(0), [1, 2, 3 - 0.475])).toBeLessThan(1e-6)
    expect(distance(tip(1), [-4 + 0.95, 0, 0])).toBeLessThan(1e-6)
    expect(mesh.values[0]).toBe(2)
    expect(mesh.values[perArrow]).toBe(8)
    expect(joinMeshes([mesh, mesh]).triangles[mesh.triangles.length + 1]).toBe(
      mesh.triangles[1] + mesh.values.length,
    )
  })
})

it('has no arrows where the field is weaker than a fiftieth of its strongest', () => {
  const uneven = fill(3, ([x]) => [0, x > 0 ? 10 : 0.19, 0])
  const { positions } = chooseArrows({ shape, halfSizeKpc: half }, uneven, 500)
  expect(positions.length).toBeGreaterThan(3 * 70)
  for (let i = 0; i < positions.length; i += 3) expect(positions[i]).toBeGreaterThan(0)
  const just = fill(3, ([x]) => [0, x > 0 ? 10 : 0.21, 0])
  const all = chooseArrows({ shape, halfSizeKpc: half }, just, 500)
  expect(all.positions).toHaveLength(2 * positions.length)
})

describe('seeds', () => {
  const { seeds } = defaultVolumeSettings()

  it('lie on a ring, a line, a square, or where they were put', () => {
    for (const [x, y, z] of seedPositions(seeds)) {
      expect(Math.hypot(x, y)).toBeCloseTo(8.3, 12)
      expect(z).toBe(0)
    }
    expect(seedPositions({ ...seeds, kind: 'line', count: 4 }).map(([x]) => x)).toEqual([
      -15, -5, 5, 15,
    ])
    expect(seedPositions({ ...seeds, kind: 'plane', count: 9 })).toHaveLength(9)
    expect(seedPositions({ ...seeds, kind: 'plane', count: 9 })[5]).toEqual([0, 10, 0])
    expect(seedPositions({ ...seeds, kind: 'points', points: [[1, 2, 3]] })).toEqual([[1, 2, 3]])
  })

  it('follow their handles, which stay under the pointer', () => {
    for (const kind of ['ring', 'line', 'plane', 'points'] as const) {
      const start = { ...seeds, kind, points: [[1, 1, 1] as [number, number, number]] }
      seedHandles(start).forEach((from, handle) => {
        const moved = moveHandle(start, handle, [9, 99, 3], [0, 2])
        const [x, y, z] = seedHandles(moved)[handle]
        expect(x).toBeCloseTo(9, 12)
        expect(z).toBe(3)
        if (kind !== 'plane') expect(y).toBe(from[1])
      })
    }
    const side = moveHandle(seeds, 0, [1, 12, 4], [2, 1])
    expect(side.ring).toEqual({ radiusKpc: 8.3, zKpc: 4 })
    const line = moveHandle({ ...seeds, kind: 'line' }, 2, [5, 1, 0], [0, 1])
    expect(line.line).toEqual({ from: [-10, 1, 0], to: [20, 1, 0] })
  })
})

it('takes defaults for what a session says wrongly of the volume', () => {
  const settings = volumeSettings.parse({ surfaceLevel: 7, seeds: { kind: 'heap', count: 5 } })
  expect(settings.surfaceLevel).toBe(0.5)
  expect(settings.seeds).toMatchObject({ kind: 'ring', count: 5 })
})

it('draws the arms where the model of the electrons has them', () => {
  const names = ['norma', 'perseus', 'carina', 'crux', 'local']
  expect(spiralArms.map(({ name }) => name)).toContain('Carina–Sagittarius')
  spiralArms.forEach(({ points }, arm) => {
    // The arm by itself, dense enough to stand out of the discs.
    const parameters = Object.fromEntries(
      names.map((name, i) => [`${name}_n_cm3`, i === arm ? 0.5 : 0]),
    )
    const resolved = resolveModel('thermal-electrons', { model: 'ymw16', parameters })
    const electrons = bindDensity(resolved, { observerKpc: DEFAULT_BOX.observerKpc })
    let higher = 0
    for (const [x, y] of points) {
      const r = Math.hypot(x, y)
      const at = (part: number) => electrons.evaluate([x * part, y * part, 0])
      if (at(1) > at(1 - 1 / r) && at(1) > at(1 + 1 / r)) higher++
    }
    // 1 kpc to either side is less, but in nebulae and near the centre.
    expect(higher / points.length).toBeGreaterThan(0.9)
    const end = points[points.length - 1]
    if (names[arm] !== 'local') expect(Math.hypot(end[0], end[1])).toBeCloseTo(15, 9)
  })
})
