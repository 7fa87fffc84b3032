import { jumpVector, smoothing } from '../jump.ts'
import type { MagneticModel } from '../types.ts'
import { insideSphere, radiusParameter, sphereDiscontinuities } from '../uniform.ts'

/** A constant field, everywhere or inside a sphere about the observer. */
export const uniformField: MagneticModel = {
  kind: 'magnetic',
  name: 'uniform',
  title: 'Uniform field',
  source: 'by definition; as a sphere, the toy model of Diao et al. 2024, arXiv:2410.01136',
  variants: [],
  parameters: [
    {
      name: 'B_microgauss',
      unit: 'microgauss',
      default: [6, 0, 0],
      bounds: [-1000, 1000],
      description: 'Field vector (x, y, z)',
      source: 'Diao et al. 2024, arXiv:2410.01136',
    },
    radiusParameter,
    smoothing,
  ],
  expression: (inputs) =>
    jumpVector(inputs, insideSphere(inputs), inputs.vector('B_microgauss'), 0),
  discontinuities: sphereDiscontinuities,
}
