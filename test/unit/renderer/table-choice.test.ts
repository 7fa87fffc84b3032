import { describe, expect, it } from 'vitest'
import { modelOptions, withModel } from '#renderer/forms/model-choices.ts'
import { checkRunFile } from '#shared/session/run-file-issues.ts'

const values = (...args: Parameters<typeof modelOptions>) =>
  modelOptions(...args).map(({ value }) => value)

describe('tables in the forms', () => {
  it('may be chosen for every section, and for what the grid of a magnetic field starts from', () => {
    for (const section of [
      'magnetic_field',
      'thermal_electrons',
      'cosmic_ray_electrons',
    ] as const) {
      expect(values(section)).toContain('file')
      expect(values(section, true).includes('file')).toBe(section === 'magnetic_field')
    }
  })

  it('take the place of a model with all that belonged to it', () => {
    const before = {
      magnetic_field: { model: 'jf12', variant: 'crpropa', random: { rms_microgauss: 1 } },
    }
    const after = withModel(before, 'magnetic_field', 'file', undefined)
    expect(after).toEqual({ magnetic_field: { model: 'file', parameters: {}, free: [] } })
    expect(checkRunFile(after).ok).toBe(true)
  })
})
