import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { exportRun } from '#engine/exports/export-run.ts'
import { loadRunResult } from '#engine/exports/run-result.ts'
import { RunManager } from '#engine/runs/run-manager.ts'
import { Session } from '#engine/storage/session.ts'
import { pythonSnippet } from '#renderer/commands/python-snippet.ts'
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

function python(program: string): unknown {
  const interpreter = process.env.LARMOR_PYTHON
  if (!interpreter)
    throw new Error('Set LARMOR_PYTHON to a Python with test/tools/requirements.txt.')
  const text = execFileSync(interpreter, ['-c', program], { encoding: 'utf8', cwd: folder.path })
  return JSON.parse(text)
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

  it('names what a run has: other grids, catalogues, quotes in names', () => {
    const text = pythonSnippet(
      'a "b"',
      { run: 2, name: 'Run 2', grids: ['magnetic_field', 'thermal_electrons'] },
      [{ name: 'pulsars', catalogue: { l: 'l', b: 'b', value: 'dm' } }],
    )
    expect(text).toContain('Path("a \\"b\\".larmor")')
    expect(text).toContain('n_e = array("thermal_electrons")')
    expect(text).toContain('places = array("data/pulsars/directions")')
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
