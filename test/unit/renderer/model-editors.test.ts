import { describe, expect, it } from 'vitest'
import { completed, completionsAt } from '#renderer/forms/completion.ts'
import { formulaLines, mistakeRange } from '#renderer/forms/formula-lines.ts'
import { withFormulaText } from '#renderer/forms/formula-text.ts'
import { schemaIssues } from '#renderer/forms/issues.ts'
import { composedModel, withModel } from '#renderer/forms/model-choices.ts'
import { weightsOf, withMembers, withWeight } from '#renderer/forms/members.ts'
import { valueAt, withValue } from '#renderer/forms/paths.ts'
import { isCorrected, regularisedSections, withCorrection } from '#renderer/forms/representation.ts'
import { runFileSchema } from '#shared/session/run-file.ts'

const defaults = () => runFileSchema.parse({ magnetic_field: { grid: {} } })
const gridDefaults = () => defaults().magnetic_field.grid

describe('completion', () => {
  const names = {
    components: ['B_r', 'B_phi'],
    parameters: ['b0', 'pitch'],
    definitions: ['strength'],
  }
  const at = (text: string, all = false) =>
    completionsAt(text, text.length, names, all).map(({ name }) => name)

  it('goes on with the word before the caret, the own names first', () => {
    expect(at('B_r = b0 * sq')).toEqual(['sqrt'])
    expect(at('B_r = b0 * s')[0]).toBe('strength')
    expect(at('B_r = p')).toEqual(['pitch', 'phi', 'pi'])
    expect(at('B_r = pitch')).toEqual([])
    expect(at('B_r = ')).toEqual([])
    expect(at('B_r = ', true).slice(0, 3)).toEqual(['b0', 'pitch', 'strength'])
  })
  it('offers components at the beginning of a line and units after a number', () => {
    expect(at('s = 1\nB')).toEqual(['B_r', 'B_phi'])
    expect(at('s = r / 5 k')).toContain('kpc')
    expect(at('s = r / 5 k')).not.toContain('b0')
  })
  it('puts the name in for the beginning of the word', () => {
    const [first] = completionsAt('B_r = b0 * sq * 2', 13, names)
    expect(first.name).toBe('sqrt')
    expect(completed('B_r = b0 * sq * 2', 13, first)).toEqual({
      text: 'B_r = b0 * sqrt( * 2',
      caret: 16,
    })
  })
})

describe('mistakes in a formula', () => {
  /** The words of the editor's text that are marked. */
  const marked = (text: string) => {
    const field = {
      ...withFormulaText({ parameters: { b0: { value: 2, unit: 'microgauss' } } }, text),
    }
    const configuration = withValue(defaults(), ['magnetic_field'], {
      model: 'formula',
      formula: field,
    })
    const prefix = 'magnetic_field.formula.'
    return [...schemaIssues(configuration)].flatMap(([key, { message }]) => {
      const range = mistakeRange(text, key.slice(prefix.length), message)
      return range ? [text.slice(range.from, range.to)] : []
    })
  }
  it('are marked at the character', () => {
    expect(marked('B_phi = b0 * (1 + r)')).toEqual(['+'])
    expect(marked('s = 2\n\nB_phi = b0\n   * exp(r) * s')).toEqual(['r'])
    expect(marked('B_phi = b0 * colour')).toEqual(['colour'])
    expect(marked('B_phi = b0')).toEqual([])
    expect(marked('B_phi = b0\nB_phi = b0')).toEqual(['B_phi'])
  })
  it('stand where the words of the text are', () => {
    const text = ' \ns =  r\n   + 1 kpc  \nB_r = s'
    for (const line of formulaLines(text))
      expect([...line.text].map((_, i) => text[line.places[i]]).join('')).toBe(line.text)
  })
})

describe('sums and mixtures in the form', () => {
  it('begin with the model that was there, and have the parameters of their members', () => {
    const uf23 = withModel(defaults(), 'magnetic_field', 'uf23', undefined)
    const sum = withModel(uf23, 'magnetic_field', 'sum', undefined)
    expect(schemaIssues(sum)).toEqual(new Map())
    expect(valueAt(sum, ['magnetic_field', 'of'])).toEqual([{ model: 'uf23', parameters: {} }])
    const two = withValue(sum, ['magnetic_field', 'of', 1], {
      model: 'lsa',
      name: 'spiral',
      scale: 0.5,
    })
    const model = composedModel('magnetic_field', valueAt(two, ['magnetic_field']))
    const names = model?.parameters.map(({ name }) => name) ?? []
    expect(names).toEqual(
      expect.arrayContaining(['scale_uf23', 'scale_spiral', 'spiral.b0_microgauss']),
    )
    expect(model?.parameters.find(({ name }) => name === 'scale_spiral')?.default).toBe(0.5)
    const mixture = withModel(two, 'magnetic_field', 'mixture', undefined)
    expect(schemaIssues(mixture)).toEqual(new Map())
    const of = valueAt(mixture, ['magnetic_field', 'of'])
    expect(of).toEqual([
      { model: 'uf23', parameters: {} },
      { model: 'lsa', name: 'spiral' },
    ])
  })
  it('keep weights positive and summing to 1', () => {
    const of = [{ model: 'lsa' }, { model: 'uf23' }, { model: 'jf12' }]
    expect(weightsOf(of, {})).toEqual([1 / 3, 1 / 3, 1 / 3])
    const moved = withWeight(
      { model: 'mixture', of, parameters: { 'lsa.b0_microgauss': 2 } },
      0,
      0.5,
    )
    const found = weightsOf(Array.isArray(moved.of) ? moved.of : [], moved.parameters)
    ;[0.5, 0.25, 0.25].forEach((weight, i) => expect(found[i]).toBeCloseTo(weight, 12))
    expect(moved.parameters).toEqual({ 'lsa.b0_microgauss': 2 })
    const all = withWeight(moved, 0, 1)
    const weights = weightsOf(Array.isArray(all.of) ? all.of : [], {})
    expect(weights.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12)
    expect(Math.min(...weights)).toBeGreaterThan(0)
    // Values of the logarithms count more than the weights in the list.
    expect(weightsOf(of, { log_weight_uf23: Math.log(2), log_weight_jf12: 0 })[1]).toBeCloseTo(
      0.5,
      12,
    )
  })
  it('share the weights anew when a member comes or goes', () => {
    const of = [
      { model: 'lsa', weight: 0.2 },
      { model: 'uf23', weight: 0.8 },
    ]
    const more = withMembers('mixture', [...of, { model: 'jf12' }])
    expect(weightsOf(more, {}).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12)
    expect(withMembers('mixture', [of[1]])).toEqual([{ model: 'uf23', weight: 1 }])
  })
})

describe('a correction on a grid', () => {
  it('is added to a model and taken away again', () => {
    const uf23 = withModel(defaults(), 'magnetic_field', 'uf23', undefined)
    expect(regularisedSections(uf23)).toEqual([])
    const corrected = withCorrection(uf23, gridDefaults(), true)
    expect(isCorrected(corrected)).toBe(true)
    expect(schemaIssues(corrected)).toEqual(new Map())
    expect(regularisedSections(corrected)).toEqual(['magnetic_field'])
    expect(withCorrection(corrected, gridDefaults(), false)).toEqual(uf23)
  })
})
