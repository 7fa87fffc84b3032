import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { larmor, temporaryFolder } from './fake-io.ts'

/** A fit, by commands, of the Q and U at 5 GHz and the Faraday depth that `larmor simulate` gives for a field. */
export interface SimulatedFit {
  file(name: string): string
  /** The session of the fit. */
  readonly session: string
  /** What `larmor run --json` printed. */
  readonly document: unknown
}

/**
 * Simulates one field and fits another on the same grid, without noise, by Gauss-Newton; the truth is what the grid makes of the
 * model.
 *
 * @param truth the model at its true values
 * @param fitted the model with what is free
 */
export async function fitSimulated(
  nside: number,
  grid: { readonly shape: readonly number[] },
  truth: object,
  fitted: object,
  iterations: number,
): Promise<SimulatedFit> {
  const folder = temporaryFolder()
  const file = (name: string) => join(folder, name)
  const common = { thermal_electrons: { model: 'cordes91' }, backend: 'wasm' }
  const simulation = {
    ...common,
    sky: { nside, frequencies_ghz: [5] },
    magnetic_field: { model: 'grid', grid: { ...grid, initial: truth } },
  }
  writeFileSync(file('truth.json'), JSON.stringify(simulation))
  expect((await larmor(['simulate', file('truth.json'), '--out', file('maps')])).code).toBe(0)
  const entry = (quantity: string, sigma: number) => ({
    name: quantity,
    quantity,
    sigma,
    nuisance: { offset: 'none' },
    ...(quantity === 'faraday_depth'
      ? { file: 'maps/faraday_depth.fits' }
      : { file: 'maps/stokes_5GHz.fits', column: quantity, frequency_ghz: 5 }),
  })
  const fit = {
    ...common,
    sky: { nside },
    data: [entry('Q', 1e-5), entry('U', 1e-5), entry('faraday_depth', 1)],
    magnetic_field: { ...fitted, grid },
    regularisation: [],
    optimiser: { method: 'gauss-newton', iterations, corrections: 0 },
    held_out: { fraction: 0 },
  }
  writeFileSync(file('fit.json'), JSON.stringify(fit))
  const session = file('fit.larmor')
  const run = await larmor(['run', file('fit.json'), '--out', session, '--json'])
  expect(run.code).toBe(0)
  return { file, session, document: JSON.parse(run.out) }
}
