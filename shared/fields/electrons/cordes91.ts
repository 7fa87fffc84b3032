import { abs, add, cylindrical, div, exp, gaussian, mul, neg, sub } from '../graph/index.ts'
import type { ThermalElectronModel } from '../types.ts'
import { axisApproach, planeCrossing } from '../surfaces.ts'

const source = 'Cordes et al. 1991, Nature 354, 121'
const density = { unit: 'cm^-3', bounds: [0, 100] as const, source }
const length = { unit: 'kpc', bounds: [0.001, 1000] as const, source }

/**
 * A thick disc and an inner ring:
 * n_e = n1 exp(-|z|/h1) exp(-(r/a1)^2) + n2 exp(-|z|/h2) exp(-((r - r2)/a2)^2).
 */
export const cordes91: ThermalElectronModel = {
  kind: 'thermal-electrons',
  name: 'cordes91',
  title: 'Thick disc and inner ring (Cordes et al. 1991)',
  source,
  notes: ['Two smooth components: not NE2001, of which it is no simple version.'],
  variants: [],
  parameters: [
    { ...density, name: 'n1_cm3', default: 0.025, description: 'Thick disc: density' },
    { ...length, name: 'h1_kpc', default: 1, description: 'Thick disc: scale height' },
    { ...length, name: 'a1_kpc', default: 20, description: 'Thick disc: scale radius' },
    { ...density, name: 'n2_cm3', default: 0.2, description: 'Inner ring: density' },
    { ...length, name: 'h2_kpc', default: 0.15, description: 'Inner ring: scale height' },
    { ...length, name: 'r2_kpc', default: 4, description: 'Inner ring: radius' },
    { ...length, name: 'a2_kpc', default: 2, description: 'Inner ring: width' },
  ],
  expression({ position, scalar }) {
    const { r, z } = cylindrical(position)
    const layer = (density: string, height: string) =>
      mul(scalar(density), exp(neg(div(abs(z), scalar(height)))))
    const disc = mul(layer('n1_cm3', 'h1_kpc'), gaussian(r, scalar('a1_kpc')))
    const ring = gaussian(sub(r, scalar('r2_kpc')), scalar('a2_kpc'))
    return add(disc, mul(layer('n2_cm3', 'h2_kpc'), ring))
  },
  // |z| has a kink in the plane, r a cusp on the axis.
  discontinuities: (ray) => [...planeCrossing(ray, 0), ...axisApproach(ray)],
}
