import { describe, expect, it } from 'vitest'
import { findHelp } from '#renderer/help/find-help.ts'
import { groupCurves, termOfCurve } from '#renderer/charts/series.ts'
import { glossary, pageOf, pages, termOf } from '#renderer/help/manual.ts'
import { allTracks } from '#renderer/sightline/tracks.ts'
import { quantityInfo } from '#renderer/volume/scalar.ts'
import { fieldQuantities } from '#renderer/volume/types.ts'
import { parseInline, parseMarkdown, sections } from '#renderer/help/markdown.ts'
import { leaves, settingsHelp } from '#renderer/help/settings-help.ts'
import { helpOfKey, runFileHelp } from '#shared/session/run-file-help.ts'

describe('the Markdown of the manual', () => {
  it('is data: emphasis, code, links, and no HTML', () => {
    expect(parseInline('a **b** *c* `d*` [e](https://f) \\|B\\| <i>x</i>')).toEqual([
      { kind: 'text', text: 'a ' },
      { kind: 'strong', text: 'b' },
      { kind: 'text', text: ' ' },
      { kind: 'em', text: 'c' },
      { kind: 'text', text: ' ' },
      { kind: 'code', text: 'd*' },
      { kind: 'text', text: ' ' },
      { kind: 'link', text: 'e', to: 'https://f' },
      { kind: 'text', text: ' |B| <i>x</i>' },
    ])
    expect(parseInline('5 * 3 * 2')).toEqual([{ kind: 'text', text: '5 * 3 * 2' }])
  })
  it('has lists, tables without a header, and paragraphs over several lines', () => {
    const blocks = parseMarkdown(
      '## A\n\none\ntwo\n\n1. x\n   y\n2. z\n\n| | |\n|---|---|\n| \\|B\\| | 2 |\n',
    )
    expect(blocks.map(({ kind }) => kind)).toEqual(['heading', 'paragraph', 'list', 'table'])
    expect(blocks[1]).toMatchObject({ content: [{ text: 'one two' }] })
    expect(blocks[2]).toMatchObject({ ordered: true, items: [[{ text: 'x y' }], [{ text: 'z' }]] })
    expect(blocks[3]).toMatchObject({ head: [], rows: [[[{ text: '|B|' }], [{ text: '2' }]]] })
    expect(sections('intro\n## A b\nx\n## C').map(({ id }) => id)).toEqual(['a-b', 'c'])
  })
})

describe('the manual', () => {
  it('has pages of one name each, that say something', () => {
    const ids = pages.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids[0]).toBe('first-steps')
    for (const page of pages) expect(page.blocks.length, page.id).toBeGreaterThan(0)
  })
  it.each([
    'Sky',
    'Sightline',
    'Curves',
    'Runs',
    'Slices',
    'Volume',
    'Gallery',
    'Log',
    'Project',
    'Inspector',
  ])('has a page about %s', (panel) => {
    expect(pageOf(panel)).toBeDefined()
  })
  it('has a source for every term', () => {
    expect(new Set(glossary.map(({ id }) => id)).size).toBe(glossary.length)
    expect(termOf('b-perp')?.title).toBe('B⊥')
    for (const term of glossary) {
      expect(term.definition.length, term.id).toBeGreaterThan(40)
      expect(term.source, term.id).not.toBe('')
    }
    expect(termOf('faraday-depth')?.definition).toMatch(/0\.81/)
  })
  it('has what panels name', () => {
    const columns = ['loss', 'smoothness_thermal_electrons', 'divergence', 'gradient_norm']
    const { loss, chi2, gradient } = groupCurves([...columns, 'chi2_n_fitted', 'chi2_n_held_out'])
    const ofCurves = [...loss, ...chi2, ...gradient].map(termOfCurve)
    expect(ofCurves).toEqual([
      undefined,
      ...['smoothness', 'regularisation', 'chi-square', 'held-out', 'gradient-norm'],
    ])
    const named = [
      ...allTracks.map(({ term }) => term),
      ...fieldQuantities.map((quantity) => quantityInfo[quantity].term),
      ...ofCurves,
    ].filter((term) => term !== undefined)
    for (const term of named) expect(termOf(term), term).toBeDefined()
    expect(named).toEqual(expect.arrayContaining(['emissivity', 'coverage', 'conditional-sigma']))
  })
})

describe('the help about settings', () => {
  it('covers every key of the run file, and holds nothing else', () => {
    const keys = leaves().map(({ key }) => key)
    expect(keys).toContain('cosmic_ray_electrons.spectrum.break_gev')
    expect(keys.filter((key) => helpOfKey(key) === undefined)).toEqual([])
    // Also those that several keys have in common, of which one chooses first.
    const parents = keys.map((key) => key.slice(0, key.lastIndexOf('.')))
    const used = new Set([...keys, ...parents].map(helpOfKey))
    expect(runFileHelp.filter((entry) => !used.has(entry)).map(({ key }) => key)).toEqual([])
  })
  it('takes the entry that fits best', () => {
    expect(helpOfKey('data.sigma.file')?.text).toBe('A map of σ.')
    expect(helpOfKey('thermal_electrons.grid.initial.model')?.key).toBe('model')
    expect(helpOfKey('magnetic_field.of.formula.B_x')?.key).toBe('of')
  })
  it('tells ranges', () => {
    const of = (key: string) => settingsHelp.find((one) => one.key === key)?.range
    expect(of('integrator.nodes')).toBe('Must be a whole number from 1 to 8.')
    expect(of('optimiser.schedule')).toBe('One of constant, cosine, exponential.')
  })
})

describe('the search in the manual', () => {
  it('finds pages, headings, terms and settings, titles first', () => {
    const [first] = findHelp('faraday depth')
    expect(first).toMatchObject({ page: 'glossary', place: 'faraday-depth' })
    expect(findHelp('tolerance')[0]).toMatchObject({
      page: 'settings',
      place: 'optimiser.tolerance',
    })
    expect(findHelp('sign of the field')[0]).toMatchObject({ page: 'what-data-cannot-tell' })
    expect(findHelp('qqq')).toEqual([])
    expect(findHelp(' ')).toEqual([])
  })
})
