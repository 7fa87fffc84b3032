import { pix2ang } from '#shared/healpix/index.ts'
import type { CanvasPalette } from './palette.ts'
import type { Pen } from './pen.ts'
import { pixelSpacingPx, skyToScreen } from './view.ts'
import type { SkyTexture, SkyVectors } from './types.ts'
import type { SkyGeometry } from './view.ts'

const degree = Math.PI / 180

/** NSIDE of the lines by density: their number is 12 nside^2. */
export const densities = { few: 8, medium: 16, many: 32 } as const

/** NSIDE up to which Q and U are averaged for the texture of lines. */
export const textureNsides = { coarse: 32, medium: 64, fine: 256 } as const

/** Q and U (both RING, IAU) as lines, with the polarised intensity that 98 % of the pixels do not reach. */
export function vectorsOf(
  q: Float32Array,
  u: Float32Array,
  nside: number,
): Omit<SkyVectors, 'turnDeg' | 'length'> {
  return { nside, q, u, full: fullStrength(q, u) }
}

/** The same as pairs for the texture, with 0 where there are no values. */
export function pairsOf(q: Float32Array, u: Float32Array): Pick<SkyTexture, 'qu' | 'full'> {
  const qu = new Float32Array(2 * q.length)
  for (let i = 0; i < q.length; i++) {
    if (!Number.isFinite(q[i] + u[i])) continue
    qu[2 * i] = q[i]
    qu[2 * i + 1] = u[i]
  }
  return { qu, full: fullStrength(q, u) }
}

function fullStrength(q: Float32Array, u: Float32Array): number {
  // An even selection is enough to rank by.
  const stride = Math.ceil(q.length / 32768) | 1
  const strengths: number[] = []
  for (let i = 0; i < q.length; i += stride) {
    const strength = Math.hypot(q[i], u[i])
    if (Number.isFinite(strength)) strengths.push(strength)
  }
  strengths.sort((a, b) => a - b)
  return strengths[Math.floor(0.98 * (strengths.length - 1))] ?? 0
}

/** Position angle of the polarisation in degrees, from north through east (IAU), 0 to 180. */
export function positionAngleDeg(q: number, u: number): number {
  const angle = (0.5 * Math.atan2(u, q)) / degree
  return angle < 0 ? angle + 180 : angle
}

/** Lines along the polarisation (or across it), as long as it is strong; without an arrow, since it has no direction. */
export function drawVectors(
  context: Pen,
  geometry: SkyGeometry,
  { nside, q, u, full, turnDeg, length }: SkyVectors,
  palette: CanvasPalette,
): void {
  if (!(full > 0)) return
  const spacing = pixelSpacingPx(geometry, nside)
  const { width, height } = geometry.port
  context.save()
  context.beginPath()
  for (let pixel = 0; pixel < q.length; pixel++) {
    const strength = Math.hypot(q[pixel], u[pixel])
    if (!(strength > 0)) continue
    const { theta, phi } = pix2ang(nside, 'RING', pixel)
    const at = { lonDeg: phi / degree, latDeg: 90 - theta / degree }
    const middle = skyToScreen(geometry, at)
    if (!middle || middle.x < 0 || middle.y < 0 || middle.x > width || middle.y > height) continue
    const angle = (positionAngleDeg(q[pixel], u[pixel]) + turnDeg) * degree
    const step = 0.2
    const ahead = skyToScreen(geometry, {
      lonDeg: at.lonDeg + (step * Math.sin(angle)) / Math.cos(at.latDeg * degree),
      latDeg: at.latDeg + step * Math.cos(angle),
    })
    if (!ahead) continue
    const [dx, dy] = [ahead.x - middle.x, ahead.y - middle.y]
    const size = Math.hypot(dx, dy)
    // Beyond the seam of the map the neighbour is on the other side.
    if (!(size > 0) || size > 4 * spacing) continue
    const half = (0.45 * length * spacing * Math.min(strength / full, 1.5)) / size
    context.moveTo(middle.x - half * dx, middle.y - half * dy)
    context.lineTo(middle.x + half * dx, middle.y + half * dy)
  }
  context.lineCap = 'round'
  context.strokeStyle = palette.mapHalo
  context.lineWidth = 2.75
  context.stroke()
  context.strokeStyle = palette.mapText
  context.lineWidth = 1.25
  context.stroke()
  context.restore()
}
