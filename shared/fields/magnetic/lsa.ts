import {
  add,
  and,
  atLeast,
  atMost,
  cos,
  cylindrical,
  div,
  fromCylindrical,
  kpc,
  log,
  mul,
  sin,
  tanh,
} from '../graph/index.ts'
import { jumpVector, smoothing } from '../jump.ts'
import { axisApproach, cylinderCrossings } from '../surfaces.ts'
import type { MagneticModel } from '../types.ts'

const source = 'Page et al. 2007, ApJS 170, 335, section 4.1'
/** The field is zero inside the first and outside the second cylindrical radius, kpc. */
const INNER_RADIUS_KPC = 3
const OUTER_RADIUS_KPC = 20
/** Radius at which the pitch angle is psi0, and height over which the tilt turns on, kpc. */
const PITCH_RADIUS_KPC = 8
const TILT_HEIGHT_KPC = 1

/**
 * Logarithmic spiral arm:
 * B = b0 [sin psi cos chi r-hat + cos psi cos chi phi-hat + sin chi z-hat] for 3 <= r <= 20 kpc, else 0,
 * psi = psi0 + psi1 ln(r / 8 kpc), chi = chi0 tanh(z / 1 kpc).
 */
export const lsa: MagneticModel = {
  kind: 'magnetic',
  name: 'lsa',
  title: 'Logarithmic spiral arm (WMAP)',
  source,
  notes: [
    'Zero within 3 kpc of the axis and beyond 20 kpc.',
    'imagine-models and HERMES have it as "WMAP" with b0 of 6 and 4 microgauss and psi0 of 35 deg.',
  ],
  variants: [
    { name: 'wmap', title: 'WMAP three-year best fit', parameters: {} },
    {
      name: 'imagine-wmap',
      title: 'Defaults of the IMAGINE framework',
      parameters: { b0_microgauss: 6, psi0_deg: 35, psi1_deg: 0.9, chi0_deg: 25 },
    },
  ],
  parameters: [
    {
      name: 'b0_microgauss',
      unit: 'microgauss',
      default: 1.2,
      bounds: [-50, 50],
      description: 'Field strength',
      source: 'Diao et al. 2024, arXiv:2410.01136',
    },
    {
      name: 'psi0_deg',
      unit: 'deg',
      default: 27,
      bounds: [-180, 180],
      description: 'Pitch angle at r = 8 kpc',
      source,
    },
    {
      name: 'psi1_deg',
      unit: 'deg',
      default: 0.9,
      bounds: [-90, 90],
      description: 'Change of the pitch angle per unit of ln r',
      source,
    },
    {
      name: 'chi0_deg',
      unit: 'deg',
      default: 25,
      bounds: [-90, 90],
      description: 'Tilt out of the plane far above it',
      source,
    },
    smoothing,
  ],

  expression(inputs) {
    const { position, scalar } = inputs
    const at = cylindrical(position)
    const psi = add(
      scalar('psi0_deg'),
      mul(scalar('psi1_deg'), log(div(at.r, kpc(PITCH_RADIUS_KPC)))),
    )
    const chi = mul(scalar('chi0_deg'), tanh(div(at.z, kpc(TILT_HEIGHT_KPC))))
    const b0 = scalar('b0_microgauss')
    const inPlane = mul(b0, cos(chi))
    const field = fromCylindrical(
      at,
      mul(inPlane, sin(psi)),
      mul(inPlane, cos(psi)),
      mul(b0, sin(chi)),
    )
    const inside = and(atLeast(at.r, kpc(INNER_RADIUS_KPC)), atMost(at.r, kpc(OUTER_RADIUS_KPC)))
    return jumpVector(inputs, inside, field, 0)
  },

  discontinuities: (ray) => [
    ...cylinderCrossings(ray, INNER_RADIUS_KPC),
    ...cylinderCrossings(ray, OUTER_RADIUS_KPC),
    // Not a jump, but the angle of r-hat turns fastest here.
    ...axisApproach(ray),
  ],
}
