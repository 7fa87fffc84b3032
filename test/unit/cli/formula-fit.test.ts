import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Session } from '#engine/storage/session.ts'
import type { Formula } from '#shared/fields/index.ts'
import { bindMagneticField, resolveModel } from '#shared/fields/index.ts'
import { larmor } from './fake-io.ts'
import { fitSimulated } from './simulated-fit.ts'

/** A spiral with two reversals, as a user types it. */
const formula: Formula = {
  parameters: {
    b0: { value: 2, unit: 'microgauss', bounds: [0.1, 20] },
    pitch: { value: 12, unit: 'deg', bounds: [-80, 80] },
    r1: { value: 5, unit: 'kpc', bounds: [1, 6] },
    r2: { value: 7.5, unit: 'kpc', bounds: [6.2, 12] },
  },
  definitions: {
    sense: 'tanh((r - r1) / 1 kpc) * tanh((r - r2) / 1 kpc)',
    strength: 'b0 * sense * exp(-(r - 8.3 kpc) / 10 kpc) * sech2(z / 2 kpc)',
  },
  B_r: 'strength * sin(pitch)',
  B_phi: 'strength * cos(pitch)',
}
const truth = { b0: 2, pitch: 12, r1: 5, r2: 7.5 }
const start = { b0: 1, pitch: 30, r1: 4, r2: 9 }
const grid = { shape: [40, 40, 10], region: { r_kpc: [0, 40] } }

const result = z.looseObject({
  parameters: z.looseObject({
    numbers: z.array(z.looseObject({ name: z.string(), value: z.number() })),
  }),
})

describe('a formula with two reversals', () => {
  it('is simulated, fitted, saved and reopened', async () => {
    const {
      file,
      session: path,
      document,
    } = await fitSimulated(
      4,
      grid,
      { model: 'formula', formula },
      { model: 'formula', formula, parameters: start, free: Object.keys(truth) },
      30,
    )
    const { numbers } = result.parse(document).parameters
    const valueNow = (name: string) =>
      numbers.find((one) => one.name === `magnetic_field.${name}`)?.value ?? NaN
    for (const [name, value] of Object.entries(truth)) {
      // Without noise the truth is the minimum; grids are float32.
      expect(valueNow(name)).toBeCloseTo(value, 4)
    }

    const session = Session.open(path, { readOnly: true })
    const stored = session.configuration.magnetic_field
    session.close()
    expect(stored.formula).toMatchObject(formula)
    // What was saved makes the same field, at the values where the fit ended.
    const found = Object.fromEntries(Object.keys(truth).map((name) => [name, valueNow(name)]))
    const valueOf = (own: Formula | undefined, parameters: Readonly<Record<string, number>>) =>
      bindMagneticField(
        resolveModel('magnetic', { model: 'formula', formula: own, parameters }),
      ).evaluate([4, 3, 1])
    const [expected, reopened] = [valueOf(formula, truth), valueOf(stored.formula, found)]
    reopened.forEach((component, i) => expect(component).toBeCloseTo(expected[i], 4))

    // The same by commands alone: what the session says, and its field against the formula with what was found.
    const inspected = await larmor(['inspect', path])
    expect(inspected.out).toMatch(/magnetic_field\.r2 = 7\.500\d* \+- .* kpc/)
    const exported = await larmor([
      'export',
      path,
      '--what',
      'fields',
      '--format',
      'npy',
      '--out',
      file('out'),
    ])
    expect(exported.code).toBe(0)
    writeFileSync(file('formula.json'), JSON.stringify(formula))
    const again = await larmor([
      'field',
      '--formula',
      file('formula.json'),
      ...Object.entries(found).flatMap(([name, value]) => ['--param', `${name}=${value}`]),
      '--grid',
      grid.shape.join('x'),
      '--out',
      file('again.npy'),
    ])
    expect(again.code).toBe(0)
    const [name] = readdirSync(file('out')).filter((one) => one.endsWith('magnetic-field.npy'))
    const [saved, made] = [numbersOf(join(file('out'), name)), numbersOf(file('again.npy'))]
    expect(saved).toHaveLength(3 * 40 * 40 * 10)
    // Grids of kernels are float32.
    saved.forEach((value, i) => expect(Math.abs(value - made[i])).toBeLessThan(1e-6))
  })
})

/** The values of a file of NumPy, float32 or float64. */
function numbersOf(path: string): number[] {
  const bytes = readFileSync(path)
  const start = 10 + bytes.readUInt16LE(8)
  const { buffer } = Uint8Array.from(bytes.subarray(start))
  const single = bytes.toString('latin1', 10, start).includes("'<f4'")
  return Array.from(single ? new Float32Array(buffer) : new Float64Array(buffer))
}
