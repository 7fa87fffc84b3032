import {
  addRayCoverage,
  boxExit,
  directionFromGalactic,
  voxelCount,
} from '#shared/physics/index.ts'
import type { Vector3 } from '#shared/physics/index.ts'
import { pix2vec } from '#shared/healpix/index.ts'
import { pixelSets } from '#shared/inference/likelihood.ts'
import type { CancelSignal } from '#shared/contract/cancellation.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import type { DataVector } from '../storage/run-store.ts'
import { gridOf } from './prepare-problem.ts'

/** Rays between two looks at what else there is to do: some 10 ms. */
const raysAtOnce = 500

/**
 * How much the data see of each voxel: the sum, over all fitted pixels and sources, of the integral of the voxel's trilinear
 * weight along their lines of sight, kpc. A pixel of two maps counts twice. Beams and held-out pixels are left out.
 *
 * @returns [nx, ny, nz]
 * @throws Error when nobody wants it any more
 */
export async function coverageOf(
  runFile: RunFile,
  data: readonly DataVector[],
  signal: CancelSignal,
): Promise<Float64Array> {
  const grid = gridOf(runFile)
  const observer = runFile.box.observer_kpc
  const most = runFile.sky.distance_kpc ?? Infinity
  const coverage = new Float64Array(voxelCount(grid))
  let walked = 0
  for (const { direction, distanceKpc, times } of linesOf(data)) {
    const exit = boxExit(observer, direction, grid.halfSizeKpc)
    const length = Math.min(exit, distanceKpc, most)
    addRayCoverage(grid, observer, direction, length, coverage, times)
    if (++walked % raysAtOnce === 0) {
      await new Promise((resolve) => setImmediate(resolve))
      requireWanted(signal)
    }
  }
  return coverage
}

/** @throws Error when a request was cancelled; nobody reads it */
export function requireWanted(signal: CancelSignal): void {
  if (signal.aborted) throw new Error('The request was cancelled.')
}

interface Line {
  readonly direction: Vector3
  readonly distanceKpc: number
  /** Data that lie along it. */
  readonly times: number
}

/** Each line of sight once, however many maps have the pixel. */
function* linesOf(data: readonly DataVector[]): Generator<Line> {
  const pixels = new Map<number, Map<number, number>>()
  for (const vector of data) {
    if (vector.kind === 'map') {
      const counts = pixels.get(vector.nside) ?? new Map<number, number>()
      vector.pixels.forEach((pixel, i) => {
        if (vector.set[i] === pixelSets.fitted) counts.set(pixel, (counts.get(pixel) ?? 0) + 1)
      })
      pixels.set(vector.nside, counts)
    } else {
      const { directionsDeg, distancesKpc, set } = vector
      for (const [i, distanceKpc] of distancesKpc.entries()) {
        if (set[i] !== pixelSets.fitted) continue
        const direction = directionFromGalactic(directionsDeg[2 * i], directionsDeg[2 * i + 1])
        yield { direction, distanceKpc, times: 1 }
      }
    }
  }
  for (const [nside, counts] of pixels) {
    for (const [pixel, times] of counts) {
      yield { direction: pix2vec(nside, 'RING', pixel), distanceKpc: Infinity, times }
    }
  }
}
