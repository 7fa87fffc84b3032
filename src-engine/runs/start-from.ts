import { basename } from 'node:path'
import type { GridGeometry } from '#shared/physics/grid.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import { InputError } from '../errors.ts'
import type { GridValues } from '../kernels/interface.ts'
import type { CheckpointRecord, RunRecord } from '../storage/records.ts'
import { Session } from '../storage/session.ts'
import type { FieldStage, FreeUnknown } from '../unknowns/field-stage.ts'
import type { ModelSectionName } from '../unknowns/free-numbers.ts'
import type { FittedNumbers } from '../unknowns/representation.ts'
import { gridOf } from './prepare-problem.ts'
import type { PreparedProblem } from './prepare-problem.ts'
import { sameGrid, sampleGrid } from './sample-grid.ts'

/**
 * A run that begins with the result of another one: same unknowns, other settings. Its parameters are set so that the grids are
 * those that the other run ended with; the state of the optimiser is not taken over, and iterations are counted from 0.
 */

/** The result of a run, as far as another one can begin with it. */
export interface EarlierResult {
  readonly record: RunRecord
  readonly checkpoint: CheckpointRecord
  /** An array of its last checkpoint; undefined where it has none of this name. */
  array(name: string): GridValues | undefined
}

/**
 * Reads the result that `start_from` names, and lets `use` take what it needs of it.
 *
 * @param session where the new run is
 * @throws InputError that says which run or session has none
 */
export function withEarlierResult<Result>(
  { file, run }: NonNullable<RunFile['start_from']>,
  session: Session | undefined,
  newRun: number | undefined,
  use: (result: EarlierResult) => Result,
): Result {
  const isOwn = file === undefined || file === session?.path
  const from = isOwn ? session : Session.open(file, { readOnly: true })
  if (from === undefined) {
    throw new InputError(
      'start_from.file: a new session has no run to start from: name a session.',
      { field: 'start_from.file' },
    )
  }
  try {
    return use(resultOf(from, run, isOwn ? newRun : undefined))
  } finally {
    if (!isOwn) from.close()
  }
}

function resultOf(session: Session, run: number | undefined, newRun?: number): EarlierResult {
  const refuse = (what: string) =>
    new InputError(`start_from.run: ${basename(session.path)} has ${what}.`, {
      field: 'start_from.run',
    })
  const others = session.runs.list().filter(({ id }) => id !== newRun)
  const wanted = run === undefined ? others.reverse() : others.filter(({ id }) => id === run)
  if (run !== undefined && wanted.length === 0) throw refuse(`no run ${run}`)
  for (const record of wanted) {
    const [checkpoint] = session.runs.checkpoints(record.id)
    if (!checkpoint) continue
    const names = new Set(session.runs.arrayNames(checkpoint).map(({ name }) => name))
    const array = (name: string): GridValues | undefined => {
      const values = names.has(name)
        ? session.runs.checkpointArray(checkpoint, name).values
        : undefined
      return values instanceof Float32Array || values instanceof Float64Array ? values : undefined
    }
    return { record, checkpoint, array }
  }
  throw refuse(
    run === undefined
      ? 'no run with a result to start from yet'
      : `no result of run ${run} to start from yet: let it make its first steps`,
  )
}

/**
 * Sets the parameters of a stage that has just started.
 *
 * @returns what was not taken over, one sentence each
 * @throws InputError where nothing sensible follows from the earlier result
 */
export function startFrom(
  stage: FieldStage,
  prepared: PreparedProblem,
  runFile: RunFile,
  earlier: EarlierResult,
): string[] {
  const notes: string[] = []
  for (const { name, representation, parameters } of stage.free) {
    if (representation.numbers) {
      notes.push(...takeNumbers(representation.numbers, parameters, runFile, earlier, name))
    }
  }
  stage.toGrids()
  for (const unknown of stage.free) {
    if (!unknown.representation.numbers) {
      notes.push(...takeBlock(unknown, stage, prepared, runFile, earlier))
    }
  }
  stage.toGrids()
  return notes
}

/** Sections and what their names in sentences are. */
const sectionOf: Readonly<Record<string, ModelSectionName>> = {
  magneticField: 'magnetic_field',
  thermalElectrons: 'thermal_electrons',
  cosmicRays: 'cosmic_ray_electrons',
}

/** Parameters of a model mean the same only in the same model. */
function takeNumbers(
  fitted: FittedNumbers,
  parameters: GridValues,
  runFile: RunFile,
  { record }: EarlierResult,
  unknown: string,
): string[] {
  const section = sectionOf[unknown]
  const known = record.figures?.parameters?.numbers ?? []
  const meaning = (file: RunFile): string => {
    const { model, variant, formula, of } = file[section]
    return JSON.stringify({ model, variant, formula, of })
  }
  if (meaning(runFile) !== meaning(record.configuration)) {
    return [
      `The parameters of ${section} begin as they are set: the earlier run had another model.`,
    ]
  }
  const values = fitted.valuesAt(parameters)
  const missing: string[] = []
  fitted.numbers.forEach(({ name }, k) => {
    const before = known.find((one) => one.name === name)
    if (before) values[k] = before.value
    else missing.push(name)
  })
  parameters.set(fitted.parametersAt(values))
  return missing.length === 0
    ? []
    : [`${missing.join(', ')}: not fitted by the earlier run, and so where the settings start it.`]
}

function takeBlock(
  { name, representation: { block }, parameters }: FreeUnknown,
  stage: FieldStage,
  prepared: PreparedProblem,
  runFile: RunFile,
  earlier: EarlierResult,
): string[] {
  const geometry = { shape: prepared.problem.grid.shape, halfSizeKpc: runFile.box.half_size_kpc }
  const before = gridOf(earlier.record.configuration)
  const sample = (values: GridValues, components: number): Float64Array =>
    sampleGrid(before, values, components, geometry)
  switch (block.name) {
    case 'magnetic_field':
    case 'correction': {
      // Every run has a magnetic field on its grid.
      const field = sample(required(earlier, 'magnetic_field'), 3)
      const base = stage.unknowns.magneticField
      for (let i = 0; i < field.length; i++) {
        const value = Number.isNaN(field[i]) ? 0 : field[i]
        const inside = prepared.region[Math.floor(i / 3)] !== 0
        // A correction is what the field has beyond its model, which the stage holds at its start.
        const model = block.name === 'correction' ? base[i] : 0
        parameters[i] = inside ? value - model : 0
      }
      return []
    }
    case 'vector_potential':
    case 'whitened':
      return takeCoordinates(block.name, parameters, runFile, before, geometry, earlier)
    case 'ln_thermal_electrons':
    case 'ln_cosmic_ray_electrons':
    case 'spectral_index_change':
      return takePositive(block.name, parameters, stage.unknowns[name], sample, earlier)
    default:
      return takeFew(block.name, parameters, earlier)
  }
}

/** Coordinates that do not follow from the field: only those of the same kind on the same grid. */
function takeCoordinates(
  block: 'vector_potential' | 'whitened',
  parameters: GridValues,
  runFile: RunFile,
  before: GridGeometry,
  now: GridGeometry,
  earlier: EarlierResult,
): string[] {
  const found = earlier.array(`parameters/${block}`)
  const same = sameGrid(before, now) && found?.length === parameters.length
  const spectrum = (file: RunFile) =>
    JSON.stringify(file.regularisation.filter(({ term }) => term === 'gaussian-random-field'))
  const alike = block !== 'whitened' || spectrum(runFile) === spectrum(earlier.record.configuration)
  if (found && same && alike) {
    parameters.set(found)
    return []
  }
  const field = 'magnetic_field.grid.representation'
  throw new InputError(
    `${field}: a run of this representation starts only from one of the same representation, box, grid and power spectrum: change these, or choose components.`,
    { field },
  )
}

/** A density by the logarithm of its ratio to the model, a spectral index by its difference from the common one. */
function takePositive(
  block: string,
  parameters: GridValues,
  base: GridValues | undefined,
  sample: (values: GridValues, components: number) => Float64Array,
  earlier: EarlierResult,
): string[] {
  const ofIndex = block === 'spectral_index_change'
  const grid = ofIndex ? 'spectral_index' : block.slice('ln_'.length)
  const found = earlier.array(grid)
  if (!found || !base) return [`${grid} begins as it is set: the earlier run held it fixed.`]
  const values = sample(found, 1)
  for (let i = 0; i < values.length; i++) {
    const change = ofIndex ? values[i] - base[i] : Math.log(values[i] / base[i])
    // Beyond the earlier box, and where a density is zero, nothing follows.
    if (Number.isFinite(change)) parameters[i] = change
  }
  return []
}

/** A factor, or spectral indices of the sky. */
function takeFew(block: string, parameters: GridValues, earlier: EarlierResult): string[] {
  const found = earlier.array(`parameters/${block}`)
  if (found?.length !== parameters.length) {
    return [`${block} begins as it is set: the earlier run had none like it.`]
  }
  parameters.set(found)
  return []
}

function required(earlier: EarlierResult, name: string): GridValues {
  const found = earlier.array(name)
  if (found) return found
  throw new InputError(`start_from.run: run ${earlier.record.id} has no ${name}.`, {
    field: 'start_from.run',
  })
}

/** What makes the figures of the new run say less than they seem to, one sentence each. */
export function startCautions(runFile: RunFile, { record }: EarlierResult): string[] {
  const before = record.configuration
  const held = (file: RunFile) =>
    JSON.stringify([file.held_out, file.sky.nside, file.data.map(({ name }) => name)])
  return held(runFile) === held(before)
    ? []
    : [
        `This run starts from "${record.name}", which was fitted to part of what is held out now: its held-out chi-square is no independent test until the start is forgotten.`,
      ]
}
