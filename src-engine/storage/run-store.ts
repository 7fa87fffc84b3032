import type { DatabaseSync } from 'node:sqlite'
import type { RunState } from '#shared/contract/methods.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import { errorText } from '../errors.ts'
import type { CosmicRayInputs } from '../simulation/cosmic-ray-inputs.ts'
import { listArrays, readArray, writeArray } from './arrays.ts'
import type { StoredArray } from './arrays.ts'
import {
  dataDescription,
  parseCheckpoint,
  parseCurveBatch,
  parseMark,
  parseRun,
} from './records.ts'
import type {
  CheckpointRecord,
  DataDescription,
  Mark,
  MarkKind,
  RunFigures,
  RunRecord,
} from './records.ts'

interface VectorValues {
  /** In `unit`, one per pixel or point; finite. */
  readonly values: Float64Array
  readonly sigma: Float64Array
  /** 1 fitted, 2 held out. */
  readonly set: Uint8Array
}

/** The valid pixels of one map. */
export type MapVector = Extract<DataDescription, { kind: 'map' }> &
  VectorValues & {
    /** RING pixel numbers at `nside`, ascending. */
    readonly pixels: Int32Array
  }

/** The valid rows of one catalogue. */
export type PointVector = Extract<DataDescription, { kind: 'points' }> &
  VectorValues & {
    /** [point][2] Galactic l, b in degrees */
    readonly directionsDeg: Float64Array
    /** [point] where the source is; Infinity beyond the Galaxy. */
    readonly distancesKpc: Float64Array
  }

/** A prepared data vector. */
export type DataVector = MapVector | PointVector

export interface CheckpointContent {
  readonly iteration: number
  readonly kind: 'periodic' | 'pause' | 'stop' | 'final' | 'start'
  readonly arrays: readonly StoredArray[]
  readonly randomState: unknown
  readonly details: CheckpointRecord['details']
}

export interface RunChanges {
  name?: string
  notes?: string
  tags?: readonly string[]
  configuration?: RunFile
  state?: RunState
  backend?: string
  mode?: string
  build?: string
  threads?: number
  bitIdentical?: boolean
  iterations?: number
  iteration?: number
  seconds?: number
  columns?: readonly string[]
  figures?: RunFigures
  heldOutBlocks?: Int32Array
  error?: string | null
  failure?: RunRecord['failure']
}

export interface Curves {
  readonly columns: readonly string[]
  readonly rows: number
  /** [rows][columns] */
  readonly values: Float64Array
}

const keptCheckpoints = 2
const startPrefix = 'start/'

/** What a run reads for the cosmic-ray electrons. */
const cosmicRayArrays = {
  skyIndex: { name: 'cosmic_rays/spectral_index_map', unit: 'p or regions, RING pixels' },
  gamma: { name: 'cosmic_rays/spectrum/gamma', unit: '' },
  shape: { name: 'cosmic_rays/spectrum/density', unit: '' },
} as const

/** The runs of a session: rows, curves, marks, data vectors and checkpoints. Transactions are the caller's. */
export class RunStore {
  readonly #database: DatabaseSync
  readonly #report: (problem: string) => void

  constructor(database: DatabaseSync, report: (problem: string) => void) {
    this.#database = database
    this.#report = report
  }

  /** Without a `name`, one from its number. */
  create(name: string | undefined, configuration: RunFile): RunRecord {
    const id = this.#nextId()
    this.#database
      .prepare(
        'INSERT INTO runs (id, name, state, configuration, iterations, created_ms) VALUES (?, ?, ?, ?, ?, ?)',
      )
      .run(
        id,
        name ?? `Run ${id}`,
        'queued',
        JSON.stringify(configuration),
        configuration.optimiser.iterations,
        Date.now(),
      )
    return this.get(id)
  }

  /** Never the number of a run that was deleted: settings that begin with its result would take another one's. */
  #nextId(): number {
    const row = this.#database
      .prepare(
        `INSERT INTO meta (key, value) VALUES ('last_run', 1 + (SELECT coalesce(max(id), 0) FROM runs))
         ON CONFLICT (key) DO UPDATE SET value = 1 + max(CAST(value AS INTEGER), (SELECT coalesce(max(id), 0) FROM runs))
         RETURNING CAST(value AS INTEGER) AS id`,
      )
      .get()
    return Number(row?.id)
  }

  /** @throws Error when there is no such run */
  get(id: number): RunRecord {
    const row = this.#database.prepare('SELECT * FROM runs WHERE id = ?').get(id)
    if (row === undefined) throw new Error(`The session has no run ${id}.`)
    return parseRun(row)
  }

  /** All runs in the order of creation; unreadable ones are reported and left out. */
  list(): RunRecord[] {
    const runs: RunRecord[] = []
    try {
      for (const row of this.#database.prepare('SELECT * FROM runs ORDER BY id').iterate()) {
        try {
          runs.push(parseRun(row))
        } catch (error) {
          this.#report(`Run ${String(row.id)} cannot be read (${errorText(error)}).`)
        }
      }
    } catch (error) {
      this.#report(`The list of runs cannot be read to its end (${errorText(error)}).`)
    }
    return runs
  }

  update(id: number, changes: RunChanges): void {
    const columns: Record<string, string | number | null> = {}
    if (changes.name !== undefined) columns.name = changes.name
    if (changes.notes !== undefined) columns.notes = changes.notes
    if (changes.tags !== undefined) columns.tags = JSON.stringify(changes.tags)
    if (changes.configuration !== undefined) {
      columns.configuration = JSON.stringify(changes.configuration)
    }
    if (changes.state !== undefined) columns.state = changes.state
    if (changes.backend !== undefined) columns.backend = changes.backend
    if (changes.mode !== undefined) columns.mode = changes.mode
    if (changes.build !== undefined) columns.kernel_build = changes.build
    if (changes.threads !== undefined) columns.threads = changes.threads
    if (changes.bitIdentical !== undefined) columns.bit_identical = changes.bitIdentical ? 1 : 0
    if (changes.iterations !== undefined) columns.iterations = changes.iterations
    if (changes.iteration !== undefined) columns.iteration = changes.iteration
    if (changes.seconds !== undefined) columns.seconds = changes.seconds
    if (changes.columns !== undefined) columns.columns = JSON.stringify(changes.columns)
    if (changes.figures !== undefined) columns.summary = JSON.stringify(changes.figures)
    if (changes.heldOutBlocks !== undefined) {
      columns.held_out_blocks = JSON.stringify([...changes.heldOutBlocks])
    }
    if (changes.error !== undefined) columns.error = changes.error
    if (changes.failure !== undefined) columns.failure = changes.failure
    const names = Object.keys(columns)
    if (names.length === 0) return
    this.#database
      .prepare(`UPDATE runs SET ${names.map((name) => `${name} = ?`).join(', ')} WHERE id = ?`)
      .run(...Object.values(columns), id)
  }

  /** Drops a run with everything that belongs to it. */
  remove(id: number): void {
    this.#database.prepare('DELETE FROM runs WHERE id = ?').run(id)
  }

  /** Runs that were going on when their process ended are paused at their last checkpoint. */
  settleInterrupted(): void {
    this.#database.exec(
      `UPDATE runs SET state = 'paused' WHERE state IN ('queued', 'preparing', 'running', 'pausing')`,
    )
  }

  putData(run: number, data: readonly DataVector[]): void {
    this.#database.prepare('DELETE FROM data WHERE run = ?').run(run)
    this.#database.prepare('DELETE FROM arrays WHERE run = ? AND checkpoint IS NULL').run(run)
    data.forEach((vector, position) => {
      const { description, places, values, sigma, set } = takeApart(vector)
      this.#database
        .prepare('INSERT INTO data (run, position, name, description) VALUES (?, ?, ?, ?)')
        .run(run, position, vector.name, JSON.stringify(description))
      const unit = vector.unit
      const put = (name: string, array: Pick<StoredArray, 'unit' | 'values'>): void =>
        writeArray(this.#database, run, null, {
          name: `data/${vector.name}/${name}`,
          shape: [values.length, ...(array.values.length > values.length ? [2] : [])],
          ...array,
        })
      for (const [name, array] of Object.entries(places)) put(name, array)
      put('values', { unit, values })
      put('sigma', { unit, values: sigma })
      put('set', { unit: '1 fitted, 2 held out', values: set })
    })
  }

  /** Whether the run has read its data: it needs their files no more. */
  hasData(run: number): boolean {
    return this.#database.prepare('SELECT 1 FROM data WHERE run = ?').get(run) !== undefined
  }

  /** The data vectors of a run, empty before they were prepared. @throws Error when they are damaged */
  data(run: number): DataVector[] {
    const rows = this.#database
      .prepare('SELECT description FROM data WHERE run = ? ORDER BY position')
      .all(run)
    return rows.map((row) => {
      const description = dataDescription.parse(JSON.parse(String(row.description)))
      const read = (name: string): StoredArray['values'] => {
        const array = readArray(this.#database, run, null, `data/${description.name}/${name}`)
        if (!array) throw new Error(`The data vector "${description.name}" lacks its ${name}.`)
        return array.values
      }
      const values = {
        values: Float64Array.from(read('values')),
        sigma: Float64Array.from(read('sigma')),
        set: Uint8Array.from(read('set')),
      }
      if (description.kind === 'map') {
        return { ...description, ...values, pixels: Int32Array.from(read('pixels')) }
      }
      return {
        ...description,
        ...values,
        directionsDeg: Float64Array.from(read('directions')),
        distancesKpc: Float64Array.from(read('distances')),
      }
    })
  }

  /** What was read for the cosmic-ray electrons of a run, beside its data: after `putData`. */
  putCosmicRays(run: number, { skyIndex, spectrum }: CosmicRayInputs): void {
    const put = (name: keyof typeof cosmicRayArrays, values: Float64Array | undefined): void => {
      if (!values) return
      const array = { ...cosmicRayArrays[name], shape: [values.length], values }
      writeArray(this.#database, run, null, array)
    }
    put('skyIndex', skyIndex?.values)
    put('gamma', spectrum?.gamma)
    put('shape', spectrum?.shape)
  }

  /** @throws Error when what is stored is damaged */
  cosmicRays(run: number): CosmicRayInputs {
    const read = (name: keyof typeof cosmicRayArrays): Float64Array | undefined => {
      const array = readArray(this.#database, run, null, cosmicRayArrays[name].name)
      return array && Float64Array.from(array.values)
    }
    const values = read('skyIndex')
    const gamma = read('gamma')
    const shape = read('shape')
    return {
      ...(values ? { skyIndex: { nside: Math.sqrt(values.length / 12), values } } : {}),
      ...(gamma && shape ? { spectrum: { gamma, shape } } : {}),
    }
  }

  /** Where the parameters of a run that begins with the result of another one began: after `putData`. */
  putStart(run: number, blocks: readonly StoredArray[]): void {
    for (const block of blocks) {
      writeArray(this.#database, run, null, { ...block, name: startPrefix + block.name })
    }
  }

  /** By the names of the blocks; empty for a run that begins as its settings say. @throws Error when they are damaged */
  start(run: number): ReadonlyMap<string, StoredArray['values']> {
    const found = new Map<string, StoredArray['values']>()
    for (const { name } of listArrays(this.#database, run, null)) {
      if (!name.startsWith(startPrefix)) continue
      const array = readArray(this.#database, run, null, name)
      if (array) found.set(name.slice(startPrefix.length), array.values)
    }
    return found
  }

  /** Appends rows to the curves; `firstRow` is the number of rows before them. */
  appendCurves(run: number, firstRow: number, columns: number, values: Float64Array): void {
    if (values.length === 0) return
    this.#database
      .prepare('INSERT INTO curves (run, first_row, rows, data) VALUES (?, ?, ?, ?)')
      .run(run, firstRow, values.length / columns, new Uint8Array(values.slice().buffer))
  }

  /**
   * Removes the rows from `row` on, and marks later than it: they will be computed again. From now on the curves have `columns`:
   * what an earlier version of the program did not record is NaN.
   */
  truncateCurves(run: number, row: number, columns: readonly string[]): void {
    const old = this.curves(run)
    const from = columns.map((name) => old.columns.indexOf(name))
    const rows = Math.min(row, old.rows)
    const values = new Float64Array(rows * columns.length)
    for (let at = 0; at < values.length; at++) {
      const column = from[at % columns.length]
      const first = Math.floor(at / columns.length) * old.columns.length
      values[at] = column < 0 ? NaN : old.values[first + column]
    }
    this.#database.prepare('DELETE FROM curves WHERE run = ?').run(run)
    this.update(run, { columns })
    this.appendCurves(run, 0, columns.length, values)
    this.#database.prepare('DELETE FROM marks WHERE run = ? AND iteration > ?').run(run, row)
  }

  curves(run: number, from = 0): Curves {
    const { columns } = this.get(run)
    const width = columns.length
    const batches = this.#database
      .prepare(
        'SELECT first_row, rows, data FROM curves WHERE run = ? AND first_row + rows > ? ORDER BY first_row',
      )
      .all(run, from)
      .map(parseCurveBatch)
    const parts = batches.map((batch) => {
      const all = new Float64Array(batch.data.slice().buffer)
      return all.subarray(Math.max(0, from - batch.first_row) * width)
    })
    const values = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0))
    let at = 0
    for (const part of parts) {
      values.set(part, at)
      at += part.length
    }
    return { columns, rows: width > 0 ? values.length / width : 0, values }
  }

  addMark(run: number, iteration: number, kind: MarkKind, text: string): void {
    this.#database
      .prepare('INSERT INTO marks (run, iteration, kind, text, time_ms) VALUES (?, ?, ?, ?, ?)')
      .run(run, iteration, kind, text, Date.now())
  }

  marks(run: number): Mark[] {
    return this.#database
      .prepare('SELECT iteration, kind, text FROM marks WHERE run = ? ORDER BY id')
      .all(run)
      .map(parseMark)
  }

  /** Stores a checkpoint and drops the oldest beyond two. Call inside one transaction with what belongs to it. */
  saveCheckpoint(run: number, content: CheckpointContent): void {
    // Deleted first, so that the new arrays use the pages of the old ones.
    this.#database
      .prepare(
        `DELETE FROM checkpoints WHERE run = ? AND id NOT IN
           (SELECT id FROM checkpoints WHERE run = ? ORDER BY id DESC LIMIT ?)`,
      )
      .run(run, run, keptCheckpoints - 1)
    const { lastInsertRowid } = this.#database
      .prepare(
        'INSERT INTO checkpoints (run, iteration, kind, created_ms, random_state, details) VALUES (?, ?, ?, ?, ?, ?)',
      )
      .run(
        run,
        content.iteration,
        content.kind,
        Date.now(),
        JSON.stringify(content.randomState),
        JSON.stringify(content.details),
      )
    for (const array of content.arrays) {
      writeArray(this.#database, run, Number(lastInsertRowid), array)
    }
    this.update(run, { iteration: content.iteration })
  }

  /** Drops the checkpoint after `iteration` steps, if there is one: what it holds turned out to be of no use. */
  dropCheckpoint(run: number, iteration: number): void {
    const { changes } = this.#database
      .prepare('DELETE FROM checkpoints WHERE run = ? AND iteration = ?')
      .run(run, iteration)
    if (changes === 0) return
    const [latest] = this.checkpoints(run)
    this.update(run, { iteration: latest?.iteration ?? 0 })
  }

  /** Drops what only a resume needs: all but the latest checkpoint, and the optimiser's state. */
  keepFieldOnly(run: number): void {
    const [latest] = this.checkpoints(run)
    if (!latest) return
    this.#database.prepare('DELETE FROM checkpoints WHERE run = ? AND id <> ?').run(run, latest.id)
    this.#database
      .prepare(
        `DELETE FROM arrays WHERE checkpoint = ? AND (name LIKE 'first_moment%' OR name LIKE 'second_moment%'
           OR name LIKE 'optimiser/%' OR name LIKE 'parameters/%')`,
      )
      .run(latest.id)
  }

  /** Checkpoints of a run, the latest first. */
  checkpoints(run: number): CheckpointRecord[] {
    return this.#database
      .prepare('SELECT * FROM checkpoints WHERE run = ? ORDER BY id DESC')
      .all(run)
      .map(parseCheckpoint)
  }

  arrayNames(checkpoint: CheckpointRecord): ReturnType<typeof listArrays> {
    return listArrays(this.#database, checkpoint.run, checkpoint.id)
  }

  /** @throws Error when the array is missing, InputError when it is damaged */
  checkpointArray(checkpoint: CheckpointRecord, name: string): StoredArray {
    const array = readArray(this.#database, checkpoint.run, checkpoint.id, name)
    if (!array) {
      throw new Error(`The checkpoint of iteration ${checkpoint.iteration} has no "${name}".`)
    }
    return array
  }
}

/** The parts of a data vector that are stored apart: its description, its places and its values. */
function takeApart(vector: DataVector): VectorValues & {
  description: DataDescription
  places: Readonly<Record<string, Pick<StoredArray, 'unit' | 'values'>>>
} {
  if (vector.kind === 'map') {
    const { pixels, values, sigma, set, ...description } = vector
    const places = { pixels: { unit: 'RING pixel number', values: pixels } }
    return { description, places, values, sigma, set }
  }
  const { directionsDeg, distancesKpc, values, sigma, set, ...description } = vector
  const places = {
    directions: { unit: 'Galactic l, b in deg', values: directionsDeg },
    distances: { unit: 'kpc', values: distancesKpc },
  }
  return { description, places, values, sigma, set }
}
