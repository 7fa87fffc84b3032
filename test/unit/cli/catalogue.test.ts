import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { larmor, temporaryFolder } from './fake-io.ts'

const table = 'name,l,b,dm,e,d\nA,0,0,20,1,1\nB,90,0,20,2,\n'

function written(): { run: string; table: string } {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'psr.csv'), table)
  const run = join(folder, 'run.yaml')
  writeFileSync(
    run,
    `data:
  - name: pulsars
    file: psr.csv
    quantity: dispersion_measure
    unit: pc/cm^3
    catalogue: { value: dm, sigma: e, distance: d }
    nuisance: { offset: none }
box: { half_size_kpc: [20, 3, 5], observer_kpc: [0, 0, 0] }
magnetic_field: { model: lsa }
thermal_electrons: { model: uniform, n_e_cm3: 0.01, free: [n_e_cm3] }
held_out: { fraction: 0 }
`,
  )
  return { run, table: join(folder, 'psr.csv') }
}

describe('a catalogue on the command line', () => {
  it('is evaluated with rays that end at its sources, or at the face of the box', async () => {
    const { code, out, err } = await larmor(['evaluate', written().run, '--gradient', '--json'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const document = JSON.parse(out)
    // 10 pc cm^-3 over the kiloparsec to A, 30 over the three to the face: both are 10 away from 20.
    expect(document.chi2).toBeCloseTo(10 ** 2 + (10 / 2) ** 2, 9)
    expect(document.gradient['thermal_electrons.n_e_cm3']).toBeCloseTo(
      -10 * 1000 + (10 / 4) * 3000,
      6,
    )
  })

  it('is inspected', async () => {
    const { table: path } = written()
    const { out } = await larmor(['inspect', path])
    expect(out.split('\n').slice(1, -1)).toEqual([
      '  name: text',
      '  l: 0 to 90',
      '  b: 0 to 0',
      '  dm: 20 to 20',
      '  e: 1 to 2',
      '  d: 1 to 1, 1 empty',
    ])
    const { out: json } = await larmor(['inspect', path, '--json'])
    expect(JSON.parse(json)).toMatchObject({ format: 'table', rows: 2 })
  })
})
