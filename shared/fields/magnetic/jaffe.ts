import type { Cylindrical, Scalar, Vector } from '../graph/index.ts'
import {
  abs,
  add,
  atLeast,
  atMost,
  constant,
  cos,
  cylindrical,
  div,
  fromCylindrical,
  gaussian,
  greater,
  kpc,
  less,
  min,
  mul,
  neg,
  pow,
  sech2,
  select,
  sin,
  spiralRadius,
  sqrt,
  square,
  sub,
} from '../graph/index.ts'
import { jump, jumpVector, smoothing } from '../jump.ts'
import type { ParameterRow } from '../parameter-table.ts'
import { angle, length, parameterTable, strength } from '../parameter-table.ts'
import type { MagneticModel, ModelInputs } from '../types.ts'

const source = 'Jaffe et al. 2010, MNRAS 401, 1013; 2013, MNRAS 431, 683'
/** No field inside this radius, kpc. */
const HOLE_KPC = 0.5
/** Winding numbers among which the nearest stretch of an arm is looked for. */
const turns = [-2, -1, 0, 1, 2] as const

const armRows = [
  [70, 2],
  [160, 0.133],
  [250, -3.78],
  [340, 0.32],
].flatMap(([phase, amplitude], i): ParameterRow[] => [
  [`arm${i + 1}_phi_deg`, 'deg', phase, angle, `Arm ${i + 1}: azimuth at its reference radius`],
  [`arm${i + 1}_amp_microgauss`, 'microgauss', amplitude, strength, `Arm ${i + 1}: strength`],
])

/** Disc and halo along a spiral, compressed into four arms, with a bar. */
export const jaffe: MagneticModel = {
  kind: 'magnetic',
  name: 'jaffe',
  title: 'Jaffe et al. 2010, disc, halo, arms and bar',
  source,
  notes: [
    'Values are those of the template of hammurabi X.',
    'The port in imagine-models truncates distances to whole kpc and takes the angle of the bar in radians.',
  ],
  variants: [{ name: 'hammurabi-template', title: 'Template of hammurabi X', parameters: {} }],
  parameters: [
    ...parameterTable(source, [
      ['disk_amp_microgauss', 'microgauss', 0.167, strength, 'Disc: strength'],
      ['disk_z0_kpc', 'kpc', 0.1, length, 'Disc: scale height'],
      ['halo_amp_microgauss', 'microgauss', 1.38, strength, 'Halo: strength'],
      ['halo_z0_kpc', 'kpc', 3, length, 'Halo: scale height'],
      ['r_inner_kpc', 'kpc', 0.5, length, 'Radius of the inner cut-off'],
      ['r_scale_kpc', 'kpc', 20, length, 'Scale radius'],
      ['bar_amp_microgauss', 'microgauss', 0.023, strength, 'Bar: strength'],
      ['bar_a_kpc', 'kpc', 5, length, 'Bar: long semi-axis'],
      ['bar_b_kpc', 'kpc', 3, length, 'Bar: short semi-axis'],
      ['bar_phi_deg', 'deg', 45, angle, 'Bar: angle'],
      ['arm_r0_kpc', 'kpc', 7.1, length, 'Arms: reference radius'],
      ['arm_z0_kpc', 'kpc', 0.1, length, 'Arms: scale height'],
      ['pitch_deg', 'deg', 11.5, [-89, 89], 'Arms and field: pitch angle'],
      ...armRows,
      ['comp_c', 'dimensionless', 0.5, [0.01, 1], 'Compression: contrast'],
      ['comp_d_kpc', 'kpc', 0.3, length, 'Compression: width'],
      ['comp_r_kpc', 'kpc', 12, length, 'Compression: radius beyond which it weakens'],
      ['comp_p', 'dimensionless', 3, [0, 10], 'Compression: exponent of the weakening'],
    ]),
    smoothing,
  ],
  expression(inputs) {
    const { scalar } = inputs
    const at = cylindrical(inputs.position)
    const { r, z } = at
    const radial = mul(
      sub(1, gaussian(r, scalar('r_inner_kpc'))),
      gaussian(r, scalar('r_scale_kpc')),
    )
    const layer = (amplitude: string, height: string) =>
      mul(scalar(amplitude), sech2(div(z, scalar(height))))
    const smooth = mul(
      radial,
      add(layer('disk_amp_microgauss', 'disk_z0_kpc'), layer('halo_amp_microgauss', 'halo_z0_kpc')),
    )
    const compression = compressionOf(inputs, at, radial)
    const inBar = atMost(r, add(scalar('bar_a_kpc'), mul(0.5, scalar('comp_d_kpc'))))
    const strengthAt = add(
      smooth,
      jump(
        inputs,
        inBar,
        barStrength(inputs, at, compression),
        armStrength(inputs, at, compression),
      ),
    )
    const pitch = scalar('pitch_deg')
    const spiral = fromCylindrical(
      at,
      neg(mul(strengthAt, sin(pitch))),
      neg(mul(strengthAt, cos(pitch))),
      constant(0),
    )
    const [alongX, alongY] = barDirection(inputs, at)
    const bar: Vector = [mul(strengthAt, alongX), mul(strengthAt, alongY), constant(0)]
    return jumpVector(inputs, atLeast(r, kpc(HOLE_KPC)), jumpVector(inputs, inBar, bar, spiral), 0)
  },
}

/** What a ridge at a distance adds, per unit of its strength. */
function compressionOf(
  { scalar }: ModelInputs,
  { r, z }: Cylindrical,
  radial: Scalar,
): (distance: Scalar) => Scalar {
  const edge = scalar('comp_r_kpc')
  const weakening = select(greater(r, edge), pow(div(r, edge), neg(scalar('comp_p'))), 1)
  const share = mul(weakening, radial, sech2(div(z, scalar('arm_z0_kpc'))))
  const contrast = sub(div(1, scalar('comp_c')), 1)
  return (distance) => mul(contrast, share, gaussian(mul(distance, share), scalar('comp_d_kpc')))
}

function armStrength(
  { scalar }: ModelInputs,
  { r, phi }: Cylindrical,
  compression: (distance: Scalar) => Scalar,
): Scalar {
  const pitch = scalar('pitch_deg')
  const azimuth = select(less(phi, 0), add(phi, 2 * Math.PI), phi)
  const arms = [1, 2, 3, 4].map((i) => {
    const distances = turns.map((turn) =>
      abs(
        sub(
          spiralRadius(
            add(scalar(`arm${i}_phi_deg`), 2 * Math.PI * turn),
            azimuth,
            scalar('arm_r0_kpc'),
            neg(pitch),
          ),
          r,
        ),
      ),
    )
    const distance = mul(min(...distances), cos(pitch))
    return mul(scalar(`arm${i}_amp_microgauss`), compression(distance))
  })
  return add(...arms)
}

/** The position in the axes of the bar. */
function inBarAxes({ scalar }: ModelInputs, { r, cosPhi, sinPhi }: Cylindrical): [Scalar, Scalar] {
  const turn = scalar('bar_phi_deg')
  const [x, y] = [mul(r, cosPhi), mul(r, sinPhi)]
  return [sub(mul(x, cos(turn)), mul(y, sin(turn))), add(mul(x, sin(turn)), mul(y, cos(turn)))]
}

function barStrength(
  inputs: ModelInputs,
  at: Cylindrical,
  compression: (distance: Scalar) => Scalar,
): Scalar {
  const { scalar } = inputs
  const [x, y] = inBarAxes(inputs, at)
  const [a, b] = [scalar('bar_a_kpc'), scalar('bar_b_kpc')]
  // The ellipse in the direction of the point.
  const ellipse = div(mul(a, b, at.r), sqrt(add(square(mul(a, y)), square(mul(b, x)))))
  return mul(scalar('bar_amp_microgauss'), compression(abs(sub(ellipse, at.r))))
}

/** Unit vector along the tangent of the ellipse through the point. */
function barDirection(inputs: ModelInputs, at: Cylindrical): [Scalar, Scalar] {
  const { scalar } = inputs
  const [x, y] = inBarAxes(inputs, at)
  const flattening = square(div(scalar('bar_b_kpc'), scalar('bar_a_kpc')))
  // (sign y, -sign y (x/y) b^2/a^2), times |y|.
  const [u, v] = [y, neg(mul(x, flattening))]
  const size = sqrt(add(square(u), square(v)))
  const turn = scalar('bar_phi_deg')
  const [p, q] = [div(u, size), div(v, size)]
  return [add(mul(p, cos(turn)), mul(q, sin(turn))), sub(mul(q, cos(turn)), mul(p, sin(turn)))]
}
