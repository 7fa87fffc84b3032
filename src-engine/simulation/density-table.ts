import { readFileSync } from 'node:fs'
import { holdsImage, readFits, readImage } from '#shared/fits/index.ts'
import type { GridGeometry, SpatialField, Vector3 } from '#shared/physics/index.ts'
import { griddedScalarField } from '#shared/physics/index.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import { InputError, fileErrorText } from '../errors.ts'
import { namingFile } from '../storage/map-files.ts'
import { decodeNpy } from '../storage/npy.ts'
import type { NumberArray } from '../storage/npy.ts'

/** A density given by its values at the centres of a grid. */
export interface DensityTable {
  readonly grid: GridGeometry
  /** [nx, ny, nz] cm^-3 */
  readonly values: Float64Array
  /** Of the grid's box, kpc. */
  readonly centreKpc: Vector3
}

/** The table as a function of position: trilinear, held constant beyond the last centres. */
export function tabulatedDensity({ grid, values, centreKpc }: DensityTable): SpatialField<number> {
  const field = griddedScalarField(grid, values)
  const seenFromCentre = ([x, y, z]: Vector3): Vector3 => [
    x - centreKpc[0],
    y - centreKpc[1],
    z - centreKpc[2],
  ]
  return {
    gridded: true,
    evaluate: (position) => field.evaluate(seenFromCentre(position)),
    panelEdges: (ray) => field.panelEdges({ ...ray, origin: seenFromCentre(ray.origin) }),
  }
}

/**
 * The thermal electrons of a run file with `model: file`; undefined where they are something else. The file is a NumPy array or
 * a FITS image of shape [nx, ny, nz], x slowest (NAXIS3 of a FITS image is nx), in cm^-3 at the centres of the cells of
 * the box `half_size_kpc` about `centre_kpc`.
 *
 * @throws InputError for keys that do not go together, or a file that is not such a table
 */
export function electronTableOf({
  thermal_electrons: section,
  box,
}: RunFile): DensityTable | undefined {
  const { file: path, model } = section
  if (model !== 'file') {
    const stray = (['file', 'half_size_kpc', 'centre_kpc'] as const).find(
      (key) => section[key] !== undefined,
    )
    if (stray === undefined) return undefined
    const field = `thermal_electrons.${stray}`
    throw new InputError(
      `${field}: the density is the model "${model}": set "model: file" to read a table, or leave this out.`,
      { field },
    )
  }
  if (path === undefined) {
    const field = 'thermal_electrons.file'
    throw new InputError(`${field} is missing: name the file with the table.`, { field })
  }
  const unused = (['variant', 'n_e_cm3', 'radius_kpc', 'grid'] as const).find(
    (key) => section[key] !== undefined,
  )
  const wrong =
    unused ??
    (Object.keys(section.parameters).length > 0
      ? 'parameters'
      : section.free.length > 0
        ? 'free'
        : undefined)
  if (wrong !== undefined) {
    const field = `thermal_electrons.${wrong}`
    throw new InputError(`${field} does not go with a table: leave this out.`, { field })
  }
  const { shape, values } = read(path)
  const [nx, ny, nz] = shape
  const details = { file: path, field: 'thermal_electrons.file' }
  if (shape.length !== 3 || shape.some((n) => n < 2)) {
    throw new InputError(
      `${path}: a table of densities has the shape [nx, ny, nz] with at least 2 cells each, not [${shape.join(', ')}].`,
      details,
    )
  }
  const bad = values.findIndex((value) => !(value >= 0 && value < Infinity))
  if (bad >= 0) {
    const at = [Math.floor(bad / (ny * nz)), Math.floor(bad / nz) % ny, bad % nz]
    throw new InputError(
      `${path}: the density at [${at.join(', ')}] is ${values[bad]}: densities are finite and not negative.`,
      details,
    )
  }
  const halfSizeKpc = section.half_size_kpc ?? box.half_size_kpc
  const centreKpc = section.centre_kpc ?? [0, 0, 0]
  return { grid: { shape: [nx, ny, nz], halfSizeKpc }, values, centreKpc }
}

function read(path: string): NumberArray {
  let bytes: Uint8Array
  try {
    bytes = readFileSync(path)
  } catch (error) {
    throw new InputError(fileErrorText(error, path), { file: path, cause: error })
  }
  const beginning = String.fromCharCode(...bytes.subarray(0, 6))
  if (!beginning.startsWith('SIMPLE')) return decodeNpy(bytes, path)
  return namingFile(path, () => {
    const file = readFits(bytes)
    const found = file.hdus.find(holdsImage)
    const { shape, values } = readImage(file, found?.index ?? 0)
    return { shape, values: Float64Array.from(values) }
  })
}
