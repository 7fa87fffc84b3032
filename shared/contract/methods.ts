import { z } from 'zod'
import { fieldOnGrid, gridName, shownGridName } from './field-grids.ts'
import { mapMethods } from './map-methods.ts'
import { modelMethods } from './model-methods.ts'
import { dataSchema, runFileSchema } from '../session/run-file.ts'
import { fileGrant, grant, sessionId } from './file-grants.ts'
import type { FileGrant } from './file-grants.ts'
import { startMethods } from './start-methods.ts'
import type { LeftEntry } from './start-methods.ts'
import { unconstrainedKinds } from '../session/unconstrained.ts'

/**
 * Every request the interface can make of the engine. Files are named by grants: opaque words that the engine gave
 * out for a file the user chose; the interface never sends a path. In a configuration the `file` of a data entry,
 * a mask or a sigma is such a grant.
 */

const runId = z.int().positive()
const sky = {
  nside: z.int().positive(),
  unit: z.string(),
}

export { fileGrant, grant }
export type { FileGrant, LeftEntry }
export type { MapDescriptionMessage } from './map-methods.ts'

export const runState = z.enum([
  'queued',
  'preparing',
  'running',
  'pausing',
  'paused',
  'stopped',
  'done',
  'failed',
])
export type RunState = z.output<typeof runState>

export * from './field-grids.ts'

/** Columns of `run.points`; `set` is 1 for fitted and 2 for held out. */
export const pointColumns = ['l_deg', 'b_deg', 'distance_kpc', 'value', 'sigma'] as const
export const fittedPointColumns = [...pointColumns, 'model', 'set'] as const

/**
 * Columns of `run.sightline`: values at a distance from the observer, and what adds up to there. `emissivity` is that of synchrotron
 * emission in the band of I, K kpc^-1, before any absorption. Q and U only of such data.
 */
export const sightlineColumns = [
  'distance_kpc',
  'B',
  'B_parallel',
  'B_perp',
  'n_e',
  'C',
  'emissivity',
  'I',
  'Q',
  'U',
  'faraday_depth',
  'dispersion_measure',
] as const
export type SightlineColumn = (typeof sightlineColumns)[number]

export { previewLayers } from './model-methods.ts'

/** What a run failed by: with the same settings it fails again, or it may go on once something else is mended. */
export const failureKind = z.enum(['settings', 'other'])
export type FailureKind = z.output<typeof failureKind>

export const runSummary = z.strictObject({
  run: runId,
  name: z.string(),
  state: runState,
  iteration: z.int(),
  iterations: z.int(),
  /** What `run.field` can give. */
  grids: z.array(gridName),
  /** Final or latest chi-square per number of pixels, over all maps. */
  chi2_n_fitted: z.number().nullable(),
  chi2_n_held_out: z.number().nullable(),
  /** Parameters of models that the run fits; the standard deviation is null until it is done, and where there is none. */
  parameters: z
    .array(
      z.strictObject({
        name: z.string(),
        unit: z.string(),
        value: z.number(),
        sigma: z.number().nullable(),
      }),
    )
    .optional(),
  started: z.number(),
  seconds: z.number(),
  error: z.string().optional(),
  /** Of a failed run, where it is known. */
  failure: failureKind.optional(),
  /** What the user says of it. */
  notes: z.string(),
  tags: z.array(z.string()),
  /** The run whose result it began with; `file` without folders where that is in another session. */
  start_from: z.strictObject({ run: runId.optional(), file: z.string().optional() }).optional(),
  /** What its data cannot tell, because of what they are. */
  unconstrained: z.array(z.enum(unconstrainedKinds)),
})
export type RunSummary = z.output<typeof runSummary>

export const sessionState = z.strictObject({
  session: sessionId,
  /** Of the place of its file: the same in every start of the engine, as `session` is not. */
  fileId: z.string(),
  name: z.string(),
  title: z.string(),
  readOnly: z.boolean(),
  /** What could not be read of a damaged file, in sentences. */
  problems: z.array(z.string()),
  inputs: z.array(
    z.strictObject({
      name: z.string(),
      grant,
      fileName: z.string(),
      sha256: z.string(),
      missing: z.boolean(),
      changed: z.boolean(),
    }),
  ),
  /** The configuration the next run would use, with grants for files. */
  configuration: runFileSchema,
  runs: z.array(runSummary),
  /** Runs that wait, in their order. */
  queue: z.array(runId),
  view: z.unknown(),
  /** Only where the last one who ran it was killed: how far the run had got, and what is stored of that. */
  interrupted: z
    .strictObject({
      run: runId,
      name: z.string(),
      iteration: z.int(),
      iterations: z.int(),
      stored: z.int(),
      time: z.number(),
    })
    .optional(),
})
export type SessionState = z.output<typeof sessionState>

export const backendStatus = z.strictObject({
  name: z.string(),
  usable: z.boolean(),
  chosen: z.boolean(),
  detail: z.string(),
})
export type BackendStatus = z.output<typeof backendStatus>

const run = z.strictObject({ session: sessionId, run: runId })
const none = z.strictObject({})
const ok = z.strictObject({ ok: z.literal(true) })

/** `payload` says what raw arrays accompany the reply (or, for `upload`, the request). */
export const methods = {
  ...startMethods,
  'app.info': {
    params: none,
    result: z.strictObject({
      version: z.string(),
      node: z.string(),
      platform: z.string(),
      cpu: z.string(),
      threads: z.int(),
      memoryBytes: z.number(),
      backends: z.array(backendStatus),
      /** True where the engine may list a data folder (larmor serve). */
      browsing: z.boolean(),
    }),
  },
  /** What the engine logged last, without paths and names. */
  'app.log': { params: none, result: z.strictObject({ lines: z.array(z.string()) }) },
  'files.list': {
    params: z.strictObject({ directory: grant.optional() }),
    result: z.strictObject({
      folder: z.string(),
      /** The listed folder itself, to save or export into. */
      here: fileGrant,
      parent: grant.optional(),
      entries: z.array(fileGrant),
    }),
  },
  /** A file dropped into a browser: its bytes as the one payload (uint8). Kept under the data folder. */
  'files.upload': { params: z.strictObject({ name: z.string().max(255) }), result: fileGrant },
  ...mapMethods,
  /**
   * Columns and number of rows of a table of sources: CSV, or a binary table in FITS, by default the first of the file.
   * `units` are what the file says of each column, '' where it says nothing; `hdu` is where the table is in FITS.
   */
  'tables.inspect': {
    params: z.strictObject({ grant, hdu: z.int().nonnegative().optional() }),
    result: z.strictObject({
      file: z.string(),
      columns: z.array(z.string()),
      units: z.array(z.string()),
      rows: z.int(),
      hdu: z.int().optional(),
    }),
  },
  /**
   * The sources of a data entry with `catalogue` as a run would take them; `file` is a grant.
   * Reply payload: float64 [rows][columns]; the distance is Infinity for a source behind everything.
   */
  'points.load': {
    params: z.strictObject({ entry: dataSchema }),
    result: z.strictObject({
      columns: z.array(z.enum(pointColumns)),
      rows: z.int(),
      unit: z.string(),
      notes: z.array(z.string()),
    }),
  },
  /** Creates the session file at once: in `directory` if given, else where new sessions go. */
  'session.create': {
    params: z.strictObject({
      name: z.string().min(1).max(120),
      directory: grant.optional(),
      configuration: z.unknown(),
    }),
    result: sessionState,
  },
  'session.open': { params: z.strictObject({ grant }), result: sessionState },
  'session.state': { params: z.strictObject({ session: sessionId }), result: sessionState },
  /** Stores the configuration of the next run; errors name the key. */
  'session.configure': {
    params: z.strictObject({ session: sessionId, configuration: z.unknown() }),
    result: sessionState,
  },
  /** A `file` that the session names has moved: say where it is now. */
  'session.locate': {
    params: z.strictObject({ session: sessionId, file: grant, grant }),
    result: sessionState,
  },
  'session.saveAs': {
    params: z.strictObject({ session: sessionId, destination: grant, name: z.string().max(120) }),
    result: fileGrant,
  },
  'session.view': { params: z.strictObject({ session: sessionId, view: z.unknown() }), result: ok },
  'session.close': { params: z.strictObject({ session: sessionId }), result: ok },
  /** Checks a configuration without storing it: messages by key, memory and unknowns. */
  'run.check': {
    params: z.strictObject({ session: sessionId.optional(), configuration: z.unknown() }),
    result: z.strictObject({
      issues: z.array(z.strictObject({ path: z.string(), message: z.string() })),
      unknowns: z.number(),
      rays: z.number(),
      memoryBytes: z.number(),
      /** How long it will optimise, roughly; `runs`: as measured in this session, `table`: as on another machine. */
      time: z
        .strictObject({
          lowSeconds: z.number(),
          highSeconds: z.number(),
          basis: z.enum(['runs', 'table']),
        })
        .nullable(),
    }),
  },
  /** What a run was made from, with grants for files. */
  'run.settings': { params: run, result: z.strictObject({ configuration: runFileSchema }) },
  /** Adds a run of the session's configuration to the queue: runs go one after another. */
  'run.start': {
    params: z.strictObject({ session: sessionId, name: z.string().max(80).optional() }),
    result: runSummary,
  },
  /** Name, notes and tags; what is left out stays. */
  'run.describe': {
    params: z.strictObject({
      ...run.shape,
      name: z.string().trim().min(1).max(80).optional(),
      notes: z.string().max(20_000).optional(),
      tags: z.array(z.string().trim().min(1).max(40)).max(20).optional(),
    }),
    result: runSummary,
  },
  /** Puts a run that waits at a position among those of its session that wait, 0 being next. Returns their order. */
  'run.reorder': {
    params: z.strictObject({ ...run.shape, position: z.int().nonnegative() }),
    result: z.array(runId),
  },
  /** Deletes a run with its results; of one that goes on, an error. */
  'run.remove': { params: run, result: ok },
  'run.pause': { params: run, result: runSummary },
  /** Continues a paused, stopped or interrupted run to the same bits. */
  'run.resume': { params: run, result: runSummary },
  'run.stop': { params: run, result: runSummary },
  /** Reply payload: float64 [rows][columns]; `from` is the first row wanted. */
  'run.curves': {
    params: z.strictObject({ ...run.shape, from: z.int().nonnegative().default(0) }),
    result: z.strictObject({
      columns: z.array(z.string()),
      rows: z.int(),
      marks: z.array(
        z.strictObject({
          iteration: z.int(),
          kind: z.enum(['pause', 'resume', 'checkpoint', 'failure']),
          text: z.string(),
        }),
      ),
    }),
  },
  /** Reply payload: float32 pixels, RING, Galactic; pixels without a value are NaN. */
  'run.map': {
    params: z.strictObject({
      ...run.shape,
      data: z.string(),
      which: z.enum(['data', 'model', 'residual', 'residual_over_sigma', 'set']),
    }),
    result: z.strictObject({ ...sky, iteration: z.int(), nuisance: z.string() }),
  },
  /** Of a catalogue. Reply payload: float64 [rows][columns]; the model is with offset and gain, NaN before there is one. */
  'run.points': {
    params: z.strictObject({ ...run.shape, data: z.string() }),
    result: z.strictObject({
      columns: z.array(z.enum(fittedPointColumns)),
      rows: z.int(),
      unit: z.string(),
      iteration: z.int(),
      nuisance: z.string(),
    }),
  },
  /**
   * Reply payload: float32 [nx, ny, nz, components] in `unit`: 3 components of the magnetic field, 1 of anything else. A density
   * that the run holds fixed is its model at the voxels' centres.
   */
  'run.field': {
    params: z.strictObject({ ...run.shape, grid: shownGridName.default('magnetic_field') }),
    result: z.strictObject({ ...fieldOnGrid, iteration: z.int() }),
  },
  /**
   * Along one line of sight through the fields of a run: microgauss (parallel: positive toward the observer), cm^-3, m^-3, K in
   * the band of `data`, rad m^-2, pc cm^-3. Reply payload: float64 [rows][columns] from the observer to the end of the ray.
   */
  'run.sightline': {
    params: z.strictObject({
      ...run.shape,
      l_deg: z.number().finite(),
      b_deg: z.number().min(-90).max(90),
      /**
       * Whose band and Stokes parameters; default: intensity at the first frequency of the run. Of a map, the profile is that of the
       * pixel that the direction is in; of a catalogue, that to a source, where one is in this direction.
       */
      data: z.string().optional(),
      /** Where the ray ends if before the face of the box. */
      distance_kpc: z.number().positive().finite().optional(),
    }),
    result: z.strictObject({
      columns: z.array(z.enum(sightlineColumns)),
      rows: z.int(),
      iteration: z.int(),
      l_deg: z.number(),
      b_deg: z.number(),
      observer_kpc: z.tuple([z.number(), z.number(), z.number()]),
      end_kpc: z.tuple([z.number(), z.number(), z.number()]),
      frequencies_ghz: z.array(z.number()),
    }),
  },
  /**
   * Which lines of sight of `data` depend on the voxel at a position, and how strongly: the integral of its trilinear weight along
   * them, kpc, 0 elsewhere. Reply payload: float32, 12 nside^2 RING pixels of a map, or one per source of a catalogue (nside 0).
   */
  'run.seen_by': {
    params: z.strictObject({
      ...run.shape,
      data: z.string(),
      position_kpc: z.tuple([z.number().finite(), z.number().finite(), z.number().finite()]),
    }),
    result: z.strictObject({
      voxel: z.tuple([z.int(), z.int(), z.int()]),
      centre_kpc: z.tuple([z.number(), z.number(), z.number()]),
      nside: z.int().nonnegative(),
      sources: z.int().nonnegative(),
      /** How many there are, and the strongest. */
      seen: z.int(),
      longest_kpc: z.number(),
    }),
  },
  ...modelMethods,
  'export.run': {
    params: z.strictObject({
      ...run.shape,
      directory: grant.optional(),
      what: z.array(z.enum(['maps', 'points', 'fields', 'curves', 'figures'])).min(1),
      formats: z.array(z.enum(['fits', 'hdf5', 'npy', 'vtk', 'csv', 'png'])).min(1),
    }),
    result: z.strictObject({
      folder: z.string(),
      files: z.array(z.string()),
      /** Of the folder, to show it in the file manager. */
      grant: grant.optional(),
    }),
  },
} as const

export type MethodName = keyof typeof methods
export type Params<M extends MethodName> = z.input<(typeof methods)[M]['params']>
export type Result<M extends MethodName> = z.output<(typeof methods)[M]['result']>
