import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { larmor, temporaryFolder } from './fake-io.ts'

const numberTriple = z.tuple([z.number(), z.number(), z.number()])
const fieldDocument = z.strictObject({
  model: z.string(),
  variant: z.string().nullable(),
  unit: z.string(),
  points: z.array(numberTriple),
  values: z.array(z.union([z.number(), numberTriple])),
})

describe('larmor field', () => {
  it('prints the field at points, of which some begin with a minus sign', async () => {
    const { code, out } = await larmor([
      'field',
      'lsa',
      '--at',
      '-8.3,0,0.006',
      '-8.5,0,1',
      '--json',
    ])
    expect(code).toBe(0)
    const document = fieldDocument.parse(JSON.parse(out))
    expect(document).toMatchObject({ model: 'lsa', variant: 'wmap', unit: 'microgauss' })
    expect(document.points).toEqual([
      [-8.3, 0, 0.006],
      [-8.5, 0, 1],
    ])
    // V8, to the ten digits that are printed there.
    const expected = [
      [-0.54540493306, -1.068888951, 0.0031415513665],
      [-0.51594650177, -1.0102226147, 0.39147091334],
    ]
    document.values.forEach((value, i) =>
      [value].flat().forEach((component, j) => expect(component).toBeCloseTo(expected[i][j], 9)),
    )
  })

  it('evaluates a model with the backend asked for, and refuses what that does not do', async () => {
    const points = ['--at', '-8.5,0.3,1', '3,-4,0.2', '--json']
    const valuesWith = async (backend: string) => {
      const { code, out } = await larmor(['field', 'jf12', '--backend', backend, ...points])
      expect(code).toBe(0)
      return fieldDocument.parse(JSON.parse(out)).values.flat()
    }
    const reference = await valuesWith('reference')
    const compare = async (backend: string, tolerance: number) => {
      const values = await valuesWith(backend)
      values.forEach((value, i) => expect(Math.abs(value - reference[i])).toBeLessThan(tolerance))
    }
    // Some 1e-15 per operation in float64, some 1e-7 in float32, of 2 microgauss.
    await compare('wasm', 1e-12)
    await compare('auto', 1e-12)
    await compare('tensorflow', 1e-5)
    const random = [
      '--random',
      'rms_microgauss=1',
      '--random',
      'shape=32x32x8',
      '--random',
      'outer_scale_kpc=4',
    ]
    const refused = await larmor(['field', 'jf12', '--backend', 'tensorflow', ...random, ...points])
    expect(refused.code).not.toBe(0)
    expect(refused.err).toContain('without a random part')
  })

  it('takes parameters, variants and kinds', async () => {
    const points = ['--at', '4,0.5,0.1', '--json']
    const strong = await larmor(['field', 'lsa', '--param', 'b0_microgauss=2.4', ...points])
    const usual = await larmor(['field', 'lsa', ...points])
    const value = (text: string) => fieldDocument.parse(JSON.parse(text)).values[0]
    const [strongX] = [value(strong.out)].flat()
    const [usualX] = [value(usual.out)].flat()
    expect(strongX).toBeCloseTo(2 * usualX, 14)
    const variant = await larmor(['field', 'lsa', '--variant', 'imagine-wmap', ...points])
    expect([value(variant.out)].flat()[0]).toBeCloseTo(2.7454020159, 9)
    const vector = await larmor(['field', 'uniform', '--param', 'B_microgauss=-1,2,3', ...points])
    expect(value(vector.out)).toEqual([-1, 2, 3])
    const kind = await larmor(['field', 'uniform', '--kind', 'thermal-electrons', ...points])
    expect(value(kind.out)).toBe(0.01)
    expect(fieldDocument.parse(JSON.parse(kind.out)).unit).toBe('cm^-3')
    const sphere = ['field', 'uniform', '--kind', 'thermal-electrons', '--param', 'radius_kpc=1']
    const near = await larmor([...sphere, '--observer', '-4,0,0', '--at', '-4.5,0,0', '--json'])
    expect(value(near.out)).toBe(0.01)
  })

  it('reads positions from a CSV file and writes one', async () => {
    const folder = temporaryFolder()
    const points = join(folder, 'points.csv')
    writeFileSync(points, '\ufeffx_kpc,y_kpc,z_kpc\r\n-8.3,0,0.006\r\n4,0,0\r\n')
    const out = join(folder, 'values.csv')
    const result = await larmor(['field', 'wmap', '--points', points, '--out', out])
    expect(result).toMatchObject({ code: 0, out: '' })
    const [header, first] = readFileSync(out, 'utf8').split('\n')
    expect(header).toBe('x_kpc,y_kpc,z_kpc,C_m3')
    expect(Number(first.split(',')[3])).toBeCloseTo(40.142727727425424, 12)
  })

  it('writes a grid that NumPy reads', async () => {
    const out = join(temporaryFolder(), 'field.npy')
    const result = await larmor([
      'field',
      'lsa',
      '--grid',
      '4x3x2',
      '--half-size',
      '8,6,4',
      '--out',
      out,
    ])
    expect(result.code).toBe(0)
    const bytes = readFileSync(out)
    expect(bytes.subarray(0, 8)).toEqual(Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]))
    const start = 10 + bytes.readUInt16LE(8)
    expect(start % 64).toBe(0)
    const header = bytes.toString('latin1', 10, start)
    expect(header.trim()).toBe("{'descr': '<f8', 'fortran_order': False, 'shape': (4, 3, 2, 3), }")
    expect(header.endsWith('\n')).toBe(true)
    expect(bytes.length).toBe(start + 8 * 72)
    // The last voxel, centred on (6, 4, 2).
    const at = await larmor(['field', 'lsa', '--at', '6,4,2', '--json'])
    const [value] = fieldDocument.parse(JSON.parse(at.out)).values
    const last = [0, 1, 2].map((i) => bytes.readDoubleLE(bytes.length - 24 + 8 * i))
    expect(last).toEqual(value)
  })

  it.each([
    ['no positions', ['field', 'lsa'], 2, /--at, --points or --grid/],
    ['two kinds of positions', ['field', 'lsa', '--at', '1,2,3', '--grid', '2x2x2'], 2, /once/],
    ['unknown model', ['field', 'lsaa', '--at', '1,2,3'], 2, /Did you mean "lsa"/],
    ['unknown kind', ['field', 'lsa', '--kind', 'magnetc', '--at', '1,2,3'], 2, /"magnetic"/],
    ['bad point', ['field', 'lsa', '--at', '1,2'], 2, /three numbers x,y,z/],
    ['bad parameter', ['field', 'lsa', '--param', 'b0', '--at', '1,2,3'], 2, /NAME=NUMBER/],
    ['grid without --out', ['field', 'lsa', '--grid', '2x2x2'], 2, /--out/],
    ['bad grid', ['field', 'lsa', '--grid', '2x2', '--out', 'x.npy'], 2, /NXxNYxNZ/],
    [
      'a box for points',
      ['field', 'lsa', '--at', '1,2,3', '--half-size', '1,2,3'],
      2,
      /--half-size is the box of --grid/,
    ],
    ['a misspelt --json', ['field', 'lsa', '--josn'], 2, /Did you mean "--json"/],
    ['missing file', ['field', 'lsa', '--points', '/nowhere/p.csv'], 3, /no such file/],
  ])('says what is wrong: %s', async (_, args, code, message) => {
    const result = await larmor(args)
    expect(result.code).toBe(code)
    expect(result.err).toMatch(message)
    expect(result.out).toBe('')
  })

  it.each([
    ['x,y,z\n1,2,3\n', /line 1: the header must be/],
    ['x_kpc,y_kpc,z_kpc\n1,2,3\n4,,6\n', /line 3: three finite numbers/],
    ['x_kpc,y_kpc,z_kpc\n', /no positions/],
  ])('names the line of a bad points file', async (content, message) => {
    const points = join(temporaryFolder(), 'points.csv')
    writeFileSync(points, content)
    const result = await larmor(['field', 'lsa', '--points', points])
    expect(result.code).toBe(3)
    expect(result.err).toMatch(message)
  })
})

describe('larmor models', () => {
  it('lists every model with its parameters', async () => {
    const { code, out } = await larmor(['models', '--json'])
    expect(code).toBe(0)
    const entry = z.object({
      kind: z.string(),
      name: z.string(),
      unit: z.string(),
      source: z.string(),
      variants: z.array(z.object({ name: z.string() })),
      parameters: z.array(
        z.object({ name: z.string(), unit: z.string(), bounds: z.array(z.number().nullable()) }),
      ),
    })
    const { models } = z.object({ models: z.array(entry) }).parse(JSON.parse(out))
    const lsa = models.find(({ name }) => name === 'lsa')
    expect(lsa?.variants.map(({ name }) => name)).toEqual(['wmap', 'imagine-wmap'])
    expect(lsa?.parameters.map(({ name }) => name)).toContain('psi0_deg')
    const text = await larmor(['models'])
    for (const { name } of models) expect(text.out).toContain(name)
  })

  it('describes one model, with what its variants do not share', async () => {
    const { out } = await larmor(['models', 'jf12'])
    expect(out).toMatch(/^jf12 {2}\(magnetic, microgauss\)/)
    expect(out).toMatch(/crpropa {5}As in CRPropa/)
    expect(out).toMatch(/z_s_kpc .* kpc .*\[solenoidal\]/)
    expect(out).not.toContain('uf23')
    const wrong = await larmor(['models', 'jf21'])
    expect(wrong.code).toBe(2)
    expect(wrong.err).toMatch(/no model "jf21".*Did you mean "jf12"/)
  })

  it('gives a variant its own parameters', async () => {
    const spur = await larmor(['field', 'uf23', '--variant', 'spur', '--json', '--at', '1,1,1'])
    expect(spur.code).toBe(0)
    const param = ['--param', 'spur_width_deg=12', '--at', '1,1,1']
    expect((await larmor(['field', 'uf23', '--variant', 'spur', ...param])).code).toBe(0)
    const base = await larmor(['field', 'uf23', ...param])
    expect(base.code).toBe(2)
    expect(base.err).toMatch(/Model "uf23", variant "base", has no parameter "spur_width_deg"/)
  })
})
