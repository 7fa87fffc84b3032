import { beforeAll, describe, expect, it } from 'vitest'
import { loadBackend } from '#engine/kernels/index.ts'
import { modelsOf } from '#engine/simulation/medium.ts'
import { raysOf } from '#engine/simulation/rays.ts'
import { simulateGrid } from '#engine/simulation/simulate-grid.ts'
import { bindDensity, bindMagneticField, listModels, resolveModel } from '#shared/fields/index.ts'
import { runFileSchema } from '#shared/session/run-file.ts'
import { useEnginePage } from '#test/tools/engine-page.ts'

const page = useEnginePage()
let haslam: string

beforeAll(async () => {
  await page.addSample()
  haslam = await page.grantOf('haslam.fits')
})

const uf23 = { model: 'uf23', variant: 'twistX' }
const grid = { shape: [32, 32, 8], region: { r_kpc: [3, 20] }, initial: uf23 }
/** A field on a grid: what `larmor simulate` gives to the kernels. */
const gridded = {
  magnetic_field: { model: 'grid', grid },
  thermal_electrons: { model: 'cordes91' },
}

describe('model.sky', () => {
  it.each([
    ['I', 0.408],
    ['Q', 1.4],
    ['faraday_depth', 1.4],
    ['dispersion_measure', 1.4],
  ] as const)('is the sky of larmor simulate: %s', async (quantity, frequency) => {
    const runFile = runFileSchema.parse({
      ...gridded,
      sky: { nside: 8, frequencies_ghz: [frequency] },
    })
    const simulated = await simulateGrid(runFile, modelsOf(runFile), raysOf(runFile), () =>
      loadBackend('wasm'),
    )
    const { result, payloads } = await page.client.request('model.sky', {
      configuration: gridded,
      of: { quantity, frequency_ghz: frequency },
      nside: 8,
      detail: 'coarse',
    })
    expect(result).toMatchObject({ layers: ['model'], nside: 8, sources: 0, grid: [32, 32, 8] })
    const seen = simulated?.seen
    const expected = {
      I: seen?.I[0],
      Q: seen?.Q[0],
      faraday_depth: seen?.faradayDepth,
      dispersion_measure: seen?.dispersionMeasure,
    }[quantity]
    const unit = quantity.startsWith('f') ? 'rad m^-2' : quantity.startsWith('d') ? 'pc cm^-3' : 'K'
    expect(result.unit).toBe(unit)
    const scale = Math.max(...(expected ?? []).map(Math.abs))
    expect(scale).toBeGreaterThan(0)
    // Kernels work in float32. `simulate` computes Q and U too, and cuts crossings in which they turn far, so that its I has more
    // nodes than I alone, by which the three nodes of large cells are 3e-5 off.
    const tolerance = (quantity === 'I' ? 1e-4 : 1e-6) * scale
    payloads[0].forEach((value, pixel) => {
      expect(Math.abs(Number(value) - (expected?.[pixel] ?? NaN))).toBeLessThan(tolerance)
    })
  })

  it('answers a moved parameter from what it keeps, and finer where asked', async () => {
    const ask = async (b0_microgauss: number, nside: 8 | 16) => {
      const { result, payloads } = await page.client.request('model.sky', {
        configuration: { magnetic_field: { model: 'lsa', parameters: { b0_microgauss } } },
        of: { quantity: 'I', frequency_ghz: 0.408 },
        nside,
        detail: 'coarse',
      })
      expect(result.grid).toEqual([64, 64, 16])
      return payloads[0]
    }
    const [weak, strong, fine] = [await ask(1, 8), await ask(2, 8), await ask(2, 16)]
    // p = 3: I is proportional to B^2.
    strong.forEach((value, pixel) => {
      expect(Number(value) / Number(weak[pixel])).toBeCloseTo(4, 5)
    })
    expect(fine).toHaveLength(12 * 16 ** 2)
  })

  it('compares with the data: offset in closed form, difference beside', async () => {
    const { result, payloads } = await page.client.request('model.sky', {
      configuration: {
        ...gridded,
        data: [{ name: 'haslam', file: haslam, unit: 'K', frequency_ghz: 0.408 }],
      },
      of: { data: 'haslam' },
      nside: 8,
      detail: 'coarse',
    })
    expect(result.layers).toEqual(['model', 'data', 'difference'])
    const pixels = 12 * 8 ** 2
    const [model, data, difference] = [0, 1, 2].map((layer) =>
      payloads[0].slice(layer * pixels, (layer + 1) * pixels),
    )
    let [weighted, sum] = [0, 0]
    difference.forEach((value, pixel) => {
      const observed = Number(data[pixel])
      expect(Number(value)).toBeCloseTo(observed - Number(model[pixel]), 4)
      // sigma as the run file has it by default: 10 %, at least 0.5 K.
      const weight = 1 / Math.max(0.1 * observed, 0.5) ** 2
      weighted += weight * Number(value)
      sum += weight
    })
    // The offset makes the weighted mean vanish, but for how sigma joins its two parts.
    expect(Math.abs(weighted / sum)).toBeLessThan(0.2)
    expect(result.nuisance).toMatch(/^offset [\d.]+ K$/)
  })

  it('ends when nobody waits any more, and names what is wrong', async () => {
    const control = new AbortController()
    const request = {
      configuration: gridded,
      of: { quantity: 'I', frequency_ghz: 0.408 },
      nside: 32,
      detail: 'fine',
    } as const
    const answer = page.client.request('model.sky', request, { signal: control.signal })
    control.abort()
    await expect(answer).rejects.toMatchObject({ code: 'cancelled' })
    const wrong = { magnetic_field: { model: 'lsa', parameters: { b0_gauss: -1 } } }
    await expect(
      page.client.request('model.sky', { ...request, configuration: wrong }),
    ).rejects.toMatchObject({ field: 'magnetic_field.parameters.b0_gauss' })
    const empty = { ...gridded, thermal_electrons: { model: 'none' } }
    const depth = { quantity: 'faraday_depth', frequency_ghz: 1 } as const
    await expect(
      page.client.request('model.sky', { ...request, configuration: empty, of: depth }),
    ).rejects.toMatchObject({ field: 'thermal_electrons.model' })
    await expect(
      page.client.request('model.sky', { ...request, of: { data: 'nothing' } }),
    ).rejects.toMatchObject({ field: 'data' })
  })
})

describe('model.picture', () => {
  const observerKpc = [-8.3, 0, 0.006] as const
  it('has the values of the model at the centres of its pixels', async () => {
    const { result, payloads } = await page.client.request('model.picture', {
      configuration: { magnetic_field: uf23 },
      section: 'magnetic_field',
      columns: 40,
    })
    expect(result).toMatchObject({ components: 3, columns: 40, face_rows: 40, edge_rows: 10 })
    const field = bindMagneticField(resolveModel('magnetic', uf23), { observerKpc })
    const at = (row: number, column: number) =>
      [...payloads[0].slice(3 * (40 * row + column), 3 * (40 * row + column) + 3)].map(Number)
    // Pixels are 1 kpc wide: column 10 is x = -9.5, row 33 is y = 13.5, row 40 + 6 is z = 1.5.
    const face = field.evaluate([-9.5, 13.5, 0])
    const edge = field.evaluate([-9.5, 0, 1.5])
    // The picture is float32.
    at(33, 10).forEach((value, i) => expect(value).toBeCloseTo(face[i], 6))
    at(46, 10).forEach((value, i) => expect(value).toBeCloseTo(edge[i], 6))
    expect(Math.hypot(...face)).toBeGreaterThan(0.1)
  })

  it('shows a density, and what a grid starts from', async () => {
    const { result, payloads } = await page.client.request('model.picture', {
      configuration: {
        thermal_electrons: { model: 'grid', grid: { initial: { model: 'ymw16' } } },
      },
      section: 'thermal_electrons',
      columns: 20,
    })
    expect(result).toMatchObject({ components: 1, unit: 'cm^-3', half_size_kpc: [20, 20, 5] })
    const density = bindDensity(resolveModel('thermal-electrons', { model: 'ymw16' }), {
      observerKpc,
    })
    expect(payloads[0][20 * 7 + 5]).toBeCloseTo(density.evaluate([-9, -5, 0]), 6)
  })

  it('exists for every model and variant of the library', async () => {
    const sections = {
      magnetic: 'magnetic_field',
      'thermal-electrons': 'thermal_electrons',
      'cosmic-ray-electrons': 'cosmic_ray_electrons',
    } as const
    for (const { kind, name, variants } of listModels()) {
      if (kind === 'random-field-strength') continue
      const section = sections[kind]
      for (const variant of variants.length > 0 ? variants : [undefined]) {
        const choice = { model: name, ...(variant ? { variant: variant.name } : {}) }
        const { payloads } = await page.client.request('model.picture', {
          configuration: { [section]: choice },
          section,
          columns: 16,
        })
        expect(payloads[0].every(Number.isFinite), name).toBe(true)
        if (name !== 'none')
          expect(
            payloads[0].some((value) => value !== 0),
            name,
          ).toBe(true)
      }
    }
  })
})
