import { describe, expect, it } from 'vitest'
import { findWebgpu } from '#test/tools/webgpu.ts'
import { differencesOn, everyModel, singlePrecision } from './devices.ts'

const backend = await findWebgpu()
// A software driver takes a second and more to compile a long shader: of each model its first variant is enough there.
const first = everyModel.filter(
  ([, { model, variant }]) => variant === undefined || model.variants[0].name === variant,
)

describe.skipIf(!backend)('models by WebGPU', () => {
  it.each(process.env.LARMOR_TEST_WEBGPU === 'required' ? everyModel : first)(
    '%s',
    async (_, resolved) => {
      const { usual, largest } = await differencesOn('webgpu', resolved)
      expect(usual).toBeLessThan(singlePrecision.usual)
      expect(largest).toBeLessThan(singlePrecision.largest)
    },
    60_000,
  )
})
