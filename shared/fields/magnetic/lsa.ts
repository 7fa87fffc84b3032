import type { Vector3 } from '../../physics/vector.ts'
import { axisApproach, cylinderCrossings } from '../surfaces.ts'
import type { MagneticModel } from '../types.ts'
import { scalarParameter } from '../types.ts'

const source = 'Page et al. 2007, ApJS 170, 335, section 4.1'
const RADIANS_PER_DEGREE = Math.PI / 180
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
  ],

  evaluate([x, y, z], parameters): Vector3 {
    const r = Math.hypot(x, y)
    if (!(r >= INNER_RADIUS_KPC && r <= OUTER_RADIUS_KPC)) return [0, 0, 0]
    const b0 = scalarParameter(parameters, 'b0_microgauss')
    const psi0 = scalarParameter(parameters, 'psi0_deg') * RADIANS_PER_DEGREE
    const psi1 = scalarParameter(parameters, 'psi1_deg') * RADIANS_PER_DEGREE
    const chi0 = scalarParameter(parameters, 'chi0_deg') * RADIANS_PER_DEGREE
    const psi = psi0 + psi1 * Math.log(r / PITCH_RADIUS_KPC)
    const chi = chi0 * Math.tanh(z / TILT_HEIGHT_KPC)
    const inPlane = b0 * Math.cos(chi)
    const radial = inPlane * Math.sin(psi)
    const azimuthal = inPlane * Math.cos(psi)
    const cosPhi = x / r
    const sinPhi = y / r
    return [
      radial * cosPhi - azimuthal * sinPhi,
      radial * sinPhi + azimuthal * cosPhi,
      b0 * Math.sin(chi),
    ]
  },

  discontinuities: (ray) => [
    ...cylinderCrossings(ray, INNER_RADIUS_KPC),
    ...cylinderCrossings(ray, OUTER_RADIUS_KPC),
    // Not a jump, but the angle of r-hat turns fastest here.
    ...axisApproach(ray),
  ],
}
