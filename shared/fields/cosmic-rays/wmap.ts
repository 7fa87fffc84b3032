import { cylindrical, div, exp, mul, neg, sech2 } from '../graph/index.ts'
import { axisApproach } from '../surfaces.ts'
import type { CosmicRayElectronModel } from '../types.ts'

const source = 'Page et al. 2007, ApJS 170, 335; Drimmel & Spergel 2001, ApJ 556, 181'

/** Exponential disc: C = c0 exp(-r/h_r) sech^2(z/h_d). */
export const wmapDisc: CosmicRayElectronModel = {
  kind: 'cosmic-ray-electrons',
  name: 'wmap',
  title: 'Exponential disc (WMAP)',
  source,
  notes: [
    'C is 40.14 m^-3 at the Sun, as in synax, whatever the spectral index; that of `flux` follows from it.',
  ],
  variants: [],
  parameters: [
    {
      name: 'c0_m3',
      unit: 'm^-3',
      default: 211.13068378473076,
      bounds: [0, 1e6],
      description: 'C of N(gamma) = C gamma^-p at the Galactic centre',
      source: 'Diao et al. 2024, arXiv:2410.01136 (about 40 m^-3 at the Sun)',
    },
    {
      name: 'h_r_kpc',
      unit: 'kpc',
      default: 5,
      bounds: [0.01, 1000],
      description: 'Radial scale length',
      source,
    },
    {
      name: 'h_d_kpc',
      unit: 'kpc',
      default: 1,
      bounds: [0.01, 1000],
      description: 'Scale height',
      source,
    },
  ],
  expression({ position, scalar }) {
    const { r, z } = cylindrical(position)
    const radial = exp(neg(div(r, scalar('h_r_kpc'))))
    return mul(scalar('c0_m3'), radial, sech2(div(z, scalar('h_d_kpc'))))
  },
  // r has a cusp on the axis.
  discontinuities: axisApproach,
}
