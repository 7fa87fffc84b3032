import { describe, expect, it } from 'vitest'
import type { Observable, Observables } from '#engine/kernels/interface.ts'
import { createMeasurement } from '#engine/runs/measurement/measurement.ts'
import type { DataVector, MapVector, PointVector } from '#engine/storage/run-store.ts'
import { GaussianSmoothing } from '#shared/healpix/harmonics/index.ts'
import { pix2vec } from '#shared/healpix/index.ts'
import { randomGenerator } from '#test/tools/random.ts'

function noise(length: number, seed: number): Float64Array {
  const random = randomGenerator(seed)
  return Float64Array.from({ length }, () => random() - 0.5)
}

const common = {
  unit: 'K',
  frequencyGhz: 1,
  band: [{ frequencyGhz: 1, weight: 1 }],
  offset: 0,
  gain: 1,
  notes: [],
} as const

function values(length: number) {
  return {
    values: new Float64Array(length),
    sigma: new Float64Array(length).fill(1),
    set: new Uint8Array(length).fill(1),
  }
}

function map(name: string, pixels: number[], changes: Partial<MapVector> = {}): MapVector {
  return {
    kind: 'map',
    name,
    quantity: 'I',
    ...common,
    band: [...common.band],
    notes: [],
    nside: 4,
    beamFwhmArcmin: null,
    pixels: Int32Array.from(pixels),
    ...values(pixels.length),
    ...changes,
  }
}

function points(name: string, quantity: PointVector['quantity'], places: number[][]): PointVector {
  return {
    kind: 'points',
    name,
    quantity,
    ...common,
    frequencyGhz: null,
    band: [],
    notes: [],
    directionsDeg: Float64Array.from(places.flatMap(([l, b]) => [l, b])),
    distancesKpc: Float64Array.from(places, ([, , distance = Infinity]) => distance),
    ...values(places.length),
  }
}

/** Random observables of the shape that a measurement asks for. */
function randomObservables(data: readonly DataVector[], seed: number): Observables {
  const { observables, directions, frequenciesGhz } = createMeasurement(data)
  const rays = directions.length / 3
  const stokes: readonly Observable[] = ['I', 'Q', 'U']
  return Object.fromEntries(
    observables.map((name, i) => [
      name,
      noise(rays * (stokes.includes(name) ? frequenciesGhz.length : 1), seed + i),
    ]),
  )
}

describe('a measurement', () => {
  const band = [
    { frequencyGhz: 1, weight: 0.25 },
    { frequencyGhz: 2, weight: 0.75 },
  ]
  const everything: readonly DataVector[] = [
    map('band', [3, 7, 100], { band }),
    map('sharp Q', [3, 8], { quantity: 'Q', band: [{ frequencyGhz: 2, weight: 1 }] }),
    map('wide U', [0, 50, 120], { quantity: 'U', nside: 8, beamFwhmArcmin: 900, band }),
    map('wide Q', [0, 51], { quantity: 'Q', nside: 8, beamFwhmArcmin: 900, band }),
    map('wide depth', [2, 4], { quantity: 'faraday_depth', beamFwhmArcmin: 1200, band: [] }),
    points('pulsars', 'dispersion_measure', [
      [10, 5, 2],
      [200, -30, 7],
      [50, 0],
    ]),
    points('their depths', 'faraday_depth', [
      [10, 5, 2],
      [50, 0],
    ]),
  ]

  it('has an exact transpose, whatever it is made of', () => {
    const measurement = createMeasurement(everything)
    const x = randomObservables(everything, 1)
    const y = everything.map((vector, i) => noise(vector.values.length, 100 + i))
    let left = 0
    let size = 0
    measurement.apply(x).forEach((model, i) =>
      model.forEach((value, k) => {
        left += value * y[i][k]
        size += Math.abs(value * y[i][k])
      }),
    )
    let right = 0
    const transposed = measurement.transpose(y)
    for (const name of measurement.observables) {
      transposed[name]?.forEach((value, k) => (right += value * (x[name]?.[k] ?? NaN)))
    }
    // Float64 rounding of sums over the sky.
    expect(Math.abs(left - right)).toBeLessThan(1e-12 * size)
  })

  it('asks for each ray, frequency and observable once', () => {
    const measurement = createMeasurement(everything)
    // Pixels 0..191 of NSIDE 4 (the depth is smoothed), all of NSIDE 8, three places.
    expect(measurement.directions).toHaveLength(3 * (192 + 768 + 3))
    expect(measurement.frequenciesGhz).toEqual([1, 2])
    expect([...measurement.observables].sort()).toEqual([
      'I',
      'Q',
      'U',
      'dispersion_measure',
      'faraday_depth',
    ])
    expect(Array.from(measurement.maxDistanceKpc?.slice(-4) ?? [])).toEqual([
      Infinity,
      2,
      7,
      Infinity,
    ])
    expect(Array.from(createMeasurement(everything, 5).maxDistanceKpc?.slice(-4) ?? [])).toEqual([
      5, 2, 5, 5,
    ])
    const plain = createMeasurement([map('I', [5])])
    expect(plain.maxDistanceKpc).toBeUndefined()
    expect(Array.from(plain.directions)).toEqual([...pix2vec(4, 'RING', 5)])
  })

  it('averages over the band and leaves places without a beam as they are', () => {
    const data = [map('band', [3, 7], { band }), points('depth', 'faraday_depth', [[10, 5]])]
    const [mean, depth] = createMeasurement(data).apply({
      I: Float64Array.of(1, 2, 0, 10, 20, 0),
      faraday_depth: Float64Array.of(0, 0, 33),
    })
    expect(Array.from(mean)).toEqual([0.25 * 1 + 0.75 * 10, 0.25 * 2 + 0.75 * 20])
    expect(Array.from(depth)).toEqual([33])
  })

  it('smooths the whole sky, of which the data may be a part', () => {
    const data = [map('wide', [2, 90], { beamFwhmArcmin: 600 })]
    const sky = noise(192, 9)
    const [model] = createMeasurement(data).apply({ I: sky })
    const [smooth] = new GaussianSmoothing(4, (10 * Math.PI) / 180, 0).apply([sky])
    expect(Array.from(model)).toEqual([smooth[2], smooth[90]])
  })
})
