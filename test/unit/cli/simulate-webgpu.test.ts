import { describe, expect, it } from 'vitest'
import { findWebgpu } from '#test/tools/webgpu.ts'
import { griddedSky, simulated, thermalElectrons, worstDifference } from './gridded-sky.ts'

const backend = await findWebgpu()

describe.skipIf(!backend)('larmor simulate --backend webgpu', () => {
  it.each(thermalElectrons)('gives the sky of the reference, electrons: %s', async (thermal) => {
    const reference = await simulated(griddedSky(thermal), 'reference')
    const found = await simulated(griddedSky(thermal), 'webgpu')
    expect(found.backend).toBe('webgpu')
    const worst = worstDifference(found.maps, reference.maps)
    // float32 throughout, the phases in whole turns: as for wasm, and the sums along a ray (some 100 crossings) as well.
    expect(worst.relative, worst.name).toBeLessThan(1e-5)
  })
})
