import { allPixels } from '#shared/healpix/index.ts'
import { boxExit, directionFromPixel } from '#shared/physics/geometry.ts'
import { createStencil, interpolateVector, voxelCount } from '#shared/physics/grid.ts'
import { emissivityConstantsMicrogauss } from '#shared/physics/synchrotron.ts'
import type { Vector3 } from '#shared/physics/vector.ts'
import { along } from '#shared/physics/vector.ts'
import { runFileSchema } from '#shared/session/run-file.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import type { GridValues, LineOfSightProblem } from '../kernels/interface.ts'
import type { DataVector } from '../storage/run-store.ts'
import { loadBackend } from '../kernels/index.ts'
import { Optimisation } from './optimise.ts'
import { prepareProblem } from './prepare-problem.ts'

/** Speed with one number of threads. Times are the best of several: other programs can only make them longer. */
export interface SpeedFigures {
  readonly threads: number
  readonly prepareSeconds: number
  readonly forwardMs: number
  /** Adjoint with the regularisation's gradient. */
  readonly gradientMs: number
  /** A whole step of the run: forward, nuisance, residuals, gradient, optimiser. */
  readonly stepMs: number
  readonly meanStepMs: number
  readonly kernelBytes: number
}

/** Errors of two quadratures, rms over sightlines, relative to the rms of the converged intensity. */
export interface AccuracyFigures {
  readonly field: string
  readonly sightlines: number
  /** This backend, the default nodes per crossing, against 8 nodes in float64. */
  readonly cells: number
  /** Float64 midpoint rule with 512 samples, against the same. */
  readonly midpoint512: number
}

const accuracySightlines = 96
const midpointSamples = 512

/** The standard problem: the Haslam fit at the shipped defaults, with a smooth sky in place of the map. */
export class Benchmark {
  readonly runFile: RunFile
  readonly #data: DataVector

  constructor(nside: number) {
    this.runFile = runFileSchema.parse({ sky: { nside } })
    const pixels = allPixels(nside)
    this.#data = {
      kind: 'map',
      name: 'sky',
      quantity: 'I',
      unit: 'K',
      nside,
      frequencyGhz: 0.408,
      band: [{ frequencyGhz: 0.408, weight: 1 }],
      beamFwhmArcmin: null,
      offset: 'free',
      gain: 1,
      notes: [],
      pixels,
      values: Float64Array.from(pixels, (pixel) => 30 + 10 * Math.sin(pixel / 1000)),
      sigma: new Float64Array(pixels.length).fill(3),
      set: new Uint8Array(pixels.length).fill(1),
    }
  }

  /** Measures one number of threads; `repeats` tries of everything. */
  async speed(
    threads: number,
    repeats: number,
    signal: AbortSignal,
  ): Promise<SpeedFigures & { rays: number; crossings: number }> {
    const backend = await loadBackend('wasm')
    const { runFile } = this
    const prepared = prepareProblem(runFile, [this.#data])
    const started = performance.now()
    const operator = await backend.prepare(prepared.problem, {
      threads,
      region: prepared.region,
      regularisation: prepared.kernelTerms,
      signal,
    })
    const prepareSeconds = (performance.now() - started) / 1000
    try {
      const optimisation = new Optimisation({
        operator,
        data: [this.#data],
        prepared,
        optimiser: runFile.optimiser,
      })
      await optimisation.start()
      const { rays, crossings, memoryBytes: kernelBytes } = operator
      const unknowns = { magneticField: optimisation.field }
      const into = { magneticField: operator.createGrid(3) }
      const cotangent = { I: Float64Array.from({ length: rays }, (_, ray) => Math.cos(ray)) }
      const time = (operation: () => Promise<unknown>) => times(operation, repeats, signal)
      const forward = await time(() => operator.forward(unknowns))
      const gradient = await time(() => operator.lossGradient(unknowns, cotangent, into))
      const step = await time(() => optimisation.step())
      return {
        threads,
        rays,
        crossings,
        prepareSeconds,
        forwardMs: Math.min(...forward),
        gradientMs: Math.min(...gradient),
        stepMs: Math.min(...step),
        meanStepMs: step.reduce((sum, ms) => sum + ms, 0) / step.length,
        kernelBytes,
      }
    } finally {
      await operator.dispose()
    }
  }

  /** Compares the kernel and the midpoint rule with the converged integral, on the starting field and on noise. */
  async accuracy(): Promise<AccuracyFigures[]> {
    const backend = await loadBackend('wasm')
    const { problem: whole, unknowns } = prepareProblem(this.runFile, [this.#data])
    const problem = { ...whole, directions: spreadDirections(accuracySightlines) }
    const operator = await backend.prepare(problem, { threads: 1 })
    const reference = await loadBackend('reference')
    const exact = await reference.prepare({ ...problem, nodesPerCrossing: 8 })
    try {
      const fields: [string, GridValues][] = [
        ['starting field (LSA)', Float32Array.from(unknowns.initialField)],
        ['white noise', whiteNoise(3 * voxelCount(problem.grid))],
      ]
      const figures: AccuracyFigures[] = []
      for (const [field, magneticField] of fields) {
        const { I } = await operator.forward({ magneticField })
        const { I: converged = new Float64Array() } = await exact.forward({ magneticField })
        const midpoint = midpointIntensity(problem, magneticField)
        figures.push({
          field,
          sightlines: accuracySightlines,
          cells: relativeError(I ?? new Float64Array(), converged),
          midpoint512: relativeError(midpoint, converged),
        })
      }
      return figures
    } finally {
      await operator.dispose()
    }
  }
}

/** Milliseconds of each of `repeats` tries, after two that warm up. */
async function times(
  operation: () => Promise<unknown>,
  repeats: number,
  signal: AbortSignal,
): Promise<number[]> {
  const results: number[] = []
  for (let n = -2; n < repeats; n++) {
    signal.throwIfAborted()
    const started = performance.now()
    await operation()
    if (n >= 0) results.push(performance.now() - started)
  }
  return results
}

/** Centres of pixels spread over the sky. */
function spreadDirections(count: number): Float64Array {
  const nside = 64
  const directions = new Float64Array(3 * count)
  for (let n = 0; n < count; n++) {
    const pixel = Math.floor(((n + 0.5) * 12 * nside * nside) / count)
    directions.set(directionFromPixel(nside, 'RING', pixel), 3 * n)
  }
  return directions
}

/** Numbers between -4 and 4 without any correlation: an integer hash of the position in the array. */
function whiteNoise(length: number): Float32Array {
  return Float32Array.from({ length }, (_, n) => {
    let x = Math.imul(n + 1, 0x9e3779b1)
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
    return 8 * (((x ^ (x >>> 16)) >>> 0) / 2 ** 32 - 0.5)
  })
}

/** The usual rule of the field: values at the middles of equal steps from the observer to the face of the box. */
function midpointIntensity(problem: LineOfSightProblem, field: GridValues): Float64Array {
  const { grid, observerKpc, directions, spectralIndex, cosmicRayDensity } = problem
  const [frequency] = problem.frequenciesGhz
  const constant = emissivityConstantsMicrogauss(frequency, spectralIndex).intensity
  const stencil = createStencil()
  return Float64Array.from({ length: directions.length / 3 }, (_, ray) => {
    const n: Vector3 = [directions[3 * ray], directions[3 * ray + 1], directions[3 * ray + 2]]
    const step = boxExit(observerKpc, n, grid.halfSizeKpc) / midpointSamples
    let sum = 0
    for (let sample = 0; sample < midpointSamples; sample++) {
      const position = along(observerKpc, n, (sample + 0.5) * step)
      const [bx, by, bz] = interpolateVector(grid, field, position, stencil)
      const radial = bx * n[0] + by * n[1] + bz * n[2]
      const perpendicular = Math.max(0, bx * bx + by * by + bz * bz - radial * radial)
      sum += cosmicRayDensity(...position) * perpendicular ** ((spectralIndex + 1) / 4)
    }
    return constant * step * sum
  })
}

function relativeError(values: Float64Array, expected: Float64Array): number {
  let error = 0
  let signal = 0
  for (let n = 0; n < expected.length; n++) {
    error += (values[n] - expected[n]) ** 2
    signal += expected[n] ** 2
  }
  return Math.sqrt(error / signal)
}
