import type { Cylindrical, Scalar, Vector } from '../graph/index.ts'
import {
  abs,
  add,
  addVectors,
  and,
  atMost,
  atan2,
  constant,
  cos,
  cylindrical,
  degrees,
  div,
  exp,
  fromCylindrical,
  greater,
  kpc,
  less,
  mul,
  neg,
  pow,
  sech2,
  select,
  selectVector,
  sigmoid,
  side,
  sin,
  smoothStep,
  spiralPhase,
  spiralRadius,
  sqrt,
  square,
  sub,
  tan,
} from '../graph/index.ts'
import { jump, jumpSide, jumpVector } from '../jump.ts'
import type { MagneticModel, ModelInputs } from '../types.ts'
import { uf23Parameters, uf23Source, uf23Variants } from './uf23-parameters.ts'

/** Nearly vertical at large heights: the poloidal lines of all variants but expX start from this radius. */
const FAR_KPC = 1e6

/**
 * Disc, toroidal halo and poloidal field of Unger & Farrar 2024, in its eight variants. The regular field: the fitted
 * striation is a factor of the emission and has no value at a point.
 */
export const uf23: MagneticModel = {
  kind: 'magnetic',
  name: 'uf23',
  title: 'Unger & Farrar 2024, regular field',
  source: uf23Source,
  notes: [
    'Zero beyond 30 kpc from the centre.',
    'nebCor, neCL, cre10 and synCG have the equations of base; they were fitted with other electrons or maps.',
    'The uncertainties are the 1-sigma values of the published covariance; a fit takes them as independent priors, without their correlations.',
    'The published index lists of the covariance name eToroidalR twice; the second is eToroidalW.',
    'Not exactly free of divergence where the disc fades: up to 0.01 microgauss/kpc for base, 0.09 for spur.',
  ],
  variants: uf23Variants,
  parameters: uf23Parameters,
  expression(inputs) {
    const at = cylindrical(inputs.position)
    const disc = inputs.variant === 'spur' ? spurDisc(inputs, at) : spiralDisc(inputs, at)
    const poloidal = poloidalField(inputs, at)
    const azimuthal =
      inputs.variant === 'twistX' ? twisted(inputs, at, poloidal) : toroidalHalo(inputs, at)
    const halo = fromCylindrical(at, poloidal.radial, azimuthal, poloidal.vertical)
    const distance = sqrt(add(square(at.r), square(at.z)))
    return jumpVector(inputs, atMost(distance, kpc(30)), addVectors(disc, halo), 0)
  },
}

/** Falls from 1 to 0. */
function fall(x: Scalar, at: Scalar, width: Scalar): Scalar {
  return sigmoid(div(sub(at, x), width))
}

/** Along the spiral of the disc. */
function alongSpiral({ scalar }: ModelInputs, at: Cylindrical, strength: Scalar): Vector {
  const pitch = scalar('disk_pitch_deg')
  return fromCylindrical(at, mul(strength, sin(pitch)), mul(strength, cos(pitch)), constant(0))
}

function spiralDisc(inputs: ModelInputs, at: Cylindrical): Vector {
  const { scalar } = inputs
  const { r, phi, z } = at
  const phase = spiralPhase(r, phi, kpc(5), scalar('disk_pitch_deg'))
  const modes = [1, 2, 3].map((m) => {
    const angle = mul(m, sub(phase, scalar(`disk_phase${m}_deg`)))
    return mul(scalar(`disk_b${m}_microgauss`), cos(angle))
  })
  const core = sub(1, exp(neg(square(div(r, kpc(1))))))
  const radial = mul(
    div(mul(kpc(5), core), r),
    smoothStep(r, kpc(5), kpc(0.5)),
    fall(r, kpc(20), kpc(0.5)),
  )
  const height = fall(abs(z), scalar('disk_h_kpc'), scalar('disk_w_kpc'))
  const field = alongSpiral(inputs, at, mul(add(...modes), radial, height))
  return selectVector(greater(r, 0), field, 0)
}

/** The unsigned angle between two directions. */
function separation(a: Scalar, b: Scalar): Scalar {
  const difference = sub(a, b)
  return abs(atan2(sin(difference), cos(difference)))
}

function spurDisc(inputs: ModelInputs, at: Cylindrical): Vector {
  const { scalar } = inputs
  const { r, z } = at
  const reference = kpc(8.2)
  const pitch = scalar('disk_pitch_deg')
  const phase1 = scalar('disk_phase1_deg')
  const phi = select(less(at.phi, 0), add(at.phi, 2 * Math.PI), at.phi)
  const distance = (turns: number): Scalar =>
    abs(sub(r, spiralRadius(add(phi, 2 * Math.PI * turns), phase1, reference, pitch)))
  const onSpur = and(less(distance(0), distance(-1)), atMost(distance(0), distance(1)))
  const phase = spiralPhase(r, phi, reference, pitch)
  const across = div(separation(phase1, phase), scalar('spur_width_deg'))
  const strength = mul(
    scalar('disk_b1_microgauss'),
    exp(mul(-0.5, square(across))),
    fall(separation(scalar('spur_center_deg'), phi), scalar('spur_length_deg'), degrees(5)),
    div(reference, r),
    fall(abs(z), scalar('disk_h_kpc'), scalar('disk_w_kpc')),
  )
  const spur = jumpVector(inputs, onSpur, alongSpiral(inputs, at, strength), 0)
  return selectVector(greater(r, 0), spur, 0)
}

function toroidalHalo(inputs: ModelInputs, { r, z }: Cylindrical): Scalar {
  const { scalar } = inputs
  const sided = jump(
    inputs,
    greater(z, 0),
    scalar('toroidal_b_n_microgauss'),
    scalar('toroidal_b_s_microgauss'),
  )
  return mul(
    sided,
    fall(r, scalar('toroidal_r_kpc'), scalar('toroidal_w_kpc')),
    smoothStep(abs(z), scalar('disk_h_kpc'), scalar('disk_w_kpc')),
    exp(neg(div(abs(z), scalar('toroidal_z_kpc')))),
  )
}

interface Poloidal {
  radial: Scalar
  vertical: Scalar
}

/** Lengths in units of 1 kpc: they are raised to a power that is a parameter. */
function poloidalField({ scalar, variant }: ModelInputs, at: Cylindrical): Poloidal {
  const p = scalar('poloidal_p')
  const inKpc = (length: Scalar): Scalar => div(length, kpc(1))
  const start = variant === 'expX' ? inKpc(scalar('poloidal_a_kpc')) : constant(FAR_KPC)
  const height =
    variant === 'expX'
      ? mul(start, tan(scalar('poloidal_xi_deg')))
      : inKpc(scalar('poloidal_z_kpc'))
  const r = inKpc(at.r)
  const z = inKpc(abs(at.z))

  const rising = pow(div(start, height), p)
  const startPower = pow(start, p)
  const radiusPower = pow(r, p)
  const t0 = sub(add(startPower, mul(rising, pow(z, p))), radiusPower)
  const t1 = sqrt(add(square(t0), mul(4, startPower, radiusPower)))
  const inner = div(mul(2, startPower), add(t1, t0))
  /** r over the radius at which the line crosses the plane. */
  const ratio = pow(inner, div(-1, p))
  const footPower = mul(radiusPower, inner)
  const foot = div(r, ratio)

  const profile =
    variant === 'expX'
      ? exp(neg(div(foot, inKpc(scalar('poloidal_r_kpc')))))
      : fall(foot, inKpc(scalar('poloidal_r_kpc')), inKpc(scalar('poloidal_w_kpc')))
  const strength = mul(scalar('poloidal_b_microgauss'), profile)
  const climb = mul(rising, div(foot, ratio), side(at.z), pow(z, sub(p, 1)))
  return {
    radial: div(mul(strength, climb), t1),
    vertical: div(mul(strength, pow(ratio, sub(p, 2)), add(footPower, startPower)), t1),
  }
}

/** The azimuthal field that differential rotation makes of the poloidal one in a time. */
function twisted(inputs: ModelInputs, { r, z }: Cylindrical, field: Poloidal): Scalar {
  const speed = constant(-240, 'km/s')
  const [turnOver, scaleHeight] = [kpc(1.6), kpc(10)]
  const fast = exp(neg(div(r, turnOver)))
  const rotation = sub(1, fast)
  const height = div(abs(z), scaleHeight)
  const vertical = neg(mul(jumpSide(inputs, z), speed, div(rotation, scaleHeight), sech2(height)))
  const slope = select(greater(r, 0), div(rotation, r), div(1, turnOver))
  const slower = mul(2, sigmoid(mul(-2, height)))
  const radial = mul(speed, sub(div(fast, turnOver), slope), slower)
  return mul(
    add(mul(field.vertical, vertical), mul(field.radial, radial)),
    inputs.scalar('twisting_time_myr'),
  )
}
