/** Root mean square of random magnetic fields as a function of position: what their realisations are scaled to. */
import {
  abs,
  add,
  atMost,
  cylindrical,
  div,
  exp,
  gaussian,
  kpc,
  less,
  mul,
  neg,
  sqrt,
  square,
  sub,
} from '../graph/index.ts'
import type { Cylindrical, Scalar } from '../graph/index.ts'
import { inArm } from '../magnetic/jf12.ts'
import { jump, smoothing } from '../jump.ts'
import { length, parameterTable } from '../parameter-table.ts'
import type { ParameterRow } from '../parameter-table.ts'
import type { ModelInputs, RandomFieldStrengthModel } from '../types.ts'

/** Strengths are not negative. */
const rms = [0, 1000] as const

export const uniformStrength: RandomFieldStrengthModel = {
  kind: 'random-field-strength',
  name: 'uniform',
  title: 'The same strength everywhere',
  source: 'by definition',
  variants: [],
  parameters: parameterTable('Sun et al. 2008, A&A 477, 573: 3 microgauss', [
    ['rms_microgauss', 'microgauss', 3, rms, 'Root mean square of |b|'],
  ]),
  expression: ({ scalar }) => scalar('rms_microgauss'),
  discontinuities: () => [],
}

const wang = 'Wang et al. 2020, ApJS 247, 18 (hammurabi X, its global random field)'

export const exponentialStrength: RandomFieldStrengthModel = {
  kind: 'random-field-strength',
  name: 'exponential',
  title: 'Energy that falls exponentially from the disc (hammurabi X)',
  source: wang,
  notes: ['The two scales are those of the energy: the strength falls over twice as much.'],
  variants: [],
  parameters: parameterTable(wang, [
    ['rms_microgauss', 'microgauss', 0.8, rms, 'Root mean square of |b| at the observer'],
    ['r0_kpc', 'kpc', 8, length, 'Radial scale length of the energy'],
    ['z0_kpc', 'kpc', 1, length, 'Scale height of the energy'],
  ]),
  expression({ position, observer, scalar }) {
    const { r, z } = cylindrical(position)
    const here = cylindrical(observer)
    const depth = add(
      div(sub(r, here.r), scalar('r0_kpc')),
      div(sub(abs(z), abs(here.z)), scalar('z0_kpc')),
    )
    return mul(scalar('rms_microgauss'), exp(neg(div(depth, 2))))
  },
}

const jf12b = 'Jansson & Farrar 2012, ApJL 761, L11'
const armStrengths = [10.81, 6.96, 9.59, 6.96, 1.96, 16.34, 37.29, 10.35] as const
const armUncertainties = [2.33, 1.58, 1.1, 0.87, 1.32, 2.53, 2.39, 4.43] as const
const armParameter = (arm: number): string => `rms_arm_${arm}_microgauss`

export const jf12Turbulence: RandomFieldStrengthModel = {
  kind: 'random-field-strength',
  name: 'jf12',
  title: 'Jansson & Farrar 2012, turbulent field',
  source: jf12b,
  notes: [
    'The arms are those of the regular field `jf12`; nothing beyond 20 kpc of the axis.',
    'The paper has waves of 8 to 272 pc. A grid holds none shorter than two of its spacings: what it holds then has the whole energy.',
    'hammurabi X lets the halo fall as exp(-|z| / z), here as in the paper exp(-z^2 / (2 z^2)).',
  ],
  variants: [
    {
      name: 'paper',
      title: 'Published values',
      parameters: {},
      uncertainties: {
        ...Object.fromEntries(armUncertainties.map((sigma, k) => [armParameter(k + 1), sigma])),
        rms_centre_microgauss: 1.39,
        z_disk_kpc: 0.04,
        rms_halo_microgauss: 1.39,
        r_halo_kpc: 3.8,
        z_halo_kpc: 1.3,
      },
    },
    {
      name: 'planck-b',
      title: 'Jansson12b of Planck 2016 XLII, as in CRPropa',
      parameters: {
        ...Object.fromEntries(
          armStrengths.map((_, k) => [armParameter(k + 1), k % 2 === 0 ? 3.12 : 6.24]),
        ),
        rms_centre_microgauss: 3.9,
        rms_halo_microgauss: 7.332,
      },
    },
  ],
  parameters: [
    ...parameterTable(jf12b, [
      ...armStrengths.map((value, k): ParameterRow => [
        armParameter(k + 1),
        'microgauss',
        value,
        rms,
        `Disc: arm ${k + 1}, at 5 kpc in the plane`,
      ]),
      ['rms_centre_microgauss', 'microgauss', 7.63, rms, 'Disc: within 5 kpc, in the plane'],
      ['z_disk_kpc', 'kpc', 0.61, length, 'Disc: Gaussian scale height'],
      ['rms_halo_microgauss', 'microgauss', 4.68, rms, 'Halo: at the centre'],
      ['r_halo_kpc', 'kpc', 10.97, length, 'Halo: radial scale length'],
      ['z_halo_kpc', 'kpc', 2.84, length, 'Halo: Gaussian scale height'],
    ]),
    smoothing,
  ],
  expression(inputs) {
    const { scalar, position } = inputs
    const at = cylindrical(position)
    const halo = mul(
      scalar('rms_halo_microgauss'),
      exp(neg(div(at.r, scalar('r_halo_kpc')))),
      layer(at, scalar('z_halo_kpc')),
    )
    const total = sqrt(add(square(disc(inputs, at)), square(halo)))
    return jump(inputs, atMost(at.r, kpc(20)), total, 0)
  },
}

function disc(inputs: ModelInputs, at: Cylindrical): Scalar {
  const { scalar } = inputs
  const arms = mul(
    inArm(inputs, at, (arm) => scalar(armParameter(arm))),
    div(kpc(5), at.r),
  )
  const inPlane = jump(inputs, less(at.r, kpc(5)), scalar('rms_centre_microgauss'), arms)
  return mul(inPlane, layer(at, scalar('z_disk_kpc')))
}

/** exp(-z^2 / (2 height^2)). */
function layer({ z }: Cylindrical, height: Scalar): Scalar {
  return gaussian(z, mul(Math.SQRT2, height))
}
