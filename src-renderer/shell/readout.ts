import { formatCount, formatQuantity, rotateFrame, UNIT_SPACE } from '#shared/sky/index.ts'
import { formatAngle, formatEquatorial, formatFixed } from '../format/text.ts'
import { nearestPoint, placeOf } from '../sky/points.ts'
import { pixelAt } from '../sky/use-sky-pointer.ts'
import type { LoadedMap } from '../stores/points.ts'
import type { SkyDirection } from '../sky/types.ts'
import { quantityInfo } from '../volume/scalar.ts'
import type { FieldQuantity, FieldReadout } from '../volume/types.ts'

/** The value of a map under a direction, or of the source nearest to it; null where there is none. */
export function valueAtDirection(
  { pixels, nside, points }: LoadedMap,
  direction: SkyDirection,
  zoom: number,
): number | null {
  const value = points
    ? points.values[nearestPoint(points, direction, zoom)]
    : pixels?.[pixelAt(nside, direction)]
  return value !== undefined && Number.isFinite(value) ? value : null
}

/** Pixel number and NSIDE, or the number of the source, with Galactic and equatorial position, for the status line. */
export function directionReadout(
  cursor: SkyDirection,
  { nside, points }: LoadedMap,
  zoom: number,
): [string, string][] {
  const index = points ? nearestPoint(points, cursor, zoom) : -1
  const at = points && index >= 0 ? placeOf(points, index) : cursor
  const { lonDeg, latDeg } = rotateFrame(at.lonDeg, at.latDeg, 'galactic', 'equatorial-J2000')
  const what: [string, string][] = points
    ? [
        [
          'source',
          index < 0
            ? 'none here'
            : `${formatCount(index + 1)} of ${formatCount(points.values.length)}`,
        ],
      ]
    : [
        ['pix', formatCount(pixelAt(nside, at))],
        ['NSIDE', `${nside} RING`],
      ]
  return [
    ...what,
    ['l, b', `${formatAngle(at.lonDeg)}  ${formatAngle(at.latDeg, 3, true)}`],
    ['RA, Dec', formatEquatorial(lonDeg, latDeg)],
  ]
}

/** Position and value of the voxel under the pointer. */
export function voxelReadout(readout: FieldReadout, quantity: FieldQuantity): [string, string][] {
  const [x, y, z] = readout.positionKpc
  const coordinates = [x, y, z].map((kpc) => formatFixed(kpc, 2, true))
  const { symbol, unit, signed } = quantityInfo[quantity]
  return [
    ['x, y, z', `${coordinates.join('  ')}${UNIT_SPACE}kpc`],
    ['R', formatQuantity(Math.hypot(x, y), 'kpc', { digits: 3 })],
    [
      symbol,
      Number.isFinite(readout.value)
        ? formatQuantity(readout.value, unit, { digits: 3, signed })
        : 'outside the region',
    ],
  ]
}
