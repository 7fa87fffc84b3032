import { formatCount, formatQuantity, rotateFrame, UNIT_SPACE } from '#shared/sky/index.ts'
import { formatAngle, formatEquatorial, formatFixed } from '../format/text.ts'
import { pixelAt } from '../sky/use-sky-pointer.ts'
import type { SkyDirection } from '../sky/types.ts'
import { quantityInfo } from '../volume/scalar.ts'
import type { FieldQuantity, FieldReadout } from '../volume/types.ts'

/** The value of a map under a direction; null where it has none. */
export function valueAtDirection(
  map: { readonly pixels: Float32Array; readonly nside: number },
  direction: SkyDirection,
): number | null {
  const value = map.pixels[pixelAt(map.nside, direction)]
  return Number.isFinite(value) ? value : null
}

/** Pixel number, NSIDE, Galactic and equatorial position of the cursor, for the status line. */
export function directionReadout(at: SkyDirection, nside: number): [string, string][] {
  const { lonDeg, latDeg } = rotateFrame(at.lonDeg, at.latDeg, 'galactic', 'equatorial-J2000')
  return [
    ['pix', formatCount(pixelAt(nside, at))],
    ['NSIDE', `${nside} RING`],
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
