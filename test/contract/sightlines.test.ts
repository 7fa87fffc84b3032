import { beforeAll, expect, it } from 'vitest'
import { pix2ang } from '#shared/healpix/index.ts'
import { useEnginePage } from '#test/tools/engine-page.ts'

const degree = Math.PI / 180
const page = useEnginePage()
let session: string

beforeAll(async () => {
  await page.addSample()
  const file = await page.grantOf('haslam.fits')
  session = await page.sessionWithRun('rays', {
    sky: { nside: 8 },
    data: [{ name: 'haslam', file, frequency_ghz: 0.408, unit: 'K' }],
    magnetic_field: { grid: { shape: [12, 12, 6] } },
    thermal_electrons: { model: 'uniform', n_e_cm3: 0.03 },
    optimiser: { iterations: 3 },
    backend: 'reference',
  })
})

it('gives the profile of a pixel, whose end is what the model has there', async () => {
  const request = { session, run: 1, data: 'haslam' } as const
  const [{ result: map, payloads: pixels }, { payloads: field }] = await Promise.all([
    page.client.request('run.map', { ...request, which: 'model' }),
    page.client.request('run.field', { session, run: 1 }),
  ])
  expect(field[0]).toHaveLength(12 * 12 * 6 * 3)
  const offset = Number(/offset (-?[\d.e+-]+)/.exec(map.nuisance)?.[1])
  const { theta, phi } = pix2ang(8, 'RING', 77)
  const { result, payloads } = await page.client.request('run.sightline', {
    ...request,
    // Anywhere in the pixel.
    l_deg: phi / degree + 1,
    b_deg: 90 - theta / degree - 0.7,
  })
  expect(result.l_deg).toBeCloseTo(phi / degree, 12)
  expect(result.b_deg).toBeCloseTo(90 - theta / degree, 12)
  expect(result).toMatchObject({ iteration: 3, frequencies_ghz: [0.408] })
  expect(result.columns).not.toContain('Q')
  const width = result.columns.length
  const value = (row: number, name: (typeof result.columns)[number]) =>
    payloads[0][row * width + result.columns.indexOf(name)]
  const last = result.rows - 1
  // The offset is printed with four digits and the map is float32.
  expect(value(last, 'I') + offset).toBeCloseTo(pixels[0][77], 2)
  expect(value(0, 'distance_kpc')).toBe(0)
  expect(value(4, 'n_e')).toBeCloseTo(0.03, 12)
  let emitted = 0
  for (let row = 1; row <= last; row++) {
    const step = value(row, 'distance_kpc') - value(row - 1, 'distance_kpc')
    emitted += 0.5 * step * (value(row, 'emissivity') + value(row - 1, 'emissivity'))
  }
  // Trapezia between the three nodes of a cell, 1.7 kpc and more across: the sum with the rule itself is a test of the profile.
  expect(Math.abs(emitted / value(last, 'I') - 1)).toBeLessThan(0.05)
  // The ray ends on a face of the box.
  const [x, y, z] = result.end_kpc
  expect(Math.max(Math.abs(x) / 20, Math.abs(y) / 20, Math.abs(z) / 5)).toBeCloseTo(1, 12)
  const length = value(last, 'distance_kpc')
  expect(Math.hypot(x + 8.3, y, z - 0.006)).toBeCloseTo(length, 12)
  for (let row = 1; row <= last; row++)
    expect(value(row, 'B') ** 2).toBeCloseTo(
      value(row, 'B_parallel') ** 2 + value(row, 'B_perp') ** 2,
      10,
    )
  await expect(
    page.client.request('run.sightline', { ...request, data: 'none', l_deg: 0, b_deg: 0 }),
  ).rejects.toMatchObject({ code: 'no-data' })
  const short = await page.client.request('run.sightline', {
    session,
    run: 1,
    l_deg: 0,
    b_deg: 0,
    distance_kpc: 2,
  })
  expect(short.result.end_kpc[0]).toBeCloseTo(-6.3, 12)
})

it('gives the settings of a run, with a grant for its file', async () => {
  const { result } = await page.client.request('run.settings', { session, run: 1 })
  expect(result.configuration.magnetic_field.grid?.shape).toEqual([12, 12, 6])
  expect(result.configuration.data[0].file).toMatch(/^grant:/)
})

it('says which pixels see a voxel, and how much of it', async () => {
  const position = [5, 5, 0.4] as const
  const { result, payloads } = await page.client.request('run.seen_by', {
    session,
    run: 1,
    data: 'haslam',
    position_kpc: [...position],
  })
  expect(result).toMatchObject({ nside: 8, voxel: [7, 7, 3], sources: 0 })
  expect(result.centre_kpc[0]).toBeCloseTo(5, 12)
  const seen = [...payloads[0].keys()].filter((pixel) => payloads[0][pixel] !== 0)
  expect(seen).toHaveLength(result.seen)
  expect(result.seen).toBeGreaterThan(3)
  // Seen from the Sun the voxel is at l = 20.6 deg, b = 1.7 deg.
  const strongest = payloads[0].indexOf(Math.max(...payloads[0]))
  const { theta, phi } = pix2ang(8, 'RING', strongest)
  expect(Math.abs(phi / degree - 20.6)).toBeLessThan(8)
  expect(Math.abs(90 - theta / degree - 1.7)).toBeLessThan(8)
  expect(Math.max(...payloads[0])).toBe(Math.fround(result.longest_kpc))
})

it('adds up what all fitted lines of sight have of a voxel', async () => {
  const request = { session, run: 1 } as const
  const { result, payloads } = await page.client.request('run.field', {
    ...request,
    grid: 'coverage',
  })
  expect(result).toMatchObject({ shape: [12, 12, 6], components: 1, unit: 'kpc' })
  const { payloads: sets } = await page.client.request('run.map', {
    ...request,
    data: 'haslam',
    which: 'set',
  })
  for (const position of [
    [5, 5, 0.4],
    [-8, 1, -4],
    [19, -19, 4.9],
  ] as const) {
    const { result: seen, payloads: paths } = await page.client.request('run.seen_by', {
      ...request,
      data: 'haslam',
      position_kpc: [...position],
    })
    const [i, j, k] = seen.voxel
    let sum = 0
    for (const [pixel, path] of paths[0].entries()) if (sets[0][pixel] === 1) sum += path
    // The paths of single pixels come as float32.
    expect(payloads[0][(i * 12 + j) * 6 + k] / sum).toBeCloseTo(1, 5)
  }
})

it('says how uncertain a component is with everything else held, and where it cannot', async () => {
  const request = { session, run: 1, grid: 'conditional_sigma' } as const
  const { result, payloads } = await page.client.request('run.field', request)
  expect(result).toMatchObject({ components: 1, unit: 'microgauss', iteration: 3 })
  const outside = [...payloads[0]].filter((sigma) => sigma === 0)
  // Within 3 kpc of the axis and beyond 20 kpc the field is fixed.
  expect(outside.length).toBeGreaterThan(0)
  expect(outside.length).toBeLessThan(payloads[0].length / 2)
  expect(Math.min(...payloads[0])).toBe(0)
  expect(Math.max(...payloads[0])).toBeLessThan(1e4)
})

it('evaluates models on the grid before any run, and what a run holds fixed', async () => {
  const configuration = {
    magnetic_field: { model: 'uniform', B_microgauss: [1, 2, 3], grid: { shape: [4, 4, 2] } },
    thermal_electrons: { model: 'uniform', n_e_cm3: 0.25 },
  }
  const { result, payloads } = await page.client.request('model.field', {
    configuration,
    grid: 'magnetic_field',
  })
  expect(result).toMatchObject({ shape: [4, 4, 2], components: 3, unit: 'microgauss' })
  expect([...payloads[0].slice(0, 4)]).toEqual([1, 2, 3, 1])
  const electrons = await page.client.request('model.field', {
    configuration,
    grid: 'thermal_electrons',
  })
  expect(new Set(electrons.payloads[0])).toEqual(new Set([0.25]))
  expect(electrons.result.unit).toBe('cm^-3')
  await expect(
    page.client.request('model.field', {
      configuration: { magnetic_field: { model: 'nothing like it' } },
      grid: 'magnetic_field',
    }),
  ).rejects.toMatchObject({ message: expect.stringContaining('nothing like it') })
  const fixed = await page.client.request('run.field', {
    session,
    run: 1,
    grid: 'thermal_electrons',
  })
  expect(fixed.result.shape).toEqual([12, 12, 6])
  expect(new Set(fixed.payloads[0])).toEqual(new Set([Math.fround(0.03)]))
  await expect(
    page.client.request('run.field', { session, run: 1, grid: 'spectral_index' }),
  ).rejects.toMatchObject({ code: 'no-grid' })
})
