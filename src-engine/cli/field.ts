import { writeFile } from 'node:fs/promises'
import { extname } from 'node:path'
import type {
  FieldContext,
  FieldKind,
  ParameterValue,
  ResolvedModel,
  ScalarKind,
} from '#shared/fields/index.ts'
import {
  ModelError,
  bindDensity,
  bindMagneticField,
  fieldKinds,
  fieldUnits,
  listModels,
  resolveModel,
  sampleDensity,
  sampleMagneticField,
} from '#shared/fields/index.ts'
import type { GridGeometry, SpatialField, Vector3 } from '#shared/physics/index.ts'
import { DEFAULT_BOX } from '#shared/physics/index.ts'
import { suggestion } from '#shared/session/nearest-name.ts'
import { backendNames } from '#shared/session/run-file.ts'
import { InputError, UsageError, fileErrorText } from '../errors.ts'
import { encodeNpy } from '../storage/npy.ts'
import { oneOf, parseCommandLine } from './arguments.ts'
import { EXIT, printJson } from './io.ts'
import { resolveFile } from './formula-file.ts'
import type { Command } from './io.ts'
import { joinPoints, parsePoint, pointsHeader, readPoints } from './points.ts'

const usage = `larmor field (MODEL | --formula FILE) (--at x,y,z ... | --points FILE.csv | --grid NXxNYxNZ --out FILE.npy) [OPTIONS]

Evaluates a field model: B in microgauss, n_e in cm^-3, C in m^-3; positions in Galactocentric kpc.

  --formula FILE      instead of MODEL: one that you made (see \`larmor models --help\`)
  --kind KIND         ${fieldKinds.join(', ')}; default: the first of these that has MODEL
  --variant NAME      a named set of parameters
  --param NAME=VALUE  one parameter; a vector as NAME=x,y,z; may be repeated
  --at x,y,z          a position; may be repeated
  --points FILE.csv   positions, with the header ${pointsHeader}
  --grid NXxNYxNZ     the centres of a grid in the box of 40 x 40 x 10 kpc (--half-size x,y,z for another)
  --observer x,y,z    where uniform spheres are centred (default ${DEFAULT_BOX.observerKpc.join(',')})
  --out FILE          where to write: .npy for a grid, .csv for points (default: stdout)
  --backend NAME      models are evaluated in float64 by the reference whatever is named here
  --json              one JSON document: { model, variant, unit, points, values }`

const options = {
  formula: { type: 'string' },
  kind: { type: 'string' },
  variant: { type: 'string' },
  backend: { type: 'string' },
  param: { type: 'string', multiple: true },
  at: { type: 'string', multiple: true },
  points: { type: 'string' },
  grid: { type: 'string' },
  'half-size': { type: 'string' },
  observer: { type: 'string' },
  out: { type: 'string' },
} as const

/** The largest grid written in one piece: its values must fit into one array. */
const MOST_VOXELS = 2 ** 28

/** `larmor field` */
export const command: Command = async (args, io) => {
  const joined = ['at', 'half-size', 'observer'].reduce<string[]>(joinPoints, args)
  const { values, positionals } = parseCommandLine(joined, {
    usage,
    options,
    positionals: ['MODEL?'],
  })
  oneOf(values.backend, 'backend', backendNames)
  const sources = [values.at, values.points, values.grid].filter((given) => given !== undefined)
  if (sources.length !== 1) {
    throw new UsageError('Give the positions once: with --at, --points or --grid.')
  }
  if (values['half-size'] !== undefined && values.grid === undefined) {
    throw new UsageError('--half-size is the box of --grid; points need none.')
  }
  const resolved = await resolve(positionals.at(0), values)
  const observerKpc =
    values.observer === undefined
      ? DEFAULT_BOX.observerKpc
      : parsePoint(values.observer, 'observer')

  if (values.grid !== undefined) {
    const grid = parseGrid(values.grid, values['half-size'])
    if (values.out === undefined) throw new UsageError('--grid needs --out FILE.npy.')
    if (extname(values.out).toLowerCase() !== '.npy') {
      throw new UsageError(`--out ${values.out}: a grid is written as .npy.`)
    }
    const [shape, data] = sampleGrid(resolved, grid, observerKpc)
    if (!data.every(Number.isFinite)) {
      throw new Error(`Model "${resolved.model.name}" is not finite everywhere on this grid.`)
    }
    await write(values.out, encodeNpy(shape, data))
    if (io.json) printJson(io, { ...describe(resolved), shape, out: values.out })
    else io.err(`${values.out}: ${shape.join(' x ')} values in ${unitOf(resolved)}\n`)
    return EXIT.done
  }

  const points =
    values.points === undefined
      ? (values.at ?? []).map((text) => parsePoint(text, 'at'))
      : await readPoints(values.points)
  const evaluated = evaluate(resolved, points, observerKpc)
  const bad = evaluated.findIndex((value) => ![value].flat().every(Number.isFinite))
  if (bad !== -1) {
    throw new Error(
      `Model "${resolved.model.name}" has no finite value at (${points[bad].join(', ')}) kpc.`,
    )
  }
  const table = csv(resolved, points, evaluated)
  if (values.out !== undefined) await write(values.out, table)
  if (io.json) printJson(io, { ...describe(resolved), points, values: evaluated })
  else if (values.out === undefined) io.out(table)
  return EXIT.done
}

function unitOf({ model }: ResolvedModel): string {
  return fieldUnits[model.kind]
}

function describe(resolved: ResolvedModel) {
  return {
    model: resolved.model.name,
    variant: resolved.variant ?? null,
    unit: unitOf(resolved),
  }
}

interface ModelOptions {
  formula?: string
  kind?: string
  variant?: string
  param?: string[]
}

async function resolve(
  name: string | undefined,
  { formula, kind: kindText, variant, param = [] }: ModelOptions,
): Promise<ResolvedModel> {
  const asked = oneOf(kindText, 'kind', fieldKinds)
  const parameters = Object.fromEntries(param.map(parseAssignment))
  if ((name === undefined) === (formula === undefined)) {
    throw new UsageError('Give the model once: as MODEL or with --formula FILE.')
  }
  if (formula !== undefined) {
    if (variant === undefined) return resolveFile(formula, asked, parameters)
    throw new UsageError('--variant belongs to a MODEL; a formula has none.')
  }
  const model = name ?? ''
  try {
    return resolveModel(asked ?? kindOf(model), { model, variant, parameters })
  } catch (error) {
    if (error instanceof ModelError) throw new UsageError(error.message)
    throw error
  }
}

/** The kind that has a model of this name; the first of them where several have. */
function kindOf(name: string): FieldKind {
  const models = listModels()
  const found = models.find((model) => model.name === name)
  if (found) return found.kind
  const names = [...new Set(models.map((model) => model.name))]
  throw new UsageError(
    `There is no model "${name}". Known: ${names.join(', ')}.${suggestion(name, names)}`,
  )
}

function parseAssignment(text: string): [string, ParameterValue] {
  const [name, value, ...rest] = text.split('=')
  const numbers = (value ?? '').split(',').map((part) => (part.trim() === '' ? NaN : Number(part)))
  if (rest.length > 0 || name === '' || !numbers.every(Number.isFinite)) {
    throw new UsageError(`--param needs NAME=NUMBER, not "${text}".`)
  }
  if (numbers.length === 1) return [name, numbers[0]]
  if (numbers.length === 3) return [name, [numbers[0], numbers[1], numbers[2]]]
  throw new UsageError(`--param ${name} needs one number or three, not ${numbers.length}.`)
}

function parseGrid(text: string, halfSize: string | undefined): GridGeometry {
  const match = /^(\d+)x(\d+)x(\d+)$/.exec(text)
  if (!match) throw new UsageError(`--grid needs NXxNYxNZ, for example 128x128x32, not "${text}".`)
  const shape = [Number(match[1]), Number(match[2]), Number(match[3])] as const
  if (shape.some((n) => n < 1) || shape[0] * shape[1] * shape[2] > MOST_VOXELS) {
    throw new UsageError(`--grid ${text}: between 1 and ${MOST_VOXELS} cells are possible.`)
  }
  const halfSizeKpc =
    halfSize === undefined ? DEFAULT_BOX.halfSizeKpc : parsePoint(halfSize, 'half-size')
  if (!halfSizeKpc.every((half) => half > 0)) {
    throw new UsageError(`--half-size needs three positive numbers, not "${halfSize}".`)
  }
  return { shape, halfSizeKpc }
}

function isMagnetic(resolved: ResolvedModel): resolved is ResolvedModel<'magnetic'> {
  return resolved.model.kind === 'magnetic'
}

function isDensity(resolved: ResolvedModel): resolved is ResolvedModel<ScalarKind> {
  return resolved.model.kind !== 'magnetic'
}

function evaluate(
  resolved: ResolvedModel,
  points: readonly Vector3[],
  observerKpc: Vector3,
): (Vector3 | number)[] {
  const field = fieldOf(resolved, { observerKpc })
  return points.map((point) => field.evaluate(point))
}

function fieldOf(
  resolved: ResolvedModel,
  context: FieldContext,
): SpatialField<Vector3> | SpatialField<number> {
  if (isMagnetic(resolved)) return bindMagneticField(resolved, context)
  if (isDensity(resolved)) return bindDensity(resolved, context)
  throw new Error('A model of this kind has no values.')
}

function sampleGrid(
  resolved: ResolvedModel,
  grid: GridGeometry,
  observerKpc: Vector3,
): [shape: number[], values: Float64Array] {
  const context = { observerKpc }
  if (isMagnetic(resolved)) {
    return [[...grid.shape, 3], sampleMagneticField(grid, bindMagneticField(resolved, context))]
  }
  if (!isDensity(resolved)) throw new Error('This kind of model has no grid.')
  return [[...grid.shape], sampleDensity(grid, bindDensity(resolved, context))]
}

const valueColumns: Readonly<Record<FieldKind, string>> = {
  magnetic: 'Bx_microgauss,By_microgauss,Bz_microgauss',
  'thermal-electrons': 'n_e_cm3',
  'cosmic-ray-electrons': 'C_m3',
  'random-field-strength': 'b_rms_microgauss',
}

function csv(
  resolved: ResolvedModel,
  points: readonly Vector3[],
  values: readonly (Vector3 | number)[],
): string {
  const rows = points.map((point, i) => [...point, ...[values[i]].flat()].join(','))
  return `${[`${pointsHeader},${valueColumns[resolved.model.kind]}`, ...rows].join('\n')}\n`
}

async function write(path: string, content: string | Uint8Array): Promise<void> {
  try {
    await writeFile(path, content)
  } catch (error) {
    throw new InputError(fileErrorText(error, path), { file: path, cause: error })
  }
}
