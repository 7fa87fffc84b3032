import { bindDensity, bindMagneticField, sampleMagneticField } from '#shared/fields/index.ts'
import { pix2vec } from '#shared/healpix/index.ts'
import type { GridGeometry } from '#shared/physics/grid.ts'
import { regionMask } from '#shared/physics/grid.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import { InputError } from '../errors.ts'
import type { LineOfSightProblem, Observable } from '../kernels/interface.ts'
import { gridSettingsOf, modelsOf } from '../simulation/medium.ts'
import type { DataVector } from '../storage/run-store.ts'

/** Where the values of one data vector stand among the observables that an operator answers with. */
export interface DataRays {
  readonly observable: Observable
  /** Position of its frequency among the problem's; 0 for quantities without one. */
  readonly frequency: number
  /** [pixel of the vector] ray number */
  readonly rays: Int32Array
}

/** A run, translated for the kernels. */
export interface PreparedProblem {
  readonly problem: LineOfSightProblem
  /** One per data vector. */
  readonly dataRays: readonly DataRays[]
  /** [nx, ny, nz], 1 = free. */
  readonly region: Uint8Array
  /** [nx, ny, nz, 3] microgauss: where the run starts, zero outside the region. */
  readonly initialField: Float64Array
}

/** The grid settings of a run file, with their defaults. @throws InputError when the field is not a grid */
export function gridOf(runFile: RunFile): GridGeometry & { region: [number, number] } {
  const { model, free } = runFile.magnetic_field
  const grid = model === 'grid' ? gridSettingsOf(runFile) : undefined
  if (!grid || free.length > 0) {
    throw new InputError(
      `magnetic_field.model: a run reconstructs a voxel grid, so it needs "model: grid" and no free parameters, not "${model}"${free.length > 0 ? ` with free ${free.join(', ')}` : ''}. \`larmor evaluate\` gives the derivatives of parametric models.`,
      { field: 'magnetic_field.model' },
    )
  }
  const { shape, region } = grid
  return { shape, halfSizeKpc: runFile.box.half_size_kpc, region: region.r_kpc }
}

/** @throws InputError when the run file asks for what a run cannot do */
export function prepareProblem(runFile: RunFile, data: readonly DataVector[]): PreparedProblem {
  const grid = gridOf(runFile)
  const region = { r_kpc: grid.region }
  const observerKpc = runFile.box.observer_kpc
  const context = { observerKpc }
  const { magnetic, thermalElectrons, cosmicRayElectrons, spectralIndex } = modelsOf(runFile)
  const cosmicRays = bindDensity(cosmicRayElectrons, context)
  const electrons = bindDensity(thermalElectrons, context)
  const { directions, dataRays, frequenciesGhz } = layOutRays(data)
  return {
    problem: {
      grid: { shape: grid.shape, halfSizeKpc: grid.halfSizeKpc },
      observerKpc,
      directions,
      ...rayLimit(runFile, directions.length / 3),
      nodesPerCrossing: nodesPerCrossing(runFile),
      frequenciesGhz,
      spectralIndex,
      observables: [...new Set(dataRays.map(({ observable }) => observable))],
      cosmicRayDensity: (x, y, z) => cosmicRays.evaluate([x, y, z]),
      ...(thermalElectrons.model.name === 'none'
        ? {}
        : {
            thermalElectronDensity: (x: number, y: number, z: number) =>
              electrons.evaluate([x, y, z]),
          }),
    },
    dataRays,
    region: regionMask(grid, region),
    initialField: sampleMagneticField(grid, bindMagneticField(magnetic, context), region),
  }
}

function nodesPerCrossing(runFile: RunFile): number {
  if (runFile.integrator.rule === 'cells') return runFile.integrator.nodes
  throw new InputError(
    'integrator.rule: a run integrates exactly through the cells of its grid; use "rule: cells". The midpoint rule is for `larmor simulate`.',
    { field: 'integrator.rule' },
  )
}

function rayLimit(runFile: RunFile, rays: number): Pick<LineOfSightProblem, 'maxDistanceKpc'> {
  const { distance_kpc: distance } = runFile.sky
  return distance === undefined ? {} : { maxDistanceKpc: new Float64Array(rays).fill(distance) }
}

/** One ray for every pixel that some data vector uses, whatever its number of maps. */
function layOutRays(data: readonly DataVector[]): {
  directions: Float64Array
  dataRays: DataRays[]
  frequenciesGhz: number[]
} {
  const nsides = [...new Set(data.map(({ nside }) => nside))]
  const rayOf = new Map<number, Int32Array>()
  let rays = 0
  for (const nside of nsides) {
    const numbers = new Int32Array(12 * nside * nside).fill(-1)
    for (const { pixels } of data.filter((vector) => vector.nside === nside)) {
      for (const pixel of pixels) numbers[pixel] = 0
    }
    for (let pixel = 0; pixel < numbers.length; pixel++) {
      if (numbers[pixel] === 0) numbers[pixel] = rays++
    }
    rayOf.set(nside, numbers)
  }
  const directions = new Float64Array(3 * rays)
  for (const [nside, numbers] of rayOf) {
    for (let pixel = 0; pixel < numbers.length; pixel++) {
      if (numbers[pixel] >= 0) {
        directions.set(pix2vec(nside, 'RING', pixel), 3 * numbers[pixel])
      }
    }
  }
  const frequencies = data.map(({ frequencyGhz }) => frequencyGhz).filter((f) => f !== null)
  const frequenciesGhz = [...new Set(frequencies)]
  const dataRays = data.map((vector): DataRays => {
    const numbers = rayOf.get(vector.nside) ?? new Int32Array()
    return {
      observable: vector.quantity,
      frequency: vector.frequencyGhz === null ? 0 : frequenciesGhz.indexOf(vector.frequencyGhz),
      rays: vector.pixels.map((pixel) => numbers[pixel]),
    }
  })
  return { directions, dataRays, frequenciesGhz: frequenciesGhz.length > 0 ? frequenciesGhz : [1] }
}
