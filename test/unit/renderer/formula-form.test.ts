import { describe, expect, it } from 'vitest'
import { firstFormulas } from '#renderer/forms/first-formulas.ts'
import {
  formulaText,
  freshName,
  withFormulaText,
  withParameterName,
} from '#renderer/forms/formula-text.ts'
import { withFreeNames, withRenamedFree } from '#renderer/forms/free-names.ts'
import { schemaIssues } from '#renderer/forms/issues.ts'
import { modelOptions, modelSections, withModel } from '#renderer/forms/model-choices.ts'
import type { ModelSection } from '#renderer/forms/model-choices.ts'
import { valueAt, withValue } from '#renderer/forms/paths.ts'
import { runFileSchema } from '#shared/session/run-file.ts'

const sections: ModelSection[] = ['magnetic_field', 'thermal_electrons', 'cosmic_ray_electrons']
const defaults = () => runFileSchema.parse({ magnetic_field: { grid: {} } })

describe('formulas in the form of a model', () => {
  it.each(sections)('can be chosen for %s, with one that works to begin with', (section) => {
    expect(Object.keys(modelSections)).toContain(section)
    expect(modelOptions(section).map(({ value }) => value)).toContain('formula')
    expect(modelOptions(section, true).map(({ value }) => value)).toContain('formula')
    const chosen = withModel(defaults(), section, 'formula', undefined)
    expect(schemaIssues(chosen)).toEqual(new Map())
    expect(valueAt(chosen, [section, 'formula'])).toEqual(firstFormulas[section])
    const left = withModel(chosen, section, 'uniform', undefined)
    expect(valueAt(left, [section, 'formula'])).toBeUndefined()
  })

  it('stay where a density is made free', () => {
    const chosen = withModel(defaults(), 'thermal_electrons', 'formula', undefined)
    const free = withModel(chosen, 'thermal_electrons', 'grid', undefined)
    expect(schemaIssues(free)).toEqual(new Map())
    expect(valueAt(free, ['thermal_electrons', 'grid', 'initial', 'formula'])).toEqual(
      firstFormulas.thermal_electrons,
    )
  })

  it('are lines that read back as they were', () => {
    const formula = {
      parameters: { b0: { value: 2, unit: 'microgauss' } },
      definitions: { s: 'tanh(x / kpc)\n  * 2' },
      B_phi: 'b0 * s',
    }
    const text = formulaText(formula)
    expect(text).toBe('s = tanh(x / kpc)\n  * 2\nB_phi = b0 * s')
    expect(withFormulaText(formula, text)).toEqual(formula)
    // Lines of a run file, pasted.
    expect(withFormulaText(formula, text.replaceAll(' = ', ': '))).toEqual(formula)
    const typed = `${text}\n\nt=s^2\nB_z = t * b0`
    expect(withFormulaText(formula, typed)).toEqual({
      ...formula,
      definitions: { ...formula.definitions, t: 's^2' },
      B_z: 't * b0',
    })
  })

  it.each([
    ['B_phi = b0 * (1 + r)', 'B_phi', /^column 9: Units do not fit.*\n.*\n +\^$/],
    ['B_phi = b0\n  * exp(r)', 'B_phi', /^line 2, column 9: exp needs/],
    ['B_phi = b0\nB_phi = b0', 'definitions.B_phi (given twice)', /A name begins/],
    ['B_phi = b0\nsome words', 'definitions.some words', /A name begins/],
    ['B_phi = b0\nr < 5 kpc', 'definitions.r < 5 kpc', /A name begins/],
    ['B_phi = b0\nphi = 1', 'definitions.phi', /has a meaning/],
    ['', '', /gives nothing/],
  ])('show what is wrong in %j', (text, key, message) => {
    const formula = withFormulaText({ parameters: { b0: { value: 2, unit: 'microgauss' } } }, text)
    const configuration = withValue(
      withModel(defaults(), 'magnetic_field', 'formula', undefined),
      ['magnetic_field', 'formula'],
      formula,
    )
    const issues = [...schemaIssues(configuration)]
    const path = key === '' ? 'magnetic_field.formula' : `magnetic_field.formula.${key}`
    expect(issues).toEqual([[path, { message: expect.stringMatching(message), plain: false }]])
  })

  it('rename and drop parameters wherever they are named', () => {
    const configuration = {
      magnetic_field: {
        formula: { parameters: { a: { value: 1 }, b: { value: 2 } } },
        parameters: { a: 3 },
        free: ['b', 'a'],
      },
    }
    const rename = (from: string, to?: string) =>
      withParameterName(configuration, 'magnetic_field', ['magnetic_field'], from, to)
    expect(rename('a', 'c')).toEqual({
      magnetic_field: {
        formula: { parameters: { c: { value: 1 }, b: { value: 2 } } },
        parameters: { c: 3 },
        free: ['b', 'c'],
      },
    })
    expect(rename('a')).toEqual({
      magnetic_field: {
        formula: { parameters: { b: { value: 2 } } },
        parameters: {},
        free: ['b'],
      },
    })
    expect(withRenamedFree({ a: { transform: 'log' } }, 'a', 'c')).toEqual({
      c: { transform: 'log' },
    })
    expect(withFreeNames({ a: { transform: 'log' } }, ['b', 'a'])).toEqual({
      b: {},
      a: { transform: 'log' },
    })
    expect(freshName({ p1: {}, p3: {} })).toBe('p2')
  })
})
