import { expect, it } from 'vitest'
import { printPalette } from '#renderer/sky/palette.ts'
import { Recorder } from '#renderer/sky/print/recorder.ts'
import { wholeSky } from '#renderer/sky/types.ts'
import { drawVectors, pairsOf, positionAngleDeg, vectorsOf } from '#renderer/sky/vectors.ts'
import { pixelSpacingPx, skyGeometry } from '#renderer/sky/view.ts'
import { ang2pix, pix2ang } from '#shared/healpix/index.ts'

const nside = 8
const degree = Math.PI / 180
/** Far from the equator, where a degree of longitude is shorter. */
const pixel = ang2pix(nside, 'RING', 40 * degree, 1)
const port = { width: 400, height: 400 }

/** The globe with the pixel in its middle, where it is seen without distortion. */
function globe() {
  const { theta, phi } = pix2ang(nside, 'RING', pixel)
  const view = { ...wholeSky, lonDeg: phi / degree, latDeg: 90 - theta / degree }
  return skyGeometry('orthographic', view, port)
}

/** Both ends of the line of the pixel in CSS pixels from the middle, x to the right and y upwards. */
function lineOf(q: number, u: number, { turnDeg = 0, length = 1 } = {}) {
  const maps = [q, u].map((value) => {
    const map = new Float32Array(12 * nside ** 2).fill(NaN)
    map[pixel] = value
    return map
  })
  const pen = new Recorder((text) => text.length)
  const vectors = { nside, q: maps[0], u: maps[1], full: 2, turnDeg, length }
  drawVectors(pen, globe(), vectors, printPalette(false))
  const [halo, line] = pen.marks
  if (halo.kind !== 'stroke' || line.kind !== 'stroke') throw new Error('There is no line.')
  expect(line.path).toEqual(halo.path)
  expect(line.width).toBeLessThan(halo.width)
  return line.path.map(([, x = NaN, y = NaN]) => [x - port.width / 2, port.height / 2 - y])
}

it('counts position angles from north through east', () => {
  expect(positionAngleDeg(1, 0)).toBe(0)
  expect(positionAngleDeg(0, 1)).toBeCloseTo(45, 12)
  expect(positionAngleDeg(-1, 0)).toBeCloseTo(90, 12)
  expect(positionAngleDeg(0, -1)).toBeCloseTo(135, 12)
})

it('draws a line along the polarisation, east to the left, as long as it is strong', () => {
  const half = 0.45 * pixelSpacingPx(globe(), nside)
  for (const [q, u, options, angleDeg, factor] of [
    [2, 0, {}, 0, 1],
    [0, 2, {}, 45, 1],
    [-1, 0, {}, 90, 0.5],
    [0, -1, { length: 3 }, 135, 1.5],
    // Across: the magnetic field.
    [0, 2, { turnDeg: 90 }, 135, 1],
    // No longer than one and a half spacings.
    [20, 0, {}, 0, 1.5],
  ] as const) {
    const ends = lineOf(q, u, options)
    expect(ends).toHaveLength(2)
    const [dx, dy] = [0, 1].map((axis) => ends[1][axis] - ends[0][axis])
    expect(Math.hypot(dx, dy)).toBeCloseTo(2 * half * factor, 9)
    // A line has no direction; the sphere turns a step of 0.2 degrees by less than that.
    const away = (Math.atan2(-dx, dy) / degree - angleDeg + 360 + 90) % 180
    expect(Math.abs(away - 90)).toBeLessThan(0.2)
    for (const axis of [0, 1]) {
      expect(Math.abs(ends[0][axis] + ends[1][axis]) / 2).toBeLessThanOrEqual(0.5)
    }
  }
})

it('pairs Q and U for the texture, nothing where one of them is missing', () => {
  const q = Float32Array.of(3, NaN, 1, 0)
  const u = Float32Array.of(4, 1, Infinity, 1)
  expect([...pairsOf(q, u).qu]).toEqual([3, 4, 0, 0, 0, 0, 0, 1])
})

it('takes for full strength what 98 of 100 pixels do not reach', () => {
  const q = Float32Array.from({ length: 101 }, (_, i) => (i === 50 ? NaN : i))
  const { full } = vectorsOf(q, new Float32Array(101), 4)
  // 100 strengths without 50: the 98th of 0 to 99, counted from 0 to 97.02.
  expect(full).toBe(98)
})
