import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { movedFiles } from '#engine/runs/moved-files.ts'
import { digestOf } from '#engine/runs/read-sky-map.ts'
import { Session } from '#engine/storage/session.ts'
import { sampleFolder, sampleRun } from '#test/tools/sample-run.ts'
import type { SampleFolder } from '#test/tools/sample-run.ts'

let folder: SampleFolder
beforeEach(() => {
  folder = sampleFolder(1)
  mkdirSync(folder.file('a'))
  for (const name of ['sky', 'mask']) writeFileSync(folder.file(`a/${name}.fits`), name)
})
afterEach(() => folder.remove())

const isThere = (path: string) => Promise.resolve(existsSync(path))
const moved = async (session: Session) => Object.fromEntries(await movedFiles(session, isThere))

/** A session of which nothing was read, in `place` of the folder, on the map and the mask in folder a. */
function create(place = 'a'): Session {
  const configuration = sampleRun(folder)
  const [entry] = configuration.data
  entry.file = folder.file('a/sky.fits')
  entry.mask = { file: folder.file('a/mask.fits'), column: 0 }
  mkdirSync(folder.file(place), { recursive: true })
  return Session.create(folder.file(`${place}/s.larmor`), 'Moved', configuration)
}

it('finds files one after the other, as they come to where the session lies now', async () => {
  create().close()
  mkdirSync(folder.file('b'))
  for (const name of ['s.larmor', 'sky.fits'])
    renameSync(folder.file(`a/${name}`), folder.file(`b/${name}`))
  const session = Session.open(folder.file('b/s.larmor'))
  const sky = { [folder.file('a/sky.fits')]: folder.file('b/sky.fits') }
  renameSync(folder.file('a/mask.fits'), folder.file('mask.fits'))
  expect(await moved(session)).toEqual(sky)
  // What is stored in the new place does not make it forget the way to the mask.
  session.moveFiles(new Map(Object.entries(sky)))
  expect(session.configuration.data[0].file).toBe(folder.file('b/sky.fits'))
  renameSync(folder.file('mask.fits'), folder.file('b/mask.fits'))
  expect(await moved(session)).toEqual({
    [folder.file('a/mask.fits')]: folder.file('b/mask.fits'),
  })
  session.close()
})

it('finds them after a copy was saved in a folder below, and all of it was moved', async () => {
  const session = create()
  mkdirSync(folder.file('a/copies'))
  session.saveAs(folder.file('a/copies/s.larmor'))
  session.close()
  const copy = Session.open(folder.file('a/copies/s.larmor'))
  expect(await moved(copy)).toEqual({})
  copy.close()
  renameSync(folder.file('a'), folder.file('z'))
  const again = Session.open(folder.file('z/copies/s.larmor'))
  expect(Object.values(await moved(again)).sort()).toEqual([
    folder.file('z/mask.fits'),
    folder.file('z/sky.fits'),
  ])
  again.close()
})

it('finds them where they are named through a link to their folder', async () => {
  mkdirSync(folder.file('real'))
  symlinkSync(folder.file('real'), folder.file('link'))
  const sky = folder.file('link/sky.fits')
  writeFileSync(sky, 'sky')
  const configuration = sampleRun(folder)
  configuration.data[0].file = sky
  Session.create(folder.file('link/s.larmor'), 'Linked', configuration).close()
  rmSync(folder.file('link'))
  renameSync(folder.file('real'), folder.file('other'))
  const session = Session.open(folder.file('other/s.larmor'))
  expect(await moved(session)).toEqual({ [sky]: folder.file('other/sky.fits') })
  session.close()
})

it('takes no other file of the same name for one that a run has read', async () => {
  const session = create()
  const path = folder.file('a/sky.fits')
  const input = { name: 'sky', path, headerDigest: '', ...(await digestOf(path)) }
  session.transaction(() => session.putInput(input))
  session.close()
  mkdirSync(folder.file('b'))
  renameSync(folder.file('a/s.larmor'), folder.file('b/s.larmor'))
  rmSync(path)
  const other = Session.open(folder.file('b/s.larmor'))
  for (const content of ['sea', 'another']) {
    writeFileSync(folder.file('b/sky.fits'), content)
    expect(await moved(other)).toEqual({})
  }
  writeFileSync(folder.file('b/sky.fits'), 'sky')
  expect(await moved(other)).toEqual({ [path]: folder.file('b/sky.fits') })
  other.close()
})

it('leaves the names of what a run has read, but of tables, which it reads again', () => {
  const session = create()
  const [sky, table] = [folder.file('a/sky.fits'), folder.file('a/electrons.csv')]
  const configuration = sampleRun(folder, { thermal_electrons: { file: table } })
  configuration.data[0].file = sky
  const values = new Float64Array(1)
  const vector = {
    kind: 'map' as const,
    name: 'sky',
    quantity: 'I' as const,
    unit: 'K',
    frequencyGhz: 0.408,
    band: [],
    beamFwhmArcmin: null,
    offset: 0,
    gain: 1,
    notes: [],
    nside: 1,
    pixels: new Int32Array(1),
    values,
    sigma: values,
    set: new Uint8Array(1),
  }
  const [read, waiting] = session.transaction(() => {
    const runs = ['Read', 'Waiting'].map((name) => session.runs.create(name, configuration).id)
    session.runs.putData(runs[0], [vector])
    return runs
  })
  const now = join(folder.path, 'elsewhere')
  session.moveFiles(
    new Map([
      [sky, now],
      [table, now],
    ]),
  )
  const files = (run: number) => {
    const { data, thermal_electrons: electrons } = session.runs.get(run).configuration
    return [data[0].file, electrons.file]
  }
  expect(files(read)).toEqual([sky, now])
  expect(files(waiting)).toEqual([now, now])
  session.close()
})
