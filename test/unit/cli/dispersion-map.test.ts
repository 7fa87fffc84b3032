import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { larmor, temporaryFolder } from './fake-io.ts'

const fixture = z.object({
  nside: z.int(),
  ordering: z.literal('RING'),
  pixels: z.array(z.int()),
  dm: z.array(z.number()),
})
const url = new URL('../../fixtures/physics/ymw16-map.json', import.meta.url)
const map = fixture.parse(JSON.parse(readFileSync(url, 'utf8')))

const seen = z.looseObject({ columns: z.object({ dispersion_measure: z.array(z.number()) }) })

describe('YMW16 over the sky', () => {
  it('has the published dispersion measures to 25 kpc but for what the official integrator forgets', async () => {
    const path = join(temporaryFolder(), 'run.json')
    const run = {
      sky: { nside: map.nside, pixels: map.pixels, distance_kpc: 25, stokes: [] },
      integrator: { rule: 'midpoint', step_pc: 5 },
      magnetic_field: { model: 'uniform', B_microgauss: [0, 0, 0] },
      thermal_electrons: { model: 'ymw16' },
    }
    writeFileSync(path, JSON.stringify(run))
    const { out, code } = await larmor(['simulate', path, '--json'])
    expect(code).toBe(0)
    const found = seen.parse(JSON.parse(out)).columns.dispersion_measure
    const differences = map.dm.map((dm, i) => Math.abs(found[i] - dm)).sort((a, b) => a - b)
    const share = (of: number) => differences[Math.floor(of * differences.length)]
    const rms = Math.sqrt(differences.reduce((sum, one) => sum + one * one, 0) / map.dm.length)
    // The map is float32, of up to 4000: 1e-4. Where the official code keeps or loses an arm (see the notes of the model), which it
    // does toward one sightline in ten, up to 2.3; with that mended in it, 1e-4 remains on the whole sky.
    expect(share(0.5)).toBeLessThan(1e-4)
    expect(share(0.85)).toBeLessThan(0.02)
    expect(differences.at(-1)).toBeLessThan(2.5)
    expect(rms).toBeLessThan(0.2)
  })
})
