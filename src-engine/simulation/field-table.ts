import { readFileSync } from 'node:fs'
import { holdsImage, readFits, readImage } from '#shared/fits/index.ts'
import type { GridGeometry, Ray, SpatialField, Vector3 } from '#shared/physics/index.ts'
import { griddedScalarField, griddedVectorField } from '#shared/physics/index.ts'
import { freeNames } from '#shared/session/free-names.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import { InputError, fileErrorText } from '../errors.ts'
import { namingFile } from '../storage/map-files.ts'
import { decodeNpy } from '../storage/npy.ts'
import type { NumberArray } from '../storage/npy.ts'
import { boxedField } from './boxed-field.ts'

/** A field given by its values at the centres of a grid. */
export interface FieldTable {
  readonly grid: GridGeometry
  /** [nx, ny, nz] of a density, [nx, ny, nz, 3] of a magnetic field. */
  readonly values: Float64Array
  /** Of the grid's box, kpc. */
  readonly centreKpc: Vector3
}

/** The table of a density as a function of position: trilinear, held constant beyond the last centres. */
export function tabulatedDensity({ grid, values, centreKpc }: FieldTable): SpatialField<number> {
  return shifted(griddedScalarField(grid, values), centreKpc)
}

/** That of a magnetic field: trilinear, continued linearly up to the faces of its box, zero beyond. */
export function tabulatedMagneticField({
  grid,
  values,
  centreKpc,
}: FieldTable): SpatialField<Vector3> {
  return shifted(boxedField(grid, griddedVectorField(grid, values)), centreKpc)
}

function shifted<Value>(field: SpatialField<Value>, centreKpc: Vector3): SpatialField<Value> {
  const seenFromCentre = ([x, y, z]: Vector3): Vector3 => [
    x - centreKpc[0],
    y - centreKpc[1],
    z - centreKpc[2],
  ]
  return {
    gridded: true,
    evaluate: (position) => field.evaluate(seenFromCentre(position)),
    panelEdges: (ray: Ray) => field.panelEdges({ ...ray, origin: seenFromCentre(ray.origin) }),
  }
}

/** The part of a run file that names a table. */
interface TableSection {
  readonly model: string
  readonly file?: string
  readonly half_size_kpc?: Vector3
  readonly centre_kpc?: Vector3
  readonly parameters: object
  readonly free?: RunFile['magnetic_field']['free']
}

interface TableKind<Section extends TableSection> {
  /** Of the section in the run file. */
  readonly key: string
  readonly components: 1 | 3
  /** Keys of a model, which do not go with a table. */
  readonly modelKeys: readonly (keyof Section & string)[]
  /** Names in `free` that do. */
  readonly free?: readonly string[]
  /** The box of the run, where the table has none of its own. */
  readonly halfSizeKpc: Vector3
}

/**
 * The table of a section with `model: file`; undefined where it is something else. The file is a NumPy array or a FITS image
 * of shape [nx, ny, nz] or [nx, ny, nz, 3], x slowest (the last NAXISn of a FITS image is nx), at the centres of the cells
 * of the box `half_size_kpc` about `centre_kpc`.
 *
 * @throws InputError for keys that do not go together, or a file that is not such a table
 */
export function fieldTable<Section extends TableSection>(
  section: Section,
  { key, components, modelKeys, free: freed = [], halfSizeKpc }: TableKind<Section>,
): FieldTable | undefined {
  const { file: path, model } = section
  const refuse = (name: string, why: string): InputError => {
    const field = `${key}.${name}`
    return new InputError(`${field}${why}`, { field })
  }
  if (model !== 'file') {
    const stray = (['file', 'half_size_kpc', 'centre_kpc'] as const).find(
      (name) => section[name] !== undefined,
    )
    if (stray === undefined) return undefined
    const what = components === 1 ? 'density' : 'field'
    throw refuse(
      stray,
      `: the ${what} is the model "${model}": set "model: file" to read a table, or leave this out.`,
    )
  }
  if (path === undefined) throw refuse('file', ' is missing: name the file with the table.')
  const wrong =
    modelKeys.find((name) => section[name] !== undefined) ??
    (Object.keys(section.parameters).length > 0
      ? 'parameters'
      : freeNames(section.free ?? []).some((name) => !freed.includes(name))
        ? 'free'
        : undefined)
  if (wrong !== undefined) throw refuse(wrong, ' does not go with a table: leave this out.')
  return {
    ...(components === 1 ? readDensity(path, `${key}.file`) : readField(path, `${key}.file`)),
    centreKpc: section.centre_kpc ?? [0, 0, 0],
  }

  function readDensity(file: string, field: string): Omit<FieldTable, 'centreKpc'> {
    const { shape, values } = read(file)
    const [nx, ny, nz] = shape
    if (shape.length !== 3 || shape.some((n) => n < 2)) {
      throw new InputError(
        `${file}: a table of densities has the shape [nx, ny, nz] with at least 2 cells each, not [${shape.join(', ')}].`,
        { file, field },
      )
    }
    const bad = values.findIndex((value) => !(value >= 0 && value < Infinity))
    if (bad >= 0) {
      throw new InputError(
        `${file}: the density at [${placeOf(bad, shape)}] is ${values[bad]}: densities are finite and not negative.`,
        { file, field },
      )
    }
    return { grid: gridOf(nx, ny, nz), values }
  }

  function readField(file: string, field: string): Omit<FieldTable, 'centreKpc'> {
    const { shape, values } = read(file)
    const [nx, ny, nz, three] = shape
    if (shape.length !== 4 || three !== 3 || Math.min(nx, ny, nz) < 2) {
      throw new InputError(
        `${file}: a table of a magnetic field has the shape [nx, ny, nz, 3] with at least 2 cells each, not [${shape.join(', ')}].`,
        { file, field },
      )
    }
    const bad = values.findIndex((value) => !Number.isFinite(value))
    if (bad >= 0) {
      throw new InputError(
        `${file}: the value at [${placeOf(bad, shape)}] is ${values[bad]}: a field is finite everywhere.`,
        { file, field },
      )
    }
    return { grid: gridOf(nx, ny, nz), values }
  }

  function gridOf(nx: number, ny: number, nz: number): GridGeometry {
    return { shape: [nx, ny, nz], halfSizeKpc: section.half_size_kpc ?? halfSizeKpc }
  }
}

/** Indices of a value of an array in C order, `1, 0, 5`. */
function placeOf(at: number, shape: readonly number[]): string {
  let rest = at
  return shape
    .map((_, axis) => {
      const size = shape.slice(axis + 1).reduce((product, n) => product * n, 1)
      const index = Math.floor(rest / size)
      rest %= size
      return index
    })
    .join(', ')
}

function read(path: string): NumberArray {
  let bytes: Uint8Array
  try {
    bytes = readFileSync(path)
  } catch (error) {
    throw new InputError(fileErrorText(error, path), { file: path, cause: error })
  }
  const beginning = String.fromCharCode(...bytes.subarray(0, 6))
  if (beginning.startsWith('\x89HDF')) {
    throw new InputError(
      `${path} is an HDF5 file: tables are read from NumPy files (.npy) and FITS images. \`larmor field --out FILE.npy\` and \`larmor export --format npy\` write them.`,
      { file: path },
    )
  }
  if (!beginning.startsWith('SIMPLE')) return decodeNpy(bytes, path)
  return namingFile(path, () => {
    const file = readFits(bytes)
    const found = file.hdus.find(holdsImage)
    const { shape, values } = readImage(file, found?.index ?? 0)
    return { shape, values: Float64Array.from(values) }
  })
}
