import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Ray, Vector3 } from '#shared/physics/index.ts'
import { along, cellCentre, norm, voxelIndex } from '#shared/physics/index.ts'
import type { FieldKind, ModelChoice } from '#shared/fields/index.ts'
import {
  bindDensity,
  bindMagneticField,
  findModel,
  listModels,
  parametersOf,
  resolveModel,
  sampleDensity,
  sampleMagneticField,
} from '#shared/fields/index.ts'
import { casesOf, triple } from '../physics/cases.ts'

describe('V8: logarithmic spiral at points', () => {
  const schema = z.object({
    id: z.string(),
    variant: z.string(),
    model_parameters: z.record(z.string(), z.number()),
    position_kpc: triple,
    B_microgauss: triple,
    rel_tol: z.number(),
  })
  it.each(casesOf('field-point', schema))('$id', (entry) => {
    const { variant, model_parameters: parameters } = entry
    for (const choice of [
      { model: 'lsa', variant, parameters },
      // The variant's own values are those of the case.
      { model: 'lsa', variant },
    ]) {
      const field = bindMagneticField(resolveModel('magnetic', choice))
      const value = field.evaluate(entry.position_kpc)
      const tolerance = entry.rel_tol * norm(entry.B_microgauss) + 1e-12
      value.forEach((component, i) => {
        expect(Math.abs(component - entry.B_microgauss[i])).toBeLessThan(tolerance)
      })
    }
  })
})

describe('densities', () => {
  it('has the cosmic rays of V1 at the Sun', () => {
    const wmap = bindDensity(resolveModel('cosmic-ray-electrons', { model: 'wmap' }))
    expect(wmap.evaluate([-8.3, 0, 0.006])).toBeCloseTo(40.142727727425424, 12)
  })

  it('has the thick disc and ring of Cordes 1991', () => {
    const cordes = bindDensity(resolveModel('thermal-electrons', { model: 'cordes91' }))
    const at = (x: number, y: number, z: number) => {
      const r = Math.hypot(x, y)
      return (
        0.025 * Math.exp(-Math.abs(z)) * Math.exp(-((r / 20) ** 2)) +
        0.2 * Math.exp(-Math.abs(z) / 0.15) * Math.exp(-(((r - 4) / 2) ** 2))
      )
    }
    for (const [x, y, z] of [
      [-8.3, 0, 0.006],
      [4, 0, 0],
      [1, -3, -0.2],
    ]) {
      expect(cordes.evaluate([x, y, z])).toBeCloseTo(at(x, y, z), 14)
    }
  })

  it('ends uniform models at their radius about the observer', () => {
    const observerKpc: Vector3 = [-8.3, 0, 0.006]
    const choice = { model: 'uniform', parameters: { n_e_cm3: 0.03, radius_kpc: 2 } }
    const sphere = bindDensity(resolveModel('thermal-electrons', choice), { observerKpc })
    expect(sphere.evaluate([-6.31, 0, 0.006])).toBe(0.03)
    expect(sphere.evaluate([-6.29, 0, 0.006])).toBe(0)
    const ray: Ray = { origin: observerKpc, direction: [0.6, 0, 0.8], lengthKpc: 5 }
    expect(sphere.panelEdges(ray).some((s) => Math.abs(s - 2) < 1e-14)).toBe(true)
    const unlimited = bindDensity(resolveModel('thermal-electrons', { model: 'uniform' }))
    expect(unlimited.evaluate([19, 19, 4])).toBe(0.01)
    expect(unlimited.panelEdges(ray)).toEqual([])
  })
})

describe('discontinuities', () => {
  const ray: Ray = {
    origin: [-8.3, 0, 0.006],
    direction: [Math.cos(0.1), Math.sin(0.1), 0],
    lengthKpc: 30,
  }
  it.each([
    // Into and out of r < 3 kpc, and out of r = 20 kpc.
    ['lsa', 3],
    // Edges of arms and of the central regions.
    ['jf12', 6],
    ['han18', 8],
    ['kst24', 6],
    ['sun08', 7],
  ])('of %s are found along a ray', (model, atLeast) => {
    const field = bindMagneticField(resolveModel('magnetic', { model }))
    // An arm of jf12 ends at the observer.
    const edges = [0, ...field.panelEdges(ray)]
    let jumps = 0
    const step = 1e-3
    for (let s = 0; s + step < ray.lengthKpc; s += step) {
      const before = field.evaluate(along(ray.origin, ray.direction, s))
      const after = field.evaluate(along(ray.origin, ray.direction, s + step))
      if (norm([after[0] - before[0], after[1] - before[1], after[2] - before[2]]) > 0.1) {
        jumps++
        expect(edges.some((edge) => edge > s - 1e-9 && edge < s + step + 1e-9)).toBe(true)
      }
    }
    expect(jumps).toBeGreaterThanOrEqual(atLeast)
  })
})

describe('the library', () => {
  it('describes every model completely', () => {
    const models = listModels()
    const names = models.map(({ kind, name }) => `${kind} ${name}`)
    expect(new Set(names).size).toBe(names.length)
    for (const model of models) {
      expect(model.title && model.source).toBeTruthy()
      for (const spec of model.parameters) {
        expect(spec.unit && spec.description && spec.source).toBeTruthy()
        for (const value of [spec.default].flat()) {
          expect(value).toBeGreaterThanOrEqual(spec.bounds[0])
          expect(value).toBeLessThanOrEqual(spec.bounds[1])
        }
      }
      // Every variant is made of the model's own parameters, within their bounds.
      for (const { name, parameters, uncertainties = {} } of model.variants) {
        const choice = { model: model.name, variant: name, parameters }
        expect(resolveModel(model.kind, choice).variant).toBe(name)
        const own = parametersOf(model, name).map((spec) => spec.name)
        expect(own).toEqual(expect.arrayContaining(Object.keys(uncertainties)))
      }
      expect(findModel(model.kind, model.name)).toBe(model)
    }
  })

  it('takes defaults, then the variant, then what is given', () => {
    const choice: ModelChoice = {
      model: 'lsa',
      variant: 'imagine-wmap',
      parameters: { psi0_deg: 11 },
    }
    expect(resolveModel('magnetic', choice).parameters).toEqual({
      b0_microgauss: 6,
      psi0_deg: 11,
      psi1_deg: 0.9,
      chi0_deg: 25,
      smoothing_kpc: 0,
    })
    expect(resolveModel('magnetic', { model: 'lsa' }).variant).toBe('wmap')
  })

  it.each<[string, FieldKind, ModelChoice, RegExp, string]>([
    ['model', 'magnetic', { model: 'lsaa' }, /Known: lsa, jf12, .*Did you mean "lsa"/, 'model'],
    ['kind', 'magnetic', { model: 'cordes91' }, /no magnetic model "cordes91"/, 'model'],
    ['variant', 'magnetic', { model: 'lsa', variant: 'wmapp' }, /Did you mean "wmap"/, 'variant'],
    ['no variants', 'magnetic', { model: 'uniform', variant: 'x' }, /has none/, 'variant'],
    [
      'parameter',
      'magnetic',
      { model: 'lsa', parameters: { b0_micrgauss: 1 } },
      /Did you mean "b0_microgauss"/,
      'parameters.b0_micrgauss',
    ],
    [
      'vector',
      'magnetic',
      { model: 'lsa', parameters: { b0_microgauss: [1, 2, 3] } },
      /takes one number/,
      'parameters.b0_microgauss',
    ],
    [
      'scalar',
      'magnetic',
      { model: 'uniform', parameters: { B_microgauss: 1 } },
      /three numbers/,
      'parameters.B_microgauss',
    ],
    [
      'bounds',
      'thermal-electrons',
      { model: 'uniform', parameters: { n_e_cm3: -1 } },
      /between 0 and 1000 cm\^-3, not -1/,
      'parameters.n_e_cm3',
    ],
    [
      'not a number',
      'magnetic',
      { model: 'lsa', parameters: { psi0_deg: Number.NaN } },
      /not NaN/,
      'parameters.psi0_deg',
    ],
  ])('names what is wrong and the nearest name: %s', (_, kind, choice, message, key) => {
    expect(() => resolveModel(kind, choice)).toThrow(expect.objectContaining({ key }))
    expect(() => resolveModel(kind, choice)).toThrow(message)
  })
})

describe('sampling on a grid', () => {
  const grid = { shape: [6, 5, 4] as const, halfSizeKpc: [20, 20, 5] as const }
  it('takes the values at the centres, zero outside the region', () => {
    const field = bindMagneticField(resolveModel('magnetic', { model: 'lsa' }))
    const density = bindDensity(resolveModel('cosmic-ray-electrons', { model: 'wmap' }))
    const values = sampleMagneticField(grid, field, { r_kpc: [6, 15] })
    const densities = sampleDensity(grid, density)
    for (const [i, j, k] of [
      [0, 0, 0],
      [1, 2, 3],
      [4, 3, 1],
    ]) {
      const at: Vector3 = [cellCentre(grid, 0, i), cellCentre(grid, 1, j), cellCentre(grid, 2, k)]
      const voxel = voxelIndex(grid, i, j, k)
      const r = Math.hypot(at[0], at[1])
      const expected = r > 6 && r < 15 ? field.evaluate(at) : [0, 0, 0]
      expect(Array.from(values.subarray(3 * voxel, 3 * voxel + 3))).toEqual(Array.from(expected))
      expect(densities[voxel]).toBe(density.evaluate(at))
    }
  })
})
