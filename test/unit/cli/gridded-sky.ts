import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { larmor, temporaryFolder } from './fake-io.ts'

/** The pixels of case V6. */
const pixels = [
  0, 1, 100, 1000, 5000, 10000, 12345, 20000, 24448, 24576, 24600, 30000, 40000, 45000, 49151,
]
const electrons = {
  none: 'thermal_electrons: { model: none }',
  cordes91: 'thermal_electrons: { model: cordes91 }',
  uniform: 'thermal_electrons: { model: uniform, n_e_cm3: 0.01 }',
  'free-free':
    'thermal_electrons: { model: cordes91, free_free: { electron_temperature_k: 8000 } }',
} as const

/** The field of V6 sampled on a grid, its cosmic-ray electrons, and thermal electrons as named. */
export function griddedSky(thermal: keyof typeof electrons): string {
  return `sky: { nside: 64, pixels: [${pixels.join(', ')}], frequencies_ghz: [2.4, 0.408] }
magnetic_field: { model: grid, grid: { shape: [64, 64, 16], region: { r_kpc: [3, 20] }, initial: { model: lsa, variant: wmap } } }
${electrons[thermal]}
`
}
export const thermalElectrons = ['none', 'cordes91', 'uniform', 'free-free'] as const

const list = z.array(z.number())
const document = z.looseObject({
  backend: z.string(),
  columns: z.object({
    I: z.array(list).default([]),
    Q: z.array(list).default([]),
    U: z.array(list).default([]),
    faraday_depth: list,
    dispersion_measure: list,
  }),
})

/** What `larmor simulate` prints: each map by name, I, Q and U once per frequency. */
export async function simulated(
  text: string,
  backend: string,
): Promise<{ backend: string; maps: Record<string, number[]> }> {
  const path = join(temporaryFolder(), 'run.yaml')
  writeFileSync(path, text)
  const { out, err, code } = await larmor(['simulate', path, '--backend', backend, '--json'])
  if (code !== 0) throw new Error(err)
  const { columns, backend: used } = document.parse(JSON.parse(out))
  const { I, Q, U, faraday_depth, dispersion_measure } = columns
  const maps: Record<string, number[]> = { faraday_depth, dispersion_measure }
  for (const [name, stokes] of Object.entries({ I, Q, U })) {
    stokes.forEach((values, f) => (maps[`${name} ${f}`] = values))
  }
  return { backend: used, maps }
}

/**
 * The largest rms difference between two skies over the pixels, relative to the rms of the signal: of the intensity for I, of the
 * polarised intensity for Q and U (either may cross zero), of itself for the depths.
 */
export function worstDifference(
  found: Record<string, number[]>,
  expected: Record<string, number[]>,
): { name: string; relative: number } {
  const rms = (values: number[]) => Math.hypot(...values)
  let worst = { name: '', relative: 0 }
  for (const [name, values] of Object.entries(expected)) {
    const [stokes, f] = name.split(' ')
    const signal =
      stokes === 'Q' || stokes === 'U'
        ? Math.hypot(rms(expected[`Q ${f}`]), rms(expected[`U ${f}`]))
        : rms(values)
    const difference = rms(values.map((value, i) => found[name][i] - value))
    const relative = difference === 0 ? 0 : difference / signal
    if (!(relative <= worst.relative)) worst = { name, relative }
  }
  return worst
}
