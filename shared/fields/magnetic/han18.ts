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
  selectVector,
  sin,
  spiralRadius,
} from '../graph/index.ts'
import type { ParameterRow } from '../parameter-table.ts'
import { imagineValues, length, parameterTable, strength } from '../parameter-table.ts'
import type { MagneticModel } from '../types.ts'

const source = 'Han et al. 2018, ApJS 234, 11'
/** Where the spiral edges of the regions meet the negative x-axis, kpc. */
const edgesKpc = [3, 4.1, 4.9, 6.1, 7.5, 8.5, 10.5] as const
const strengths = [4.5, -3, 6.3, -4.7, 3.3, -8.7] as const

/** Spiral regions of alternating direction, from rotation measures of pulsars; zero on their edges. */
export const han18: MagneticModel = {
  kind: 'magnetic',
  name: 'han18',
  title: 'Han et al. 2018, disc',
  source,
  notes: ['r = 8.5 kpc on the negative x-axis is an edge between two regions.'],
  variants: imagineValues,
  parameters: parameterTable(source, [
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
  expression({ position, scalar }) {
    const at = cylindrical(position)
    const { r, z } = at
    const pitch = degrees(11)
    const turned = (turns: number): Scalar =>
      spiralRadius(add(neg(at.phi), (2 * turns - 1) * Math.PI), 0, r, pitch)
    const here = turned(0)
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
    const decay = exp(neg(add(div(r, scalar('a_kpc')), div(abs(z), scalar('h_kpc')))))
    const amplitude = mul(add(...regions), decay)
    const field = fromCylindrical(
      at,
      mul(amplitude, sin(pitch)),
      mul(amplitude, cos(pitch)),
      constant(0),
    )
    return selectVector(and(atLeast(r, kpc(3)), atMost(r, kpc(15))), field, 0)
  },
}
