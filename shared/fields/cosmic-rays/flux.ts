import {
  ELECTRON_MASS_KG,
  ELEMENTARY_CHARGE_C,
  SPEED_OF_LIGHT_M_S,
} from '../../physics/constants.ts'
import {
  constant,
  cylindrical,
  div,
  exp,
  mul,
  neg,
  pow,
  sech2,
  sqrt,
  square,
  sub,
} from '../graph/index.ts'
import { axisApproach } from '../surfaces.ts'
import { length, parameterTable } from '../parameter-table.ts'
import type { CosmicRayElectronModel } from '../types.ts'

const wang = 'Wang et al. 2020, ApJS 247, 18 (hammurabi X; the flux of AMS-02)'

/** Rest energy of the electron, GeV. */
const REST_ENERGY_GEV = (ELECTRON_MASS_KG * SPEED_OF_LIGHT_M_S ** 2) / ELEMENTARY_CHARGE_C / 1e9

/**
 * The exponential disc of `wmap` with the flux j0 at the energy E0 that is measured at the Sun:
 * C = 4 pi j0 m c^2 / (c beta0) gamma0^p, with gamma0 = E0 / (m c^2).
 */
export const fluxNormalised: CosmicRayElectronModel = {
  kind: 'cosmic-ray-electrons',
  name: 'flux',
  title: 'Exponential disc with the flux that is measured at the Sun',
  source: wang,
  notes: [
    'In a run file normalisation_index is cosmic_ray_electrons.spectral_index unless it is given. Where that is free, C stays as it is at its first value.',
    'beta0 is sqrt(1 - gamma0^-2); hammurabi X and synax have sqrt(1 - 1/gamma0), which is 1e-5 less at 20 GeV.',
  ],
  variants: [
    { name: 'ams02', title: '0.0217 (GeV m^2 s sr)^-1 at 20.6 GeV', parameters: {} },
    {
      name: 'synax',
      title: '0.25 (GeV m^2 s sr)^-1 at 10 GeV (Diao et al. 2024, arXiv:2410.01136)',
      parameters: { j0_per_gev_m2_s_sr: 0.25, e0_gev: 10 },
    },
  ],
  parameters: parameterTable(wang, [
    ['j0_per_gev_m2_s_sr', 'dimensionless', 0.0217, [0, 1e6], 'Flux at the Sun, (GeV m^2 s sr)^-1'],
    ['e0_gev', 'dimensionless', 20.6, [0.01, 1e6], 'Energy of that flux, GeV'],
    ['normalisation_index', 'dimensionless', 3, [1, 6], 'p of N(gamma) = C gamma^-p'],
    ['h_r_kpc', 'kpc', 5, length, 'Radial scale length'],
    ['h_d_kpc', 'kpc', 1, length, 'Scale height'],
  ]),
  expression({ position, observer, scalar }) {
    const gamma = div(scalar('e0_gev'), REST_ENERGY_GEV)
    const beta = sqrt(sub(1, div(1, square(gamma))))
    const perFlux = (4 * Math.PI * REST_ENERGY_GEV) / SPEED_OF_LIGHT_M_S
    const atSun = mul(
      constant(perFlux, 'm^-3'),
      div(scalar('j0_per_gev_m2_s_sr'), beta),
      pow(gamma, scalar('normalisation_index')),
    )
    const here = cylindrical(position)
    const sun = cylindrical(observer)
    const radial = exp(neg(div(sub(here.r, sun.r), scalar('h_r_kpc'))))
    const height = scalar('h_d_kpc')
    return mul(atSun, radial, div(sech2(div(here.z, height)), sech2(div(sun.z, height))))
  },
  // r has a cusp on the axis.
  discontinuities: axisApproach,
}
