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
  cylindrical,
  degrees,
  div,
  exp,
  fromCylindrical,
  greater,
  kpc,
  less,
  max,
  min,
  mul,
  pow,
  scaleVector,
  select,
  sin,
  sqrt,
  square,
  sub,
  tan,
} from '../graph/index.ts'
import { jumpSide, jumpVector, smoothing } from '../jump.ts'
import type { ParameterRow } from '../parameter-table.ts'
import { angle, length, parameterTable, strength } from '../parameter-table.ts'
import type { MagneticModel, ModelInputs } from '../types.ts'

const source = 'Korochkin, Semikoz & Tinyakov 2024, arXiv:2407.02148'

const PITCH = degrees(20)
/** Radius of every arm's spiral at its own azimuth 0, kpc. */
const SPIRAL_KPC = 3
/** Half axes of the tubes grow from the arc length at this radius on, and stop at a size, kpc. */
const GROWTH_KPC = 5
const LARGEST_KPC = 1.2

/** The tube of an arm: the parameters that are fitted are in the table, these are not. */
interface Arm {
  name: string
  title: string
  fieldMicrogauss: number
  phaseDeg: number
  shiftKpc: number
  verticalKpc: number
  radialKpc: number
  exponent: number
  divergenceDeg: number
  outerKpc: number
  innerKpc: number
  heightKpc: number
}

const arms: readonly Arm[] = [
  {
    name: 'scutum',
    title: 'Scutum',
    fieldMicrogauss: 4.9,
    phaseDeg: -134,
    shiftKpc: 1,
    verticalKpc: 0.8,
    radialKpc: 1,
    exponent: 2,
    divergenceDeg: 0,
    innerKpc: 3,
    outerKpc: 16,
    heightKpc: 1,
  },
  {
    name: 'carina',
    title: 'Carina-Sagittarius',
    fieldMicrogauss: 1.3,
    phaseDeg: -80,
    shiftKpc: 1.37,
    verticalKpc: 1,
    radialKpc: 0.79,
    exponent: 2.3,
    divergenceDeg: 3,
    innerKpc: 3,
    outerKpc: 15,
    heightKpc: 1.2,
  },
  {
    name: 'local',
    title: 'Local',
    fieldMicrogauss: -3.5,
    phaseDeg: -2.2,
    shiftKpc: -0.15,
    verticalKpc: 0.73,
    radialKpc: 1,
    exponent: 1.45,
    divergenceDeg: 0,
    innerKpc: 3.3,
    outerKpc: 14,
    heightKpc: 1,
  },
  {
    name: 'perseus1',
    title: 'Perseus 1',
    fieldMicrogauss: -2,
    phaseDeg: 46,
    shiftKpc: -1,
    verticalKpc: 0.4,
    radialKpc: 1.1,
    exponent: 2,
    divergenceDeg: 0,
    innerKpc: 3,
    outerKpc: 17,
    heightKpc: 1,
  },
  {
    name: 'perseus2',
    title: 'Perseus 2',
    fieldMicrogauss: -3.5,
    phaseDeg: 46,
    shiftKpc: -1,
    verticalKpc: 1.2,
    radialKpc: 1.1,
    exponent: 2,
    divergenceDeg: 0,
    innerKpc: 3,
    outerKpc: 17,
    heightKpc: 2,
  },
]

/** Windings of a spiral of pitch 20 degrees that pass within the tubes' radii. */
const windings = [-2, -1, 0, 1, 2] as const

const rows: readonly ParameterRow[] = [
  ['torus_north_microgauss', 'microgauss', -3.2, strength, 'Northern torus: strength'],
  ['torus_south_microgauss', 'microgauss', 3.2, strength, 'Southern torus: strength'],
  ['b_x_microgauss', 'microgauss', 1.8, strength, 'X field: strength in the plane'],
  ['theta_x_deg', 'deg', 28, [1, 89], 'X field: angle from the axis'],
  ['b_bubble_microgauss', 'microgauss', -3.5, strength, 'Local Bubble: field before it grew'],
  ['bubble_l_deg', 'deg', 50, angle, 'Local Bubble: longitude of that field'],
  ['bubble_b_deg', 'deg', 2, [-90, 90], 'Local Bubble: latitude of that field'],
  ...arms.flatMap(
    ({ name, title, fieldMicrogauss, phaseDeg, verticalKpc, radialKpc }): ParameterRow[] => [
      [`${name}_b_microgauss`, 'microgauss', fieldMicrogauss, strength, `${title} arm: strength`],
      [`${name}_phi_deg`, 'deg', phaseDeg, angle, `${title} arm: azimuth of its spiral`],
      [`${name}_h_kpc`, 'kpc', verticalKpc, length, `${title} arm: vertical half axis`],
      [`${name}_w_kpc`, 'kpc', radialKpc, length, `${title} arm: half axis in the plane`],
    ],
  ),
]

/** Arm tubes, X field, toroidal halo and Local Bubble, each with a sharp edge. */
export const kst24: MagneticModel = {
  kind: 'magnetic',
  name: 'kst24',
  title: 'Korochkin, Semikoz & Tinyakov 2024',
  source,
  notes: [
    'The observer of the model is at (-8.2, 0, 0) kpc; from (-8.3, 0, 0.006) the Local Bubble is seen off its centre.',
    'Jumps on the surface of every component.',
  ],
  variants: [],
  parameters: [...parameterTable(source, rows), smoothing],
  expression(inputs) {
    const at = cylindrical(inputs.position)
    const { z } = at
    const x = xField(inputs, at)
    const north = torus(inputs, inputs.scalar('torus_north_microgauss'), at, [1.185, 2.1], 9.1)
    const south = torus(inputs, inputs.scalar('torus_south_microgauss'), at, [-2.5, -1.22], 14)
    const bubble = localBubble(inputs)
    const tubes = arms.map((arm) => armTube(inputs, arm))
    const nearPlane = jumpVector(inputs, bubble.inside, bubble.field, addVectors(x, ...tubes))
    return jumpVector(
      inputs,
      greater(z, kpc(1.185)),
      addVectors(north, x),
      jumpVector(inputs, less(z, kpc(-1.22)), addVectors(south, x), nearPlane),
    )
  },
}

function torus(
  inputs: ModelInputs,
  amplitude: Scalar,
  at: Cylindrical,
  [low, high]: readonly [number, number],
  outer: number,
): Vector {
  const { r, z, cosPhi, sinPhi } = at
  const inside = and(
    atLeast(z, kpc(low)),
    atMost(z, kpc(high)),
    atLeast(r, kpc(1)),
    atMost(r, kpc(outer)),
  )
  const field: Vector = [mul(amplitude, sinPhi), mul(-1, amplitude, cosPhi), constant(0)]
  return jumpVector(inputs, inside, field, 0)
}

function xField(inputs: ModelInputs, at: Cylindrical): Vector {
  const { scalar } = inputs
  const { r, z } = at
  const theta = scalar('theta_x_deg')
  const foot = sub(r, mul(abs(z), tan(theta)))
  const amplitude = mul(scalar('b_x_microgauss'), div(foot, r))
  const inside = and(atMost(abs(z), kpc(10)), atLeast(foot, kpc(1)), atMost(foot, kpc(6.2)))
  const field = fromCylindrical(
    at,
    mul(amplitude, sin(theta), jumpSide(inputs, z)),
    constant(0),
    mul(amplitude, cos(theta)),
  )
  return jumpVector(inputs, inside, field, 0)
}

/** A shell into which the field of the swept-up sphere is compressed. */
function localBubble(inputs: ModelInputs): { inside: Condition; field: Vector } {
  const { position, scalar } = inputs
  const [inner, thickness] = [0.2, 0.03]
  const offset: Vector = [
    sub(position[0], kpc(-8.2)),
    sub(position[1], kpc(0.095)),
    sub(position[2], kpc(-0.05)),
  ]
  const distance = sqrt(add(square(offset[0]), square(offset[1]), square(offset[2])))
  const [l, b] = [scalar('bubble_l_deg'), scalar('bubble_b_deg')]
  const along: Vector = [mul(cos(b), cos(l)), mul(cos(b), sin(l)), sin(b)]
  const outward: Vector = [
    div(offset[0], distance),
    div(offset[1], distance),
    div(offset[2], distance),
  ]
  const projection = add(...along.map((component, i) => mul(component, outward[i])))
  const compression = 1 + inner ** 2 / (2 * inner * thickness + thickness ** 2)
  const amplitude = mul(scalar('b_bubble_microgauss'), compression)
  const tangential = addVectors(along, scaleVector(outward, mul(-1, projection)))
  return {
    inside: atMost(distance, kpc(inner + thickness)),
    field: jumpVector(inputs, atLeast(distance, kpc(inner)), scaleVector(tangential, amplitude), 0),
  }
}

function armTube(inputs: ModelInputs, arm: Arm): Vector {
  const { position, scalar } = inputs
  const { name } = arm
  const centre = cylindrical([add(position[0], kpc(arm.shiftKpc)), position[1], position[2]])
  const { r, z, phi } = centre
  const rise = tan(PITCH)
  const radiusAt = (azimuth: Scalar): Scalar => mul(kpc(SPIRAL_KPC), exp(mul(rise, azimuth)))

  const azimuths = windings.map((turns) => add(phi, scalar(`${name}_phi_deg`), 2 * Math.PI * turns))
  const [first, ...others] = azimuths
  const nearest = others.reduce(
    (best, azimuth) =>
      select(less(abs(sub(radiusAt(azimuth), r)), abs(sub(radiusAt(best), r))), azimuth, best),
    first,
  )
  const radius = radiusAt(nearest)
  // The point is (r - radius) farther out than the spiral; along the spiral that is its part on the tangent.
  const forward = div(mul(sub(r, radius), sin(PITCH), cos(PITCH)), radius)
  const footAngle = add(phi, forward)
  const footRadius = radiusAt(add(nearest, forward))
  const squares = sub(add(square(r), square(footRadius)), mul(2, r, footRadius, cos(forward)))
  // The slope of a transition has derivatives that are no numbers where these vanish.
  const least = kpc(1e-6)
  const distance = sqrt(max(inputs.smoothed ? square(least) : 0, squares))
  const aside = inputs.smoothed ? max(abs(z), least) : abs(z)

  const arc = div(sub(footRadius, kpc(GROWTH_KPC)), sin(PITCH))
  const growth = add(1, mul(div(arc, kpc(1)), degrees(arm.divergenceDeg)))
  const grown = (axis: Scalar): Scalar => min(mul(axis, max(1, growth)), kpc(LARGEST_KPC))
  const [vertical, radial] = [scalar(`${name}_h_kpc`), scalar(`${name}_w_kpc`)]
  const [height, width] = [grown(vertical), grown(radial)]
  const level = add(pow(div(distance, width), arm.exponent), pow(div(aside, height), arm.exponent))
  const inside = and(
    atLeast(r, kpc(arm.innerKpc)),
    atMost(r, kpc(arm.outerKpc)),
    atMost(abs(z), kpc(arm.heightKpc)),
    atMost(level, 1),
  )
  const amplitude = div(mul(scalar(`${name}_b_microgauss`), vertical, radial), mul(height, width))
  const direction = sub(add(footAngle, Math.PI / 2), PITCH)
  const field: Vector = [
    mul(amplitude, cos(direction)),
    mul(amplitude, sin(direction)),
    constant(0),
  ]
  return jumpVector(inputs, inside, field, 0)
}
