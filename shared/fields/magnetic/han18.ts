import type { Scalar } from '../graph/index.ts'
import {
  abs,
  add,
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
  mul,
  neg,
  select,
  sin,
  spiralRadius,
} from '../graph/index.ts'
import { jump, jumpVector, smoothing } from '../jump.ts'
import type { ParameterRow } from '../parameter-table.ts'
import { imagineValues, length, parameterTable, strength } from '../parameter-table.ts'
import type { MagneticModel, ModelInputs } from '../types.ts'

const source = 'Han et al. 2018, ApJS 234, 11'
/** Where the spiral edges of the regions meet the negative x-axis, kpc. */
const edgesKpc = [3, 4.1, 4.9, 6.1, 7.5, 8.5, 10.5] as const
/** Outer edges of the regions along the axis, a winding farther in to one farther out, with the number of the region inside. */
const windings: readonly (readonly [edgeKpc: number, region: number])[] = [-1, 0, 1].flatMap(
  (winding) => {
    const factor = Math.exp(winding * 2 * Math.PI * Math.tan((11 * Math.PI) / 180))
    const inner = edgesKpc.slice(1, 6).map((edge, i) => [factor * edge, i + 1] as const)
    // The seventh edge ends one winding and the first one the winding before: they do not quite meet.
    const last = [edgesKpc[0], edgesKpc[6]][winding + 1]
    return last === undefined ? inner : [...inner, [last, 6] as const]
  },
)
const strengths = [4.5, -3, 6.3, -4.7, 3.3, -8.7] as const

/** Spiral regions of alternating direction, from rotation measures of pulsars; zero on their edges. */
export const han18: MagneticModel = {
  kind: 'magnetic',
  name: 'han18',
  title: 'Han et al. 2018, disc',
  source,
  notes: [
    'r = 8.5 kpc on the negative x-axis is an edge between two regions.',
    'The derivatives of imagine-models name one strength twice; here they come from the expression.',
  ],
  variants: imagineValues,
  parameters: [
    ...parameterTable(source, [
      ...strengths.map((value, i): ParameterRow => [
        `b${i + 1}_microgauss`,
        'microgauss',
        value,
        strength,
        `Strength in the region from ${edgesKpc[i]} to ${edgesKpc[i + 1]} kpc, at the centre`,
      ]),
      ['a_kpc', 'kpc', 5, length, 'Scale length'],
      ['h_kpc', 'kpc', 0.4, length, 'Scale height'],
    ]),
    smoothing,
  ],
  expression(inputs) {
    const { position, scalar } = inputs
    const at = cylindrical(position)
    const { r, z } = at
    const pitch = degrees(11)
    const turned = (turns: number): Scalar =>
      spiralRadius(add(neg(at.phi), (2 * turns - 1) * Math.PI), 0, r, pitch)
    const here = turned(0)
    const strengthAt = inputs.smoothed
      ? windings.reduceRight<Scalar>(
          (rest, [edge, region]) =>
            jump(inputs, less(here, kpc(edge)), scalar(`b${region}_microgauss`), rest),
          scalar('b6_microgauss'),
        )
      : inRegion(here, turned, scalar)
    const decay = exp(neg(add(div(r, scalar('a_kpc')), div(abs(z), scalar('h_kpc')))))
    const amplitude = mul(strengthAt, decay)
    const field = fromCylindrical(
      at,
      mul(amplitude, sin(pitch)),
      mul(amplitude, cos(pitch)),
      constant(0),
    )
    return jumpVector(inputs, and(atLeast(r, kpc(3)), atMost(r, kpc(15))), field, 0)
  },
}

function inRegion(
  here: Scalar,
  turned: (turns: number) => Scalar,
  scalar: ModelInputs['scalar'],
): Scalar {
  const foot = select(
    less(here, kpc(edgesKpc[0])),
    turned(1),
    select(greater(here, kpc(edgesKpc[6])), turned(-1), here),
  )
  const regions = strengths.map((_, i) =>
    select(
      and(greater(foot, kpc(edgesKpc[i])), less(foot, kpc(edgesKpc[i + 1]))),
      scalar(`b${i + 1}_microgauss`),
      0,
    ),
  )
  return add(...regions)
}
