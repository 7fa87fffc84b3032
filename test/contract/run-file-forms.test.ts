import { createPinia } from 'pinia'
import { TooltipProvider } from 'reka-ui'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createSSRApp, h } from 'vue'
import type { Component } from 'vue'
import { renderToString } from 'vue/server-renderer'
import { parseDocument } from 'yaml'
import DataForm from '#renderer/forms/DataForm.vue'
import EnergyForm from '#renderer/forms/EnergyForm.vue'
import FormulaParameterDetails from '#renderer/forms/FormulaParameterDetails.vue'
import FreedomFields from '#renderer/forms/FreedomFields.vue'
import GridForm from '#renderer/forms/GridForm.vue'
import ModelForm from '#renderer/forms/ModelForm.vue'
import RandomFieldForm from '#renderer/forms/RandomFieldForm.vue'
import RunForm from '#renderer/forms/RunForm.vue'
import { schemaIssues } from '#renderer/forms/issues.ts'
import { leaves } from '#renderer/help/settings-help.ts'
import type { Leaf } from '#renderer/help/settings-help.ts'
import { helpOfKey } from '#shared/session/run-file-help.ts'
import type { MapDescriptionMessage } from '#shared/contract/methods.ts'
import { useProject } from '#renderer/stores/project.ts'

/**
 * Every key of the run file can be set in the forms of the workbench: the forms are rendered for configurations that between them
 * show everything, and say of each control which key it sets.
 */

/** Keys without a control of their own, and why. */
const exceptions: readonly (readonly [pattern: RegExp, why: string])[] = [
  [
    /(^|\.)of\.(scale|parameters)$/,
    'the sliders of the whole set the same numbers, as parameters with the name of the member',
  ],
  [
    /(^|\.)formula\.(definitions|B_\w+|n_e|C|b_rms)$/,
    'written in the text of the formula, which is one control',
  ],
  [/^thermal_electrons\..*variant$|^thermal_electrons\.variant$/, 'no model of them has variants'],
]

const rendered: Record<string, string> = {}
const shown = new Set<string>()
const settings = (html: string) =>
  [...html.matchAll(/data-setting="([^"]+)"/g)].map(([, key]) => key)
/** A map with two columns. */
const map: MapDescriptionMessage = {
  ...{ hdu: 1, name: '', kind: 'healpix', nside: 2, ordering: 'RING', indexing: 'implicit' },
  columns: [0, 1].map((index) => ({ index, name: `column ${index}`, unit: 'K' })),
  ...{ questions: [], problems: [] },
}

async function show(
  name: string,
  yaml: string,
  ...forms: readonly (readonly [Component, Record<string, unknown>])[]
): Promise<void> {
  const configuration: unknown = parseDocument(yaml).toJS()
  expect([...schemaIssues(configuration)], name).toEqual([])
  const app = createSSRApp({
    setup() {
      const project = useProject()
      project.open = true
      project.configuration = configuration
      project.files.set('f', { name: 'f', maps: [map] })
      return () =>
        h(TooltipProvider, null, () =>
          forms.map(([form, props]) => h(form, { locked: false, ...props })),
        )
    },
  })
  const html = await renderToString(app.use(createPinia()))
  rendered[name] = html
  for (const key of settings(html)) shown.add(key)
}

const voids = /^(input|img|br|hr|wbr)$/
/** What takes a value, and the setting that it lies within, as F1 and the name's tooltip look for it. Buttons that only do something are none. */
function controlsOf(html: string): { tag: string; setting: string | undefined }[] {
  const controls: { tag: string; setting: string | undefined }[] = []
  const around: (string | undefined)[] = []
  for (const [tag, end, name, attributes] of html.matchAll(/<(\/?)([a-z][\w-]*)([^>]*)>/g)) {
    if (end) {
      around.pop()
      continue
    }
    const setting = /data-setting="([^"]+)"/.exec(attributes)?.[1] ?? around.at(-1)
    const takes =
      /^(input|textarea|select)$/.test(name) ||
      /role="(combobox|checkbox|radio|switch|slider|spinbutton|textbox)"/.test(attributes)
    if (takes && !/aria-hidden="true"/.test(attributes)) controls.push({ tag, setting })
    if (!voids.test(name) && !attributes.endsWith('/')) around.push(setting)
  }
  expect(around, 'every element is closed').toEqual([])
  return controls
}

const pattern = (leaf: string) =>
  new RegExp(`^${leaf.replaceAll('.', '\\.').replaceAll('*', '.+')}$`)

/** A record, such as the parameters of a model, is set by its entries; a constant by the choice of what it is in. */
function hasControl({ key, node }: Leaf): boolean {
  const own = node.kind === 'constant' ? key.slice(0, key.lastIndexOf('.')) : key
  const wanted = pattern(own)
  return shown.has(own) || [...shown].some((one) => wanted.test(one) || one.startsWith(`${own}.`))
}

const formula = (component: string) =>
  `{ ${component}: a * 1, parameters: { a: { value: 1, unit: ${component === 'n_e' ? 'cm^-3' : component === 'C' ? 'm^-3' : 'microgauss'} } } }`

describe('the forms of the workbench', () => {
  afterAll(() => void vi.unstubAllGlobals())
  beforeAll(async () => {
    // Where the theme is written.
    vi.stubGlobal('document', { documentElement: { dataset: {} } })
    vi.stubGlobal('window', {})
    await show(
      'a run',
      `
      data:
        - { name: a, file: f, column: x, sigma: { file: f, column: x }, mask: { file: f, column: x }, bandpass: { file: f }, frequency_ghz: 1 }
        - { name: b, file: f, quantity: Q, sigma: { relative: 0.1, floor: 1 }, mask: { galactic_latitude_above_deg: 5 }, bandpass: { frequencies_ghz: [1], weights: [1] } }
        - { name: c, file: f, quantity: faraday_depth, catalogue: { value: rm } }
      magnetic_field: { model: grid, grid: {} }
      optimiser: { method: lbfgs }
      held_out: { fraction: 0.1 }
      integrator: { rule: midpoint }
      start_from: { file: f }
      `,
      [RunForm, {}],
      [DataForm, { index: 0 }],
      [DataForm, { index: 1 }],
      [DataForm, { index: 2 }],
    )
    await show(
      'a fit of parameters',
      `
      magnetic_field: { model: svt22 }
      optimiser: { method: gauss-newton }
      held_out: { fold: 1 }
      integrator: { rule: cells }
      start_from: { run: 1 }
      regularisation: []
      `,
      [RunForm, {}],
    )
    await show(
      'whitened grids',
      `
      magnetic_field: { model: grid, grid: { representation: whitened } }
      thermal_electrons: { model: grid, grid: { initial: { model: cordes91 } } }
      optimiser: { method: adam }
      regularisation:
        - { term: gaussian-random-field, weight: 1 }
        - { term: smoothness, weight: 1, of: thermal_electrons }
      `,
      [RunForm, {}],
      [GridForm, {}],
    )
    const components = {
      magnetic_field: 'B_x',
      thermal_electrons: 'n_e',
      cosmic_ray_electrons: 'C',
    } as const
    const variants = {
      magnetic_field: 'lsa',
      thermal_electrons: 'cordes91',
      cosmic_ray_electrons: 'flux',
    }
    /** What is chosen at a place: a model with variants, a formula, and a mixture of a formula and a sum. */
    const choices = (section: keyof typeof components | 'random_strength') => {
      const component = section === 'random_strength' ? 'b_rms' : components[section]
      const model = section === 'random_strength' ? 'jf12' : variants[section]
      const members = `[{ model: formula, formula: ${formula(component)} }, { model: ${model} }]`
      return [
        `{ model: ${model} }`,
        `{ model: formula, formula: ${formula(component)} }`,
        `{ model: mixture, of: [{ model: formula, name: f, formula: ${formula(component)} }, { model: mixture, name: inner, of: ${members} }, { model: ${model}, name: plain }] }`,
      ]
    }
    const nested = (section: string, base: readonly string[]) =>
      [ModelForm, { section, base }] as const
    for (const section of [
      'magnetic_field',
      'thermal_electrons',
      'cosmic_ray_electrons',
    ] as const) {
      for (const [i, choice] of choices(section).entries()) {
        await show(`${section} ${i}`, `${section}: ${choice}`, [ModelForm, { section }])
        const grid = ['grid', 'initial']
        await show(
          `${section} grid ${i}`,
          `${section}: { model: grid, grid: { initial: ${choice} } }`,
          [ModelForm, { section }],
          nested(section, [section, ...grid]),
        )
      }
      await show(`${section} table`, `${section}: { model: file, file: f }`, [
        ModelForm,
        { section },
      ])
      await show(`${section} uniform`, `${section}: { model: uniform }`, [ModelForm, { section }])
      // Opened by a button beside the parameter.
      await show(
        `${section} freedom`,
        `${section}: { free: { a.b: { prior: { mean: 1, sigma: 1 } } } }`,
        [
          FreedomFields,
          { section, name: 'a.b', label: 'a', unit: '', bounds: [0, 1], published: { value: 1 } },
        ],
      )
    }
    await show('free-free', 'thermal_electrons: { free_free: {} }', [
      ModelForm,
      { section: 'thermal_electrons' },
    ])
    await show(
      'table to start from',
      'magnetic_field: { model: grid, grid: { initial: { model: file, file: f } } }',
      nested('magnetic_field', ['magnetic_field', 'grid', 'initial']),
    )
    for (const base of [
      ['magnetic_field', 'random'],
      ['magnetic_field', 'grid', 'initial', 'random'],
    ]) {
      const at = (random: string) =>
        base.length === 2
          ? `magnetic_field: { model: lsa, random: ${random} }`
          : `magnetic_field: { model: grid, grid: { initial: { model: lsa, random: ${random} } } }`
      await show(`${base.join()} number`, at('{ rms_microgauss: 3 }'), [RandomFieldForm, { base }])
      for (const [i, choice] of choices('random_strength').entries())
        await show(`${base.join()} ${i}`, at(`{ strength: ${choice} }`), [
          RandomFieldForm,
          { base },
        ])
    }
    for (const law of [
      '{}',
      '{ spectral_index_map: { file: f } }',
      '{ spectral_index_regions: { file: f } }',
      '{ spectrum: { file: f } }',
      '{ spectrum: { break_gev: 4, index_below: 2, index_above: 3 } }',
    ])
      await show(`energies ${law}`, `cosmic_ray_electrons: ${law}`, [EnergyForm, {}])
    // Opened by a button beside the parameter of a formula, wherever that is.
    for (const key of new Set(leaves().map(({ key }) => key)))
      if (
        key.endsWith('.formula.parameters.*.bounds') &&
        shown.has(key.replace('*.bounds', 'a.value'))
      )
        await show(key, '{}', [
          FormulaParameterDetails,
          {
            ...{ section: 'magnetic_field', name: 'a', value: 1, unit: '', free: false },
            path: [...key.split('.').slice(0, -2), 'a'],
          },
        ])
  })

  it('set every key of the run file', () => {
    const missing = new Set(
      leaves()
        .filter((leaf) => !hasControl(leaf) && !exceptions.some(([one]) => one.test(leaf.key)))
        .map(({ key }) => key),
    )
    expect([...missing]).toEqual([])
  })

  it('has no exception that is none', () => {
    for (const [one] of exceptions)
      expect(
        leaves().some((leaf) => one.test(leaf.key) && !hasControl(leaf)),
        String(one),
      ).toBe(true)
  })

  it('names no key that the run file does not have', () => {
    const known = leaves().map(({ key }) => pattern(key))
    const records = leaves().filter(({ node }) => node.kind === 'record')
    const wholes =
      /(^|\.)(formula|free|integrator|held_out|spectrum|nuisance|bandpass|mask|random|random\.strength|free_free)$/
    const strange = [...shown].filter(
      (key) =>
        !known.some((one) => one.test(key)) &&
        !records.some(({ key: record }) => key.startsWith(`${record}.`)) &&
        !wholes.test(key),
    )
    expect(strange).toEqual([])
  })

  it('explains every control', () => {
    const unexplained = Object.entries(rendered).flatMap(([name, html]) =>
      controlsOf(html)
        .filter(({ setting }) => setting === undefined || !helpOfKey(setting))
        .map(({ tag, setting }) => `${name}: ${setting ?? ''} ${tag}`),
    )
    expect(unexplained).toEqual([])
    expect(Object.values(rendered).flatMap(controlsOf).length).toBeGreaterThan(500)
  })
})
