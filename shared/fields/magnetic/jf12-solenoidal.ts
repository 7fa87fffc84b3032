/** How the disc and the X field of Jansson & Farrar 2012 end without divergence: Kleimann et al. 2019, ApJ 877, 76. */
import type { Cylindrical, Scalar, Vector } from '../graph/index.ts'
import {
  abs,
  add,
  and,
  constant,
  cos,
  degrees,
  div,
  floor,
  fromCylindrical,
  greater,
  kpc,
  less,
  max,
  min,
  mul,
  pow,
  select,
  side,
  sin,
  spiralPhase,
  square,
  sub,
  tan,
} from '../graph/index.ts'
import { jump, jumpVector } from '../jump.ts'
import type { ModelInputs } from '../types.ts'
import { armRadiiKpc } from './jf12-parameters.ts'

const PITCH_DEG = 11.5
const INNER_KPC = 5
const OUTER_KPC = 20

/** Azimuths at which the edges of the arms cross r = 5 kpc, from large to small; one turn from first to last. */
const edges: readonly number[] = (() => {
  const cotangent = 1 / Math.tan((PITCH_DEG * Math.PI) / 180)
  const inside = armRadiiKpc.map((radius) => Math.PI - cotangent * Math.log(radius / INNER_KPC))
  return [inside[7] + 2 * Math.PI, ...inside]
})()

/** Strengths of the arms; the last one makes the flux through r = 5 kpc zero. */
function armStrengths({ scalar }: ModelInputs): Scalar[] {
  const free = [1, 2, 3, 4, 5, 6, 7].map((k) => scalar(`b_arm_${k}_microgauss`))
  const flux = add(...free.map((strength, k) => mul(strength, edges[k] - edges[k + 1])))
  return [...free, div(flux, edges[8] - edges[7])]
}

/** @param share what of the disc there is at the height */
export function solenoidalDisc(inputs: ModelInputs, at: Cylindrical, share: Scalar): Vector {
  const { r, phi } = at
  const pitch = degrees(PITCH_DEG)
  const strengths = armStrengths(inputs)
  const foot = spiralPhase(r, phi, kpc(INNER_KPC), pitch)
  const turns = floor(div(sub(foot, edges[8]), 2 * Math.PI))
  const azimuth = sub(foot, mul(turns, 2 * Math.PI))

  const chosen = (arms: readonly Scalar[], rest: Scalar): Scalar =>
    arms.reduceRight(
      (beyond, own, k) => jump(inputs, greater(azimuth, edges[k + 1]), own, beyond),
      rest,
    )
  const [first, last] = [strengths[0], strengths[7]]
  // A transition sees the first arm again beyond the last one, and the last one before the first.
  const strength = inputs.smoothed
    ? jump(inputs, greater(azimuth, edges[0]), last, chosen(strengths, first))
    : chosen(strengths.slice(0, 7), last)
  /** Integral of the strength over azimuth, from 0. */
  const flux = add(
    ...strengths.map((own, k) => {
      const from = Math.min(Math.max(0, edges[k + 1]), edges[k])
      return mul(own, sub(min(max(azimuth, edges[k + 1]), edges[k]), from))
    }),
  )

  const delta = inputs.scalar('delta_kpc')
  const rising = ramp(r, kpc(INNER_KPC), add(kpc(INNER_KPC), delta))
  const falling = ramp(r, kpc(OUTER_KPC), sub(kpc(OUTER_KPC), delta))
  const inRise = less(r, add(kpc(INNER_KPC), delta))
  const inFall = greater(r, sub(kpc(OUTER_KPC), delta))
  const profile = select(
    inRise,
    rising.profile,
    select(inFall, falling.profile, div(kpc(INNER_KPC), r)),
  )
  const turning = select(inRise, rising.turning, select(inFall, falling.turning, 0))
  const radial = mul(profile, strength, sin(pitch))
  const azimuthal = sub(mul(profile, strength, cos(pitch)), mul(turning, flux, sin(pitch)))
  const field = fromCylindrical(at, mul(share, radial), mul(share, azimuthal), constant(0))
  const inside = and(greater(r, kpc(INNER_KPC)), less(r, kpc(OUTER_KPC)))
  return jumpVector(inputs, inside, field, 0)
}

/** From 0 at `zero` to 5 kpc / r at `full`, with d(r profile)/dr. */
function ramp(r: Scalar, zero: Scalar, full: Scalar): { profile: Scalar; turning: Scalar } {
  const curvature = div(sub(div(zero, full), 2), square(sub(zero, full)))
  const scale = div(kpc(INNER_KPC), full)
  const profile = add(sub(2, div(r, full)), mul(curvature, square(sub(r, full))))
  const bend = add(sub(mul(3, square(r)), mul(4, r, full)), square(full))
  const turning = add(sub(2, mul(2, div(r, full))), mul(curvature, bend))
  return { profile: mul(scale, profile), turning: mul(scale, turning) }
}

/** @param lines the X field without the change: components along r-hat and z-hat at z >= 0 */
export function solenoidalX(
  inputs: ModelInputs,
  at: Cylindrical,
  lines: (inputs: ModelInputs, r: Scalar, z: Scalar) => [Scalar, Scalar],
): Vector {
  const { r } = at
  const { scalar } = inputs
  const z = abs(at.z)
  const height = scalar('z_s_kpc')
  const slope = tan(scalar('theta_x_deg'))
  const radius = scalar('rc_x_kpc')

  const drop = sub(1, square(div(z, height)))
  const narrowing = sub(1, div(drop, add(2, div(mul(2, radius, slope), height))))
  const footInside = div(r, narrowing)
  const footOutside = add(r, div(mul(drop, height), mul(2, slope)))
  const within = less(footInside, add(radius, div(height, slope)))
  const foot = select(within, footInside, footOutside)
  const factor = jump(inputs, within, pow(narrowing, -2), div(footOutside, r))

  const below = less(z, height)
  const [radial, vertical] = lines(inputs, select(below, foot, r), max(z, height))
  const radialHere = select(below, mul(factor, radial, div(z, height)), radial)
  const verticalHere = select(below, mul(factor, vertical), vertical)
  return fromCylindrical(at, mul(side(at.z), radialHere), constant(0), verticalHere)
}
