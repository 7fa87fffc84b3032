import type { Cylindrical, Scalar } from '../graph/index.ts'
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
  mul,
  neg,
  pow,
  select,
  selectVector,
  sin,
  square,
  sub,
  tan,
} from '../graph/index.ts'
import { jump, jumpSide } from '../jump.ts'
import type { MagneticModel, ModelInputs } from '../types.ts'
import { tf17Parameters, tf17Source, tf17Variants } from './tf17-parameters.ts'

/** Length over which the spirals wind, kpc. */
const WINDING_KPC = 50

/** Radial and vertical components, and the phase at which the field is largest, at a point. */
interface Poloidal {
  radial: Scalar
  vertical: Scalar
}

/**
 * Disc and halo whose lines follow from flux conservation: Ad1 (horizontal lines in the disc), Bd1 (lines that flare),
 * Dd1 (lines that cross the plane), each with the axisymmetric (C0) or bisymmetric (C1) X-shaped halo.
 */
export const tf17: MagneticModel = {
  kind: 'magnetic',
  name: 'tf17',
  title: 'Terral & Ferriere 2017',
  source: tf17Source,
  notes: [
    'Reference values exist for Ad1+C0, Ad1+C1, Bd1+C0 and Dd1+C0.',
    'With C1 halos the field exceeds 50 microgauss near the centre.',
    'The port in imagine-models uses the phase of the disc for the C1 halo and differs by large factors.',
  ],
  variants: tf17Variants,
  parameters: tf17Parameters,
  expression(inputs) {
    const at = cylindrical(inputs.position)
    const [discName = '', haloName = ''] = (inputs.variant ?? '').split('-')
    const frame = frameOf(inputs, at)
    const disc = withAzimuthal(frame, discs[discName](inputs, frame))
    const field = discName === 'ad1' ? insideAd1(inputs, frame, disc) : disc
    const halo = withAzimuthal(frame, haloField(inputs, frame, haloName === 'c1'))
    // The azimuth of the paper runs the other way.
    const whole = fromCylindrical(
      at,
      add(field.radial, halo.radial),
      neg(add(field.azimuthal, halo.azimuthal)),
      add(field.vertical, halo.vertical),
    )
    return selectVector(greater(at.r, 0), whole, 0)
  },
}

interface Frame extends Cylindrical {
  /** Azimuth in the paper's sense. */
  azimuth: Scalar
  /** 1 + (z / H_p)^2 and cot(p0). */
  flare: Scalar
  cotangent: Scalar
  heightScale: Scalar
  /** Azimuth by which lines have turned at a radius. */
  winding: (r: Scalar) => Scalar
}

function frameOf({ scalar }: ModelInputs, at: Cylindrical): Frame {
  const heightScale = scalar('h_p_kpc')
  const flare = add(1, square(div(at.z, heightScale)))
  const cotangent = div(1, tan(scalar('p0_deg')))
  const winding = (r: Scalar) =>
    div(mul(cotangent, log(sub(1, exp(neg(div(r, kpc(WINDING_KPC))))))), flare)
  return { ...at, azimuth: sub(Math.PI, at.phi), flare, cotangent, heightScale, winding }
}

interface Full extends Poloidal {
  azimuthal: Scalar
}

function withAzimuthal(frame: Frame, { radial, vertical }: Poloidal): Full {
  const { r, z, flare, cotangent, heightScale, winding } = frame
  const depth = div(r, kpc(WINDING_KPC))
  const decay = exp(neg(depth))
  const turning = mul(div(cotangent, flare), depth, div(decay, sub(1, decay)))
  const shear = mul(2, div(mul(z, r), square(heightScale)), div(winding(r), flare))
  return { radial, vertical, azimuthal: sub(mul(turning, radial), mul(shear, vertical)) }
}

/** cos(m (azimuth - winding - phase)) for m = 1. */
function wave({ azimuth, winding, r }: Frame, phase: Scalar): Scalar {
  return cos(sub(azimuth, add(winding(r), phase)))
}

const discs: Readonly<Record<string, (inputs: ModelInputs, frame: Frame) => Poloidal>> = {
  ad1({ scalar }, frame) {
    const { r, z } = frame
    const [r1, a] = [scalar('disc_r1_kpc'), scalar('disc_a_kpc_2')]
    const opening = add(1, mul(a, square(r)))
    const share = div(add(1, mul(a, square(r1))), opening)
    const foot = mul(
      scalar('disc_b1_microgauss'),
      exp(neg(div(abs(mul(z, share)), scalar('disc_h_kpc')))),
      wave(frame, scalar('disc_phi_deg')),
    )
    return {
      radial: mul(div(r1, r), share, foot),
      vertical: mul(div(mul(2, a, r1, z, share), opening), foot),
    }
  },
  bd1({ scalar }, frame) {
    const { r, z } = frame
    const u = div(scalar('disc_r1_kpc'), r)
    const squared = square(u)
    const root = pow(u, -0.5)
    const share = div(5, add(squared, mul(4, root)))
    const foot = mul(
      scalar('disc_b1_microgauss'),
      exp(neg(div(abs(mul(z, share)), scalar('disc_h_kpc')))),
      wave(frame, scalar('disc_phi_deg')),
    )
    return {
      radial: mul(u, share, foot),
      vertical: mul(-0.4, div(mul(u, z), r), square(share), sub(squared, root), foot),
    }
  },
  dd1(inputs, frame) {
    const { scalar } = inputs
    const { r, z } = frame
    const z1 = scalar('disc_z1_kpc')
    // Written with |z| / z1 and its power 3/2, so that nothing is divided by z.
    const height = div(abs(z), z1)
    const steep = pow(height, 1.5)
    const squeeze = add(1, mul(0.5, steep))
    const u = div(mul(1.5, pow(height, 0.5)), squeeze)
    const foot = mul(u, r)
    const reach = scalar('disc_l_kpc')
    const decay = select(atMost(foot, reach), 1, exp(sub(1, div(foot, reach))))
    const hemisphere = jumpSide(inputs, z)
    const vertical = mul(
      hemisphere,
      scalar('disc_b1_microgauss'),
      decay,
      wave(frame, scalar('disc_phi_deg')),
    )
    const bend = div(mul(1.125, sub(1, steep)), pow(squeeze, 3))
    return {
      radial: neg(mul(bend, div(r, z1), vertical)),
      // u^2, whose derivative is finite at z = 0.
      vertical: mul(hemisphere, div(mul(2.25, height), square(squeeze)), vertical),
    }
  },
}

/** Inside r1 the lines of Ad1 go straight on, along the direction in which they came. */
function insideAd1(inputs: ModelInputs, frame: Frame, outside: Full): Full {
  const { scalar } = inputs
  const { r, z, azimuth, winding } = frame
  const r1 = scalar('disc_r1_kpc')
  const amplitude = mul(scalar('disc_b1_microgauss'), exp(neg(div(abs(z), scalar('disc_h_kpc')))))
  const turned = sub(azimuth, add(winding(r1), scalar('disc_phi_deg')))
  const within = atMost(r, r1)
  return {
    radial: jump(inputs, within, mul(amplitude, cos(turned)), outside.radial),
    azimuthal: jump(inputs, within, neg(mul(amplitude, sin(turned))), outside.azimuthal),
    vertical: jump(inputs, within, 0, outside.vertical),
  }
}

function haloField({ scalar }: ModelInputs, frame: Frame, bisymmetric: boolean): Poloidal {
  const { r, z } = frame
  const a = scalar('halo_a_kpc_2')
  const u = div(1, add(1, mul(a, square(z))))
  const foot = mul(
    scalar('halo_b1_microgauss'),
    exp(neg(div(mul(u, r), scalar('halo_l_kpc')))),
    bisymmetric ? wave(frame, scalar('halo_phi_deg')) : constant(1),
  )
  return {
    radial: mul(2, a, pow(u, 3), r, z, foot),
    vertical: mul(square(u), foot),
  }
}
