import { regionMask } from '#shared/physics/grid.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import { gridOf } from '../runs/prepare-problem.ts'

/** Node, the program and small arrays, bytes: measured at the smallest run. */
const baseBytes = 110e6
/** Data cached per crossing end at this budget (conventions: 256 MB). */
const cacheBytes = 256 * 2 ** 20
/** Field, gradient, both moments and two threads' gradients, float32, three components. */
const bytesPerVoxel = 6 * 3 * 4
/** The same of a density, and what stands for it. */
const bytesPerDensity = 8 * 4

export interface RunEstimate {
  /** Free components of the field and values of free densities. */
  readonly unknowns: number
  /** Sightlines before masking. */
  readonly rays: number
  /** Peak of the process, roughly. */
  readonly memoryBytes: number
}

/** What a run will need, without reading its maps. @throws InputError when the field is not a grid */
export function estimateRun(runFile: RunFile): RunEstimate {
  const grid = gridOf(runFile)
  const [nx, ny, nz] = grid.shape
  const free = regionMask(grid, { r_kpc: grid.region }).reduce((sum, one) => sum + one, 0)
  const densities = freeDensities(runFile) * nx * ny * nz
  const rays = runFile.data.length === 0 ? 0 : 12 * runFile.sky.nside ** 2
  // A ray meets about half of the planes of each axis.
  const crossings = (rays * (nx + ny + nz)) / 2
  const nodes = runFile.integrator.rule === 'cells' ? runFile.integrator.nodes : 1
  const cache = Math.min(cacheBytes, crossings * nodes * 4)
  return {
    unknowns: (runFile.magnetic_field.grid?.free === false ? 0 : 3 * free) + densities,
    rays,
    memoryBytes: Math.round(
      baseBytes + nx * ny * nz * bytesPerVoxel + densities * bytesPerDensity + cache,
    ),
  }
}

function freeDensities({ thermal_electrons, cosmic_ray_electrons }: RunFile): number {
  return [thermal_electrons, cosmic_ray_electrons].filter(({ model }) => model === 'grid').length
}
