import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { exportRun } from '#engine/exports/export-run.ts'
import { loadRunResult } from '#engine/exports/run-result.ts'
import { RunManager } from '#engine/runs/run-manager.ts'
import { summaryOf } from '#engine/runs/run-summary.ts'
import { Session } from '#engine/storage/session.ts'
import { pythonSnippet } from '#renderer/commands/python-snippet.ts'
import type { RunFile, RunFileInput } from '#shared/session/run-file.ts'
import { sampleFolder, sampleRun } from '#test/tools/sample-run.ts'
import type { SampleFolder } from '#test/tools/sample-run.ts'

/** The ten lines of the README, as they stand there. */
function linesOfTheReadme(): string {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  const blocks = [...readme.matchAll(/```python\n(.*?)```/gs)].map(([, block]) => block)
  const block = blocks.find((text) => text.includes('sqlite3'))
  if (block === undefined) throw new Error('README.md has no Python block that opens a session.')
  return block
}

/** What a program prints, or what `read` takes of it, as JSON. */
function python(program: string, read = (text: string) => text): unknown {
  const interpreter = process.env.LARMOR_PYTHON
  if (!interpreter)
    throw new Error('Set LARMOR_PYTHON to a Python with test/tools/requirements.txt.')
  const text = execFileSync(interpreter, ['-c', program], { encoding: 'utf8', cwd: folder.path })
  return JSON.parse(read(text))
}

let folder: SampleFolder
let session: Session
let run: number

beforeAll(async () => {
  folder = sampleFolder()
  const configuration = sampleRun(folder, { backend: 'reference', optimiser: { iterations: 3 } })
  session = Session.create(folder.file('fit.larmor'), 'Fit', configuration)
  const manager = new RunManager()
  run = manager.start(session).run
  await manager.settled(session, run)
  await manager.shutdown()
  const what = ['fields'] as const
  await exportRun(session, run, { folder: folder.path, what, formats: ['hdf5', 'npy'] })
  session.close()
  session = Session.open(folder.file('fit.larmor'), { readOnly: true })
})
afterAll(() => {
  session.close()
  folder.remove()
})

const reading = z.object({
  shape: z.array(z.number()),
  dtype: z.string(),
  sum: z.number(),
  loss: z.number(),
})

describe('Python with sqlite3 and NumPy', () => {
  it('reads field and curves of a session with the lines of the README', () => {
    const program = linesOfTheReadme().replace(/"[^"]*\.larmor"/, '"fit.larmor"')
    expect(program.trimEnd().split('\n').length).toBeLessThanOrEqual(10)
    const { shape, dtype, sum, loss } = reading.parse(
      python(`${program}
print(json.dumps(dict(shape=B.shape, dtype=str(B.dtype), sum=float(B.astype("f8").sum()), loss=float(loss[-1]))))`),
    )
    const [checkpoint] = session.runs.checkpoints(run)
    const field = session.runs.checkpointArray(checkpoint, 'magnetic_field')
    expect(shape).toEqual([12, 12, 6, 3])
    expect(dtype).toBe(field.values instanceof Float32Array ? 'float32' : 'float64')
    // NumPy sums pairwise: the last digits differ.
    expect(sum).toBeCloseTo(
      Array.from(field.values).reduce((total, value) => total + value, 0),
      8,
    )
    expect(loss).toBe(session.runs.get(run).figures?.loss)
  })
})

const printed = z.object({
  loss: z.number(),
  shape: z.array(z.number()),
  rms: z.number(),
  places: z.array(z.number()),
  iteration: z.number(),
})

const arrays = z.object({
  grids: z.record(z.string(), z.array(z.number())),
  entries: z.record(
    z.string(),
    z.object({
      places: z.array(z.union([z.number(), z.tuple([z.number(), z.number()])])),
      values: z.array(z.number()),
      model: z.array(z.number()),
    }),
  ),
})
const pairs = (values: Float64Array) =>
  Array.from({ length: values.length / 2 }, (_, i) => [values[2 * i], values[2 * i + 1]])

/** Fits that have other arrays. */
const variants: Readonly<Record<string, () => RunFile>> = {
  'catalogue beside map': () =>
    fitOf({
      data: [
        { ...map('sky', 'I'), nuisance: { gain: 'free' } },
        {
          name: 'pulsars',
          file: folder.file('pulsars.csv'),
          quantity: 'dispersion_measure',
          unit: 'pc/cm^3',
          catalogue: { value: 'dm', sigma: 'e', distance: 'd' },
          nuisance: { offset: 'none' },
        },
      ],
      thermal_electrons: { model: 'grid', grid: { initial: { model: 'ymw16' } } },
      cosmic_ray_electrons: {
        model: 'grid',
        grid: { initial: { model: 'wmap' } },
        free: ['spectral_index_grid'],
      },
    }),
  'Q and U': () => fitOf({ data: [map('sky Q', 'Q'), map('sky U', 'U')] }),
  parameters: () =>
    fitOf({
      data: [map('sky', 'I')],
      magnetic_field: { model: 'lsa', free: ['b0_microgauss'], grid: { shape: [12, 12, 6] } },
      regularisation: [],
    }),
}
const map = (name: string, quantity: 'I' | 'Q' | 'U') => ({
  name,
  quantity,
  file: folder.file('sky.fits'),
  unit: 'K_RJ',
  ...(quantity === 'I' ? {} : { polarisation: 'IAU' as const }),
  frequency_ghz: 22.8,
})
const fitOf = (changes: RunFileInput) =>
  sampleRun(folder, { backend: 'reference', optimiser: { iterations: 2 }, ...changes })

describe('what the workbench copies as Python', () => {
  it('runs as it is, and gives the values of the session', () => {
    const { name, configuration } = session.runs.get(run)
    const program = pythonSnippet(
      'fit',
      { run, name, grids: ['magnetic_field'] },
      configuration.data,
    )
    const { loss, shape, rms, places, iteration } = printed.parse(
      python(`import builtins
builtins.print, say = (lambda *words: None), builtins.print
${program}
say(json.dumps(dict(loss=loss[-1], shape=B.shape, rms=float(np.std(values - model)), places=places[:3].tolist(), iteration=iteration)))`),
    )
    const figures = session.runs.get(run).figures
    expect([loss, iteration]).toEqual([figures?.loss, 3])
    expect(shape).toEqual([12, 12, 6, 3])
    expect(places).toEqual([0, 1, 2])
    const result = loadRunResult(session, run)
    const [vector] = result.data
    const residual = vector.values.map((value, i) => value - result.models[0][i])
    const mean = residual.reduce((sum, value) => sum + value, 0) / residual.length
    const variance = residual.reduce((sum, value) => sum + (value - mean) ** 2, 0) / residual.length
    // Sums in another order.
    expect(rms).toBeCloseTo(Math.sqrt(variance), 10)
  })

  it('says so where a run has stored nothing yet', () => {
    const waiting = Session.create(folder.file('waiting.larmor'), 'Waiting', fitOf({}))
    const { id, name } = waiting.runs.create('Run 1', waiting.configuration)
    waiting.close()
    const program = pythonSnippet('waiting', { run: id, name, grids: ['magnetic_field'] }, [])
    expect(() => python(program)).toThrow(/This run has stored no checkpoint yet/)
  })

  it.each(Object.keys(variants))('runs and gives every array of a fit of %s', async (what) => {
    const sources = '10,-3,57,1,1.5\n200,40,12,2,3\n90,60,20,1,2\n300,5,80,2,4\n'
    await writeFile(folder.file('pulsars.csv'), `l,b,dm,e,d\n${sources}`)
    // Such names have to come out right in Python's strings and comments too.
    const name = `${what} "quoted" \\ ü`
    const fit = Session.create(folder.file(`${name}.larmor`), 'Fit', variants[what]())
    try {
      const manager = new RunManager()
      const { run, error } = await manager.settled(fit, manager.start(fit).run)
      expect(error).toBeUndefined()
      await manager.shutdown()
      fit.runs.update(run, { name: 'Run 1\nas "quoted"' })
      const result = loadRunResult(fit, run)
      const { configuration } = result.run
      const { grids } = summaryOf(result.run)
      expect(grids).toHaveLength(what === 'catalogue beside map' ? 4 : 1)
      // At the end of each entry, what it has read; at the end of all, the grids.
      const program = pythonSnippet(name, { run, name: result.run.name, grids }, configuration.data)
      const told = program.replaceAll(
        /^print\("(.*)", "rms.*$/gm,
        'said["$1"] = dict(places=places.tolist(), values=values.tolist(), model=model.tolist())',
      )
      const variables = {
        magnetic_field: 'B',
        thermal_electrons: 'n_e',
        cosmic_ray_electrons: 'C',
        spectral_index: 'p',
      }
      const all = grids.map((grid) => `"${grid}": ${variables[grid]}.ravel().tolist()`)
      const read = arrays.parse(
        python(`said = {}
${told.replace(/^print\("iteration.*$/m, '')}
print(json.dumps(dict(entries=said, grids={${all.join(', ')}})))`),
      )
      expect(read.grids).toEqual(
        Object.fromEntries([
          ['magnetic_field', [...result.field]],
          ...result.scalars.map(({ name: grid, values }) => [grid, [...values]]),
        ]),
      )
      expect(read.entries).toEqual(
        Object.fromEntries(
          result.data.map((vector, i) => {
            const places = vector.kind === 'map' ? [...vector.pixels] : pairs(vector.directionsDeg)
            const one = { places, values: [...vector.values], model: [...result.models[i]] }
            return [vector.name, one]
          }),
        ),
      )
      // As it is copied it runs too.
      python(`${program}\nprint(1)`, (text) => text.trim().split('\n').at(-1) ?? '')
    } finally {
      fit.close()
    }
  })
})

describe('exports', () => {
  it('are read by h5py and numpy.load to the same values', () => {
    const [checkpoint] = session.runs.checkpoints(run)
    const { values } = session.runs.checkpointArray(checkpoint, 'magnetic_field')
    const result = python(`
import json, h5py, numpy as np
file = h5py.File("fit-run-1-magnetic-field.h5")
field = file["magnetic_field"]
plain = np.load("fit-run-1-magnetic-field.npy")
print(json.dumps(dict(same=bool((field[:] == plain).all()), units=field.attrs["units"], x=list(file["x"][:2]),
  shape=plain.shape, last=float(plain.ravel()[-1]), first=float(plain[6, 3, 2, 1]))))`)
    expect(result).toEqual({
      same: true,
      units: 'microgauss',
      // Centres of twelve cells over 40 kpc.
      x: [-20 + 20 / 12, -20 + 60 / 12],
      shape: [12, 12, 6, 3],
      last: values.at(-1),
      first: values[((6 * 12 + 3) * 6 + 2) * 3 + 1],
    })
  })
})
