import { writeFile } from 'node:fs/promises'
import { extname } from 'node:path'
import type { FieldKind } from '#shared/fields/index.ts'
import { fieldKinds } from '#shared/fields/index.ts'
import type { Vector3 } from '#shared/physics/index.ts'
import { DEFAULT_BOX } from '#shared/physics/index.ts'
import { backendNames } from '#shared/session/run-file.ts'
import { InputError, UsageError, fileErrorText } from '../errors.ts'
import { latticeFits, latticeHdf5, shapeOf } from '../exports/lattice-files.ts'
import type { LatticeValues } from '../exports/lattice-files.ts'
import { encodeNpy } from '../storage/npy.ts'
import { version } from '../version.ts'
import { oneOf, parseCommandLine } from './arguments.ts'
import { fieldSource } from './field-source.ts'
import type { FieldSource } from './field-source.ts'
import { pointOf, valuesAt } from './field-values.ts'
import type { Backend } from './field-values.ts'
import { EXIT, printJson } from './io.ts'
import type { Command, CommandIo } from './io.ts'
import {
  latticeOfGrid,
  latticeOfPlane,
  parseShape,
  parseSlice,
  latticePoints,
  latticeSize,
} from './lattice.ts'
import type { Lattice } from './lattice.ts'
import { joinPoints, parsePoint, pointsHeader, readPoints } from './points.ts'

const usage = `larmor field (MODEL | --formula FILE | --run RUN.yaml) (--at x,y,z ... | --points FILE.csv | --grid NXxNYxNZ | --slice z=0 --grid NXxNY) [--out FILE] [OPTIONS]

Evaluates a field: B in microgauss, n_e in cm^-3, C in m^-3; positions in Galactocentric kpc.

  --formula FILE      instead of MODEL: one that you made (see \`larmor models --help\`)
  --run RUN.yaml      instead of MODEL: the field of a run file, with everything that belongs to it
  --kind KIND         ${fieldKinds.join(', ')}; default: the first of these that has MODEL
  --variant NAME      a named set of parameters
  --param NAME=VALUE  one parameter; a vector as NAME=x,y,z; may be repeated
  --random KEY=VALUE  adds a random field to a magnetic one, with the keys of magnetic_field.random in a run file:
                      rms_microgauss=3, strength=jf12, striation=1.36, seed=1, outer_scale_kpc=1, ...; may be repeated.
                      It lies on the grid that is written; else on shape=128x128x32 in the box
  --at x,y,z          a position; may be repeated
  --points FILE.csv   positions, with the header ${pointsHeader}
  --grid NXxNYxNZ     the centres of a grid in the box of 40 x 40 x 10 kpc (--half-size x,y,z for another);
                      of a run file, default: its own grid and box
  --slice AXIS=KPC    a plane across an axis, for example z=0: --grid then has two numbers
  --observer x,y,z    where uniform spheres are centred (default ${DEFAULT_BOX.observerKpc.join(',')})
  --out FILE          where to write: .npy, .fits or .h5 for a grid or slice, .csv for points or a slice (default: stdout)
  --backend NAME      auto (default) and wasm: float64, a model by WebAssembly; reference: float64 by JavaScript; webgpu and
                      tensorflow: a model alone, in float32
  --json              one JSON document: { model, variant, unit, points, values }, or { ..., shape, out } of a file`

const options = {
  formula: { type: 'string' },
  run: { type: 'string' },
  kind: { type: 'string' },
  variant: { type: 'string' },
  backend: { type: 'string' },
  param: { type: 'string', multiple: true },
  random: { type: 'string', multiple: true },
  at: { type: 'string', multiple: true },
  points: { type: 'string' },
  grid: { type: 'string' },
  slice: { type: 'string' },
  'half-size': { type: 'string' },
  observer: { type: 'string' },
  out: { type: 'string' },
} as const

const gridFormats = ['.npy', '.fits', '.h5', '.hdf5'] as const

/** `larmor field` */
export const command: Command = async (args, io) => {
  const joined = ['at', 'half-size', 'observer'].reduce<string[]>(joinPoints, args)
  const { values, positionals } = parseCommandLine(joined, {
    usage,
    options,
    positionals: ['MODEL?'],
  })
  const backend = oneOf(values.backend, 'backend', backendNames) ?? 'auto'
  const { at, points, out } = values
  const slice = values.slice === undefined ? undefined : parseSlice(values.slice)
  const pointwise = [at, points].filter((given) => given !== undefined).length
  const gridded = values.grid !== undefined || slice !== undefined
  const ownGrid = values.run !== undefined && pointwise === 0
  if (pointwise + (gridded ? 1 : 0) !== 1 && !(ownGrid && !gridded)) {
    throw new UsageError('Give the positions once: with --at, --points or --grid.')
  }
  if (values['half-size'] !== undefined && !gridded && values.random === undefined) {
    throw new UsageError('--half-size is the box of --grid; points need none.')
  }
  const halfSizeKpc = halfSizeOf(values['half-size'])
  const shape = values.grid === undefined ? undefined : parseShape(values.grid, slice?.across)
  if (slice && !shape)
    throw new UsageError('--slice needs --grid with the two numbers of its plane.')
  const format = extname(out ?? '').toLowerCase()
  if (pointwise === 0) requireFormat(out, format, slice !== undefined)
  else if (gridFormats.some((one) => one === format)) {
    throw new UsageError(`--out ${out}: values at points are written as .csv.`)
  }

  const source = await fieldSource(positionals.at(0), values, {
    halfSizeKpc,
    ...(slice ? {} : { shape }),
  })
  if (source.removedShare !== undefined && source.removedShare > 0) {
    io.err(
      `larmor: ${(100 * source.removedShare).toFixed(1)} % of the energy of the random field had a divergence; it was taken out, and the rest raised to the same energy.\n`,
    )
  }
  if (pointwise === 0) {
    const grid = {
      shape: shape ?? source.box.shape,
      halfSizeKpc: halfSizeKpc ?? source.box.halfSizeKpc,
    }
    const lattice = slice ? latticeOfPlane(grid, slice.across, slice.at) : latticeOfGrid(grid)
    return writeLattice(source, lattice, backend, out, format, io)
  }
  const positions =
    points === undefined
      ? (at ?? []).map((text) => parsePoint(text, 'at'))
      : await readPoints(points)
  return writePoints(source, positions, backend, out, io)
}

function halfSizeOf(text: string | undefined): Vector3 | undefined {
  if (text === undefined) return undefined
  const halfSize = parsePoint(text, 'half-size')
  if (halfSize.every((half) => half > 0)) return halfSize
  throw new UsageError(`--half-size needs three positive numbers, not "${text}".`)
}

function requireFormat(out: string | undefined, format: string, isSlice: boolean): void {
  if (out === undefined) {
    if (isSlice) return
    throw new UsageError('--grid needs --out FILE.npy, .fits or .h5.')
  }
  if (gridFormats.some((one) => one === format) || (isSlice && format === '.csv')) return
  const also = isSlice ? ', .csv' : ''
  throw new UsageError(`--out ${out}: a grid is written as .npy, .fits, .h5${also}.`)
}

function describe({ model, variant, unit, removedShare }: FieldSource) {
  return {
    model,
    variant,
    unit,
    ...(removedShare === undefined ? {} : { removed_share: removedShare }),
  }
}

function pointsOf(numbers: Float64Array): Vector3[] {
  return Array.from({ length: numbers.length / 3 }, (_, i) => pointOf(numbers, i))
}

async function writePoints(
  source: FieldSource,
  points: readonly Vector3[],
  backend: Backend,
  out: string | undefined,
  io: CommandIo,
): Promise<number> {
  const found = await valuesAt(source, Float64Array.from(points.flat()), backend)
  const values = points.map((_, i): Vector3 | number =>
    source.kind === 'magnetic' ? [found[3 * i], found[3 * i + 1], found[3 * i + 2]] : found[i],
  )
  const table = csv(source, points, values)
  if (out !== undefined) await write(out, table)
  if (io.json) printJson(io, { ...describe(source), points, values })
  else if (out === undefined) io.out(table)
  return EXIT.done
}

async function writeLattice(
  source: FieldSource,
  lattice: Lattice,
  backend: Backend,
  out: string | undefined,
  format: string,
  io: CommandIo,
): Promise<number> {
  if (out === undefined || format === '.csv') {
    const points = latticePoints(lattice, 0, latticeSize(lattice))
    return writePoints(source, pointsOf(points), backend, out, io)
  }
  const sampled = await sample(source, lattice, backend)
  await write(out, await encoded(sampled, format))
  const shape = shapeOf(sampled)
  if (io.json) printJson(io, { ...describe(source), shape, out })
  else io.err(`${out}: ${shape.join(' x ')} values in ${source.unit}\n`)
  return EXIT.done
}

/** Names of the datasets: those of the sections of a run file. */
const names: Readonly<Record<FieldKind, string>> = {
  magnetic: 'magnetic_field',
  'thermal-electrons': 'thermal_electrons',
  'cosmic-ray-electrons': 'cosmic_ray_electrons',
  'random-field-strength': 'random_field_strength',
}

/** Points of a lattice that are evaluated together. */
const BLOCK_POINTS = 2 ** 22

async function sample(
  source: FieldSource,
  lattice: Lattice,
  backend: Backend,
): Promise<LatticeValues> {
  const { kind, unit, model, variant } = source
  const components = kind === 'magnetic' ? 3 : 1
  const count = latticeSize(lattice)
  const values = new Float64Array(components * count)
  for (let first = 0; first < count; first += BLOCK_POINTS) {
    const block = latticePoints(lattice, first, Math.min(BLOCK_POINTS, count - first))
    values.set(await valuesAt(source, block, backend), components * first)
  }
  const { axes, across } = lattice
  return {
    name: names[kind],
    unit,
    axes: axes.filter((_, i) => i !== across),
    ...(across === undefined
      ? {}
      : { plane: { name: axes[across].name, at: axes[across].centres[0] } }),
    components,
    values,
    history: `larmor ${version} field: ${model}${variant === null ? '' : ` ${variant}`}`,
  }
}

async function encoded(sampled: LatticeValues, format: string): Promise<Uint8Array> {
  if (format === '.npy') return encodeNpy(shapeOf(sampled), sampled.values)
  return format === '.fits' ? latticeFits(sampled) : latticeHdf5(sampled)
}

const valueColumns: Readonly<Record<FieldKind, string>> = {
  magnetic: 'Bx_microgauss,By_microgauss,Bz_microgauss',
  'thermal-electrons': 'n_e_cm3',
  'cosmic-ray-electrons': 'C_m3',
  'random-field-strength': 'b_rms_microgauss',
}

function csv(
  { kind }: FieldSource,
  points: readonly Vector3[],
  values: readonly (Vector3 | number)[],
): string {
  const rows = points.map((point, i) => [...point, ...[values[i]].flat()].join(','))
  return `${[`${pointsHeader},${valueColumns[kind]}`, ...rows].join('\n')}\n`
}

async function write(path: string, content: string | Uint8Array): Promise<void> {
  try {
    await writeFile(path, content)
  } catch (error) {
    throw new InputError(fileErrorText(error, path), { file: path, cause: error })
  }
}
