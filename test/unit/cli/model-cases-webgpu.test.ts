import { describe, it } from 'vitest'
import { findWebgpu } from '#test/tools/webgpu.ts'
import {
  expectSameLikelihood,
  expectSameOnGrid,
  expectSinglePrecision,
  pointCases,
  sightlineCases,
} from './model-cases.ts'

const backend = await findWebgpu()
// A software driver takes seconds to compile the shaders of all models: one of each is enough where none is required.
const required = process.env.LARMOR_TEST_WEBGPU === 'required'

describe.skipIf(!backend)('published values by webgpu', () => {
  const points = pointCases().filter(
    ({ model }, i, all) => required || all.findIndex((one) => one.model === model) === i,
  )
  it.each(points.map((cases) => [cases.label, cases] as const))(
    '%s at points',
    (_, cases) => expectSinglePrecision(cases, 'webgpu'),
    60_000,
  )

  const lines = sightlineCases().filter(
    ({ lines: [one] }) =>
      one.ne === 'cordes91' && one.n_samples <= 2048 && (required || one.variant === 'base'),
  )
  it.each(lines.map((cases) => [cases.label, cases] as const))(
    '%s sampled on a grid, as by the reference',
    (_, cases) => expectSameOnGrid(cases, 'webgpu'),
    60_000,
  )

  it(
    'likelihood and derivatives on a grid, as by the reference',
    () => expectSameLikelihood('webgpu'),
    60_000,
  )
})
