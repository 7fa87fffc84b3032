import type { Cylindrical, Scalar } from '../graph/index.ts'
import {
  abs,
  add,
  and,
  atLeast,
  constant,
  cos,
  cylindrical,
  div,
  exp,
  fromCylindrical,
  greater,
  kpc,
  less,
  mul,
  neg,
  select,
  sin,
  square,
  sub,
} from '../graph/index.ts'
import { jump, smoothing } from '../jump.ts'
import { length, parameterTable, strength } from '../parameter-table.ts'
import type { MagneticModel } from '../types.ts'

const source = 'Sun et al. 2008, A&A 477, 573'

/**
 * The toroidal halo of Sun et al. 2008 without its signs: a maximum at r = 4 kpc and |z| = `height`.
 */
export function sunHalo(at: Cylindrical, amplitude: Scalar, height: Scalar): Scalar {
  const { r, z } = at
  const width = select(less(abs(z), height), kpc(0.2), kpc(0.4))
  const vertical = div(1, add(1, square(div(sub(abs(z), height), width))))
  const radial = div(r, kpc(4))
  return mul(amplitude, vertical, radial, exp(sub(1, radial)))
}

/** Axisymmetric spiral with reversals in rings (ASS+RING) and a toroidal halo. */
export const sun08: MagneticModel = {
  kind: 'magnetic',
  name: 'sun08',
  title: 'Sun et al. 2008, ASS+RING',
  source,
  notes: ['The halo changes sign to the north only from r = 5 kpc on, as in the published codes.'],
  variants: [
    { name: 'imagine', title: 'Defaults of the IMAGINE framework', parameters: {} },
    { name: 'hermes', title: 'As in HERMES', parameters: { r0_kpc: 10, r_c_kpc: 5 } },
    {
      name: 'paper',
      title: 'Halo strength of the paper',
      parameters: { r0_kpc: 10, r_c_kpc: 5, b_halo_microgauss: 10 },
    },
  ],
  parameters: [
    ...parameterTable(source, [
      ['b0_microgauss', 'microgauss', 2, strength, 'Disc: strength at the Sun'],
      ['b_c_microgauss', 'microgauss', 2, strength, 'Disc: strength in the central region'],
      ['r0_kpc', 'kpc', 8.5, length, 'Disc: scale length'],
      ['r_c_kpc', 'kpc', 5.3, length, 'Disc: radius of the central region'],
      ['z0_kpc', 'kpc', 1, length, 'Disc: scale height'],
      ['pitch_deg', 'deg', -12, [-89, 89], 'Disc: pitch angle'],
      ['b_halo_microgauss', 'microgauss', 2, strength, 'Halo: strength'],
      ['z_halo_kpc', 'kpc', 1.5, length, 'Halo: height of its maximum'],
    ]),
    smoothing,
  ],
  expression(inputs) {
    const { position, scalar } = inputs
    const at = cylindrical(position)
    const { r, z } = at
    const height = exp(neg(div(abs(z), scalar('z0_kpc'))))
    const outside = mul(
      scalar('b0_microgauss'),
      exp(neg(div(sub(r, kpc(8.5)), scalar('r0_kpc')))),
      height,
    )
    const disc = jump(inputs, greater(r, scalar('r_c_kpc')), outside, scalar('b_c_microgauss'))
    const between = (low: number, high: number) => and(greater(r, kpc(low)), less(r, kpc(high)))
    const rings = jump(
      inputs,
      greater(r, kpc(7.5)),
      1,
      jump(inputs, atLeast(r, kpc(6)), -1, jump(inputs, between(5, 6), 1, -1)),
    )
    const spiral = mul(disc, rings)
    const halo = sunHalo(at, scalar('b_halo_microgauss'), scalar('z_halo_kpc'))
    const reversed = and(greater(z, 0), atLeast(r, kpc(5)))
    const pitch = scalar('pitch_deg')
    const azimuthal = sub(jump(inputs, reversed, neg(halo), halo), mul(spiral, cos(pitch)))
    return fromCylindrical(at, mul(spiral, sin(pitch)), azimuthal, constant(0))
  },
}
