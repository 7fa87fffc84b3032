import type { ParametricMock } from './parametric-mock.ts'

type Case = Pick<ParametricMock, 'model' | 'variant' | 'truth' | 'free' | 'noiseMk'>

/** The LSA mock of Diao et al. 2024, arXiv:2410.01136, section 3.1, from twice the field and 45 degrees. */
export const lsaMock: Case = {
  model: 'lsa',
  noiseMk: 1,
  truth: { b0_microgauss: 1.2, psi0_deg: 27, psi1_deg: 0.9, chi0_deg: 25 },
  free: {
    b0_microgauss: { initial: 3, bounds: [0, 10] },
    psi0_deg: { initial: 45 },
    psi1_deg: { initial: 45 },
    chi0_deg: { initial: 45 },
  },
}

/** Five parameters of the base model of Unger & Farrar 2024, whose published values are true, without their priors. */
export const uf23Mock: Case = {
  model: 'uf23',
  variant: 'base',
  noiseMk: 1,
  truth: {
    disk_b1_microgauss: 1.0878565,
    disk_b2_microgauss: 2.6605034,
    disk_b3_microgauss: 3.1166311,
    disk_pitch_deg: 10.1069,
    poloidal_b_microgauss: 0.97775487,
  },
  free: {
    disk_b1_microgauss: { initial: 2, bounds: [0, 10], prior: 'uniform' },
    disk_b2_microgauss: { initial: 2, bounds: [0, 10], prior: 'uniform' },
    disk_b3_microgauss: { initial: 2, bounds: [0, 10], prior: 'uniform' },
    disk_pitch_deg: { initial: 12, bounds: [5, 20], prior: 'uniform' },
    poloidal_b_microgauss: { initial: 2, bounds: [0, 10], prior: 'uniform' },
  },
}
