import {
  abs,
  add,
  addVectors,
  constant,
  cos,
  cylindrical,
  div,
  exp,
  fromCylindrical,
  greater,
  less,
  log,
  max,
  mul,
  neg,
  select,
  selectVector,
  sin,
  spiralPhase,
  square,
  sub,
  tan,
} from '../graph/index.ts'
import type { Cylindrical, Vector } from '../graph/index.ts'
import { jump, smoothing } from '../jump.ts'
import { length, parameterTable, strength } from '../parameter-table.ts'
import type { MagneticModel, ModelInputs } from '../types.ts'

const source = 'Pshirkov et al. 2011, ApJ 738, 192'

/** Spiral disc, axisymmetric (ASS) or bisymmetric (BSS), and toroidal halo. */
export const pt11: MagneticModel = {
  kind: 'magnetic',
  name: 'pt11',
  title: 'Pshirkov et al. 2011',
  source,
  notes: ['The plane z = 0 belongs to the southern halo.'],
  variants: [
    { name: 'ass', title: 'Axisymmetric disc', parameters: {} },
    {
      name: 'bss',
      title: 'Bisymmetric disc',
      parameters: { pitch_deg: -6, halo_south_microgauss: 4 },
    },
  ],
  parameters: [
    ...parameterTable(source, [
      ['b0_microgauss', 'microgauss', 2, strength, 'Disc: strength at the Sun'],
      ['pitch_deg', 'deg', -5, [-89, 89], 'Disc: pitch angle'],
      ['reversal_kpc', 'kpc', -0.6, [-8, 100], 'Disc: distance to the first reversal from the Sun'],
      ['r_sun_kpc', 'kpc', 8.5, length, 'Distance of the Sun from the centre'],
      ['r_c_kpc', 'kpc', 5, length, 'Disc: radius inside which the strength is constant'],
      ['z0_kpc', 'kpc', 1, length, 'Disc: scale height'],
      ['halo_north_microgauss', 'microgauss', 4, strength, 'Halo: strength, north'],
      ['halo_south_microgauss', 'microgauss', 2, strength, 'Halo: strength, south'],
      ['halo_r_kpc', 'kpc', 8, length, 'Halo: radius of its maximum'],
      ['halo_z_kpc', 'kpc', 1.3, length, 'Halo: height of its maximum'],
      ['halo_w_inner_kpc', 'kpc', 0.25, length, 'Halo: width below its maximum'],
      ['halo_w_outer_kpc', 'kpc', 0.4, length, 'Halo: width above its maximum'],
    ]),
    smoothing,
  ],
  expression(inputs) {
    const at = cylindrical(inputs.position)
    const field = addVectors(disc(inputs, at), halo(inputs, at))
    return selectVector(greater(at.r, 0), field, 0)
  },
}

function disc({ scalar, variant }: ModelInputs, at: Cylindrical): Vector {
  const pitch = scalar('pitch_deg')
  const sun = scalar('r_sun_kpc')
  const shift = sub(div(log(add(1, div(scalar('reversal_kpc'), sun))), tan(pitch)), Math.PI / 2)
  // The paper counts azimuth from the Sun, clockwise.
  const wave = cos(add(spiralPhase(at.r, sub(Math.PI, at.phi), sun, pitch), shift))
  const amplitude = mul(
    scalar('b0_microgauss'),
    variant === 'ass' ? abs(wave) : wave,
    div(sun, max(at.r, scalar('r_c_kpc'))),
    exp(neg(div(abs(at.z), scalar('z0_kpc')))),
  )
  const strengthAt = div(amplitude, cos(shift))
  return fromCylindrical(
    at,
    mul(strengthAt, sin(pitch)),
    neg(mul(strengthAt, cos(pitch))),
    constant(0),
  )
}

function halo(inputs: ModelInputs, at: Cylindrical): Vector {
  const { scalar } = inputs
  const { r, z } = at
  const height = scalar('halo_z_kpc')
  const width = select(less(abs(z), height), scalar('halo_w_inner_kpc'), scalar('halo_w_outer_kpc'))
  const sided = jump(
    inputs,
    greater(z, 0),
    scalar('halo_north_microgauss'),
    neg(scalar('halo_south_microgauss')),
  )
  const radial = div(r, scalar('halo_r_kpc'))
  const azimuthal = div(
    mul(sided, radial, exp(sub(1, radial))),
    add(1, square(div(sub(abs(z), height), width))),
  )
  return fromCylindrical(at, constant(0), azimuthal, constant(0))
}
