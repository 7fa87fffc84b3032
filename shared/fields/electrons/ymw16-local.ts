/** The components of YMW16 near the Sun. */
import type { Scalar } from '../graph/index.ts'
import {
  abs,
  add,
  and,
  greater,
  atMost,
  atan2,
  div,
  gaussian,
  kpc,
  less,
  max,
  min,
  mul,
  sech2,
  select,
  sin,
  sqrt,
  square,
  sub,
} from '../graph/index.ts'
import { jump } from '../jump.ts'
import type { ModelInputs } from '../types.ts'

/** A position: x toward l = 90 degrees, the Sun at (0, 8.3, 0.006) kpc, r the distance from the axis. */
export interface Axes {
  x: Scalar
  y: Scalar
  z: Scalar
  r: Scalar
}

const SUN_KPC = 8.3
const CUT = 6
const RADIANS = Math.PI / 180

/** Where the Gum Nebula is seen, degrees, and how far, kpc (without the height of the Sun). */
const GUM = { longitude: 264, latitude: -4, distance: 0.45 }

/** An ellipsoidal shell. */
export function gumNebula({ scalar }: ModelInputs, { x, y, z }: Axes): Scalar {
  const [l, b] = [GUM.longitude * RADIANS, GUM.latitude * RADIANS]
  const across = GUM.distance * Math.cos(b)
  const dx = sub(x, kpc(across * Math.sin(l)))
  const dy = sub(y, kpc(SUN_KPC - across * Math.cos(l)))
  const dz = abs(sub(z, kpc(GUM.distance * Math.sin(b))))
  const [width, radius, flattening] = [scalar('gum_w_pc'), scalar('gum_a_pc'), scalar('gum_k')]

  const rho = sqrt(add(square(dx), square(dy)))
  const distance = sqrt(add(square(rho), square(dz)))
  // Along the line from the centre through the point: the surface, and the angle at which it is met.
  const scaled = sqrt(add(square(dz), square(mul(flattening, rho))))
  const surface = mul(radius, flattening, div(distance, scaled))
  const slope = add(atan2(dz, rho), atan2(mul(square(flattening), rho), dz))
  const depth = abs(mul(sub(distance, surface), sin(slope)))
  const density = mul(scalar('gum_n_cm3'), gaussian(depth, width))
  // Farther out than this the depth is beyond the cut.
  const near = less(distance, add(mul(radius, max(flattening, 1)), mul(10, width)))
  return select(near, select(atMost(depth, mul(CUT, width)), density, 0), 0)
}

export interface LocalBubble {
  /** Distance from the bubble's inclined axis. */
  radius: Scalar
  /** Of its shell. */
  density: Scalar
}

/** Two parts of the shell of an inclined cylinder. */
export function localBubble(inputs: ModelInputs, { x, y, z }: Axes): LocalBubble {
  const { scalar } = inputs
  const radius = sqrt(add(square(sub(mul(0.94, sub(y, kpc(8.34))), mul(0.34, z))), square(x)))
  const towardSun = sub(y, kpc(SUN_KPC))
  const direction = atan2(x, mul(-1, towardSun))
  const longitude = select(less(direction, 0), add(direction, 2 * Math.PI), direction)

  const region = (name: 'lb1' | 'lb2'): Scalar => {
    const width = scalar(`${name}_w_pc`)
    const azimuth = scalar(`${name}_azimuth_deg`)
    const away = min(abs(sub(add(longitude, 2 * Math.PI), azimuth)), abs(sub(azimuth, longitude)))
    const offset = sub(radius, scalar('bubble_r_pc'))
    const density = mul(
      scalar(`${name}_n_cm3`),
      sech2(div(offset, width)),
      sech2(div(z, scalar(`${name}_h_pc`))),
      sech2(div(away, scalar(`${name}_extent_deg`))),
    )
    return select(atMost(abs(offset), mul(CUT, width)), density, 0)
  }
  // Region 1 only where Sun and axis are seen within 45 degrees of each other.
  const axis = sub(y, add(kpc(8.34), mul(0.34 / 0.94, z)))
  const product = add(square(x), mul(towardSun, axis))
  const lengths = sqrt(mul(add(square(x), square(towardSun)), add(square(x), square(axis))))
  const together = greater(product, mul(Math.SQRT1_2, lengths))
  return { radius, density: add(jump(inputs, together, region('lb1'), 0), region('lb2')) }
}

/** Part of a spherical shell, about an axis. */
export function loopI({ scalar }: ModelInputs, { x, y, z }: Axes): Scalar {
  const dx = sub(x, kpc(-0.010156))
  const dy = sub(y, kpc(8.106206))
  const dz = sub(z, kpc(0.010467))
  const [cosine, sine] = [Math.cos(40 * RADIANS), Math.sin(40 * RADIANS)]
  const along = add(mul(cosine, dx), mul(sine, dz))
  const across = sqrt(add(square(dy), square(sub(mul(cosine, dz), mul(sine, dx)))))
  const distance = sqrt(add(square(along), square(across)))
  const width = scalar('loop_w_pc')
  const offset = sub(distance, scalar('loop_r_pc'))
  const density = mul(
    scalar('loop_n_cm3'),
    gaussian(offset, width),
    gaussian(atan2(across, along), scalar('loop_extent_deg')),
  )
  return select(and(atMost(abs(offset), mul(CUT, width))), density, 0)
}
