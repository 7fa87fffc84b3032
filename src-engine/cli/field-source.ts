import {
  ModelError,
  fieldKinds,
  fieldUnits,
  listModels,
  resolveModel,
} from '#shared/fields/index.ts'
import type {
  FieldKind,
  ModelChoice,
  ParameterValue,
  ResolvedModel,
  ScalarKind,
} from '#shared/fields/index.ts'
import type { SpatialField, Vector3 } from '#shared/physics/index.ts'
import { DEFAULT_BOX } from '#shared/physics/index.ts'
import { suggestion } from '#shared/session/nearest-name.ts'
import { checkRunFile, pathText } from '#shared/session/run-file-issues.ts'
import { InputError, UsageError } from '../errors.ts'
import { bindDensity, bindMagneticField } from '../models/fields.ts'
import { loadModelChoice, loadRunFile } from '../runs/load-run-file.ts'
import { magneticFieldOf, withRandomField } from '../simulation/magnetic-field.ts'
import { cosmicRayElectronsOf, modelsOf, thermalElectronsOf } from '../simulation/medium.ts'
import { oneOf } from './arguments.ts'
import { resolveFile } from './formula-file.ts'
import { parsePoint } from './points.ts'

/** What `larmor field` evaluates. */
export interface FieldSource {
  readonly kind: FieldKind
  readonly model: string
  readonly variant: string | null
  readonly unit: string
  readonly field: SpatialField<Vector3> | SpatialField<number>
  /** Where the field is a model and nothing else: what other backends make it from. */
  readonly resolved?: ResolvedModel
  readonly observerKpc: Vector3
  /** Of a random field: the share of its energy that had a divergence before it was taken out and made up for. */
  readonly removedShare?: number
  /** Of a run file: where a grid is made unless the command says otherwise. */
  readonly box: { readonly shape: readonly [number, number, number]; readonly halfSizeKpc: Vector3 }
}

/** The options that say what is evaluated. */
export interface SourceOptions {
  readonly run?: string
  readonly formula?: string
  readonly kind?: string
  readonly variant?: string
  readonly param?: readonly string[]
  readonly random?: readonly string[]
  readonly observer?: string
}

/** The grid that is written: a random field lies on the same. */
export interface WantedGrid {
  readonly shape?: readonly [number, number, number]
  readonly halfSizeKpc?: Vector3
}

const defaultShape = [128, 128, 32] as const

/** @throws UsageError or InputError that says what is wrong */
export async function fieldSource(
  name: string | undefined,
  options: SourceOptions,
  grid: WantedGrid,
): Promise<FieldSource> {
  const { run, formula, random } = options
  if ([name, run, formula].filter((given) => given !== undefined).length !== 1) {
    throw new UsageError(
      'Give the model once: as MODEL, with --formula FILE or with --run RUN.yaml.',
    )
  }
  if (run !== undefined) return ofRunFile(run, options)
  const kind = oneOf(options.kind, 'kind', fieldKinds)
  const parameters = parametersOf(options.param ?? [])
  if (formula !== undefined && options.variant !== undefined) {
    throw new UsageError('--variant belongs to a MODEL; a formula has none.')
  }
  if (random !== undefined) {
    if ((kind ?? 'magnetic') !== 'magnetic') {
      throw new UsageError('--random is added to a magnetic field.')
    }
    const choice = formula === undefined ? { model: name ?? '' } : await loadModelChoice(formula)
    const all = { ...choice.parameters, ...parameters }
    return withRandom(
      { ...choice, variant: options.variant, parameters: all },
      random,
      options,
      grid,
    )
  }
  const resolved =
    formula === undefined
      ? resolveNamed(name ?? '', kind, options.variant, parameters)
      : await resolveFile(formula, kind, parameters)
  const observerKpc = observerOf(options)
  return {
    kind: resolved.model.kind,
    model: resolved.model.name,
    variant: resolved.variant ?? null,
    unit: fieldUnits[resolved.model.kind],
    field: bound(resolved, observerKpc),
    resolved,
    observerKpc,
    box: boxOf(grid),
  }
}

function boxOf({ shape = defaultShape, halfSizeKpc = DEFAULT_BOX.halfSizeKpc }: WantedGrid) {
  return { shape, halfSizeKpc }
}

function observerOf({ observer }: SourceOptions): Vector3 {
  return observer === undefined ? DEFAULT_BOX.observerKpc : parsePoint(observer, 'observer')
}

function bound(
  resolved: ResolvedModel,
  observerKpc: Vector3,
): SpatialField<Vector3> | SpatialField<number> {
  if (isMagnetic(resolved)) return bindMagneticField(resolved, { observerKpc })
  if (isScalar(resolved)) return bindDensity(resolved, { observerKpc })
  throw new Error('A model of this kind has no values.')
}

function isMagnetic(resolved: ResolvedModel): resolved is ResolvedModel<'magnetic'> {
  return resolved.model.kind === 'magnetic'
}

function isScalar(resolved: ResolvedModel): resolved is ResolvedModel<ScalarKind> {
  return resolved.model.kind !== 'magnetic'
}

function resolveNamed(
  model: string,
  kind: FieldKind | undefined,
  variant: string | undefined,
  parameters: Readonly<Record<string, ParameterValue>>,
): ResolvedModel {
  if (Object.hasOwn(elsewhere, model)) throw new UsageError(elsewhere[model])
  try {
    return resolveModel(kind ?? kindOf(model), { model, variant, parameters })
  } catch (error) {
    if (error instanceof ModelError) throw new UsageError(error.message)
    throw error
  }
}

/** Models of a run file that are no models of the library, and where they come from here. */
const elsewhere: Readonly<Record<string, string>> = {
  formula: 'A formula is in a file: --formula FILE.',
  sum: 'A sum of models is in a file: --formula FILE, with "model: sum" and "of".',
  mixture: 'A mixture of models is in a file: --formula FILE, with "model: mixture" and "of".',
  grid: 'A grid belongs to a run file: --run RUN.yaml.',
  file: 'A table is named in a run file: --run RUN.yaml.',
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

function parametersOf(assignments: readonly string[]): Record<string, ParameterValue> {
  const parameters: Record<string, ParameterValue> = {}
  for (const [name, value] of assignments.map(parseAssignment)) {
    if (Object.hasOwn(parameters, name)) {
      throw new UsageError(`--param ${name} is given twice: leave one of them out.`)
    }
    parameters[name] = value
  }
  return parameters
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

/** A model with a random field: what a run file with both would have. */
function withRandom(
  choice: ModelChoice,
  random: readonly string[],
  options: SourceOptions,
  wanted: WantedGrid,
): FieldSource {
  const box = boxOf(wanted)
  const checked = checkRunFile({
    box: { half_size_kpc: box.halfSizeKpc, observer_kpc: observerOf(options) },
    magnetic_field: { ...choice, random: { shape: box.shape, ...randomKeys(random) } },
  })
  if (!checked.ok) {
    const [{ path, message }] = checked.issues
    throw new UsageError(`--random: ${pathText(path.slice(1))}: ${message}`)
  }
  try {
    const models = modelsOf(checked.runFile)
    if (!models.random) throw new Error('There is no random field.')
    return {
      kind: 'magnetic',
      model: models.magnetic.model.name,
      variant: models.magnetic.variant ?? null,
      unit: fieldUnits.magnetic,
      observerKpc: models.observerKpc,
      box,
      ...withRandomField(models, models.random),
    }
  } catch (error) {
    if (error instanceof InputError)
      throw new UsageError(error.message.replace('magnetic_field.', ''))
    throw error
  }
}

/** `seed=3`, `strength=jf12`, `strength=jf12/planck-b`, `divergence_free=false`, `shape=64x64x16`. */
function randomKeys(assignments: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    assignments.map((text): [string, unknown] => {
      const [key, value = ''] = text.split('=')
      if (key === '' || value.trim() === '') {
        throw new UsageError(
          `--random needs KEY=VALUE, for example rms_microgauss=3, not "${text}".`,
        )
      }
      if (key === 'strength') {
        const [model, variant] = value.split('/')
        return [key, { model, ...(variant === undefined ? {} : { variant }) }]
      }
      if (key === 'shape') return [key, value.split('x').map(Number)]
      if (value === 'true' || value === 'false') return [key, value === 'true']
      return [key, Number.isFinite(Number(value)) ? Number(value) : value]
    }),
  )
}

/** A field as a run file has it: any model with its random part, or what a grid starts from. */
async function ofRunFile(path: string, options: SourceOptions): Promise<FieldSource> {
  const beside = (['variant', 'param', 'random', 'observer'] as const).find(
    (name) => options[name] !== undefined,
  )
  if (beside !== undefined) {
    throw new UsageError(`--${beside} does not go with --run: the run file says that.`)
  }
  const kind = oneOf(options.kind, 'kind', fieldKinds) ?? 'magnetic'
  const runFile = await loadRunFile(path)
  try {
    const models = modelsOf(runFile)
    const tables = {
      magnetic: models.magneticTable,
      'thermal-electrons': models.electronTable,
      'cosmic-ray-electrons': models.cosmicRayTable,
      'random-field-strength': undefined,
    }
    const resolved = {
      magnetic: models.magnetic,
      'thermal-electrons': models.thermalElectrons,
      'cosmic-ray-electrons': models.cosmicRayElectrons,
      'random-field-strength': models.random?.strength,
    }[kind]
    if (!resolved) throw new InputError('the magnetic field has no random part.')
    const source = {
      kind,
      model: tables[kind] ? 'file' : resolved.model.name,
      variant: resolved.variant ?? null,
      unit: fieldUnits[kind],
      observerKpc: models.observerKpc,
      box: {
        shape: runFile.magnetic_field.grid?.shape ?? defaultShape,
        halfSizeKpc: runFile.box.half_size_kpc,
      },
    }
    if (kind === 'magnetic' && models.random && !models.grid) {
      return { ...source, ...withRandomField(models, models.random) }
    }
    const field =
      kind === 'magnetic'
        ? magneticFieldOf(models)
        : kind === 'thermal-electrons'
          ? thermalElectronsOf(models)
          : kind === 'cosmic-ray-electrons'
            ? cosmicRayElectronsOf(models)
            : bound(resolved, models.observerKpc)
    return { ...source, field }
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    throw new InputError(`${path}: ${error.message}`, {
      file: path,
      field: error.field,
      cause: error,
    })
  }
}
