import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { sections, slug } from '#renderer/help/markdown.ts'
import { unconstrainedPage, unconstrainedWords } from '#renderer/help/unconstrained.ts'
import { runFileSchema } from '#shared/session/run-file.ts'
import type { RunFileInput } from '#shared/session/run-file.ts'
import { unconstrained, unconstrainedKinds } from '#shared/session/unconstrained.ts'

const map = (quantity: 'I' | 'Q' | 'U', frequency_ghz: number) => ({
  name: `${quantity} ${frequency_ghz}`,
  file: 'a.fits',
  quantity,
  frequency_ghz,
})
const pulsars = (quantity: 'faraday_depth' | 'dispersion_measure', distance?: string) => ({
  name: quantity,
  file: 'a.csv',
  quantity,
  catalogue: { value: 'v', ...(distance ? { distance } : {}) },
})
const of = (run: RunFileInput) => unconstrained(runFileSchema.parse(run))

describe('what data cannot tell', () => {
  it('of a free field from intensity: sign, B parallel, direction, distances', () => {
    expect(of({ data: [map('I', 0.408)] })).toEqual(['sign', 'parallel', 'direction', 'distances'])
  })
  it('of a free field from polarisation: at 23 GHz nearly so much, at 1.4 GHz it rotates', () => {
    expect(of({ data: [map('Q', 22.8), map('U', 22.8)] })).toEqual([
      'sign',
      'parallel',
      'distances',
    ])
    expect(of({ data: [map('Q', 1.4), map('U', 1.4)] })).toEqual([])
    expect(of({ data: [map('Q', 1.4)], faraday: { phase: 'off' } })).toContain('sign')
  })
  it('of a free field from Faraday depths: B across, and distances unless sources have them', () => {
    expect(of({ data: [pulsars('faraday_depth')] })).toEqual(['perpendicular', 'distances'])
    expect(of({ data: [pulsars('faraday_depth', 'd')] })).toEqual(['perpendicular'])
  })
  it('of a free field from both: of intensity with depths the direction across, of all of them distances', () => {
    const depths = pulsars('faraday_depth')
    expect(of({ data: [map('I', 0.408), depths] })).toEqual(['direction', 'distances'])
    expect(of({ data: [map('Q', 22.8), map('U', 22.8), depths] })).toEqual(['distances'])
    const near = pulsars('faraday_depth', 'd')
    expect(of({ data: [map('Q', 22.8), map('U', 22.8), near] })).toEqual([])
  })
  it('of a field and a scale of cosmic rays: only their product', () => {
    const cosmic_ray_electrons = { free: ['scale'] }
    expect(of({ data: [map('Q', 1.4), map('U', 1.4)], cosmic_ray_electrons })).toEqual(['strength'])
    const unseen = of({ data: [pulsars('faraday_depth', 'd')], cosmic_ray_electrons })
    expect(unseen).toEqual(['cosmic-rays-unseen', 'perpendicular'])
  })
  it('of parameters of a model: no more than the sign', () => {
    const magnetic_field = { model: 'lsa', free: ['b0_microgauss'] }
    expect(of({ data: [map('I', 0.408)], magnetic_field })).toEqual(['sign'])
  })
  it('of electrons: that nothing depends on them, or that they and the field are one product', () => {
    const thermal_electrons = { model: 'grid', grid: { initial: { model: 'cordes91' } } }
    expect(of({ data: [map('I', 0.408)], thermal_electrons })).toContain('thermal-electrons-unseen')
    const both = of({ data: [pulsars('faraday_depth', 'd')], thermal_electrons })
    expect(both).toContain('strength')
    const apart = [pulsars('faraday_depth', 'd'), pulsars('dispersion_measure', 'd')]
    expect(of({ data: apart, thermal_electrons })).not.toContain('strength')
    expect(of({ data: [pulsars('dispersion_measure', 'd')] })).toEqual(['field-unseen'])
  })
  it('is explained, each of them, on a page of the manual', () => {
    const text = readFileSync(new URL('../../../docs/concepts.md', import.meta.url), 'utf8')
    const page = sections(text).find(({ id }) => id === unconstrainedPage)
    const headings = page?.blocks.flatMap((block) =>
      block.kind === 'heading' ? [slug(block.text)] : [],
    )
    for (const kind of unconstrainedKinds)
      expect(headings).toContain(unconstrainedWords[kind].place)
  })
})
