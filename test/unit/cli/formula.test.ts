import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { RM_CONSTANT_MICROGAUSS } from '#shared/physics/index.ts'
import { larmor, temporaryFolder } from './fake-io.ts'

/** A field that points toward the centre and reverses twice on the way there. */
const formula = `parameters:
  b: { value: 2, unit: microgauss, bounds: [0, 20], description: strength }
  r1: { value: 5, unit: kpc }
  r2: { value: 7, unit: kpc }
definitions:
  sense: where(r1 < r < r2, -1, 1)
B_x: b * sense
`
const indented = (text: string, spaces: number) => text.replaceAll(/^(?=.)/gm, ' '.repeat(spaces))

const table = z.looseObject({
  columns: z.looseObject({
    faraday_depth: z.array(z.number()),
    dispersion_measure: z.array(z.number()),
  }),
})

/** The run file's text, its path and what `larmor simulate` sees along l = b = 0. */
async function simulate(text: string) {
  const path = join(temporaryFolder(), 'run.yaml')
  writeFileSync(path, text)
  const { code, out, err } = await larmor(['simulate', path, '--json'])
  if (code !== 0) return { code, err, path }
  return { code, err, path, columns: table.parse(JSON.parse(out)).columns }
}

const sightline = 'sky: { directions: [[0, 0, 5]] }\nbox: { observer_kpc: [-8.3, 0, 0] }\n'
const electrons = 'thermal_electrons: { model: uniform, n_e_cm3: 0.02 }\n'

describe('formulas on the command line', () => {
  it('are simulated like any field: two reversals along a line of sight', async () => {
    const field = `magnetic_field:\n  model: formula\n  formula:\n${indented(formula, 4)}`
    const { columns } = await simulate(sightline + field + electrons)
    // Away from the observer for 1.3 kpc, back for 2, away for 1.7: the depth of 1 kpc, negative.
    const depth = -RM_CONSTANT_MICROGAUSS * 0.02 * 2 * 1
    // Reversals are found to 1e-14 of the line; sums of float64.
    expect(Number(columns?.faraday_depth[0]) / depth - 1).toBeCloseTo(0, 10)
    expect(columns?.dispersion_measure[0]).toBeCloseTo(100, 9)
    const stronger = field + '  parameters: { b: 3, r2: 6 }\n'
    const other = await simulate(sightline + stronger + electrons)
    // Now 2.3 kpc away, 1 back, 1.7 away.
    expect(Number(other.columns?.faraday_depth[0]) / (depth * 1.5 * 3) - 1).toBeCloseTo(0, 10)
  })

  it('may be members of sums, and give densities', async () => {
    const sum = `magnetic_field:
  model: sum
  of:
    - { model: uniform, parameters: { B_microgauss: [1, 0, 0] } }
    - name: reversed
      model: formula
      scale: 0.5
      formula:
${indented(formula, 8)}`
    const density = `thermal_electrons:
  model: formula
  formula: { n_e: "where(r > 6 kpc, n, 0)", parameters: { n: { value: 0.02, unit: cm^-3 } } }
`
    const { columns } = await simulate(sightline + sum + density)
    // Electrons for 2.3 kpc; the field is 2 microgauss for 1.3 kpc, then 0.
    const depth = -RM_CONSTANT_MICROGAUSS * 0.02 * 2 * 1.3
    expect(Number(columns?.faraday_depth[0]) / depth - 1).toBeCloseTo(0, 10)
    expect(columns?.dispersion_measure[0]).toBeCloseTo(46, 9)
  })

  it('with mistakes are told with line, key and place', async () => {
    const wrong = formula.replace('b * sense', 'b * sense * exp(r)')
    const field = `magnetic_field:\n  model: formula\n  formula:\n${indented(wrong, 4)}`
    const { code, err, path } = await simulate(sightline + field)
    expect(code).toBe(3)
    expect(err).toBe(
      `larmor: ${path}, line 12: magnetic_field.formula.B_x: column 17: exp needs a dimensionless number, not one in kpc.
    b * sense * exp(r)
                    ^
`,
    )
    const negative = `thermal_electrons: { model: formula, formula: { n_e: "0.1 cm^-3 * x / kpc" } }\n`
    const bad = await simulate(sightline + negative)
    expect(bad.code).toBe(3)
    expect(bad.err).toMatch(/The formula is negative \(-0\.8\d* cm\^-3\) at \(-8/)
    const of = `magnetic_field: { model: sum, of: [{ model: lsa }, { model: lsb }] }\n`
    expect((await simulate(sightline + of)).err).toMatch(
      /magnetic_field\.of\[1\]\.model: There is no magnetic model "lsb"\..*Did you mean "lsa"/,
    )
  })

  it('have derivatives, and are described and evaluated from a file', async () => {
    const folder = temporaryFolder()
    const file = join(folder, 'field.yaml')
    writeFileSync(file, formula)
    const models = await larmor(['models', '--formula', file])
    expect(models).toMatchObject({ code: 0, err: '' })
    expect(models.out).toMatch(/formula {2}\(magnetic, microgauss\)/)
    expect(models.out).toMatch(/b {3}2 microgauss \(0 to 20\) {2}strength/)
    const at = ['--at', '-6,0,0', '--at', '1,0,0', '--param', 'b=3']
    const field = await larmor(['field', '--formula', file, ...at])
    expect(field.out.split('\n').slice(1, 3)).toEqual(['-6,0,0,-3,0,0', '1,0,0,3,0,0'])
    const both = await larmor(['field', 'lsa', '--formula', file, ...at])
    expect(both.code).toBe(2)
    writeFileSync(file, formula.replace('b * sense', 'b * sens'))
    const wrong = await larmor(['models', '--formula', file])
    expect(wrong).toMatchObject({ code: 3, out: '' })
    expect(wrong.err).toMatch(/line 7: B_x: column 5: .*"sens"\. Did you mean "sense"\?\n/)
  })
})
