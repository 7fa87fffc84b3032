import { jump, smoothing } from '../jump.ts'
import type { ThermalElectronModel } from '../types.ts'
import { insideSphere, radiusParameter, sphereDiscontinuities } from '../uniform.ts'

/** A constant density, everywhere or inside a sphere about the observer. */
export const uniformElectrons: ThermalElectronModel = {
  kind: 'thermal-electrons',
  name: 'uniform',
  title: 'Uniform density',
  source: 'by definition',
  variants: [],
  parameters: [
    {
      name: 'n_e_cm3',
      unit: 'cm^-3',
      default: 0.01,
      bounds: [0, 1000],
      description: 'Electron density',
      source: 'Diao et al. 2024, arXiv:2410.01136',
    },
    radiusParameter,
    smoothing,
  ],
  expression: (inputs) => jump(inputs, insideSphere(inputs), inputs.scalar('n_e_cm3'), 0),
  discontinuities: sphereDiscontinuities,
}
