import { jump, smoothing } from '../jump.ts'
import type { CosmicRayElectronModel } from '../types.ts'
import { insideSphere, radiusParameter, sphereDiscontinuities } from '../uniform.ts'

/** A constant density, everywhere or inside a sphere about the observer. */
export const uniformCosmicRays: CosmicRayElectronModel = {
  kind: 'cosmic-ray-electrons',
  name: 'uniform',
  title: 'Uniform density',
  source: 'by definition',
  variants: [],
  parameters: [
    {
      name: 'C_m3',
      unit: 'm^-3',
      default: 40.13285414950239,
      bounds: [0, 1e6],
      description: 'C of N(gamma) = C gamma^-p',
      source: 'Diao et al. 2024, arXiv:2410.01136: 0.25 (GeV m^2 s sr)^-1 at 10 GeV with p = 3',
    },
    radiusParameter,
    smoothing,
  ],
  expression: (inputs) => jump(inputs, insideSphere(inputs), inputs.scalar('C_m3'), 0),
  discontinuities: sphereDiscontinuities,
}
