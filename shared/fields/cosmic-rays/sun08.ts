import { abs, add, atMost, cylindrical, div, exp, max, mul, neg, sub } from '../graph/index.ts'
import { jump, smoothing } from '../jump.ts'
import { length, parameterTable } from '../parameter-table.ts'
import type { CosmicRayElectronModel } from '../types.ts'

const source = 'Sun et al. 2008, A&A 477, 573'

/** Exponential disc of a limited height, flat in its middle. */
export const sun08CosmicRays: CosmicRayElectronModel = {
  kind: 'cosmic-ray-electrons',
  name: 'sun08',
  title: 'Truncated exponential disc (Sun et al. 2008)',
  source,
  notes: [
    'It ends at |z| = 1 kpc, so that the halo field has to be strong (sun08, variant paper).',
    'C is that of N(gamma) = C gamma^-p with p = 3.',
  ],
  variants: [],
  parameters: [
    ...parameterTable(source, [
      ['c_sun_m3', 'm^-3', 64, [0, 1e6], 'C in the plane at the radius of the Sun'],
      ['r_sun_kpc', 'kpc', 8.5, length, 'Radius of the Sun'],
      ['h_r_kpc', 'kpc', 8, length, 'Radial scale length'],
      ['h_d_kpc', 'kpc', 1, length, 'Scale height'],
      ['r_flat_kpc', 'kpc', 3, [0, 1000], 'Radius inside which C does not rise further'],
      ['z_max_kpc', 'kpc', 1, length, 'Height at which it ends'],
    ]),
    smoothing,
  ],
  expression(inputs) {
    const { position, scalar } = inputs
    const { r, z } = cylindrical(position)
    const radius = max(r, scalar('r_flat_kpc'))
    const depth = add(
      div(sub(radius, scalar('r_sun_kpc')), scalar('h_r_kpc')),
      div(abs(z), scalar('h_d_kpc')),
    )
    const inside = atMost(abs(z), scalar('z_max_kpc'))
    return jump(inputs, inside, mul(scalar('c_sun_m3'), exp(neg(depth))), 0)
  },
}
