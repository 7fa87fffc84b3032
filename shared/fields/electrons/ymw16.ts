import type { Operand, Scalar } from '../graph/index.ts'
import {
  abs,
  add,
  and,
  atLeast,
  atMost,
  atan2,
  constant,
  degrees,
  div,
  exp,
  gaussian,
  greater,
  kpc,
  less,
  max,
  min,
  mul,
  select,
  sech2,
  sqrt,
  square,
  sub,
} from '../graph/index.ts'
import { jump } from '../jump.ts'
import type { ModelInputs, ThermalElectronModel } from '../types.ts'
import { gumNebula, localBubble, loopI } from './ymw16-local.ts'
import type { Axes } from './ymw16-local.ts'
import type { Arm } from './ymw16-parameters.ts'
import { arms, ymw16Parameters, ymw16Source } from './ymw16-parameters.ts'

/** Scale lengths beyond which a component is zero. */
const CUT = 6
/** Height beyond which there are no arms, and distance from the centre beyond which there is nothing, kpc. */
const ARM_HEIGHT_KPC = 3
const END_KPC = 30
/** The warp begins at this radius, kpc, with this slope. */
const WARP_KPC = 8.4
const WARP_SLOPE = 0.14

/**
 * Thick and thin discs, five spiral arms, Galactic centre, Gum Nebula, Local Bubble, Loop I and Fermi bubbles.
 *
 * Of overlapping components the denser one counts, so that the density jumps where they are equal.
 */
export const ymw16: ThermalElectronModel = {
  kind: 'thermal-electrons',
  name: 'ymw16',
  title: 'Yao, Manchester & Wang 2017, Galactic part',
  source: ymw16Source,
  notes: [
    'Every component of the Galaxy; the Magellanic Clouds and the intergalactic medium are left out: zero beyond 30 kpc from the centre.',
    'Density at points. The official integrator remembers what a sightline has left, arms and local components, so that its dispersion measures differ: on the whole sky (the map of pygedm, which ends at 25 kpc) by 0.15 pc cm^-3 rms, 5e-6 in the median, 2.3 at most.',
    'What differs there is in that integrator: where a sightline is 3 kpc above the plane it goes on with the density that the arms had last (too much, by up to 1.5); arms that it has left do not come back; and it loses all arms in a wedge of 0.18 degrees below the +x axis of its frame (it takes 2 pi for 6.28). With these three mended in it, 1e-4 pc cm^-3 rms remain.',
    'Ports in hammurabi X (no Local arm, warp on all components) and imagine-models (Gum Nebula at the Sun) differ much.',
  ],
  variants: [],
  parameters: ymw16Parameters,
  expression(inputs) {
    const axes = axesOf(inputs)
    const { scalar } = inputs
    const { r } = axes
    const z = warped(axes)
    const beyond = sub(r, scalar('disc_b_pc'))
    const disc = and(
      atMost(abs(z), mul(CUT, scalar('thick_h_pc'))),
      atMost(beyond, mul(CUT, scalar('disc_a_pc'))),
    )
    const fading = select(less(beyond, 0), 1, sech2(div(beyond, scalar('disc_a_pc'))))
    const thick = mul(
      scalar('thick_n_cm3'),
      fading,
      sech2(div(z, scalar('thick_h_pc'))),
      fermiBubbles(inputs, axes),
    )
    const thin = max(thinDisc(inputs, r, z), spiralArms(inputs, axes, z))
    const within = (n: Operand): Scalar => select(disc, n, 0)

    const smooth = mul(fading, thin)
    const bubble = localBubble(inputs, axes)
    const gum = gumNebula(inputs, axes)
    const full = within(add(thick, smooth))
    const emptied = within(add(mul(scalar('bubble_inside'), thick), smooth))
    const outside = greater(bubble.radius, scalar('bubble_r_pc'))
    const bubbleWins = and(
      greater(bubble.density, full),
      greater(bubble.density, select(outside, gum, 0)),
    )
    const background = jump(inputs, outside, full, emptied)
    const loop = loopI(inputs, axes)
    const rest = select(
      greater(gum, background),
      gum,
      select(greater(loop, background), loop, add(background, galacticCentre(inputs, axes))),
    )
    const density = jump(inputs, bubbleWins, bubble.density, rest)
    const distance = sqrt(add(square(r), square(axes.z)))
    return jump(inputs, atMost(distance, kpc(END_KPC)), density, 0)
  },
}

/** The axes of the paper: x toward l = 90 degrees, the Sun on +y. */
function axesOf({ position }: ModelInputs): Axes {
  const [towardCentre, x, z] = position
  const y = mul(-1, towardCentre)
  const r = sqrt(add(square(x), square(y)))
  return { x, y, z, r }
}

function warped({ x, z, r }: Axes): Scalar {
  const lift = mul(WARP_SLOPE, sub(r, kpc(WARP_KPC)), div(x, r))
  return select(atLeast(r, kpc(WARP_KPC)), sub(z, lift), z)
}

/** H(r), in which the scale heights of the thin disc and the arms are given. */
function heightUnit(r: Scalar): Scalar {
  return add(kpc(0.032), mul(0.0016, r), mul(constant(4e-4, 'kpc^-1'), square(r)))
}

function thinDisc({ scalar }: ModelInputs, r: Scalar, z: Scalar): Scalar {
  const height = mul(scalar('thin_k'), heightUnit(r))
  const offset = sub(r, scalar('thin_r_pc'))
  const width = scalar('thin_w_pc')
  const density = mul(scalar('thin_n_cm3'), sech2(div(offset, width)), sech2(div(z, height)))
  return select(and(atMost(offset, mul(CUT, width)), atMost(abs(z), mul(CUT, height))), density, 0)
}

function spiralArms(inputs: ModelInputs, axes: Axes, z: Scalar): Scalar {
  const { scalar } = inputs
  const { x, y, r } = axes
  const direction = atan2(y, x)
  const theta = select(less(direction, 0), add(direction, 2 * Math.PI), direction)
  const height = mul(scalar('arm_k'), heightUnit(r))
  const density = mul(
    add(...arms.map((arm) => armDensity(inputs, arm, r, theta))),
    sech2(div(sub(r, scalar('thin_r_pc')), scalar('arm_a_pc'))),
    sech2(div(z, height)),
  )
  return select(
    and(less(abs(z), kpc(ARM_HEIGHT_KPC)), atMost(abs(z), mul(CUT, height))),
    density,
    0,
  )
}

function armDensity(inputs: ModelInputs, arm: Arm, r: Scalar, theta: Scalar): Scalar {
  const { scalar } = inputs
  const { name, radiusPc, startRad, tangent, cosine } = arm
  const distance = (turns: number): Scalar => {
    const angle = add(theta, 2 * Math.PI * turns - startRad)
    return abs(sub(r, mul(constant(radiusPc, 'pc'), exp(mul(tangent, angle)))))
  }
  const nearest = (turns: readonly number[]): Scalar => min(...turns.map(distance))
  const startsLate = name === 'carina' || name === 'crux'
  const offset =
    name === 'local'
      ? distance(0)
      : jump(inputs, less(theta, startRad), nearest(startsLate ? [1, 2] : [1]), nearest([0, 1]))
  const width = scalar(`${name}_w_pc`)
  const profile = sech2(div(mul(offset, cosine), width))
  const modulated = name === 'carina' ? mul(profile, carina(inputs, r, theta)) : profile
  const near = atMost(offset, mul(CUT, width))
  const exists = name === 'local' ? and(near, atLeast(theta, startRad), less(theta, 2)) : near
  return jump(inputs, exists, mul(scalar(`${name}_n_cm3`), modulated), 0)
}

/** The Carina arm is denser, the Sagittarius arm thinner than the spiral that they are parts of. */
function carina(inputs: ModelInputs, r: Scalar, theta: Scalar): Scalar {
  const { scalar } = inputs
  const from = (angle: number): Scalar => sub(theta, degrees(angle))
  const lack = mul(scalar('sagittarius_lack'), gaussian(from(75.8), degrees(20)))
  const rising = gaussian(from(109), degrees(8.2))
  const risen = and(greater(r, kpc(6)), greater(from(109), 0))
  return mul(sub(1, lack), add(1, mul(scalar('carina_excess'), jump(inputs, risen, 1, rising))))
}

function galacticCentre({ scalar }: ModelInputs, { x, y, z }: Axes): Scalar {
  const rho = sqrt(add(square(sub(x, kpc(0.05))), square(y)))
  const [radius, height] = [scalar('centre_a_pc'), scalar('centre_h_pc')]
  const density = mul(
    scalar('centre_n_cm3'),
    gaussian(rho, radius),
    sech2(div(add(z, kpc(0.007)), height)),
  )
  return select(and(atMost(rho, mul(CUT, radius)), atMost(abs(z), mul(CUT, height))), density, 0)
}

/** Factor of the thick disc in two ellipsoids that touch at the Galactic centre. */
function fermiBubbles(inputs: ModelInputs, { r, z }: Axes): Scalar {
  const half = (8.3 * Math.tan((50 * Math.PI) / 180)) / 2
  const wide = 8.3 * Math.tan((20 * Math.PI) / 180)
  const squares = add(square(div(r, kpc(wide))), square(div(sub(abs(z), kpc(half)), kpc(half))))
  return jump(inputs, less(squares, 1), inputs.scalar('fermi_j'), 1)
}
