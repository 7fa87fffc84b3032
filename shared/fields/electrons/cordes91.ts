import type { ThermalElectronModel } from '../types.ts'
import { scalarParameter } from '../types.ts'
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
  evaluate([x, y, z], parameters) {
    const value = (name: string) => scalarParameter(parameters, name)
    const r = Math.hypot(x, y)
    const height = Math.abs(z)
    const disc = value('n1_cm3') * Math.exp(-height / value('h1_kpc') - (r / value('a1_kpc')) ** 2)
    const ringDistance = (r - value('r2_kpc')) / value('a2_kpc')
    const ring = value('n2_cm3') * Math.exp(-height / value('h2_kpc') - ringDistance ** 2)
    return disc + ring
  },
  // |z| has a kink in the plane, r a cusp on the axis.
  discontinuities: (ray) => [...planeCrossing(ray, 0), ...axisApproach(ray)],
}
