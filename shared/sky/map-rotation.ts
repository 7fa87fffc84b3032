import { interpolationWeights, isUnseen, npixToNside, pix2vec } from '../healpix/index.ts'
import { frameRotation } from './frames.ts'
import { applyMatrix, dot, tangentBasis, transpose } from './matrix.ts'
import type { Ordering, Vector3 } from '../healpix/index.ts'
import type { Frame } from './frames.ts'
import type { Matrix3 } from './matrix.ts'

type Map = ArrayLike<number>

/**
 * A full-sky map of a scalar (Stokes I, Faraday depth, ...) resampled to the pixels of another frame by
 * bilinear interpolation, same NSIDE and ordering. A pixel is NaN when less than half of its
 * interpolation weight lies on good pixels (NaN, infinite and UNSEEN are bad).
 */
export function rotateMap(map: Map, ordering: Ordering, from: Frame, to: Frame): Float64Array {
  const result = new Float64Array(map.length)
  forEachPixel(map.length, ordering, from, to, (pix, { pixels, weights }) => {
    let sum = 0
    let weight = 0
    for (let k = 0; k < 4; k++) {
      const value = map[pixels[k]]
      if (isUnseen(value)) continue
      sum += weights[k] * value
      weight += weights[k]
    }
    result[pix] = weight >= 0.5 ? sum / weight : NaN
  })
  return result
}

/**
 * Stokes Q and U maps (IAU sense) resampled to another frame. The four pixels around a point are
 * parallel-transported to it before they are averaged, so that the result is right near the poles,
 * where the directions of Q and U turn from pixel to pixel.
 */
export function rotatePolarisationMaps(
  q: Map,
  u: Map,
  ordering: Ordering,
  from: Frame,
  to: Frame,
): { q: Float64Array; u: Float64Array } {
  if (q.length !== u.length) {
    throw new RangeError(`Q has ${q.length} pixels but U has ${u.length}: they must be equal.`)
  }
  const result = { q: new Float64Array(q.length), u: new Float64Array(q.length) }
  const nside = npixToNside(q.length)
  forEachPixel(q.length, ordering, from, to, (pix, { pixels, weights }, position, inverse) => {
    const basis = tangentBasis(position)
    const here = applyMatrix(inverse, position)
    const north = applyMatrix(inverse, basis.north)
    const east = applyMatrix(inverse, basis.east)
    let sumQ = 0
    let sumU = 0
    let weight = 0
    for (let k = 0; k < 4; k++) {
      const valueQ = q[pixels[k]]
      const valueU = u[pixels[k]]
      if (isUnseen(valueQ) || isUnseen(valueU)) continue
      const there = pix2vec(nside, ordering, pixels[k])
      const moved = transport(tangentBasis(there).north, there, here)
      const angle = 2 * Math.atan2(dot(moved, east), dot(moved, north))
      const cos = Math.cos(angle)
      const sin = Math.sin(angle)
      sumQ += weights[k] * (valueQ * cos - valueU * sin)
      sumU += weights[k] * (valueQ * sin + valueU * cos)
      weight += weights[k]
    }
    result.q[pix] = weight >= 0.5 ? sumQ / weight : NaN
    result.u[pix] = weight >= 0.5 ? sumU / weight : NaN
  })
  return result
}

/** Tangent vector `v` at `from`, parallel-transported along the great circle to `to`. */
function transport(v: Vector3, from: Vector3, to: Vector3): Vector3 {
  const factor = dot(v, to) / (1 + dot(from, to))
  return [
    v[0] - factor * (from[0] + to[0]),
    v[1] - factor * (from[1] + to[1]),
    v[2] - factor * (from[2] + to[2]),
  ]
}

function forEachPixel(
  npix: number,
  ordering: Ordering,
  from: Frame,
  to: Frame,
  visit: (
    pix: number,
    around: ReturnType<typeof interpolationWeights>,
    position: Vector3,
    inverse: Matrix3,
  ) => void,
): void {
  const nside = npixToNside(npix)
  const inverse = transpose(frameRotation(from, to))
  for (let pix = 0; pix < npix; pix++) {
    const position = pix2vec(nside, ordering, pix)
    const [x, y, z] = applyMatrix(inverse, position)
    const theta = Math.atan2(Math.hypot(x, y), z)
    visit(pix, interpolationWeights(nside, ordering, theta, Math.atan2(y, x)), position, inverse)
  }
}
