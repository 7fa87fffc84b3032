import { describe, expect, it } from 'vitest'
import { freeNumbersOf } from '#engine/unknowns/free-numbers.ts'
import { listModels, parametersOf, resolveModel } from '#shared/fields/index.ts'
import { runFileSchema } from '#shared/session/run-file.ts'

const published = listModels().flatMap((model) =>
  model.kind === 'magnetic'
    ? model.variants.flatMap((variant) =>
        variant.uncertainties ? [{ model, variant, sigmas: variant.uncertainties }] : [],
      )
    : [],
)

describe('published uncertainties', () => {
  it('are there for every parameter of the eight variants of UF23', () => {
    const uf23 = published.filter(({ model }) => model.name === 'uf23')
    expect(uf23).toHaveLength(8)
    for (const { model, variant, sigmas } of uf23) {
      // The width of jumps is no parameter of the paper.
      const names = parametersOf(model, variant.name)
        .map(({ name }) => name)
        .filter((name) => name !== 'smoothing_kpc')
      expect(Object.keys(sigmas).toSorted()).toEqual(names.toSorted())
    }
  })

  it.each(published.map((one) => [`${one.model.name} ${one.variant.name}`, one] as const))(
    'are the priors of a fit by naming what is free: %s',
    (_, { model, variant, sigmas }) => {
      const free = Object.keys(sigmas)
      const choice = { model: model.name, variant: variant.name }
      const runFile = runFileSchema.parse({ magnetic_field: { ...choice, free } })
      const resolved = resolveModel('magnetic', choice)
      for (const { parameter, prior } of freeNumbersOf(runFile, 'magnetic_field', resolved)) {
        const { name } = parameter
        expect(prior, name).toEqual({ mean: resolved.parameters[name], sigma: sigmas[name] })
      }
    },
  )
})
