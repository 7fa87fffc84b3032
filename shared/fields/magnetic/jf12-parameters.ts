/** Parameters of the model of Jansson & Farrar 2012. */
import { smoothing } from '../jump.ts'
import type { ParameterRow } from '../parameter-table.ts'
import { length, parameterTable, strength } from '../parameter-table.ts'
import type { ModelVariant, ParameterSpec } from '../types.ts'

export const jf12Source = 'Jansson & Farrar 2012, ApJ 757, 14'

/** Radii at which the edges of the eight arms cross the negative x-axis, kpc. */
export const armRadiiKpc = [5.1, 6.3, 7.1, 8.3, 9.8, 11.4, 12.7, 15.5] as const

const armStrengths = [0.1, 3, -0.9, -0.8, -2, -4.2, 0] as const
/** Makes the flux of the eight arms zero. */
const LAST_ARM_MICROGAUSS = 2.7551

const arms = [...armStrengths, LAST_ARM_MICROGAUSS].map((value, k): ParameterRow => [
  `b_arm_${k + 1}_microgauss`,
  'microgauss',
  value,
  strength,
  `Disc: arm ${k + 1}, at 5 kpc`,
])

const common: readonly ParameterRow[] = [
  ['h_disk_kpc', 'kpc', 0.4, length, 'Height of the transition between disc and halo'],
  ['w_disk_kpc', 'kpc', 0.27, length, 'Width of the transition between disc and halo'],
  ['b_n_microgauss', 'microgauss', 1.4, strength, 'Toroidal halo: north'],
  ['b_s_microgauss', 'microgauss', -1.1, strength, 'Toroidal halo: south'],
  ['r_n_kpc', 'kpc', 9.22, length, 'Toroidal halo: radius, north'],
  ['r_s_kpc', 'kpc', 16.7, length, 'Toroidal halo: radius, south (a lower limit in the paper)'],
  ['w_h_kpc', 'kpc', 0.2, length, 'Toroidal halo: width of the transition at its radius'],
  ['z0_kpc', 'kpc', 5.3, length, 'Toroidal halo: scale height'],
  ['b_x_microgauss', 'microgauss', 4.6, strength, 'X field: strength at the centre'],
  ['theta_x_deg', 'deg', 49, [1, 89], 'X field: elevation outside its inner region'],
  ['rc_x_kpc', 'kpc', 4.8, length, 'X field: radius of its inner region in the plane'],
  ['r_x_kpc', 'kpc', 2.9, length, 'X field: scale length'],
]

const ring: ParameterRow = [
  'b_ring_microgauss',
  'microgauss',
  0.1,
  strength,
  'Disc: ring from 3 to 5 kpc, at 5 kpc',
]

const solenoidal: readonly ParameterRow[] = [
  ['delta_kpc', 'kpc', 3, [0.01, 7], 'Disc: width of the transitions at 5 and 20 kpc'],
  ['z_s_kpc', 'kpc', 0.5, [0.001, 10], 'X field: height below which its lines are parabolas'],
]

/** In the solenoidal variant there is no ring, and arm 8 follows from the others. */
const asPublished = ['hammurabi', 'crpropa', 'planck-b', 'planck-c']

export const jf12Parameters: readonly ParameterSpec[] = [
  ...parameterTable(jf12Source, arms.slice(0, 7)),
  ...parameterTable(jf12Source, [arms[7], ring], asPublished),
  ...parameterTable(jf12Source, common),
  ...parameterTable('Kleimann et al. 2019, ApJ 877, 76', solenoidal, ['solenoidal']),
  smoothing,
]

const armUncertainties = [1.8, 0.6, 0.8, 0.3, 0.1, 0.5, 1.8, 1.8] as const

const uncertainties = {
  ...Object.fromEntries(armUncertainties.map((sigma, k) => [`b_arm_${k + 1}_microgauss`, sigma])),
  b_ring_microgauss: 0.1,
  h_disk_kpc: 0.03,
  w_disk_kpc: 0.08,
  b_n_microgauss: 0.1,
  b_s_microgauss: 0.1,
  r_n_kpc: 0.08,
  w_h_kpc: 0.12,
  z0_kpc: 1.6,
  b_x_microgauss: 0.3,
  theta_x_deg: 1,
  rc_x_kpc: 0.2,
  r_x_kpc: 0.1,
}

const crpropa = { b_arm_8_microgauss: 2.7, r_s_kpc: 17 }

export const jf12Variants: readonly ModelVariant[] = [
  {
    name: 'hammurabi',
    title: 'Published values (as in hammurabi X)',
    parameters: {},
    uncertainties,
  },
  {
    name: 'crpropa',
    title: 'As in CRPropa: arm 8 and the southern radius rounded',
    parameters: crpropa,
  },
  {
    name: 'planck-b',
    title: 'Jansson12b of Planck 2016 XLII',
    parameters: { ...crpropa, b_arm_6_microgauss: -3.5, b_x_microgauss: 1.8 },
  },
  {
    name: 'planck-c',
    title: 'Jansson12c of Planck 2016 XLII',
    parameters: {
      ...crpropa,
      b_arm_2_microgauss: 2,
      b_arm_4_microgauss: 2,
      b_arm_5_microgauss: -3,
      b_n_microgauss: 1,
      b_s_microgauss: -0.8,
      b_x_microgauss: 3,
    },
  },
  {
    name: 'solenoidal',
    title: 'Free of divergence (Kleimann et al. 2019)',
    parameters: { r_s_kpc: 17 },
  },
]
