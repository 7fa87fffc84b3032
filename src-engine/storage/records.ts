import { z } from 'zod'
import { failureKind, runState } from '#shared/contract/methods.ts'
import { quantitySchema, runFileSchema } from '#shared/session/run-file.ts'
import type { RunFile } from '#shared/session/run-file.ts'

/** What the rows of a session mean, checked when they are read: a session is a file like any other. */

const json = (text: string): unknown => JSON.parse(text)

/** Pixels and figures of one set (fitted or held out) of one map. */
const setFigures = z.object({
  pixels: z.number(),
  chi2: z.number(),
  chi2_n: z.number().nullable(),
  residual_std: z.number().nullable(),
})

export const mapFigures = z.object({
  name: z.string(),
  unit: z.string(),
  fitted: setFigures,
  held_out: setFigures,
  offset: z.number(),
  gain: z.number(),
})
export type MapFigures = z.output<typeof mapFigures>

/** Parameters of models that a run fits, each with what it was told about it. */
export const parameterFigures = z.object({
  numbers: z.array(
    z.object({
      /** Section of the run file and parameter, such as magnetic_field.b0_microgauss. */
      name: z.string(),
      unit: z.string(),
      value: z.number(),
      /** Null while the run goes on, at a bound, and where the data do not determine it. */
      sigma: z.number().nullable(),
      initial: z.number(),
      bounds: z.tuple([z.number().nullable(), z.number().nullable()]),
      prior: z.object({ mean: z.number(), sigma: z.number() }).nullable(),
      transform: z.string(),
      at_bound: z.enum(['lower', 'upper']).nullable(),
      moves_surface: z.boolean(),
    }),
  ),
  /** Of mixtures whose weights are fitted, such as magnetic_field.weight_uf23: they sum to 1. */
  weights: z
    .array(z.object({ name: z.string(), value: z.number(), sigma: z.number().nullable() }))
    .optional(),
  /** [number][number]; null while the run goes on. */
  correlations: z.array(z.array(z.number())).nullable(),
  /** Whether uncertainties hold other unknowns of the run where they are. */
  conditional: z.boolean(),
})
export type ParameterFigures = z.output<typeof parameterFigures>

/** The figures of a run at one iteration: what `larmor run` prints. */
const runFigures = z.object({
  iteration: z.number(),
  loss: z.number(),
  chi2_n_fitted: z.number().nullable(),
  chi2_n_held_out: z.number().nullable(),
  maps: z.array(mapFigures),
  regularisation: z.array(z.object({ term: z.string(), weight: z.number(), value: z.number() })),
  parameters: parameterFigures.optional(),
  /** p that the run has found: of the whole sky (region null), or of each region of a map. */
  spectral_index: z.array(z.object({ region: z.int().nullable(), value: z.number() })).optional(),
  /** The factor of a whole density that the run has found. */
  scales: z.array(z.object({ of: z.string(), value: z.number() })).optional(),
  field: z
    .object({
      b_mean_microgauss: z.number(),
      b_p99_microgauss: z.number(),
      b_max_microgauss: z.number(),
      streak_ratio: z.number().nullable(),
    })
    .optional(),
})
export type RunFigures = z.output<typeof runFigures>

export interface RunRecord {
  readonly id: number
  readonly name: string
  readonly state: z.output<typeof runState>
  readonly configuration: RunFile
  readonly backend: string | null
  readonly mode: string | null
  /** Of the kernels that made the steps; null where it was not recorded. */
  readonly build: string | null
  readonly threads: number | null
  readonly bitIdentical: boolean
  /** Steps done at the latest checkpoint. */
  readonly iteration: number
  readonly iterations: number
  readonly createdMs: number
  readonly seconds: number
  readonly columns: readonly string[]
  readonly figures: RunFigures | null
  readonly heldOutBlocks: readonly number[]
  readonly error: string | null
  /** Null too where it was not recorded. */
  readonly failure: z.output<typeof failureKind> | null
  readonly notes: string
  readonly tags: readonly string[]
}

const runRow = z.object({
  id: z.number(),
  name: z.string(),
  state: runState,
  configuration: z.string().transform(json).pipe(runFileSchema),
  backend: z.string().nullable(),
  mode: z.string().nullable(),
  // Not in files of schema version 1 that are open read-only.
  kernel_build: z.string().nullable().default(null),
  threads: z.number().nullable(),
  bit_identical: z.number(),
  iteration: z.number(),
  iterations: z.number(),
  created_ms: z.number(),
  seconds: z.number(),
  columns: z.string().transform(json).pipe(z.array(z.string())),
  summary: z
    .string()
    .nullable()
    .transform((text) => (text === null ? null : json(text)))
    .pipe(runFigures.nullable()),
  held_out_blocks: z
    .string()
    .nullable()
    .transform((text) => (text === null ? [] : json(text)))
    .pipe(z.array(z.int())),
  error: z.string().nullable(),
  // Not before version 5.
  failure: failureKind.nullable().default(null),
  // Nor these before version 4.
  notes: z.string().default(''),
  tags: z.string().default('[]').transform(json).pipe(z.array(z.string())),
})

export function parseRun(row: unknown): RunRecord {
  const run = runRow.parse(row)
  return {
    id: run.id,
    name: run.name,
    state: run.state,
    configuration: run.configuration,
    backend: run.backend,
    mode: run.mode,
    build: run.kernel_build,
    threads: run.threads,
    bitIdentical: run.bit_identical !== 0,
    iteration: run.iteration,
    iterations: run.iterations,
    createdMs: run.created_ms,
    seconds: run.seconds,
    columns: run.columns,
    figures: run.summary,
    heldOutBlocks: run.held_out_blocks,
    error: run.error,
    failure: run.failure,
    notes: run.notes,
    tags: run.tags,
  }
}

export interface InputRecord {
  /** Of the data entry; "NAME mask" and "NAME sigma" for its companions. */
  readonly name: string
  readonly path: string
  readonly relativePath: string
  readonly bytes: number
  readonly modifiedMs: number
  readonly sha256: string
  /** SHA-256 of the FITS headers. */
  readonly headerDigest: string
}

const inputRow = z.object({
  name: z.string(),
  path: z.string(),
  relative_path: z.string(),
  bytes: z.number(),
  modified_ms: z.number(),
  sha256: z.string(),
  header_digest: z.string(),
})

export function parseInput(row: unknown): InputRecord {
  const input = inputRow.parse(row)
  return {
    name: input.name,
    path: input.path,
    relativePath: input.relative_path,
    bytes: input.bytes,
    modifiedMs: input.modified_ms,
    sha256: input.sha256,
    headerDigest: input.header_digest,
  }
}

const describedData = {
  name: z.string(),
  quantity: quantitySchema,
  /** Of values and sigma: K, rad m^-2 or pc cm^-3. */
  unit: z.string(),
  frequencyGhz: z.number().nullable(),
  /** Frequencies at which the model is averaged, with weights of sum 1; empty for quantities without a frequency. */
  band: z.array(z.object({ frequencyGhz: z.number(), weight: z.number() })),
  offset: z.union([z.literal('free'), z.number()]),
  gain: z.union([z.literal('free'), z.number()]),
  /** How the file became this vector, one sentence each. */
  notes: z.array(z.string()),
}

/** Files of schema version 2 and before hold maps at one frequency, and their descriptions do not say so. */
function describeOlder(description: unknown): unknown {
  if (typeof description !== 'object' || description === null || 'kind' in description) {
    return description
  }
  const frequencyGhz = 'frequencyGhz' in description ? description.frequencyGhz : null
  const band = frequencyGhz === null ? [] : [{ frequencyGhz, weight: 1 }]
  return { ...description, kind: 'map', beamFwhmArcmin: null, band }
}

/** What a prepared data vector is; its arrays lie beside it. */
export const dataDescription = z.preprocess(
  describeOlder,
  z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('map'),
      ...describedData,
      nside: z.int(),
      /** Gaussian beam that the model is smoothed with; null: none. */
      beamFwhmArcmin: z.number().nullable(),
    }),
    z.object({ kind: z.literal('points'), ...describedData }),
  ]),
)
export type DataDescription = z.output<typeof dataDescription>

const markKinds = ['pause', 'resume', 'checkpoint', 'failure'] as const
export type MarkKind = (typeof markKinds)[number]

const markRow = z.object({ iteration: z.number(), kind: z.enum(markKinds), text: z.string() })
export type Mark = z.output<typeof markRow>
export const parseMark = (row: unknown): Mark => markRow.parse(row)

const checkpointRow = z.object({
  id: z.number(),
  run: z.number(),
  iteration: z.number(),
  kind: z.string(),
  created_ms: z.number(),
  details: z
    .string()
    .transform(json)
    .pipe(
      z.object({
        /** Iteration at which the stored model maps were computed. */
        modelIteration: z.number(),
        nuisance: z.array(z.object({ offset: z.number(), gain: z.number() })),
        /** Numbers of the optimiser's state. */
        optimiser: z.record(z.string(), z.number()).default({}),
      }),
    ),
})

export interface CheckpointRecord {
  readonly id: number
  readonly run: number
  /** Steps done. */
  readonly iteration: number
  readonly kind: string
  readonly createdMs: number
  readonly details: z.output<typeof checkpointRow>['details']
}

export function parseCheckpoint(row: unknown): CheckpointRecord {
  const { id, run, iteration, kind, created_ms, details } = checkpointRow.parse(row)
  return { id, run, iteration, kind, createdMs: created_ms, details }
}

const curveRow = z.object({
  first_row: z.number(),
  rows: z.number(),
  data: z.instanceof(Uint8Array),
})
export const parseCurveBatch = (row: unknown): z.output<typeof curveRow> => curveRow.parse(row)
