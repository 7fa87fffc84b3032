import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Session } from '#engine/storage/session.ts'
import { sampleFolder, sampleRun } from '#test/tools/sample-run.ts'
import type { SampleFolder } from '#test/tools/sample-run.ts'
import { larmor } from './fake-io.ts'

let folder: SampleFolder
beforeEach(() => {
  folder = sampleFolder(4)
  writeFileSync(
    folder.file('run.yaml'),
    `sky: { nside: 4 }
data: [{ name: sky, file: sky.fits, frequency_ghz: 0.408 }]
magnetic_field: { grid: { shape: [8, 8, 4] } }
optimiser: { iterations: 4 }
held_out: { fold: 0, of: 10, block_nside: 2 }
`,
  )
})
afterEach(() => folder.remove())

const files = () => ({ yaml: folder.file('run.yaml'), out: folder.file('fit.larmor') })
const reference = ['--backend', 'reference']

describe('larmor', () => {
  it('suggests the nearest command and option, with exit code 2', async () => {
    expect(await larmor(['rnu'])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/Did you mean "run"/),
    })
    const { yaml } = files()
    const option = await larmor(['run', yaml, '--iteration', '3'])
    expect(option.code).toBe(2)
    expect(option.err).toMatch(/Unknown option --iteration. Did you mean "--iterations"/)
    expect((await larmor(['run', yaml])).err).toMatch(/--out is missing/)
    expect((await larmor(['run', '--out', 'x'])).err).toMatch(/RUN.yaml is missing/)
    expect((await larmor(['run', yaml, '--out', 'x', '--threads', 'two'])).err).toMatch(
      /whole number/,
    )
    expect((await larmor(['run', yaml, '--out', 'x', '--backend', 'cuda'])).code).toBe(2)
  })

  it('prints help with exit code 0', async () => {
    const { code, out } = await larmor(['run', '--help'])
    expect(code).toBe(0)
    expect(out).toMatch(/^larmor run RUN.yaml --out/)
    expect((await larmor(['help'])).out).toMatch(/first-light/)
  })
})

describe('larmor run', () => {
  it('prints one JSON document with the figures', async () => {
    const { yaml, out } = files()
    const result = await larmor(['run', yaml, '--out', out, ...reference, '--json'])
    expect(result.code).toBe(0)
    const document: unknown = JSON.parse(result.out)
    expect(document).toMatchObject({
      state: 'done',
      iterations: 4,
      backend: 'reference',
      bit_identical: true,
      session: out,
      maps: [{ name: 'sky', unit: 'K', fitted: { pixels: expect.any(Number) } }],
    })
    expect(document).toHaveProperty('iterations_per_second')
    expect(document).toHaveProperty('peak_memory_bytes')
  })

  it('refuses an existing session without --resume, and continues it with it', async () => {
    const { yaml, out } = files()
    const call = ['run', yaml, '--out', out, ...reference]
    // --resume without a file starts the run.
    expect((await larmor([...call, '--resume'])).code).toBe(0)
    const again = await larmor(call)
    expect(again.code).toBe(2)
    expect(again.err).toMatch(/exists. Give --resume/)
    const longer = await larmor([...call, '--resume', '--iterations', '6'])
    expect(longer).toMatchObject({ code: 0, out: expect.stringMatching(/done after 6 of 6/) })
  })

  it('refuses to continue with another run file', async () => {
    const { yaml, out } = files()
    await larmor(['run', yaml, '--out', out, ...reference])
    writeFileSync(
      folder.file('other.yaml'),
      'data: [{ name: sky, file: sky.fits, frequency_ghz: 0.408 }]\n',
    )
    const other = await larmor(['run', folder.file('other.yaml'), '--out', out, '--resume'])
    expect(other.code).toBe(3)
    expect(other.err).toMatch(/was made with another "sky"/)
    writeFileSync(yaml, readFileSync(yaml, 'utf8').replace('fold: 0', 'fold: 1'))
    const fold = await larmor(['run', yaml, '--out', out, '--resume', ...reference])
    expect(fold).toMatchObject({
      code: 3,
      err: expect.stringMatching(/was made with another "held_out"/),
    })
  })

  it('pauses when it is stopped, with exit code 130 and what to do', async () => {
    const { yaml, out } = files()
    const stopped = await larmor(['run', yaml, '--out', out, ...reference], AbortSignal.abort())
    expect(stopped.code).toBe(130)
    expect(stopped.err).toMatch(/--resume goes on/)
    expect((await larmor(['run', yaml, '--out', out, '--resume', ...reference])).code).toBe(0)
  })

  it('goes on with a session that was copied with its run file and its map', async () => {
    const { yaml, out } = files()
    expect((await larmor(['run', yaml, '--out', out, ...reference])).code).toBe(0)
    const copy = (name: string) => folder.file(`copy/${name}`)
    for (const name of ['run.yaml', 'sky.fits', 'fit.larmor'])
      cpSync(folder.file(name), copy(name), { recursive: true })
    const call = ['run', copy('run.yaml'), '--out', copy('fit.larmor'), '--resume', ...reference]
    const named = () => {
      const session = Session.open(copy('fit.larmor'), { readOnly: true })
      const { file } = session.configuration.data[0]
      session.close()
      return file
    }
    // What is refused changes nothing.
    const good = readFileSync(copy('run.yaml'), 'utf8')
    writeFileSync(copy('run.yaml'), good.replace('nside: 4', 'nside: 2'))
    expect((await larmor(call)).code).toBe(3)
    expect(named()).toBe(folder.file('sky.fits'))
    writeFileSync(copy('run.yaml'), good)
    const again = await larmor([...call, '--iterations', '6', '--json'])
    expect(again.code).toBe(0)
    expect(JSON.parse(again.out)).toMatchObject({ iterations: 6, bit_identical: true })
    expect(named()).toBe(copy('sky.fits'))
  })

  it('exits with 3 for bad input and writes nothing', async () => {
    writeFileSync(folder.file('bad.yaml'), 'sky: { nsde: 3 }\n')
    const bad = await larmor(['run', folder.file('bad.yaml'), '--out', files().out])
    expect(bad).toMatchObject({
      code: 3,
      err: expect.stringMatching(/bad\.yaml, line 1: sky\.nsde/),
    })
    expect(existsSync(files().out)).toBe(false)
  })

  it('names the run file where a key of it does not go with the rest', async () => {
    const { yaml, out } = files()
    const good = readFileSync(yaml, 'utf8')
    writeFileSync(yaml, good.replace('iterations: 4', 'iterations: 4, levels: 6'))
    const bad = await larmor(['run', yaml, '--out', out, ...reference])
    expect(bad).toMatchObject({
      code: 3,
      err: expect.stringMatching(/^larmor: .*run\.yaml: optimiser\.levels: 6 levels would leave/m),
    })
  })

  it('exits with 3 for data that cannot be fitted, and leaves nothing in the way of the corrected run', async () => {
    const { yaml, out } = files()
    const good = readFileSync(yaml, 'utf8')
    writeFileSync(yaml, good.replace('sky.fits', 'sky_.fits'))
    for (const more of [[], ['--folds'], ['--resume']]) {
      const bad = await larmor(['run', yaml, '--out', out, ...reference, ...more, '--json'])
      expect(bad).toMatchObject({ code: 3, out: '' })
      expect(bad.err).toMatch(/sky_\.fits: no such file/)
      expect(readdirSync(folder.path).sort()).toEqual(['run.yaml', 'sky.fits'])
    }
    writeFileSync(yaml, good)
    expect((await larmor(['run', yaml, '--out', out, ...reference])).code).toBe(0)
  })

  it('keeps a session with results when it cannot go on', async () => {
    const { yaml, out } = files()
    await larmor(['run', yaml, '--out', out, ...reference])
    const worse = ['run', yaml, '--out', out, '--resume', '--iterations', '3', ...reference]
    // Fewer iterations than are done: it is complete.
    expect((await larmor(worse)).code).toBe(0)
    expect(existsSync(out)).toBe(true)
  })

  it('fits ten folds and pools their held-out chi-square', async () => {
    const { yaml, out } = files()
    const call = ['run', yaml, '--out', out, '--folds', ...reference]
    const { code, out: text, err } = await larmor([...call, '--json'])
    expect(code).toBe(0)
    expect(err.match(/^Memory: /gm)).toHaveLength(1)
    expect(err.match(/^Fold \d of 10$/gm)).toHaveLength(10)
    const { folds, pooled } = JSON.parse(text)
    expect(folds).toHaveLength(10)
    const sum = (key: 'pixels' | 'chi2') =>
      folds.reduce(
        (total: number, fold: { held_out: Record<string, number> }) => total + fold.held_out[key],
        0,
      )
    expect(sum('pixels')).toBe(192)
    expect(pooled.chi2_n_held_out).toBeCloseTo(sum('chi2') / 192, 12)
  })
})

describe('larmor run in a process of its own', () => {
  it('goes on to its end when nobody reads its messages any more', async () => {
    const { yaml, out } = files()
    const program = fileURLToPath(new URL('../../../src-engine/cli/main.ts', import.meta.url))
    const args = ['run', yaml, '--out', out, ...reference, '--progress=json']
    const child = spawn(process.execPath, [program, ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    child.stderr.destroy()
    const [code] = await once(child, 'exit')
    expect(code).toBe(0)
    const { runs } = JSON.parse((await larmor(['inspect', out, '--json'])).out)
    expect(runs[0].state).toBe('done')
  })
})

describe('larmor inspect and export', () => {
  it('exits with 3 where a session has nothing to export or is another file', async () => {
    const path = folder.file('new.larmor')
    Session.create(path, 'New', sampleRun(folder)).close()
    const none = await larmor(['export', path, '--out', folder.file('results')])
    expect(none).toMatchObject({ code: 3, err: expect.stringMatching(/new\.larmor has no run/) })
    const { yaml } = files()
    const other = await larmor(['export', yaml, '--out', folder.file('results')])
    expect(other).toMatchObject({ code: 3, err: expect.stringMatching(/not a Larmor session/) })
    expect(existsSync(folder.file('results'))).toBe(false)
    writeFileSync(folder.file('other.larmor'), 'text')
    const serve = ['serve', '--data', folder.path, '--session', folder.file('other.larmor')]
    expect(await larmor(serve)).toMatchObject({
      code: 3,
      err: expect.stringMatching(/other\.larmor is not a Larmor session/),
    })
  })

  it('describes a session and a map, and exports', async () => {
    const { yaml, out } = files()
    await larmor(['run', yaml, '--out', out, ...reference])
    const session = await larmor(['inspect', out])
    expect(session).toMatchObject({
      code: 0,
      out: expect.stringMatching(/Checkpoint at iteration 4 \(final\)/),
    })
    const inspected = JSON.parse((await larmor(['inspect', out, '--json'])).out)
    expect(inspected.runs[0]).toMatchObject({
      bit_identical: true,
      curve_rows: 5,
      backend: 'reference',
    })
    expect(inspected.inputs[0]).toMatchObject({ name: 'sky', relative_path: 'sky.fits' })
    const map = JSON.parse((await larmor(['inspect', folder.file('sky.fits'), '--json'])).out)
    expect(map.maps[0]).toMatchObject({ nside: 4, ordering: 'RING', questions: [] })
    expect(map.maps[0].columns[0]).toMatchObject({ unit: 'K', valid: 192, bad: 0 })
    const exported = await larmor([
      'export',
      out,
      '--out',
      folder.file('results'),
      '--what',
      'maps,curves',
      '--json',
    ])
    expect(JSON.parse(exported.out).files).toEqual(['fit-run-1-sky.fits', 'fit-run-1-curves.csv'])
    const only = await larmor([
      'export',
      out,
      '--out',
      folder.file('only'),
      '--format',
      'csv,npy',
      '--json',
    ])
    expect(JSON.parse(only.out).files).toEqual([
      'fit-run-1-magnetic-field.npy',
      'fit-run-1-curves.csv',
    ])
    expect((await larmor(['export', out, '--out', 'x', '--what', 'map'])).err).toMatch(
      /Did you mean "maps"/,
    )
    expect((await larmor(['inspect', folder.file('none.fits')])).code).toBe(3)
  })
})
