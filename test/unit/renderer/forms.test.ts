import { describe, expect, it } from 'vitest'
import { schemaIssues } from '#renderer/forms/issues.ts'
import { follows, nodeAt, rangeText, startingValue } from '#renderer/forms/nodes.ts'
import { normalisePath, valueAt, withValue } from '#renderer/forms/paths.ts'
import { variantName } from '#renderer/forms/variants.ts'
import { labelOf, unitOf } from '#renderer/forms/words.ts'
import { runFileSchema } from '#shared/session/run-file.ts'

const defaults = () => runFileSchema.parse({ magnetic_field: { grid: {} } })

describe('form nodes come from the run-file schema', () => {
  it('gives numbers their range, kind and default', () => {
    const rate = nodeAt(['optimiser', 'learning_rate'])
    expect(rate).toMatchObject({ kind: 'number', integer: false, minimum: 0, open: true })
    expect(rate).toMatchObject({ initial: 0.4 })
    const nodes = nodeAt(['optimiser', 'iterations'])
    expect(nodes).toMatchObject({ integer: true, minimum: 1, maximum: 1_000_000, initial: 200 })
  })

  it('gives choices their options', () => {
    expect(nodeAt(['optimiser', 'method'])).toMatchObject({
      kind: 'choice',
      options: ['adam', 'yogi', 'adabelief', 'lbfgs', 'gauss-newton'],
    })
    expect(nodeAt(['data', 3, 'frame'])).toMatchObject({
      options: ['galactic', 'equatorial-J2000', 'equatorial-B1950', 'ecliptic'],
    })
  })

  it('finds the parts of tuples', () => {
    expect(nodeAt(['magnetic_field', 'grid', 'shape', 2])).toMatchObject({
      kind: 'number',
      maximum: 512,
    })
  })

  it('finds the keys of variants', () => {
    expect(nodeAt(['cosmic_ray_electrons', 'spectrum', 'break_gev'])).toMatchObject({ open: true })
    expect(nodeAt(['data', 0, 'sigma', 'floor'])).toMatchObject({ kind: 'number', minimum: 0 })
    expect(nodeAt(['data', 0, 'sigma', 'nothing'])).toBeUndefined()
  })

  it('tells variants apart by their keys', () => {
    const sigma = nodeAt(['data', 0, 'sigma'])
    if (sigma?.kind !== 'variants') throw new Error('sigma has variants')
    const chosen = (value: unknown) => sigma.variants.findIndex((one) => follows(one, value))
    expect(chosen(2)).toBe(0)
    expect(chosen({ relative: 0.1, floor: 0.5 })).toBe(1)
    expect(chosen({ file: 'grant:1', column: 0 })).toBe(2)
    const integrator = nodeAt(['integrator'])
    if (integrator?.kind !== 'variants') throw new Error('integrator has variants')
    expect(integrator.variants.map((node) => variantName(node))).toEqual([
      'Gauss–Legendre',
      'Midpoint',
    ])
    expect(follows(integrator.variants[1], { rule: 'midpoint', samples: 64 })).toBe(true)
    expect(follows(integrator.variants[0], { rule: 'midpoint', samples: 64 })).toBe(false)
  })

  it('starts every variant with a value that the schema accepts', () => {
    for (const key of ['integrator', 'held_out']) {
      const node = nodeAt([key])
      if (node?.kind !== 'variants') throw new Error(`${key} has variants`)
      for (const variant of node.variants)
        expect(schemaIssues({ ...defaults(), [key]: startingValue(variant) }).size).toBe(0)
    }
  })

  it('says ranges in words', () => {
    const text = (...path: (string | number)[]) => {
      const node = nodeAt(path)
      return node?.kind === 'number' ? rangeText(node) : ''
    }
    expect(text('optimiser', 'learning_rate')).toBe('a number above 0')
    expect(text('magnetic_field', 'grid', 'shape', 0)).toBe('a whole number from 2 to 1024')
  })
})

describe('issues are found by key', () => {
  it('has none for the defaults', () => {
    expect(schemaIssues(defaults()).size).toBe(0)
  })
  it('speaks to those who type, not to those who program', () => {
    const typed = { magnetic_field: { model: 'lsa', parameters: { b0_microgauss: null } } }
    expect(schemaIssues(typed).get('magnetic_field.parameters.b0_microgauss')?.message).toBe(
      'Give a number.',
    )
    const low = { optimiser: { method: 'adam', iterations: 0 } }
    expect(schemaIssues(low).get('optimiser.iterations')?.message).toBe('Must be at least 1.')
  })
  it('names the key of a wrong number', () => {
    const wrong = withValue(defaults(), ['optimiser', 'learning_rate'], -1)
    expect([...schemaIssues(wrong)]).toEqual([
      ['optimiser.learning_rate', expect.objectContaining({ plain: true })],
    ])
  })
  it('looks into the variant that was meant', () => {
    const wrong = { ...defaults(), held_out: { fold: 12, of: 10, block_nside: 8 } }
    expect([...schemaIssues(wrong).keys()]).toEqual(['held_out.fold'])
    const data = { name: 'a', file: 'grant:1', sigma: { relative: 0.1, floor: -2 } }
    expect([...schemaIssues({ ...defaults(), data: [data] }).keys()]).toEqual([
      'data.0.sigma.floor',
    ])
  })
  it('keeps the sentence of a rule that is more than a range', () => {
    const wrong = withValue(defaults(), ['sky', 'nside'], 33)
    expect(schemaIssues(wrong).get('sky.nside')).toEqual({
      message: 'NSIDE must be a power of two',
      plain: false,
    })
  })
})

describe('paths', () => {
  it('changes a copy and leaves the original alone', () => {
    const before = { a: [{ b: 1 }, { b: 2 }], c: 3 }
    const after = withValue(before, ['a', 1, 'b'], 5)
    expect(after).toEqual({ a: [{ b: 1 }, { b: 5 }], c: 3 })
    expect(before.a[1].b).toBe(2)
    expect(valueAt(after, ['a', 1, 'b'])).toBe(5)
    expect(valueAt(after, ['a', 7, 'b'])).toBeUndefined()
  })
  it('removes keys and list items', () => {
    expect(withValue({ a: 1, b: 2 }, ['a'], undefined)).toEqual({ b: 2 })
    expect(withValue({ a: [1, 2, 3] }, ['a', 1], undefined)).toEqual({ a: [1, 3] })
  })
  it('reads both ways of writing an index', () => {
    expect(normalisePath('data[0].unit')).toBe('data.0.unit')
    expect(normalisePath('data.0.unit')).toBe('data.0.unit')
  })
})

describe('words', () => {
  it('takes units from key names and labels unknown keys by themselves', () => {
    expect(unitOf('frequency_ghz')).toBe('GHz')
    expect(unitOf('B_microgauss')).toBe('µG')
    expect(unitOf('nside')).toBe('')
    expect(labelOf('some_new_length_kpc')).toBe('Some new length')
    expect(labelOf('B_phi')).toBe('B_phi')
  })
})
