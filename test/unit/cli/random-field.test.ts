import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readFits, readImage } from '#shared/fits/index.ts'
import { decodeNpy } from '#engine/storage/npy.ts'
import { larmor, temporaryFolder } from './fake-io.ts'

const random = ['--random', 'rms_microgauss=3', '--random', 'outer_scale_kpc=4']
const grid = ['--grid', '12x12x8', '--half-size', '6,6,4']

function fieldOf(path: string) {
  return decodeNpy(readFileSync(path), path)
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value - b[i])
}

describe('larmor field --random', () => {
  it('adds a random field to a model, the same for the same seed', async () => {
    const folder = temporaryFolder()
    const write = async (name: string, ...more: string[]) => {
      const out = join(folder, name)
      const result = await larmor(['field', 'lsa', ...grid, '--out', out, ...more])
      expect(result).toMatchObject({ code: 0 })
      return fieldOf(out).values
    }
    const plain = await write('plain.npy')
    const one = await write('one.npy', ...random)
    const again = await write('again.npy', ...random)
    const other = await write('other.npy', ...random, '--random', 'seed=2')
    expect(again).toEqual(one)
    expect(other).not.toEqual(one)
    const part = difference(one, plain)
    const rms = Math.sqrt(part.reduce((sum, value) => sum + value * value, 0) / (12 * 12 * 8))
    // A few dozen waves.
    expect(rms).toBeGreaterThan(1.5)
    expect(rms).toBeLessThan(4.5)
  })

  it('writes FITS and HDF5 with units and coordinates, and planes', async () => {
    const folder = temporaryFolder()
    const [npy, fits, h5] = ['a.npy', 'a.fits', 'a.h5'].map((name) => join(folder, name))
    const slice = ['field', 'lsa', '--slice', 'y=0.5', '--grid', '6x4', '--out']
    for (const out of [npy, fits, h5]) {
      const { code, out: text } = await larmor([...slice, out, '--json'])
      expect(code).toBe(0)
      expect(JSON.parse(text)).toEqual({
        ...{ model: 'lsa', variant: 'wmap', unit: 'microgauss' },
        ...{ shape: [6, 4, 3], out },
      })
    }
    const expected = fieldOf(npy)
    expect(expected.shape).toEqual([6, 4, 3])
    const file = readFits(readFileSync(fits))
    const image = readImage(file, 0)
    expect(image).toMatchObject({ shape: [6, 4, 3], unit: 'microgauss' })
    expect(image.values).toEqual(expected.values)
    const { header } = file.hdus[0]
    expect(header.text('CTYPE3')?.trim()).toBe('X')
    expect(header.number('CRVAL3')).toBeCloseTo(-20 + 20 / 6, 12)
    expect(header.number('CDELT2')).toBe(2.5)
    expect(header.number('Y_KPC')).toBe(0.5)

    const { default: h5wasm } = await import('h5wasm/node')
    await h5wasm.ready
    const hdf = new h5wasm.File(h5, 'r')
    const dataset = hdf.get('magnetic_field')
    if (!(dataset instanceof h5wasm.Dataset)) throw new Error('no dataset')
    expect(dataset.shape).toEqual([6, 4, 3])
    expect(dataset.value).toEqual(expected.values)
    expect(dataset.attrs.units.value).toBe('microgauss')
    hdf.close()

    // The last cell of the plane.
    const at = await larmor(['field', 'lsa', '--at', `${20 - 20 / 6},0.5,3.75`, '--json'])
    const { values } = z.object({ values: z.array(z.array(z.number())) }).parse(JSON.parse(at.out))
    Array.from(expected.values.slice(-3)).forEach((value, i) => {
      expect(value).toBeCloseTo(values[0][i], 12)
    })
    const table = await larmor(['field', 'cordes91', '--slice', 'x=-8', '--grid', '2x2'])
    expect(table.out.split('\n')).toHaveLength(6)
    expect(table.out).toMatch(/^x_kpc,y_kpc,z_kpc,n_e_cm3\n-8,-10,-2.5,/)
  })

  it('writes the field of a run file, which is what larmor simulate sees', async () => {
    const folder = temporaryFolder()
    const path = join(folder, 'run.yaml')
    writeFileSync(
      path,
      [
        'sky: { directions: [[20, 5], [130, -40]], frequencies_ghz: [1.4], stokes: [I] }',
        'box: { half_size_kpc: [12, 12, 5] }',
        'thermal_electrons: { model: none }',
        'magnetic_field:',
        '  model: uniform',
        '  B_microgauss: [0, 0, 0]',
        '  random: { strength: { model: jf12 }, shape: [24, 24, 10], outer_scale_kpc: 3, seed: 11 }',
      ].join('\n'),
    )
    const values = join(folder, 'field.npy')
    const written = await larmor(['field', '--run', path, '--grid', '24x24x10', '--out', values])
    expect(written.code).toBe(0)
    expect(written.err).toMatch(/% of the energy of the random field had a divergence/)
    expect(fieldOf(values).shape).toEqual([24, 24, 10, 3])
    const kind = ['--kind', 'random-field-strength', '--at', '-8.3,0,0', '--json']
    const strength = await larmor(['field', '--run', path, ...kind])
    expect(JSON.parse(strength.out)).toMatchObject({ model: 'jf12', unit: 'microgauss' })
    const seen = await larmor(['simulate', path, '--json'])
    expect(seen.code).toBe(0)
    const { columns } = z
      .object({ columns: z.object({ I: z.array(z.array(z.number())) }) })
      .parse(JSON.parse(seen.out))
    for (const value of columns.I[0]) expect(value).toBeGreaterThan(0)
    expect((await larmor(['simulate', path, '--json'])).out).toBe(seen.out)
  })

  it('has the same bits on every thread', async () => {
    const source = `
      import { parentPort } from 'node:worker_threads'
      const { realiseRandomField } = await import(${JSON.stringify(
        new URL('../../../shared/fields/random/realisation.ts', import.meta.url).href,
      )})
      const settings = {
        seed: 3, slope: 11 / 3, outerKpc: 4, innerKpc: 1, anisotropy: 1.5, striation: 1, divergenceFree: true,
      }
      const regular = ([x, y]) => [-y, x, 0.1]
      const strength = ([, , z]) => Math.exp(-Math.abs(z))
      const grid = { shape: [12, 10, 8], halfSizeKpc: [6, 5, 4] }
      parentPort.postMessage(realiseRandomField(grid, settings, { strength, regular }).values)`
    const onThread = (): Promise<unknown> =>
      new Promise((resolve, reject) => {
        const url = new URL(`data:text/javascript,${encodeURIComponent(source)}`)
        const worker = new Worker(url)
        worker.once('message', resolve)
        worker.once('error', reject)
      })
    const alone = await onThread()
    expect(alone).toBeInstanceOf(Float64Array)
    const [first, second] = await Promise.all([onThread(), onThread()])
    expect(first).toEqual(alone)
    expect(second).toEqual(alone)
  })

  it.each([
    [['--random', 'rms=3', '--at', '1,1,1'], /unknown key "rms". Did you mean "rms_microgauss"/],
    [['--random', 'seed=3', '--at', '1,1,1'], /say how strong the field is/],
    [
      ['--random', 'rms_microgauss=3', '--random', 'strength=jf12', '--at', '1,1,1'],
      /the strength is given twice/,
    ],
    [['--random', 'strength=jf21', '--at', '1,1,1'], /Did you mean "jf12"/],
    [
      [...random, '--random', 'inner_scale_kpc=0.5', ...grid, '--out', 'x.npy'],
      /random\.inner_scale_kpc: the grid of 12 x 12 x 8 cells holds no waves shorter than 2 kpc/,
    ],
    [['--random', 'seed', '--at', '1,1,1'], /--random needs KEY=VALUE/],
    [['--slice', 'q=1', '--grid', '2x2'], /--slice needs x, y or z/],
    [['--slice', 'z=1'], /--slice needs --grid/],
    [['--slice', 'z=1', '--grid', '2x2x2'], /--grid needs NXxNY, for example 256x256/],
    [['--grid', '2x2x2', '--out', 'x.txt'], /written as \.npy, \.fits, \.h5/],
    [['--run', 'run.yaml', '--at', '1,1,1'], /Give the model once/],
  ])('says what is wrong: %j', async (args, message) => {
    const result = await larmor(['field', 'lsa', ...args])
    expect(result.code).toBe(2)
    expect(result.err).toMatch(message)
    expect(result.out).toBe('')
  })
})
