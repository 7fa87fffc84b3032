import type { Condition, Cylindrical, Scalar, Vector } from '../graph/index.ts'
import {
  abs,
  add,
  addVectors,
  and,
  atLeast,
  atMost,
  constant,
  cos,
  degrees,
  div,
  exp,
  fromCylindrical,
  greater,
  cylindrical,
  kpc,
  less,
  mul,
  neg,
  select,
  sigmoid,
  sin,
  sqrt,
  square,
  sub,
  tan,
} from '../graph/index.ts'
import { jump, jumpSide, jumpVector } from '../jump.ts'
import type { MagneticModel, ModelInputs } from '../types.ts'
import { armRadiiKpc, jf12Parameters, jf12Source, jf12Variants } from './jf12-parameters.ts'
import { solenoidalDisc, solenoidalX } from './jf12-solenoidal.ts'

const JF12_PITCH = degrees(11.5)

/**
 * Disc of eight spiral arms, toroidal halo and poloidal X field (sections 5.1 to 5.3 of the paper).
 *
 * The solenoidal variant lets the disc and the X field of the same parameters end without divergence.
 */
export const jf12: MagneticModel = {
  kind: 'magnetic',
  name: 'jf12',
  title: 'Jansson & Farrar 2012, regular field',
  source: jf12Source,
  notes: [
    'The regular field alone. Its turbulent and striated companions are random fields: `random: { strength: { model: jf12 }, striation: 1.36 }`.',
    'Zero within 1 kpc of the centre, and beyond 20 kpc: of the axis (hammurabi) or of the centre (the other variants).',
    'r = 8.3 kpc on the negative x-axis, where some place the Sun, is an edge of an arm: the value there depends on rounding.',
    'The angle of the X field is atan2(r_c tan(theta), r_p) inside, which is finite at z = 0 and r = 0.',
  ],
  variants: jf12Variants,
  parameters: jf12Parameters,
  expression(inputs) {
    const at = cylindrical(inputs.position)
    const distance = sqrt(add(square(at.r), square(at.z)))
    const solenoidal = inputs.variant === 'solenoidal'
    const disc = solenoidal
      ? solenoidalDisc(inputs, at, discShare(inputs, at))
      : spiralDisc(inputs, at)
    const halo = toroidalHalo(inputs, at)
    const x = solenoidal ? solenoidalX(inputs, at, xLines) : xField(inputs, at)
    const outer = inputs.variant === 'hammurabi' ? at.r : distance
    const inside: Condition = and(atMost(outer, kpc(20)), atLeast(distance, kpc(1)))
    return jumpVector(inputs, inside, addVectors(disc, halo, x), 0)
  },
}

/** L of the paper: rises from 0 to 1 at |x| = at. */
function transition(x: Scalar, at: Scalar, width: Scalar): Scalar {
  return sigmoid(div(mul(2, sub(abs(x), at)), width))
}

/** 1 - L. */
function remainder(x: Scalar, at: Scalar, width: Scalar): Scalar {
  return sigmoid(div(mul(2, sub(at, abs(x))), width))
}

/** What of the disc there is at a height. */
function discShare({ scalar }: ModelInputs, { z }: Cylindrical): Scalar {
  return remainder(z, scalar('h_disk_kpc'), scalar('w_disk_kpc'))
}

/** What the spiral arm has in which a point lies, from r = 5 kpc on. */
export function inArm(
  inputs: ModelInputs,
  { r, phi }: Cylindrical,
  ofArm: (arm: number) => Scalar,
): Scalar {
  const onAxis = (turn: number): Scalar =>
    mul(r, exp(neg(mul(add(phi, turn * Math.PI), tan(JF12_PITCH)))))
  const outermost = kpc(armRadiiKpc[7])
  const once = onAxis(1)
  const twice = select(greater(once, outermost), onAxis(3), once)
  const radius = select(greater(onAxis(-1), outermost), twice, onAxis(-1))
  const arms = armRadiiKpc.reduceRight<Scalar>(
    (rest, edge, k) => jump(inputs, less(radius, kpc(edge)), ofArm(k + 1), rest),
    // Beyond the last arm comes the first one again, of which only a transition sees something.
    inputs.smoothed ? ofArm(1) : constant(0),
  )
  if (!inputs.smoothed) return arms
  const innermost = mul(outermost, exp(mul(-2 * Math.PI, tan(JF12_PITCH))))
  return jump(inputs, less(radius, innermost), ofArm(8), arms)
}

function spiralDisc(inputs: ModelInputs, at: Cylindrical): Vector {
  const { scalar } = inputs
  const { r } = at
  const share = mul(div(kpc(5), r), discShare(inputs, at))
  const inArms = mul(
    inArm(inputs, at, (arm) => scalar(`b_arm_${arm}_microgauss`)),
    share,
  )
  const spiral = fromCylindrical(
    at,
    mul(inArms, sin(JF12_PITCH)),
    mul(inArms, cos(JF12_PITCH)),
    constant(0),
  )
  const inRing = mul(scalar('b_ring_microgauss'), share)
  const ring = fromCylindrical(at, constant(0), inRing, constant(0))
  const centre = jumpVector(inputs, greater(r, kpc(3)), ring, 0)
  return jumpVector(inputs, atLeast(r, kpc(5)), spiral, centre)
}

function toroidalHalo(inputs: ModelInputs, at: Cylindrical): Vector {
  const { scalar } = inputs
  const { r, z } = at
  const width = scalar('w_h_kpc')
  const north = mul(scalar('b_n_microgauss'), remainder(r, scalar('r_n_kpc'), width))
  const south = mul(scalar('b_s_microgauss'), remainder(r, scalar('r_s_kpc'), width))
  const height = mul(
    exp(neg(div(abs(z), scalar('z0_kpc')))),
    transition(z, scalar('h_disk_kpc'), scalar('w_disk_kpc')),
  )
  const azimuthal = mul(height, jump(inputs, atLeast(z, 0), north, south))
  return fromCylindrical(at, constant(0), azimuthal, constant(0))
}

/** The X field at cylindrical (r, z) with z >= 0: components along r-hat and z-hat. */
function xLines(inputs: ModelInputs, r: Scalar, z: Scalar): [Scalar, Scalar] {
  const { scalar } = inputs
  const slope = tan(scalar('theta_x_deg'))
  const inner = scalar('rc_x_kpc')
  const edge = add(inner, div(z, slope))
  const scale = scalar('r_x_kpc')

  const share = div(inner, edge)
  const footInside = mul(r, share)
  const inside = mul(scalar('b_x_microgauss'), square(share), exp(neg(div(footInside, scale))))
  const rise = mul(inner, slope)
  const hypotenuse = sqrt(add(square(rise), square(footInside)))

  const footOutside = sub(r, div(z, slope))
  const outside = mul(
    scalar('b_x_microgauss'),
    div(footOutside, r),
    exp(neg(div(footOutside, scale))),
  )
  const theta = scalar('theta_x_deg')
  const within = less(r, edge)
  return [
    jump(inputs, within, mul(inside, div(footInside, hypotenuse)), mul(outside, cos(theta))),
    jump(inputs, within, mul(inside, div(rise, hypotenuse)), mul(outside, sin(theta))),
  ]
}

function xField(inputs: ModelInputs, at: Cylindrical): Vector {
  const [radial, vertical] = xLines(inputs, at.r, abs(at.z))
  return fromCylindrical(at, mul(jumpSide(inputs, at.z), radial), constant(0), vertical)
}
