import { directionFromPixel } from '#shared/physics/geometry.ts'
import type { GridGeometry } from '#shared/physics/grid.ts'
import { voxelCount } from '#shared/physics/grid.ts'
import { measureBandwidth } from '../kernels/backends/webgpu/bandwidth.ts'
import { loadBackend } from '../kernels/index.ts'
import type { LineOfSightProblem, Observable } from '../kernels/interface.ts'

const grid: GridGeometry = { shape: [128, 128, 32], halfSizeKpc: [20, 20, 5] }
const NODES = 3

/** What one set of observables takes on the graphics card; best of several. */
export interface CardFigures {
  readonly observables: readonly Observable[]
  readonly rays: number
  readonly crossings: number
  readonly prepareSeconds: number
  readonly forwardMs: number
  /** Forward model, then adjoint with the regularisation's gradient, the field and the gradient staying on the card. */
  readonly valueAndGradientMs: number
  /** Bytes that must cross the card's memory bus at least, over those that it could in the time: 0..1. */
  readonly forwardBandwidthShare: number
  readonly valueAndGradientBandwidthShare: number
  readonly cardBytes: number
}

export interface CardReport {
  readonly adapter: string
  /** The "card" is the processor: figures say nothing about a graphics card. */
  readonly software: boolean
  /** Read and write together, of a plain copy on the card. */
  readonly bytesPerSecond: number
  readonly figures: readonly CardFigures[]
}

/** Measures the webgpu backend at the standard grid, I alone and I, Q, U with Faraday rotation at 2.4 GHz. @throws KernelError without a card */
export async function benchmarkCard(
  nside: number,
  repeats: number,
  signal: AbortSignal,
): Promise<CardReport> {
  const { adapter, bytesPerSecond } = await measureBandwidth()
  const figures: CardFigures[] = []
  for (const observables of [['I'], ['I', 'Q', 'U']] as const) {
    signal.throwIfAborted()
    figures.push(await measure(standardSky(nside, observables), repeats, bytesPerSecond, signal))
  }
  return { adapter: adapter.name, software: adapter.software, bytesPerSecond, figures }
}

function standardSky(nside: number, observables: readonly Observable[]): LineOfSightProblem {
  const rays = 12 * nside ** 2
  const directions = new Float64Array(3 * rays)
  for (let n = 0; n < rays; n++) directions.set(directionFromPixel(nside, 'RING', n), 3 * n)
  return {
    grid,
    observerKpc: [-8.3, 0, 0.006],
    directions,
    nodesPerCrossing: NODES,
    frequenciesGhz: [2.4],
    spectralIndex: 3,
    observables,
    cosmicRayDensity: (x, y, z) => 200 * Math.exp(-Math.hypot(x, y) / 5 - Math.abs(z)),
    thermalElectronDensity: (x, y, z) => 0.03 * Math.exp(-Math.hypot(x, y) / 10 - Math.abs(z)),
  }
}

async function measure(
  problem: LineOfSightProblem,
  repeats: number,
  bytesPerSecond: number,
  signal: AbortSignal,
): Promise<CardFigures> {
  const backend = await loadBackend('webgpu')
  const started = performance.now()
  const operator = await backend.prepare(problem, {
    regularisation: [{ term: 'smoothness', weight: 0.1 }],
    signal,
  })
  const prepareSeconds = (performance.now() - started) / 1000
  try {
    const { rays, crossings, memoryBytes } = operator
    const field = { magneticField: operator.createGrid(3) }
    for (let n = 0; n < field.magneticField.length; n++) {
      field.magneticField[n] = 3 * Math.sin(0.37 * n)
    }
    const gradient = { magneticField: operator.createGrid(3) }
    await operator.residence?.upload([field.magneticField, gradient.magneticField])
    const cotangent = Object.fromEntries(
      problem.observables.map((name) => [
        name,
        Float64Array.from({ length: rays }, (_, n) => Math.cos(n)),
      ]),
    )
    let forwardMs = Infinity
    let valueAndGradientMs = Infinity
    for (let n = -1; n < repeats; n++) {
      signal.throwIfAborted()
      const begin = performance.now()
      await operator.forward(field)
      const middle = performance.now()
      await operator.lossGradient(field, cotangent, gradient)
      if (n < 0) continue
      forwardMs = Math.min(forwardMs, middle - begin)
      valueAndGradientMs = Math.min(valueAndGradientMs, performance.now() - begin)
    }
    const share = (bytes: number, ms: number): number => (bytes / ms) * (1000 / bytesPerSecond)
    const moved = bytesMoved(problem, rays, crossings)
    return {
      observables: problem.observables,
      rays,
      crossings,
      prepareSeconds,
      forwardMs,
      valueAndGradientMs,
      forwardBandwidthShare: share(moved.forward, forwardMs),
      valueAndGradientBandwidthShare: share(moved.forward + moved.gradient, valueAndGradientMs),
      cardBytes: memoryBytes,
    }
  } finally {
    await operator.dispose()
  }
}

/** Bytes that a pass must at least read and write, each grid counted once: crossings, their densities, records and sums. */
function bytesMoved(
  { observables }: LineOfSightProblem,
  rays: number,
  crossings: number,
): { forward: number; gradient: number } {
  const polarised = observables.includes('Q')
  const perCrossing = 16 + 8 + 4 * NODES * (polarised ? 2 : 1)
  const voxels = voxelCount(grid)
  const fieldBytes = voxels * (12 + 2 * 16)
  const rayBytes = rays * (64 + 4 * observables.length)
  // Polarised, the adjoint goes along each ray twice. A record of 24 numbers is written and read; cells' sums likewise.
  const records = 2 * 4 * 24 * (crossings + voxels)
  // Smoothness and gradient: field and gradient read, gradient written.
  const regularisation = voxels * (16 + 24)
  return {
    forward: crossings * perCrossing + fieldBytes + rayBytes,
    gradient:
      crossings * perCrossing * (polarised ? 2 : 1) +
      fieldBytes +
      rayBytes +
      records +
      regularisation,
  }
}
