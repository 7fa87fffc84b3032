import {
  abs,
  add,
  atMost,
  constant,
  cos,
  cylindrical,
  div,
  exp,
  fromCylindrical,
  greater,
  kpc,
  log,
  max,
  mul,
  neg,
  selectVector,
  sin,
  spiralPhase,
  sub,
  tan,
} from '../graph/index.ts'
import { jumpSide, jumpVector, smoothing } from '../jump.ts'
import { length, parameterTable, strength } from '../parameter-table.ts'
import type { MagneticModel } from '../types.ts'

const source = 'Tinyakov & Tkachev 2002, Astropart. Phys. 18, 165'

/** Bisymmetric spiral that is antiparallel above and below the plane. */
export const tt02: MagneticModel = {
  kind: 'magnetic',
  name: 'tt02',
  title: 'Tinyakov & Tkachev 2002, bisymmetric spiral',
  source,
  notes: [
    'Equations 1 to 5 with azimuth counted from the Sun, clockwise, as in pt11, so that the strength at the Sun is that of its parameter. An older version of imagine-models counts from another direction and is not the same field there.',
    'The plane z = 0 belongs to the north, where the field at the Sun points toward l = 90 deg.',
  ],
  variants: [],
  parameters: [
    ...parameterTable(source, [
      ['b0_microgauss', 'microgauss', 1.4, strength, 'Strength at the Sun'],
      ['pitch_deg', 'deg', -8, [-89, 89], 'Pitch angle'],
      ['reversal_kpc', 'kpc', -0.5, [-8, 100], 'Distance to the first reversal from the Sun'],
      ['r_sun_kpc', 'kpc', 8.5, length, 'Distance of the Sun from the centre'],
      ['r_c_kpc', 'kpc', 4, length, 'Radius inside which the strength is constant'],
      ['r_max_kpc', 'kpc', 20, length, 'Radius at which it ends'],
      ['z0_kpc', 'kpc', 1.5, length, 'Scale height'],
    ]),
    smoothing,
  ],
  expression(inputs) {
    const { position, scalar } = inputs
    const at = cylindrical(position)
    const pitch = scalar('pitch_deg')
    const sun = scalar('r_sun_kpc')
    const shift = sub(div(log(add(1, div(scalar('reversal_kpc'), sun))), tan(pitch)), Math.PI / 2)
    const wave = cos(add(spiralPhase(at.r, sub(Math.PI, at.phi), sun, pitch), shift))
    const amplitude = mul(
      scalar('b0_microgauss'),
      div(wave, cos(shift)),
      div(sun, max(at.r, scalar('r_c_kpc'))),
      jumpSide(inputs, at.z),
      exp(neg(div(abs(at.z), scalar('z0_kpc')))),
    )
    const field = fromCylindrical(
      at,
      mul(amplitude, sin(pitch)),
      neg(mul(amplitude, cos(pitch))),
      constant(0),
    )
    const inside = atMost(at.r, scalar('r_max_kpc'))
    return selectVector(greater(at.r, kpc(0)), jumpVector(inputs, inside, field, 0), 0)
  },
}
