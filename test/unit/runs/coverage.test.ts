import { expect, it } from 'vitest'
import { coverageOf } from '#engine/runs/coverage.ts'
import type { MapVector, PointVector } from '#engine/storage/run-store.ts'
import { pixelSets } from '#shared/inference/likelihood.ts'
import {
  addRayCoverage,
  boxExit,
  directionFromGalactic,
  voxelCount,
} from '#shared/physics/index.ts'
import { pix2vec } from '#shared/healpix/index.ts'
import type { Vector3 } from '#shared/physics/index.ts'
import { runFileSchema } from '#shared/session/run-file.ts'

const common = {
  unit: '',
  band: [],
  offset: 0,
  gain: 1,
  notes: [],
}

/** A map of NSIDE 1 that has some of its twelve pixels. */
function map(name: string, pixels: readonly number[], heldOut: readonly number[] = []): MapVector {
  const set = pixels.map((pixel) =>
    heldOut.includes(pixel) ? pixelSets.heldOut : pixelSets.fitted,
  )
  return {
    ...common,
    kind: 'map',
    name,
    quantity: 'I',
    nside: 1,
    frequencyGhz: 0.408,
    beamFwhmArcmin: null,
    pixels: Int32Array.from(pixels),
    values: new Float64Array(pixels.length),
    sigma: new Float64Array(pixels.length).fill(1),
    set: Uint8Array.from(set),
  }
}

/** Sources at l, b in degrees and a distance in kpc. */
function sources(places: readonly (readonly [number, number, number])[]): PointVector {
  return {
    ...common,
    kind: 'points',
    name: 'sources',
    quantity: 'faraday_depth',
    frequencyGhz: null,
    directionsDeg: Float64Array.from(places.flatMap(([l, b]) => [l, b])),
    distancesKpc: Float64Array.from(places, ([, , distance]) => distance),
    values: new Float64Array(places.length),
    sigma: new Float64Array(places.length).fill(1),
    set: Uint8Array.from(places, (_, i) => (i === 2 ? pixelSets.heldOut : pixelSets.fitted)),
  }
}

const signal = new AbortController().signal

it('adds up the lines of sight of all fitted pixels and sources, a pixel for every map that has it', async () => {
  const shape: [number, number, number] = [8, 8, 4]
  const runFile = runFileSchema.parse({
    sky: { nside: 1, distance_kpc: 6 },
    magnetic_field: { grid: { shape } },
  })
  const data = [
    map('a', [0, 3, 7, 11], [7]),
    map('b', [3, 5, 11]),
    sources([
      [30, 5, 2],
      [200, -40, Infinity],
      [90, 0, 3],
    ]),
  ]
  const coverage = await coverageOf(runFile, data, signal)

  const grid = { shape, halfSizeKpc: runFile.box.half_size_kpc }
  const observer = runFile.box.observer_kpc
  const expected = new Float64Array(voxelCount(grid))
  let whole = 0
  const add = (direction: Vector3, distance: number, times: number) => {
    const length = Math.min(boxExit(observer, direction, grid.halfSizeKpc), 6, distance)
    whole += times * length
    addRayCoverage(grid, observer, direction, length, expected, times)
  }
  for (const [pixel, times] of [
    [0, 1],
    [3, 2],
    [11, 2],
    [5, 1],
  ])
    add(pix2vec(1, 'RING', pixel), Infinity, times)
  add(directionFromGalactic(30, 5), 2, 1)
  add(directionFromGalactic(200, -40), Infinity, 1)
  // The same sums in another order.
  coverage.forEach((value, voxel) => expect(value).toBeCloseTo(expected[voxel], 12))
  // The weights of all voxels add up to 1 everywhere.
  expect(coverage.reduce((sum, value) => sum + value, 0)).toBeCloseTo(whole, 10)
})

it('ends when nobody wants it any more', async () => {
  const runFile = runFileSchema.parse({ magnetic_field: { grid: { shape: [8, 8, 4] } } })
  const many = sources(Array.from({ length: 501 }, () => [1, 2, 3] as const))
  await expect(coverageOf(runFile, [many], AbortSignal.abort())).rejects.toThrow(/cancelled/)
})
