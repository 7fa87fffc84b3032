import { expect, it } from 'vitest'
import { sightlineOf } from '#engine/runs/sightline.ts'
import type { MapVector } from '#engine/storage/run-store.ts'
import { boxExit, directionFromGalactic } from '#shared/physics/index.ts'
import { runFileSchema } from '#shared/session/run-file.ts'

const shape: [number, number, number] = [8, 8, 4]
const arrays = new Map([['magnetic_field', new Float32Array(3 * 8 * 8 * 4).fill(2)]])

it.each([
  ['the box', undefined, undefined],
  ['the sky of the run file', 5, undefined],
  ['what is asked', undefined, 3],
  ['the nearer of both', 5, 3],
  ['the nearer of both', 5, 9],
])('a line of sight ends at %s', (_, skyKpc, distanceKpc) => {
  const runFile = runFileSchema.parse({
    sky: { nside: 4, frequencies_ghz: [0.408], distance_kpc: skyKpc },
    magnetic_field: { grid: { shape } },
  })
  const { profile, endKpc } = sightlineOf(runFile, {}, arrays, {
    lDeg: 40,
    bDeg: 10,
    data: [],
    vector: undefined,
    distanceKpc,
  })
  const { observer_kpc: observer, half_size_kpc: half } = runFile.box
  const direction = directionFromGalactic(40, 10)
  const length = Math.min(
    boxExit(observer, direction, half),
    skyKpc ?? Infinity,
    distanceKpc ?? Infinity,
  )
  expect(profile.distanceKpc[profile.rows - 1]).toBeCloseTo(length, 12)
  endKpc.forEach((end, axis) =>
    expect(end).toBeCloseTo(observer[axis] + length * direction[axis], 12),
  )
})

/** A map of NSIDE 1 seen through a band. */
function map(name: string, frequenciesGhz: readonly number[]): MapVector {
  const band = frequenciesGhz.map((frequencyGhz) => ({
    frequencyGhz,
    weight: 1 / frequenciesGhz.length,
  }))
  return {
    kind: 'map',
    name,
    quantity: 'I',
    unit: 'K',
    nside: 1,
    frequencyGhz: frequenciesGhz[0],
    band,
    beamFwhmArcmin: null,
    offset: 0,
    gain: 1,
    notes: [],
    pixels: Int32Array.of(4),
    values: new Float64Array(1),
    sigma: new Float64Array(1).fill(1),
    set: Uint8Array.of(1),
  }
}

it('a line of sight has what the band of its own map sees, whatever else is fitted', () => {
  const runFile = runFileSchema.parse({ sky: { nside: 1 }, magnetic_field: { grid: { shape } } })
  const sum = (own: MapVector, others: readonly MapVector[]) => {
    const request = { lDeg: 40, bDeg: 10, distanceKpc: undefined, vector: own }
    const { profile, frequenciesGhz } = sightlineOf(runFile, {}, arrays, {
      ...request,
      data: [own, ...others],
    })
    expect(frequenciesGhz).toEqual(own.band.map(({ frequencyGhz }) => frequencyGhz))
    return profile.intensity.reduce((all, value) => all + value, 0)
  }
  const [low, high, both] = [map('low', [0.4]), map('high', [1.4]), map('both', [0.4, 1.4])]
  const alone = sum(low, [])
  expect(alone).toBeGreaterThan(0)
  // No rotation here: rays are cut in the same places, and sums differ by rounding.
  expect(sum(low, [high, both]) / alone).toBeCloseTo(1, 12)
  expect(sum(both, [low]) / (0.5 * (alone + sum(high, [])))).toBeCloseTo(1, 12)
})
