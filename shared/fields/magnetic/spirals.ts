/** Older spiral models with one disc: HMR, Stanev, Fauvet; and the toroidal halo SVT22. */
import {
  abs,
  add,
  addVectors,
  and,
  atLeast,
  atMost,
  constant,
  cos,
  cosh,
  cylindrical,
  div,
  exp,
  fromCylindrical,
  greater,
  kpc,
  max,
  mul,
  neg,
  pow,
  select,
  selectVector,
  side,
  sin,
  spiralPhase,
  sub,
  tanh,
} from '../graph/index.ts'
import type { Cylindrical, Scalar, Vector } from '../graph/index.ts'
import { jump, jumpVector, smoothing } from '../jump.ts'
import { angle, imagineValues, length, parameterTable, strength } from '../parameter-table.ts'
import type { MagneticModel } from '../types.ts'
import { sunHalo } from './sun08.ts'

/** Distance of the Sun from the centre in these models, kpc. */
const SUN_KPC = 8.5

function alongPitch(at: Cylindrical, amplitude: Scalar, pitch: Scalar): Vector {
  return fromCylindrical(at, mul(amplitude, sin(pitch)), mul(amplitude, cos(pitch)), constant(0))
}

const hmrSource = 'Harari, Mollerach & Roulet 1999, JHEP 08, 022'

/** Bisymmetric spiral without jumps. */
export const hmr: MagneticModel = {
  kind: 'magnetic',
  name: 'hmr',
  title: 'Harari, Mollerach & Roulet 1999',
  source: hmrSource,
  notes: [
    'Values, signs and the mean of two scale heights are those of imagine-models, to which they are tested.',
  ],
  variants: imagineValues,
  parameters: parameterTable(hmrSource, [
    ['b0_microgauss', 'microgauss', 3, strength, 'Strength at the Sun'],
    ['r1_kpc', 'kpc', 2, length, 'Radius inside which the field vanishes'],
    ['xi0_kpc', 'kpc', 10.55, length, 'Radius of the maximum toward the anticentre'],
    ['pitch_deg', 'deg', -10, [-89, 89], 'Pitch angle'],
    ['z1_kpc', 'kpc', 0.3, length, 'Scale height of the disc'],
    ['z2_kpc', 'kpc', 4, length, 'Scale height of the halo'],
  ]),
  expression({ position, scalar }) {
    const at = cylindrical(position)
    const { r, phi, z } = at
    const pitch = scalar('pitch_deg')
    const radial = mul(div(kpc(SUN_KPC), r), pow(tanh(div(r, scalar('r1_kpc'))), 3))
    const layer = (height: string) => div(0.5, cosh(div(z, scalar(height))))
    const amplitude = mul(
      scalar('b0_microgauss'),
      radial,
      cos(spiralPhase(r, neg(phi), scalar('xi0_kpc'), pitch)),
      add(layer('z1_kpc'), layer('z2_kpc')),
    )
    return selectVector(greater(r, 0), alongPitch(at, amplitude, pitch), 0)
  },
}

const stanevSource = 'Stanev 1997, ApJ 479, 290'

/** Bisymmetric spiral with two scale heights. */
export const stanev: MagneticModel = {
  kind: 'magnetic',
  name: 'stanev',
  title: 'Stanev 1997, bisymmetric spiral',
  source: stanevSource,
  notes: [
    'The scale height changes at |z| = 0.5 kpc, where the strength jumps by a factor of 1.5.',
    'Values and signs are those of imagine-models, to which they are tested.',
  ],
  variants: imagineValues,
  parameters: [
    ...parameterTable(stanevSource, [
      ['b0_microgauss', 'microgauss', 3, strength, 'Strength at the Sun'],
      ['r_c_kpc', 'kpc', 4, length, 'Radius inside which the strength is constant'],
      ['xi0_kpc', 'kpc', 10.55, length, 'Radius of the maximum toward the anticentre'],
      ['pitch_deg', 'deg', -10, [-89, 89], 'Pitch angle'],
      ['z1_kpc', 'kpc', 1, length, 'Scale height for |z| up to 0.5 kpc'],
      ['z2_kpc', 'kpc', 4, length, 'Scale height above'],
    ]),
    smoothing,
  ],
  expression(inputs) {
    const { position, scalar } = inputs
    const at = cylindrical(position)
    const { r, phi, z } = at
    const pitch = scalar('pitch_deg')
    const height = jump(inputs, atMost(abs(z), kpc(0.5)), scalar('z1_kpc'), scalar('z2_kpc'))
    const amplitude = mul(
      scalar('b0_microgauss'),
      div(kpc(SUN_KPC), max(r, scalar('r_c_kpc'))),
      cos(spiralPhase(r, sub(Math.PI, phi), scalar('xi0_kpc'), pitch)),
      exp(neg(div(abs(z), height))),
    )
    const field = fromCylindrical(
      at,
      mul(amplitude, sin(pitch)),
      neg(mul(amplitude, cos(pitch))),
      constant(0),
    )
    return selectVector(greater(r, 0), jumpVector(inputs, atMost(r, kpc(20)), field, 0), 0)
  },
}

const fauvetSource = 'Fauvet et al. 2011, A&A 526, A145'

/** Modified logarithmic spiral with a tilt, and the halo of Sun et al. 2008. */
export const fauvet: MagneticModel = {
  kind: 'magnetic',
  name: 'fauvet',
  title: 'Fauvet et al. 2011, modified logarithmic spiral',
  source: fauvetSource,
  notes: [
    'imagine-models names a halo of 1 microgauss, but has 0.5, and no change of sign between north and south: so it is here.',
  ],
  variants: imagineValues,
  parameters: [
    ...parameterTable(fauvetSource, [
      ['b0_microgauss', 'microgauss', 7.1, strength, 'Disc: strength'],
      ['pitch_deg', 'deg', -26.1, [-89, 89], 'Disc: pitch angle'],
      ['chi0_deg', 'deg', 22.4, angle, 'Disc: tilt out of the plane far above it'],
      ['r0_kpc', 'kpc', 8, length, 'Disc: radius of the phase'],
      ['b_halo_microgauss', 'microgauss', 0.5, strength, 'Halo: strength'],
      ['z_halo_kpc', 'kpc', 1.5, length, 'Halo: height of its maximum'],
    ]),
    smoothing,
  ],
  expression(inputs) {
    const { position, scalar } = inputs
    const at = cylindrical(position)
    const { r, phi, z } = at
    const pitch = scalar('pitch_deg')
    const chi = mul(scalar('chi0_deg'), tanh(div(z, kpc(1))))
    const b0 = scalar('b0_microgauss')
    const wave = cos(neg(spiralPhase(r, neg(phi), scalar('r0_kpc'), pitch)))
    const inPlane = mul(b0, wave, cos(chi))
    const halo = sunHalo(at, scalar('b_halo_microgauss'), scalar('z_halo_kpc'))
    const spiral = fromCylindrical(
      at,
      mul(inPlane, sin(pitch)),
      neg(mul(inPlane, cos(pitch))),
      mul(b0, sin(chi)),
    )
    return addVectors(
      jumpVector(inputs, and(atLeast(r, kpc(3)), atMost(r, kpc(20))), spiral, 0),
      fromCylindrical(at, constant(0), halo, constant(0)),
    )
  },
}

const svtSource = 'Shaw, van Vliet & Taylor 2022, MNRAS 517, 2534'

/** A toroidal halo, antisymmetric about the plane. */
export const svt22: MagneticModel = {
  kind: 'magnetic',
  name: 'svt22',
  title: 'Shaw, van Vliet & Taylor 2022, toroidal halo',
  source: svtSource,
  notes: ['Values and signs are those of imagine-models, to which they are tested.'],
  variants: imagineValues,
  parameters: parameterTable(svtSource, [
    ['b_microgauss', 'microgauss', 3.72, strength, 'Strength'],
    ['z_min_kpc', 'kpc', 0.1, length, 'Height below which it vanishes'],
    ['r_kpc', 'kpc', 5, length, 'Scale length'],
    ['z_kpc', 'kpc', 6, length, 'Scale height'],
  ]),
  expression({ position, scalar }) {
    const at = cylindrical(position)
    const height = abs(at.z)
    const depths = add(
      div(scalar('z_min_kpc'), height),
      div(at.r, scalar('r_kpc')),
      div(height, scalar('z_kpc')),
    )
    const strengthAt = mul(scalar('b_microgauss'), side(at.z), exp(neg(depths)))
    const azimuthal = select(greater(height, 0), strengthAt, 0)
    return fromCylindrical(at, constant(0), azimuthal, constant(0))
  },
}
