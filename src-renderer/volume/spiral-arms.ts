import { arms } from '#shared/fields/electrons/ymw16-parameters.ts'
import type { Vector3 } from './types.ts'

/** A spiral arm in the Galactic plane. */
export interface ArmLine {
  readonly name: string
  /** From the inner end outward, kpc. */
  readonly points: readonly Vector3[]
}

/** Where the arms are drawn to: the tracers that they were fitted to end there (Hou & Han 2014, A&A 569, A125). */
const outermostKpc = 15
/** The Local arm is a piece of a spiral: its end, in the azimuth of the model. */
const localEndRad = 2
const stepRad = Math.PI / 90

/**
 * The arms as the model of the thermal electrons has them: Yao, Manchester & Wang 2017, ApJ 835, 29, table 2, whose four
 * spirals are those of Hou & Han 2014 for a Sun at 8.3 kpc.
 */
export const spiralArms: readonly ArmLine[] = arms.map(
  ({ name, title, radiusPc, startRad, tangent }) => {
    const start = radiusPc / 1000
    const end = name === 'local' ? localEndRad - startRad : Math.log(outermostKpc / start) / tangent
    const steps = Math.ceil(end / stepRad)
    return {
      name: title.replace('-', '–'),
      points: Array.from({ length: steps + 1 }, (_, i): Vector3 => {
        const angle = (end * i) / steps
        const radius = start * Math.exp(tangent * angle)
        // The model's axes: x toward l = 90 degrees, the Sun on +y; so X = -y, Y = x.
        return [-radius * Math.sin(startRad + angle), radius * Math.cos(startRad + angle), 0]
      }),
    }
  },
)
