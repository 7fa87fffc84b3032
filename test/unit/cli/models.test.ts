import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { fieldKinds, listModels } from '#shared/fields/index.ts'
import { larmor } from './fake-io.ts'

describe('larmor models', () => {
  it('writes docs/models.md (larmor models --markdown > docs/models.md)', async () => {
    const { code, out } = await larmor(['models', '--markdown'])
    expect(code).toBe(0)
    const path = new URL('../../../docs/models.md', import.meta.url)
    expect(readFileSync(path, 'utf8')).toBe(out)
  })

  it('describes every model with its source, and every parameter with unit, bounds and meaning', () => {
    for (const model of listModels()) {
      expect(fieldKinds).toContain(model.kind)
      expect(model.source, model.name).not.toBe('')
      for (const { name, bounds, description, source, unit } of model.parameters) {
        const label = `${model.name} ${name}`
        expect(bounds[0], label).toBeLessThan(bounds[1])
        expect(description, label).not.toBe('')
        expect(source, label).not.toBe('')
        expect(unit, label).not.toBe('')
      }
      for (const { uncertainties = {} } of model.variants) {
        const names = model.parameters.map(({ name }) => name)
        for (const name of Object.keys(uncertainties)) expect(names).toContain(name)
      }
    }
  })

  it('lists the models of a kind, with all values of all variants', async () => {
    const { out } = await larmor(['models', '--kind', 'random-field-strength', '--json'])
    const variant = z.object({ name: z.string(), values: z.record(z.string(), z.number()) })
    const { models } = z
      .object({ models: z.array(z.object({ name: z.string(), variants: z.array(variant) })) })
      .parse(JSON.parse(out))
    expect(models.map(({ name }) => name)).toEqual(['uniform', 'exponential', 'jf12'])
    const planck = models[2].variants.find(({ name }) => name === 'planck-b')
    expect(planck?.values).toMatchObject({ rms_arm_2_microgauss: 6.24, z_disk_kpc: 0.61 })
  })

  it('describes a variant with its own parameters and uncertainties', async () => {
    const { out } = await larmor(['models', 'uf23', '--variant', 'spur'])
    expect(out).toMatch(/parameters of spur:/)
    expect(out).toMatch(/spur_width_deg +10\.318114 \+- 0\.603 deg/)
    expect(out).not.toMatch(/disk_b2_microgauss/)
  })

  it.each([
    [['models', 'jf12', '--variant', 'spur'], /has no variant "spur"\. Known: hammurabi/],
    [['models', 'uniform', '--variant', 'x'], /"uniform" has no variants/],
    [['models', '--variant', 'x'], /--variant needs the NAME/],
    [['models', 'ymw16', '--kind', 'magnetic'], /There is no magnetic model "ymw16"/],
    [['models', '--kind', 'magnetc'], /Did you mean "magnetic"/],
    [['models', 'lsa', '--markdown'], /--markdown writes the whole library/],
  ])('says what is wrong: %j', async (args, message) => {
    const { code, out, err } = await larmor(args)
    expect(code).toBe(2)
    expect(err).toMatch(message)
    expect(out).toBe('')
  })
})
