import { vec2pix } from '#shared/healpix/index.ts'
import { blockOfPixel, heldOutBlocks } from '#shared/inference/held-out.ts'
import { pixelSets } from '#shared/inference/likelihood.ts'
import { directionFromGalactic } from '#shared/physics/index.ts'
import { tableFiles } from '#shared/session/run-file-paths.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import { InputError } from '../errors.ts'
import type { InputRecord } from '../storage/records.ts'
import type { DataVector, MapVector, PointVector } from '../storage/run-store.ts'
import { readCosmicRayInputs } from '../simulation/cosmic-ray-inputs.ts'
import type { CosmicRayInputs } from '../simulation/cosmic-ray-inputs.ts'
import { prepareMap, tableInput } from './prepare-map.ts'
import { preparePoints } from './prepare-points.ts'

export interface PreparedData {
  readonly data: readonly DataVector[]
  readonly inputs: readonly Omit<InputRecord, 'relativePath'>[]
  /** RING numbers at `held_out.block_nside`. */
  readonly heldOutBlocks: Int32Array
  readonly cosmicRays: CosmicRayInputs
}

/**
 * Reads the maps and catalogues of a run file and makes the data vectors, in kelvin (Rayleigh-Jeans), rad m^-2 or
 * pc cm^-3, with what is held out marked.
 * @throws InputError that names file and key
 */
export async function prepareData(
  runFile: RunFile,
  onProgress: (message: string) => void = () => {},
): Promise<PreparedData> {
  if (runFile.data.length === 0) {
    throw new InputError(
      'data: the run file names no data to fit. Add an entry with name and file.',
      {
        field: 'data',
      },
    )
  }
  const names = runFile.data.map(({ name }) => name)
  const repeated = names.find((name, i) => names.indexOf(name) !== i)
  if (repeated !== undefined) {
    throw new InputError(`data: two entries are called "${repeated}". Give each its own name.`, {
      field: 'data',
    })
  }
  const blocks = heldOutBlocks(runFile.held_out)
  const data: DataVector[] = []
  const inputs: Omit<InputRecord, 'relativePath'>[] = []
  for (const [i, entry] of runFile.data.entries()) {
    onProgress(`Reading ${entry.name}`)
    const key = `data[${i}]`
    const prepared = entry.catalogue
      ? await preparePoints(entry, entry.catalogue, key)
      : await prepareMap(entry, key, runFile.sky.nside, runFile.data)
    const set = setOf(placesOf(prepared.vector, runFile.held_out.block_nside), blocks)
    if (!set.includes(pixelSets.fitted)) {
      throw new InputError(
        `${entry.file}: no ${entry.catalogue ? 'row' : 'pixel'} of "${entry.name}" is left to fit after bad values, mask and held-out blocks.`,
        { file: entry.file, field: key },
      )
    }
    data.push({ ...prepared.vector, set })
    inputs.push(...prepared.inputs)
  }
  for (const { section, file } of tableFiles(runFile)) {
    inputs.push(await tableInput(section, file))
  }
  const cosmicRays = await prepareCosmicRays(runFile)
  inputs.push(...cosmicRays.files)
  return { data, inputs, heldOutBlocks: blocks, cosmicRays: cosmicRays.inputs }
}

/** What is read for the cosmic-ray electrons, and a record of its files. */
async function prepareCosmicRays(
  runFile: RunFile,
): Promise<{ inputs: CosmicRayInputs; files: PreparedData['inputs'] }> {
  const { inputs, map } = await readCosmicRayInputs(runFile)
  const { spectrum } = runFile.cosmic_ray_electrons
  if (spectrum && 'file' in spectrum) {
    return { inputs, files: [await tableInput('cosmic_ray_spectrum', spectrum.file)] }
  }
  return { inputs, files: map ? [{ ...map.input, name: 'spectral_index' }] : [] }
}

type Placed = Omit<MapVector, 'set'> | Omit<PointVector, 'set'>

/** RING number at `blockNside` of the block that each value of a data vector falls into. */
function placesOf(vector: Placed, blockNside: number): Int32Array {
  return vector.kind === 'map'
    ? blocksOfPixels(vector.nside, vector.pixels, blockNside)
    : blocksOfPoints(vector.directionsDeg, blockNside)
}

function blocksOfPixels(nside: number, pixels: Int32Array, blockNside: number): Int32Array {
  return pixels.map((pixel) => blockOfPixel(nside, blockNside, pixel))
}

function blocksOfPoints(directionsDeg: Float64Array, blockNside: number): Int32Array {
  return Int32Array.from({ length: directionsDeg.length / 2 }, (_, i) =>
    vec2pix(
      blockNside,
      'RING',
      directionFromGalactic(directionsDeg[2 * i], directionsDeg[2 * i + 1]),
    ),
  )
}

/** Fitted or held out, for each value by its block. */
function setOf(places: Int32Array, heldOut: Int32Array): Uint8Array {
  const blocks = new Set(heldOut)
  return Uint8Array.from(places, (block) =>
    blocks.has(block) ? pixelSets.heldOut : pixelSets.fitted,
  )
}
