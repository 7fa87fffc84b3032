import {
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { InputError } from '#engine/errors.ts'
import { Session } from '#engine/storage/session.ts'
import type { CheckpointContent, DataVector } from '#engine/storage/run-store.ts'
import { filesOf } from '#shared/session/run-file-paths.ts'
import { sampleFolder, sampleRun } from '#test/tools/sample-run.ts'
import type { SampleFolder } from '#test/tools/sample-run.ts'

let folder: SampleFolder
beforeEach(() => {
  folder = sampleFolder(1)
})
afterEach(() => folder.remove())

function create(name = 'a.larmor'): Session {
  const configuration = sampleRun(folder)
  return Session.create(folder.file(name), configuration.title, configuration)
}

function checkpoint(iteration: number, voxels = 4): CheckpointContent {
  const values = Float32Array.from({ length: 3 * voxels }, (_, i) => i / 7 + iteration)
  return {
    iteration,
    kind: 'periodic',
    randomState: {},
    details: { modelIteration: iteration, nuisance: [], optimiser: {} },
    arrays: [{ name: 'magnetic_field', unit: 'microgauss', shape: [voxels, 3], values }],
  }
}

describe('a session file', () => {
  it('keeps title, configuration, view and inputs, and is one file when closed', () => {
    const session = create()
    const { path, configuration } = session
    session.transaction(() => {
      session.setView({ panel: 'sky', zoom: [1, 2] })
      session.putInput({
        name: 'sky',
        path: folder.file('sky.fits'),
        bytes: 12,
        modifiedMs: 5.5,
        sha256: 'ab',
        headerDigest: 'cd',
      })
    })
    session.close()
    expect(readdirSync(folder.path).sort()).toEqual(['a.larmor', 'sky.fits'])
    const again = Session.open(path)
    expect(again.title).toBe('Synthetic')
    expect(again.configuration).toEqual(configuration)
    expect(again.view).toEqual({ panel: 'sky', zoom: [1, 2] })
    expect(again.inputs[0]).toMatchObject({ relativePath: 'sky.fits', sha256: 'ab' })
    expect(again.problems).toEqual([])
    again.close()
  })

  it('knows where files may be that were moved with it, and names them anew wherever it names them', () => {
    const session = create()
    const [was, mask] = [folder.file('sky.fits'), folder.file('mask.fits')]
    const configuration = sampleRun(folder)
    configuration.data[0].mask = { file: mask, column: 0 }
    const record = { name: 'sky', bytes: 1, modifiedMs: 2, sha256: 'ab', headerDigest: 'cd' }
    session.transaction(() => {
      session.configure(configuration)
      session.runs.create('Waiting', configuration)
      session.putInput({ ...record, path: was })
    })
    session.close()
    const elsewhere = join(folder.path, 'elsewhere')
    mkdirSync(elsewhere)
    renameSync(session.path, join(elsewhere, 'a.larmor'))
    const moved = Session.open(join(elsewhere, 'a.larmor'))
    const now = join(elsewhere, 'sky.fits')
    expect(moved.files).toEqual(new Set([was, mask]))
    expect(moved.placesOf(was)).toEqual([was, now])
    expect(moved.placesOf(mask)).toEqual([mask, join(elsewhere, 'mask.fits')])
    moved.moveFiles(new Map([[was, now]]))
    const settings = [moved.configuration, moved.runs.get(1).configuration]
    expect(settings.map(filesOf)).toMatchObject(settings.map(() => [{ path: now }, { path: mask }]))
    expect(moved.inputs).toMatchObject([{ ...record, path: now, relativePath: 'sky.fits' }])
    moved.close()
  })

  it('stores arrays in chunks and keeps the last two checkpoints', () => {
    const session = create()
    const voxels = 300_000
    const run = session.runs.create('Run 1', session.configuration)
    for (const iteration of [1, 2, 3]) {
      session.transaction(() => session.runs.saveCheckpoint(run.id, checkpoint(iteration, voxels)))
    }
    const kept = session.runs.checkpoints(run.id)
    expect(kept.map(({ iteration }) => iteration)).toEqual([3, 2])
    const array = session.runs.checkpointArray(kept[0], 'magnetic_field')
    const [written] = checkpoint(3, voxels).arrays
    expect({ ...array, values: 0 }).toEqual({ ...written, values: 0 })
    expect(Buffer.from(array.values.buffer).equals(Buffer.from(written.values.buffer))).toBe(true)
    expect(session.runs.get(run.id).iteration).toBe(3)
    session.close()
    const database = new DatabaseSync(folder.file('a.larmor'), { readOnly: true })
    // 3.6 MB in pieces of 1 MiB, twice; nothing is left of the first checkpoint.
    expect(database.prepare('SELECT count(*) AS n FROM chunks').get()?.n).toBe(8)
    database.close()
  })

  it('gives the number of a deleted run to no other', () => {
    const session = create()
    const next = () => session.runs.create(undefined, session.configuration)
    next()
    session.runs.remove(next().id)
    expect(next()).toMatchObject({ id: 3, name: 'Run 3' })
    session.close()
    const again = Session.open(folder.file('a.larmor'))
    again.runs.remove(3)
    expect(again.runs.create(undefined, again.configuration).id).toBe(4)
    again.close()
  })

  it('appends and truncates curves', () => {
    const session = create()
    const { id } = session.runs.create('Run 1', session.configuration)
    session.runs.update(id, { columns: ['iteration', 'loss'] })
    session.runs.appendCurves(id, 0, 2, Float64Array.of(0, 10, 1, 9, 2, 8))
    session.runs.appendCurves(id, 3, 2, Float64Array.of(3, 7))
    expect(session.runs.curves(id, 2).values).toEqual(Float64Array.of(2, 8, 3, 7))
    session.runs.truncateCurves(id, 2, session.runs.get(id).columns)
    expect(session.runs.curves(id)).toEqual({
      columns: ['iteration', 'loss'],
      rows: 2,
      values: Float64Array.of(0, 10, 1, 9),
    })
    session.close()
  })

  it('undoes a transaction that fails', () => {
    const session = create()
    const fail = () =>
      session.transaction(() => {
        session.runs.create('Half', session.configuration)
        throw new Error('in the middle')
      })
    expect(fail).toThrow('in the middle')
    expect(session.runs.list()).toEqual([])
    session.close()
  })

  it.each([
    ['database or disk is full', /a\.larmor: the disk is full.*make room, then resume/],
    ['disk I/O error', /a\.larmor can no longer be written \(disk I\/O error\)/],
  ])('says in words for people that %s', (text, expected) => {
    const session = create()
    const write = (): void =>
      session.transaction(() => {
        throw new Error(text)
      })
    expect(write).toThrow(InputError)
    expect(write).toThrow(expected)
    session.close()
  })

  it('is brought to the current schema when it is opened for writing', () => {
    const session = create()
    const { id } = session.runs.create('Run 1', session.configuration)
    session.runs.update(id, { build: 'abc' })
    session.close()
    const database = new DatabaseSync(folder.file('a.larmor'))
    for (const column of ['kernel_build', 'notes', 'tags', 'failure']) {
      database.exec(`ALTER TABLE runs DROP COLUMN ${column}`)
    }
    database.exec('PRAGMA user_version = 1')
    database.close()
    const old = Session.open(folder.file('a.larmor'), { readOnly: true })
    expect(old.problems).toEqual([])
    expect(old.runs.get(id)).toMatchObject({
      build: null,
      notes: '',
      tags: [],
      failure: null,
    })
    old.close()
    const current = Session.open(folder.file('a.larmor'))
    current.runs.update(id, { build: 'def' })
    expect(current.runs.get(id).build).toBe('def')
    current.close()
  })

  it('keeps catalogues beside maps, and reads maps that were stored before there were any', () => {
    const shared = {
      offset: 0,
      gain: 'free' as const,
      notes: ['A note.'],
      values: Float64Array.of(1, 2),
      sigma: Float64Array.of(0.5, 0.25),
      set: Uint8Array.of(1, 2),
    }
    const map: DataVector = {
      kind: 'map',
      name: 'sky',
      quantity: 'I',
      unit: 'K',
      nside: 2,
      frequencyGhz: 0.408,
      band: [{ frequencyGhz: 0.408, weight: 1 }],
      beamFwhmArcmin: null,
      pixels: Int32Array.of(4, 40),
      ...shared,
    }
    const points: DataVector = {
      kind: 'points',
      name: 'pulsars',
      quantity: 'dispersion_measure',
      unit: 'pc cm^-3',
      frequencyGhz: null,
      band: [],
      directionsDeg: Float64Array.of(10, -3, 200, 40),
      distancesKpc: Float64Array.of(1.5, Infinity),
      ...shared,
    }
    const session = create()
    const { id } = session.runs.create('Run 1', session.configuration)
    session.transaction(() => session.runs.putData(id, [map, points]))
    session.close()
    const database = new DatabaseSync(folder.file('a.larmor'))
    database.exec(
      `UPDATE data SET description = json_remove(description, '$.kind', '$.band', '$.beamFwhmArcmin') WHERE name = 'sky';
       PRAGMA user_version = 2`,
    )
    database.close()
    for (const readOnly of [true, false]) {
      const again = Session.open(folder.file('a.larmor'), { readOnly })
      expect(again.runs.data(id)).toEqual([map, points])
      again.close()
    }
  })

  it('has one writer, while readers are welcome', () => {
    const session = create()
    expect(() => Session.open(session.path)).toThrow(/open for writing in another Larmor/)
    const reader = Session.open(session.path, { readOnly: true })
    expect(reader.title).toBe('Synthetic')
    expect(() => reader.setView(1)).toThrow(/read-only/)
    reader.close()
    session.close()
    Session.open(session.path).close()
  })

  it('is never created over a file, and says where a folder is missing', () => {
    create().close()
    expect(() => create()).toThrow(/exists already/)
    expect(() => create('no/such/b.larmor')).toThrow(/no such folder/)
  })

  it('pauses a run that was going on when the process ended', () => {
    const session = create()
    const { id } = session.runs.create('Run 1', session.configuration)
    session.runs.update(id, { state: 'running' })
    session.close()
    const again = Session.open(folder.file('a.larmor'))
    expect(again.runs.get(id).state).toBe('paused')
    again.close()
  })

  it('is copied whole by saveAs', () => {
    const session = create()
    const { id } = session.runs.create('Run 1', session.configuration)
    session.transaction(() => session.runs.saveCheckpoint(id, checkpoint(4)))
    session.saveAs(folder.file('copy.larmor'))
    expect(() => session.saveAs(folder.file('copy.larmor'))).toThrow(/exists already/)
    session.close()
    const copy = Session.open(folder.file('copy.larmor'))
    expect(copy.runs.checkpoints(id)[0].iteration).toBe(4)
    expect(copy.problems).toEqual([])
    copy.close()
  })
})

describe('a file that is not as it should be', () => {
  it('is refused when it is no session', () => {
    writeFileSync(folder.file('text.larmor'), 'not a database, but long enough to be one')
    expect(() => Session.open(folder.file('text.larmor'))).toThrow(/not a Larmor session/)
    expect(() => Session.open(folder.file('missing.larmor'))).toThrow(/no such file/)
    const other = new DatabaseSync(folder.file('other.larmor'))
    other.exec('CREATE TABLE t (a)')
    other.close()
    expect(() => Session.open(folder.file('other.larmor'))).toThrow(/not a Larmor session/)
  })

  it('is refused when a newer program wrote it', () => {
    create().close()
    const database = new DatabaseSync(folder.file('a.larmor'))
    database.exec('PRAGMA user_version = 99')
    database.close()
    expect(() => Session.open(folder.file('a.larmor'))).toThrow(/newer Larmor \(session version 99/)
    expect(existsSync(folder.file('a.larmor-lock'))).toBe(false)
  })

  it('becomes a session when its creation was interrupted', () => {
    writeFileSync(folder.file('empty.larmor'), '')
    const session = Session.open(folder.file('empty.larmor'))
    expect(session.isConfigured).toBe(false)
    expect(session.readOnly).toBe(false)
    session.close()
  })

  it('is open read-only with what can be saved when it is damaged', () => {
    const session = create()
    const { id } = session.runs.create('Run 1', session.configuration)
    session.transaction(() => session.runs.saveCheckpoint(id, checkpoint(1, 400_000)))
    session.close()
    const file = folder.file('a.larmor')
    const handle = openSync(file, 'r+')
    // Zeros over three pages in the middle, where the chunks lie.
    writeSync(handle, Buffer.alloc(3 * 32768), 0, 3 * 32768, 60 * 32768)
    const damaged = Session.open(file)
    expect(damaged.readOnly).toBe(true)
    expect(damaged.problems.join(' ')).toMatch(/damaged; it is open for reading only/)
    expect(damaged.title).toBe('Synthetic')
    expect(damaged.runs.list()).toHaveLength(1)
    const [stored] = damaged.runs.checkpoints(id)
    expect(() => damaged.runs.checkpointArray(stored, 'magnetic_field')).toThrow()
    damaged.close()
  })

  it('is open read-only or refused in a sentence when it is cut short', () => {
    create().close()
    const file = folder.file('a.larmor')
    truncateSync(file, 5 * 32768)
    try {
      const session = Session.open(file)
      expect(session.readOnly).toBe(true)
      expect(session.problems.length).toBeGreaterThan(0)
      session.close()
    } catch (error) {
      expect(String(error)).toMatch(/InputError: .*a\.larmor is damaged/)
    }
  })

  it('notices a changed bit in an array by its checksum', () => {
    const session = create()
    const { id } = session.runs.create('Run 1', session.configuration)
    session.transaction(() => session.runs.saveCheckpoint(id, checkpoint(1)))
    session.close()
    const database = new DatabaseSync(folder.file('a.larmor'))
    database.exec(`UPDATE chunks SET data = zeroblob(length(data))`)
    database.close()
    const again = Session.open(folder.file('a.larmor'))
    const [stored] = again.runs.checkpoints(id)
    expect(() => again.runs.checkpointArray(stored, 'magnetic_field')).toThrow(/checksum/)
    again.close()
  })
})
