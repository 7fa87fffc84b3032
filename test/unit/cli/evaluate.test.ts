import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { writeHealpixMap } from '#shared/fits/index.ts'
import { simulateSightline } from '#shared/physics/index.ts'
import { casesOf, lsaMedium, rayOfPixel, sightlineFields } from '../physics/cases.ts'
import { larmor, temporaryFolder } from './fake-io.ts'

const evaluation = z.looseObject({
  loss: z.number(),
  chi2: z.number(),
  maps: z.array(
    z.looseObject({
      name: z.string(),
      fitted: z.looseObject({ pixels: z.number(), chi2: z.number() }),
      offset: z.number(),
    }),
  ),
  regularisation: z.array(z.looseObject({ term: z.string(), value: z.number() })),
  gradient: z.record(z.string(), z.union([z.number(), z.array(z.number())])).optional(),
  gradient_error: z.record(z.string(), z.union([z.number(), z.array(z.number())])).optional(),
  gradient_norm: z.number().optional(),
})

async function evaluate(path: string, ...options: string[]) {
  const { code, out, err } = await larmor(['evaluate', path, '--json', ...options])
  expect(err).toBe('')
  expect(code).toBe(0)
  return evaluation.parse(JSON.parse(out))
}

const degrees = 180 / Math.PI

describe('larmor evaluate, parametric models', () => {
  const fields = {
    ...sightlineFields,
    pixels: z.array(z.int()),
    parameters: z.record(z.string(), z.number()),
    truth_parameters: z.record(z.string(), z.number()),
    sigma_K: z.number(),
    value: z.number(),
    rel_tol: z.number(),
  }
  const [value] = casesOf('likelihood', z.object(fields))
  const gradients = casesOf(
    'likelihood-gradient',
    z.object({ ...fields, with_respect_to: z.string() }),
  )

  /** The truth of the case as a partial map of Q and U, and a run file that compares the model with it. */
  function writeCase(): string {
    const folder = temporaryFolder()
    const truth = Object.fromEntries(
      Object.entries(value.truth_parameters).map(([name, at]) =>
        name.endsWith('_rad') ? [name.replace('_rad', '_deg'), at * degrees] : [name, at],
      ),
    )
    const medium = lsaMedium(value, value.p, value.variant, truth)
    const pixels = value.pixels.toSorted((a, b) => a - b)
    const seen = pixels.map((pixel) =>
      simulateSightline(medium, rayOfPixel(pixel), {
        frequenciesGhz: [value.frequency_ghz],
        integrator: { rule: 'midpoint', samples: value.n_samples },
        phase: 'half-cell',
      }),
    )
    const map = writeHealpixMap({
      nside: value.nside,
      ordering: 'RING',
      coordsys: 'G',
      polcconv: 'IAU',
      pixels,
      columns: [
        { name: 'Q', unit: 'K_RJ', values: Float64Array.from(seen, ({ Q }) => Q[0][0]) },
        { name: 'U', unit: 'K_RJ', values: Float64Array.from(seen, ({ U }) => U[0][0]) },
      ],
    })
    writeFileSync(join(folder, 'truth.fits'), map)
    const { b0_microgauss, psi0_rad, psi1_rad, chi0_rad } = value.parameters
    const entry = (name: string, column: number) =>
      `  - { name: ${name}, file: truth.fits, column: ${column}, quantity: ${name}, frequency_ghz: 2.4, sigma: ${value.sigma_K}, nuisance: { offset: none } }`
    const path = join(folder, 'run.yaml')
    writeFileSync(
      path,
      `data:
${entry('Q', 0)}
${entry('U', 1)}
held_out: { fraction: 0 }
integrator: { rule: midpoint, samples: ${value.n_samples} }
faraday: { phase: half-cell }
magnetic_field:
  model: lsa
  parameters: { b0_microgauss: ${b0_microgauss}, psi0_deg: ${psi0_rad * degrees}, psi1_deg: ${psi1_rad * degrees}, chi0_deg: ${chi0_rad * degrees} }
  free: [b0_microgauss, psi1_deg]
thermal_electrons: { model: cordes91 }
`,
    )
    return path
  }

  it('gives the likelihood of V6 and its derivatives', async () => {
    const found = await evaluate(writeCase(), '--gradient')
    expect(Math.abs(found.loss / value.value - 1)).toBeLessThan(value.rel_tol)
    expect(found.chi2).toBe(2 * found.loss)
    expect(found.maps.map(({ name }) => name)).toEqual(['Q', 'U'])
    expect(found.maps[0]).toMatchObject({ offset: 0, fitted: { pixels: 15 } })
    for (const { with_respect_to: name, value: expected, rel_tol } of gradients) {
      const key = `magnetic_field.${name.replace('_rad', '_deg')}`
      const perDegree = name.endsWith('_rad') ? expected / degrees : expected
      const computed = found.gradient?.[key]
      expect(computed).toBeTypeOf('number')
      expect(Math.abs(Number(computed) / perDegree - 1)).toBeLessThan(rel_tol)
      expect(Number(found.gradient_error?.[key])).toBeLessThan(1e-6 * Math.abs(perDegree))
    }
  })

  it('prints the same for people', async () => {
    const { code, out } = await larmor(['evaluate', writeCase(), '--gradient'])
    expect(code).toBe(0)
    expect(out).toMatch(/^loss 11\.79, fitted chi2\/n/)
    expect(out).toMatch(/d loss \/ d magnetic_field\.b0_microgauss = 131\.339/)
  })

  it('finds derivatives by differences where a parameter moves the edge of a model, and says so', async () => {
    const path = writeCase()
    const text = readFileSync(path, 'utf8')
      .replace(/integrator:.*\n/, '')
      .replace('half-cell', 'exact')
    const sphere = (radius: number) =>
      text.replace(
        /magnetic_field:[^]*$/,
        `magnetic_field: { model: uniform, B_microgauss: [1, 2, 0.5], radius_kpc: ${radius}, free: [radius_kpc, B_microgauss] }\nthermal_electrons: { model: none }\n`,
      )
    writeFileSync(path, sphere(3))
    const { code, out, err } = await larmor(['evaluate', path, '--json', '--gradient'])
    expect(code).toBe(0)
    expect(err).toMatch(/magnetic_field\.radius_kpc moves a surface/)
    const { gradient, gradient_error: errors } = evaluation.parse(JSON.parse(out))
    const radius = Number(gradient?.['magnetic_field.radius_kpc'])
    expect(Number(errors?.['magnetic_field.radius_kpc'])).toBeGreaterThan(0)
    expect(errors?.['magnetic_field.B_microgauss']).toEqual([0, 0, 0])
    const lossAt = async (value: number) => {
      writeFileSync(path, sphere(value))
      return (await evaluate(path)).loss
    }
    const difference = ((await lossAt(3.001)) - (await lossAt(2.999))) / 0.002
    // A plain difference over 0.001 of what changes over a kpc.
    expect(Math.abs(radius / difference - 1)).toBeLessThan(1e-5)
  })

  it('refuses a backend that computes grids only, and takes the others', async () => {
    const path = writeCase()
    const wasm = await larmor(['evaluate', path, '--backend', 'wasm'])
    expect(wasm).toMatchObject({ code: 3, out: '' })
    expect(wasm.err).toMatch(
      /run\.yaml: magnetic_field\.model: The backend wasm computes fields on a grid, not the model "lsa": use "model: grid"/,
    )
    expect((await evaluate(path, '--backend', 'reference')).backend).toBe('reference')
  })

  it('says what is missing or misspelt', async () => {
    const path = writeCase()
    const text = readFileSync(path, 'utf8')
    const withFree = async (free: string) => {
      writeFileSync(path, text.replace('[b0_microgauss, psi1_deg]', free))
      return larmor(['evaluate', path, '--gradient'])
    }
    const none = await withFree('[]')
    expect(none).toMatchObject({ code: 3, out: '' })
    expect(none.err).toMatch(/run\.yaml: magnetic_field\.free: --gradient needs free parameters/)
    const wrong = await withFree('[b0_microgaus]')
    expect(wrong.code).toBe(3)
    expect(wrong.err).toMatch(/magnetic_field\.free\[0\]: .*Did you mean "b0_microgauss"/)
    const file = await larmor(['evaluate', path, '--gradient', '--out', 'x.npy'])
    expect(file).toMatchObject({ code: 2, out: '' })
  })

  it('differentiates with respect to every component of a vector', async () => {
    const path = writeCase()
    const text = readFileSync(path, 'utf8')
    const uniform = (x: number) =>
      text.replace(
        /magnetic_field:[^]*?thermal/,
        `magnetic_field: { model: uniform, B_microgauss: [${x}, 2, 0.5], free: [B_microgauss] }\nthermal`,
      )
    const lossAt = async (x: number) => {
      writeFileSync(path, uniform(x))
      return (await evaluate(path)).loss
    }
    writeFileSync(path, uniform(1))
    const { gradient } = await evaluate(path, '--gradient')
    const components = z
      .array(z.number())
      .length(3)
      .parse(gradient?.['magnetic_field.B_microgauss'])
    const difference = ((await lossAt(1.0001)) - (await lossAt(0.9999))) / 0.0002
    // Truncation of the plain difference: the rotation angles change by some 1e-3 rad over its step.
    expect(Math.abs(components[0] / difference - 1)).toBeLessThan(1e-5)
  })
})

describe('larmor evaluate, grids', () => {
  it('gives loss, regularisation and the gradient of every voxel', async () => {
    const folder = temporaryFolder()
    const values = Float32Array.from({ length: 768 }, (_, pixel) => 20 + (pixel % 7))
    const map = writeHealpixMap({
      nside: 8,
      ordering: 'RING',
      coordsys: 'G',
      columns: [{ name: 'I', unit: 'K', values }],
    })
    writeFileSync(join(folder, 'sky.fits'), map)
    const path = join(folder, 'run.yaml')
    writeFileSync(
      path,
      `sky: { nside: 8 }
data: [{ name: sky, file: sky.fits, frequency_ghz: 0.408 }]
magnetic_field: { grid: { shape: [8, 8, 4] } }
backend: reference
`,
    )
    const out = join(folder, 'gradient.npy')
    const found = await evaluate(path, '--gradient', '--out', out)
    const [smoothness] = found.regularisation
    expect(smoothness.term).toBe('smoothness')
    expect(found.loss).toBeCloseTo(found.chi2 / 2 + smoothness.value, 8)
    const bytes = readFileSync(out)
    const start = 10 + bytes.readUInt16LE(8)
    expect(bytes.toString('latin1', 10, start)).toContain("'shape': (8, 8, 4, 3)")
    const gradient = new Float64Array(Uint8Array.from(bytes.subarray(start)).buffer)
    // The corner voxels lie outside the region and are not free.
    expect(gradient[0]).toBe(0)
    expect(Math.hypot(...gradient)).toBeCloseTo(found.gradient_norm ?? NaN, 10)
    expect(found.gradient_norm).toBeGreaterThan(0)

    writeFileSync(
      path,
      `${readFileSync(path, 'utf8')}thermal_electrons: { model: cordes91, free: [n1_cm3] }\n`,
    )
    const electrons = await larmor(['evaluate', path, '--gradient'])
    expect(electrons.code).toBe(0)
    // Intensity does not depend on thermal electrons.
    expect(electrons.out).toContain('d loss / d thermal_electrons.n1_cm3 = 0.000000000 per cm^-3')
  })
})
