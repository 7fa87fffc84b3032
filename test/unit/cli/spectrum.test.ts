import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Session } from '#engine/storage/session.ts'
import { writeHealpixMap } from '#shared/fits/index.ts'
import {
  BOLTZMANN_J_K,
  ELECTRON_MASS_KG,
  ELEMENTARY_CHARGE_C,
  KPC_M,
  SPEED_OF_LIGHT_M_S,
  VACUUM_PERMITTIVITY_F_M,
} from '#shared/physics/constants.ts'
import { larmor, temporaryFolder } from './fake-io.ts'

const output = z.looseObject({
  backend: z.string(),
  columns: z.object({
    I: z.array(z.array(z.number())),
    Q: z.array(z.array(z.number())),
    U: z.array(z.array(z.number())),
  }),
})

/** A table of energies in GeV and electrons per energy. */
function table(densityAt: (energy: number) => number, from = 1e-3, to = 1e6, points = 2): string {
  const rows = Array.from({ length: points }, (_, i) => {
    const energy = from * (to / from) ** (i / (points - 1))
    return `${energy},${densityAt(energy)}`
  })
  return `# electrons\nenergy_gev,density\n${rows.join('\n')}\n`
}

const field = (B: number) =>
  `magnetic_field: { model: grid, grid: { shape: [4, 4, 4], region: { r_kpc: [0, 100] }, initial: { model: uniform, parameters: { B_microgauss: [0, ${B}, 0] } } } }\nthermal_electrons: { model: none }\n`

/** I and the polarised intensity of one kpc of 1 electron per m^3 across a field of 3 microgauss, per frequency. */
async function seen(keys: string, backend: string, csv = '', frequencies = [0.408, 23]) {
  const folder = temporaryFolder()
  const path = join(folder, 'run.yaml')
  writeFileSync(join(folder, 'n.csv'), csv)
  writeFileSync(
    path,
    `sky: { directions: [[0, 0, 1]], frequencies_ghz: [${frequencies.join(', ')}] }\n${field(3)}cosmic_ray_electrons: { model: uniform, C_m3: 1, ${keys} }\n`,
  )
  const { code, out, err } = await larmor(['simulate', path, '--json', '--backend', backend])
  if (code !== 0) throw new Error(err)
  const { columns, backend: used } = output.parse(JSON.parse(out))
  const I = columns.I.map(([value]) => value)
  const P = columns.Q.map(([value], f) => Math.hypot(value, columns.U[f][0]))
  return { backend: used, values: [...I, ...P] }
}

const relative = (found: readonly number[], expected: readonly number[]) =>
  Math.max(...found.map((value, i) => Math.abs(value / expected[i] - 1)))

/** Tables of F, G and their integrals: 1e-7; wasm: a float32 field squared, and a table of its own. */
const tolerances = [
  ['reference', 1e-6],
  ['wasm', 3e-6],
] as const

describe.each(tolerances)('electrons whose spectrum is integrated, %s', (backend, tolerance) => {
  it('give the moments of F and G of case V1 for power laws', async () => {
    // [p, integral of F x^((p - 3) / 2), the same of G]
    const moments = [
      [3, 1.6122661015415272, 1.209199576156145],
      [4, 1.6861507840485903, 1.3311716716173083],
      [5, 2.1331801968819586, 1.7453292519943298],
    ]
    const B = 3e-10
    const e = ELEMENTARY_CHARGE_C
    for (const [p, ofF, ofG] of moments) {
      const csv = table((energy) => energy ** -p)
      const { values } = await seen(`spectral_index: ${p}, spectrum: { file: n.csv }`, backend, csv)
      ;[0.408, 23].forEach((ghz, f) => {
        const nu = ghz * 1e9
        const unit = (3 * e * B) / (4 * Math.PI * ELECTRON_MASS_KG)
        // T = j L c^2 / (2 k nu^2), j = sqrt(3) e^3 B / (16 pi^2 eps0 m c) times int F gamma^-p dgamma.
        const emissivity =
          (Math.sqrt(3) * e ** 3 * B) /
          (16 * Math.PI ** 2 * VACUUM_PERMITTIVITY_F_M * ELECTRON_MASS_KG * SPEED_OF_LIGHT_M_S)
        const kelvin =
          (emissivity * KPC_M * SPEED_OF_LIGHT_M_S ** 2) / (2 * BOLTZMANN_J_K * nu ** 2)
        const moment = (value: number) => ((2 * value) / kelvin) * (nu / unit) ** ((p - 1) / 2)
        expect(relative([moment(values[f]), moment(values[2 + f])], [ofF, ofG])).toBeLessThan(
          tolerance,
        )
      })
    }
  })

  it('give the analytic sky for a power law, from a table, from two equal laws, whatever the unit', async () => {
    const analytic = await seen('spectral_index: 2.6', backend)
    const law = table((energy) => 1e7 * energy ** -2.6, 1e-3, 1e6, 31)
    const listed = await seen('spectral_index: 2.6, spectrum: { file: n.csv }', backend, law)
    const equal = await seen(
      'spectral_index: 2.6, spectrum: { break_gev: 4, index_below: 2.6, index_above: 2.6 }',
      backend,
    )
    expect(relative(listed.values, analytic.values)).toBeLessThan(tolerance)
    expect(relative(equal.values, analytic.values)).toBeLessThan(tolerance)
  })

  it('follow each law away from the break, and hold the number at the reference energy', async () => {
    // Electrons of 0.4 GeV shine at 5 MHz in 3 microgauss, those of 1 TeV at 30 THz.
    const broken = 'break_gev: 20, index_below: 2, index_above: 3'
    const frequencies = [0.0005, 3e6]
    const found = await seen(
      `spectral_index: 2, spectrum: { ${broken}, reference_gev: 5 }`,
      backend,
      '',
      frequencies,
    )
    const low = await seen('spectral_index: 2', backend, '', frequencies)
    const high = await seen('spectral_index: 3', backend, '', frequencies)
    // Above the break N = C (E / 20 GeV)^-3 (20 GeV / m c^2)^-2, and a power law with p = 3 has C (E / m c^2)^-3.
    const rest = (ELECTRON_MASS_KG * SPEED_OF_LIGHT_M_S ** 2) / ELEMENTARY_CHARGE_C / 1e9
    // What the other side of the break still adds falls as powers of the frequency: a per cent here.
    expect(Math.abs(found.values[0] / low.values[0] - 1)).toBeLessThan(0.01)
    expect(Math.abs(found.values[1] / (high.values[1] * (20 / rest)) - 1)).toBeLessThan(0.01)
  })
})

describe('a spectrum of cosmic-ray electrons', () => {
  it('is computed by wasm where auto chooses, in simulations, evaluations and runs, and lies in the session', async () => {
    const keys = 'spectrum: { break_gev: 4, index_below: 2, index_above: 3 }'
    expect((await seen(keys, 'auto')).backend).toBe('wasm')
    const folder = temporaryFolder()
    const column = { name: 'I', unit: 'K', values: new Float64Array(12 * 16).fill(20) }
    writeFileSync(
      join(folder, 'sky.fits'),
      writeHealpixMap({ nside: 4, ordering: 'RING', coordsys: 'G', columns: [column] }),
    )
    writeFileSync(
      join(folder, 'n.csv'),
      table((energy) => energy ** -2.4),
    )
    const path = join(folder, 'run.yaml')
    writeFileSync(
      path,
      `sky: { nside: 4 }
data: [{ name: sky, file: sky.fits, frequency_ghz: 0.408 }]
magnetic_field: { model: grid, grid: { shape: [8, 8, 4] } }
thermal_electrons: { model: none }
cosmic_ray_electrons: { spectrum: { file: n.csv } }
optimiser: { iterations: 2 }
`,
    )
    const evaluated = await larmor(['evaluate', path, '--json'])
    expect(evaluated.err).toBe('')
    const { loss } = z.looseObject({ loss: z.number() }).parse(JSON.parse(evaluated.out))
    const file = join(folder, 'fit.larmor')
    const ran = await larmor(['run', path, '--out', file, '--progress=none'])
    expect(ran.code).toBe(0)
    const session = Session.open(file)
    try {
      expect(session.runs.curves(1).values[1]).toBe(loss)
      const { spectrum } = session.runs.cosmicRays(1)
      expect(spectrum?.gamma).toHaveLength(2)
      expect(spectrum?.gamma[0]).toBeCloseTo(1 / 0.51099895, 6)
      expect(session.inputs.map(({ name }) => name)).toContain('cosmic_ray_spectrum')
    } finally {
      session.close()
    }
  })

  it.each([
    [
      'spectrum: { file: n.csv }',
      'tensorflow',
      'ok',
      /takes power laws of cosmic-ray electrons only/,
    ],
    [
      'spectrum: { file: n.csv }, spectral_index_map: { file: p.fits }',
      'wasm',
      'ok',
      /spectrum does not go with spectral_index_map/,
    ],
    [
      'spectrum: { file: n.csv, reference_gev: 1e7 }',
      'wasm',
      'ok',
      /reference_gev: 10000000 GeV lies outside .*n\.csv, which goes from 0\.001 to 1000000 GeV/,
    ],
    ['spectrum: { file: m.csv }', 'wasm', 'ok', /m\.csv: no such file/],
    ['spectrum: { file: n.csv }', 'wasm', 'energy,density\n1,1\n2,1', /no column "energy_gev"/],
    ['spectrum: { file: n.csv }', 'wasm', 'energy_gev,density\n1,1', /at least two rows/],
    [
      'spectrum: { file: n.csv }',
      'wasm',
      'energy_gev,density\n2,1\n1,1',
      /row 2 is 1 after 2: energies must ascend/,
    ],
    [
      'spectrum: { file: n.csv }',
      'wasm',
      'energy_gev,density\n1e-4,1\n1,1',
      /row 1 is 0\.0001: electrons have at least their rest energy/,
    ],
    [
      'spectrum: { file: n.csv }',
      'wasm',
      'energy_gev,density\n1,1\n20,0',
      /density in row 2 is 0: it must be above 0/,
    ],
    [
      'spectrum: { break_gev: 1e-4, index_below: 2, index_above: 3 }',
      'wasm',
      'ok',
      /break_gev: the break must lie between from_gev and to_gev/,
    ],
    [
      'spectrum: { break_gev: 1, index_below: 2, index_above: 3, from_gev: 1e-5 }',
      'wasm',
      'ok',
      /from_gev: electrons have at least their rest energy/,
    ],
  ])('refuses %s, %s, %s', async (keys, backend, csv, message) => {
    const content = csv === 'ok' ? table((energy) => energy ** -3) : csv
    await expect(seen(keys, backend, content)).rejects.toThrow(message)
  })

  it('is not for models without a grid', async () => {
    const path = join(temporaryFolder(), 'run.yaml')
    writeFileSync(
      path,
      'sky: { pixels: [1] }\nmagnetic_field: { model: lsa }\ncosmic_ray_electrons: { spectrum: { break_gev: 1, index_below: 2, index_above: 3 } }\n',
    )
    const { code, err } = await larmor(['simulate', path])
    expect(code).toBe(3)
    expect(err).toMatch(/run\.yaml: cosmic_ray_electrons\.spectrum: .* use "model: grid"/)
  })
})
