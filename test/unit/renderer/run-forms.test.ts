import { describe, expect, it } from 'vitest'
import { backendOptions, backendWords, unusableBackends } from '#renderer/forms/backends.ts'
import {
  guessColumns,
  guessPositions,
  pointQuantities,
  withoutFiles,
  catalogueUnit,
  unitIn,
  withQuantity,
} from '#renderer/forms/data-entry.ts'
import { energyLawOf, energyLaws, withEnergyLaw } from '#renderer/forms/energy-law.ts'
import { schemaIssues } from '#renderer/forms/issues.ts'
import { modelOptions, withModel } from '#renderer/forms/model-choices.ts'
import { nodeAt, startingValue } from '#renderer/forms/nodes.ts'
import { iterationsLabel, optimiserFields, rateUnit } from '#renderer/forms/optimiser-fields.ts'
import { valueAt, withValue } from '#renderer/forms/paths.ts'
import { parseNumbers, parseTyped, printTyped } from '#renderer/forms/typed-values.ts'
import {
  freeTerm,
  regularisedSections,
  withRepresentation,
} from '#renderer/forms/representation.ts'
import { variantName } from '#renderer/forms/variants.ts'
import { choiceLabel, labelOf, unitOf } from '#renderer/forms/words.ts'
import { runFileSchema } from '#shared/session/run-file.ts'

const defaults = () => runFileSchema.parse({ magnetic_field: { grid: {} } })
const choicesAt = (path: readonly (string | number)[]) => {
  const node = nodeAt(path)
  if (node?.kind !== 'choice') throw new Error(`${path.join('.')} is no choice`)
  return node.options
}

describe('settings that are typed in one line', () => {
  const node = (...path: readonly string[]) => {
    const found = nodeAt(path)
    if (!found) throw new Error(path.join('.'))
    return found
  }
  it('are numbers, groups of numbers, or numbers by key, and come back as they were', () => {
    const directions = node('sky', 'directions')
    expect(parseTyped(directions, '30 5; 120, -2, 1.5')).toEqual([
      [30, 5],
      [120, -2, 1.5],
    ])
    expect(
      printTyped(directions, [
        [30, 5],
        [120, -2, 1.5],
      ]),
    ).toBe('30 5; 120 -2 1.5')
    expect(parseTyped(directions, '30 5; x')).toBeUndefined()
    const initial = node('cosmic_ray_electrons', 'spectral_index_regions', 'initial')
    expect(parseTyped(initial, ' 1: 2.9, -2:3.1')).toEqual({ '1': 2.9, '-2': 3.1 })
    expect(printTyped(initial, { 1: 2.9, 2: 3.1 })).toBe('1: 2.9, 2: 3.1')
    expect(parseTyped(initial, '1 2.9')).toBeUndefined()
    expect(parseTyped(initial, '')).toEqual({})
    expect(parseTyped(node('sky', 'pixels'), '3, 5')).toEqual([3, 5])
  })
})

describe('the energies of cosmic-ray electrons', () => {
  const section = (configuration: unknown) => valueAt(configuration, ['cosmic_ray_electrons'])
  it('follow one law, and another takes its place', () => {
    expect(energyLawOf(defaults())).toBe('index')
    let now: unknown = defaults()
    for (const law of energyLaws) {
      now = withEnergyLaw(now, law)
      expect(energyLawOf(now)).toBe(law)
      const keys = Object.keys(Object(section(now))).filter((key) => /_map|_regions|rum$/.test(key))
      expect(keys.length).toBe(law === 'index' ? 0 : 1)
      // What is missing is a file, which is to be chosen.
      const wrong = [...schemaIssues(now).keys()]
      expect(
        wrong.every((key) => key.endsWith('.file')),
        wrong.join(),
      ).toBe(true)
    }
  })
  it('leave no spectral index free beside a map, regions or a spectrum', () => {
    const free = withValue(defaults(), ['cosmic_ray_electrons', 'free'], {
      scale: { transform: 'log' },
      spectral_index: {},
    })
    const broken = withEnergyLaw(free, 'broken')
    expect(section(broken)).toMatchObject({ free: { scale: { transform: 'log' } } })
    expect(valueAt(broken, ['cosmic_ray_electrons', 'free', 'spectral_index'])).toBeUndefined()
    expect(schemaIssues(broken).size).toBe(0)
  })
})

describe('the optimiser', () => {
  const keys = (method: string) => optimiserFields(method).map(({ key }) => key)
  it('shows what its method uses', () => {
    expect(keys('adam')).toEqual(['learning_rate', 'schedule', 'clip_norm'])
    expect(keys('lbfgs')).toEqual(['learning_rate', 'memory', 'preconditioner', 'tolerance'])
    expect(keys('gauss-newton')).toEqual(['inner_iterations', 'tolerance'])
    expect(iterationsLabel('gauss-newton')).toBe('Iterations, most')
  })
  it('has every key of the schema in the form of some method', () => {
    const node = nodeAt(['optimiser'])
    if (node?.kind !== 'object') throw new Error('optimiser is an object')
    const shown = new Set(choicesAt(['optimiser', 'method']).flatMap(keys))
    const always = ['method', 'iterations', 'seed', 'levels', 'corrections']
    expect([...shown, ...always].sort()).toEqual([...node.entries.keys()].sort())
  })
  it('gives the learning rate the unit of what is moved', () => {
    for (const name of choicesAt(['magnetic_field', 'grid', 'representation']))
      expect(rateUnit(name)).not.toBe('')
    expect(rateUnit('vector-potential')).toBe('µG kpc')
  })
})

describe('whitened coordinates and the random field', () => {
  it('come together and go together', () => {
    const white = withRepresentation(defaults(), 'whitened')
    expect(schemaIssues(white).size).toBe(0)
    expect(valueAt(white, ['regularisation'])).toEqual([
      { term: 'gaussian-random-field', weight: 1, of: 'magnetic_field' },
    ])
    const back = withRepresentation(white, 'vector-potential')
    expect(valueAt(back, ['regularisation'])).toEqual([
      { term: 'smoothness', weight: 0.1, of: 'magnetic_field' },
    ])
  })
  it('leave terms of densities and other representations alone', () => {
    const both = withValue(
      defaults(),
      ['regularisation'],
      [
        { term: 'divergence', weight: 2, of: 'magnetic_field' },
        { term: 'smoothness', weight: 3, of: 'thermal_electrons' },
      ],
    )
    expect(valueAt(withRepresentation(both, 'correction'), ['regularisation'])).toEqual(
      valueAt(both, ['regularisation']),
    )
    expect(valueAt(withRepresentation(both, 'whitened'), ['regularisation', 1])).toEqual(
      valueAt(both, ['regularisation', 1]),
    )
  })
  it('is never offered as a term by itself', () => {
    const names = choicesAt(['regularisation', 0, 'term'])
    const rows: { term: string; of: string }[] = []
    for (;;) {
      const next = freeTerm(rows, ['magnetic_field', 'thermal_electrons'], names)
      if (!next) break
      rows.push(next)
    }
    expect(rows).toHaveLength(4 + 2)
    expect(rows.filter(({ of }) => of === 'thermal_electrons').map(({ term }) => term)).toEqual([
      'smoothness',
      'amplitude',
    ])
  })
})

describe('free densities', () => {
  it('start from the model that was chosen before', () => {
    const old = withValue(defaults(), ['thermal_electrons'], {
      model: 'cordes91',
      parameters: { n1_cm3: 0.02 },
      free: [],
      free_free: { electron_temperature_k: 7000 },
    })
    const free = withModel(old, 'thermal_electrons', 'grid', undefined)
    expect(schemaIssues(free).size).toBe(0)
    expect(valueAt(free, ['thermal_electrons'])).toEqual({
      model: 'grid',
      parameters: {},
      free: [],
      grid: { initial: { model: 'cordes91', parameters: { n1_cm3: 0.02 } }, relative_rate: 0.1 },
      free_free: { electron_temperature_k: 7000 },
    })
    expect(regularisedSections(free)).toEqual(['magnetic_field', 'thermal_electrons'])
    const term = { term: 'smoothness', weight: 1, of: 'thermal_electrons' }
    const fixed = withModel(
      withValue(free, ['regularisation', 1], term),
      'thermal_electrons',
      'uniform',
      undefined,
    )
    expect(schemaIssues(fixed).size).toBe(0)
    expect(valueAt(fixed, ['thermal_electrons', 'grid'])).toBeUndefined()
    expect(valueAt(fixed, ['regularisation'])).toHaveLength(1)
  })
  it('do not start from nothing', () => {
    const none = withValue(defaults(), ['thermal_electrons', 'model'], 'none')
    const free = withModel(none, 'thermal_electrons', 'grid', undefined)
    expect(valueAt(free, ['thermal_electrons', 'grid', 'initial', 'model'])).toBe('ymw16')
    expect(modelOptions('thermal_electrons', true).map(({ value }) => value)).not.toContain('none')
  })
})

describe('backends', () => {
  const statuses = [
    { name: 'wasm', usable: true, chosen: true, detail: '2 threads' },
    { name: 'webgpu', usable: false, chosen: false, detail: 'No adapter was found.' },
  ]
  it('say what they are here, or why they cannot be used', () => {
    const names = choicesAt(['backend'])
    const options = backendOptions(names, statuses)
    expect(options.map(({ value }) => value)).toEqual(names)
    expect(options.filter(({ disabled }) => disabled).map(({ value }) => value)).toEqual(['webgpu'])
    expect(backendWords('auto', statuses).text).toBe('Takes WebAssembly, CPU: 2 threads')
    expect(backendWords('webgpu', statuses)).toEqual({
      text: 'Not usable here. No adapter was found.',
      problem: true,
    })
    expect(unusableBackends('auto', statuses)).toEqual([
      { label: 'WebGPU, graphics card', why: 'No adapter was found.' },
    ])
    // Before the engine has answered nothing is ruled out.
    expect(backendOptions(names, []).every(({ disabled }) => !disabled)).toBe(true)
  })
})

describe('data entries', () => {
  const entry = { name: 'a', file: 'grant:1', frequency_ghz: 1.4, bandpass: { file: 'grant:2' } }
  it('lose what another quantity does not have', () => {
    expect(withQuantity({ ...entry, polarisation: 'IAU' }, 'faraday_depth')).toEqual({
      name: 'a',
      file: 'grant:1',
      quantity: 'faraday_depth',
    })
    expect(withQuantity({ ...entry, polarisation: 'IAU' }, 'I')).not.toHaveProperty('polarisation')
    expect(withQuantity(entry, 'U')).toMatchObject({ frequency_ghz: 1.4, quantity: 'U' })
    const points = { name: 'a', file: 'grant:1', unit: 'rad/m^2', catalogue: { value: 'x' } }
    expect(withQuantity(points, 'dispersion_measure').unit).toBe('pc/cm^3')
    // The file states it, and goes on being asked.
    const { unit, ...stated } = points
    expect(unit).toBe('rad/m^2')
    expect(withQuantity(stated, 'dispersion_measure')).not.toHaveProperty('unit')
  })
  it('of points are given a unit only where the file states none', () => {
    const table = { columns: ['RM', 'DM'], units: ['K', ''] }
    expect(unitIn(table, 'RM')).toBe('K')
    for (const column of ['DM', 'l', undefined]) expect(unitIn(table, column)).toBeUndefined()
    expect(catalogueUnit('K', 'faraday_depth')).toEqual({})
    expect(catalogueUnit(undefined, 'faraday_depth')).toEqual({ unit: 'rad/m^2' })
    expect(catalogueUnit(undefined, 'dispersion_measure')).toEqual({ unit: 'pc/cm^3' })
  })
  it('of points have no maps beside them', () => {
    const sigma = withoutFiles('sigma')
    if (sigma?.kind !== 'variants') throw new Error('sigma has variants')
    expect(sigma.variants.map((node) => variantName(node))).toEqual([
      'Fixed value',
      'Relative, with a floor',
    ])
    expect(pointQuantities()).toMatchObject({ options: ['faraday_depth', 'dispersion_measure'] })
  })
  it('name a bandpass in both ways', () => {
    const node = nodeAt(['data', 0, 'bandpass'])
    if (node?.kind !== 'variants') throw new Error('bandpass has variants')
    expect(node.variants.map((node) => variantName(node))).toEqual([
      'From a file',
      'Frequencies and weights',
    ])
    expect(startingValue(node.variants[1])).toEqual({ frequencies_ghz: [], weights: [] })
    expect(parseNumbers('22.8, 23;  23.2 ')).toEqual([22.8, 23, 23.2])
    expect(parseNumbers('22.8, x')).toBeUndefined()
  })
  it('propose columns by their names', () => {
    expect(guessColumns(['name', 'GLON', 'GLAT', 'RM', 'RM_err'])).toEqual({
      frame: 'galactic',
      l: 'GLON',
      b: 'GLAT',
      value: 'RM',
      sigma: 'RM_err',
      distance: undefined,
      quantity: 'faraday_depth',
    })
    expect(guessColumns(['l', 'b', 'DM', 'dist'])).toMatchObject({
      value: 'DM',
      distance: 'dist',
      quantity: 'dispersion_measure',
    })
    expect(guessColumns(['x', 'y']).value).toBeUndefined()
  })
  it.each([
    ['galactic', 'ra', 'dec', 'l', 'b'],
    ['galactic', '_Glon', '_Glat'],
    ['galactic', 'GL', 'GB'],
    ['equatorial-J2000', 'RA', 'Dec'],
    ['equatorial-J2000', 'RAJ2000', 'DEJ2000'],
    ['equatorial-J2000', '_RA', '_DE'],
    ['equatorial-J2000', '_RA.icrs', '_DE.icrs'],
    ['equatorial-J2000', 'RA_ICRS', 'DE_ICRS'],
    ['equatorial-J2000', 'ra_deg', 'dec_deg'],
    ['equatorial-J2000', 'RAJD', 'DECJD'],
    ['equatorial-J2000', 'right_ascension', 'declination'],
    ['equatorial-B1950', 'RAB1950', 'DEB1950'],
    ['ecliptic', 'ELON', 'ELAT'],
  ])('propose %s positions for %s and %s', (frame, ...columns) => {
    const [l, b] = columns.slice(-2)
    expect(guessColumns(['name', ...columns, 'RM'])).toMatchObject({ frame, l, b })
  })
  it('propose no positions where one of the two is missing, or a name only looks alike', () => {
    for (const columns of [['RA'], ['l', 'dec'], ['rate', 'decay'], ['rad', 'depth']])
      expect(guessColumns(columns)).toMatchObject({ frame: 'galactic' })
    expect(guessColumns(['RA', 'b']).l).toBeUndefined()
    expect(guessColumns(['rate', 'decay']).l).toBeUndefined()
    expect(guessPositions(['l', 'b', 'ra', 'dec'], 'equatorial-J2000')).toEqual({
      l: 'ra',
      b: 'dec',
    })
  })
})

describe('words of the new keys', () => {
  it('exist for every choice, and units come from the names', () => {
    for (const path of [
      ['optimiser', 'method'],
      ['optimiser', 'schedule'],
      ['magnetic_field', 'grid', 'representation'],
      ['regularisation', 0, 'term'],
      ['regularisation', 0, 'of'],
      ['backend'],
    ])
      for (const value of choicesAt(path)) expect(choiceLabel(value)).not.toBe(value)
    expect(unitOf('beam_fwhm_arcmin')).toBe('′')
    expect(unitOf('electron_temperature_k')).toBe('K')
    expect(labelOf('inner_iterations')).toBe('Inner iterations')
  })
})
