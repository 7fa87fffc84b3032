import type { ComplexField } from '../../inference/fft.ts'
import type { PeriodicBox } from './periodic-box.ts'

/** A vector field on a periodic box and a fourth field with it: x + iy and z + is. */
export type PackedField = readonly [ComplexField, ComplexField]

/**
 * Takes out of the amplitudes of (x, y, z) the part along their wave vectors, b - k (k.b) / k^2, which leaves no divergence:
 * k.b = 0 for every wave. The fourth field stays as it is; only waves of two cells (half the shape, where it is even), which
 * have no direction on the grid, are taken out of all four.
 */
export function removeDivergence(box: PeriodicBox, [xy, zs]: PackedField): void {
  const [nx, ny, nz] = box.shape
  const wave = (axis: number): Float64Array =>
    Float64Array.from(
      { length: box.shape[axis] },
      (_, i) => box.periods(axis, i) / box.lengthKpc[axis],
    )
  const [kxs, kys, kzs] = [wave(0), wave(1), wave(2)]
  for (let i = 0; i < nx; i++) {
    const mi = i === 0 ? 0 : nx - i
    for (let j = 0; j < ny; j++) {
      const mj = j === 0 ? 0 : ny - j
      for (let k = 0; k < nz; k++) {
        const at = (i * ny + j) * nz + k
        const mirror = (mi * ny + mj) * nz + (k === 0 ? 0 : nz - k)
        // A wave and its mirror are done together; one that is its own mirror is constant, or of two cells.
        if (mirror < at) continue
        if (2 * i === nx || 2 * j === ny || 2 * k === nz) {
          clear(xy, zs, at)
          clear(xy, zs, mirror)
        } else if (mirror > at) project(xy, zs, at, mirror, kxs[i], kys[j], kzs[k])
      }
    }
  }
}

function clear(xy: ComplexField, zs: ComplexField, at: number): void {
  xy.real[at] = 0
  xy.imaginary[at] = 0
  zs.real[at] = 0
  zs.imaginary[at] = 0
}

function project(
  { real: ar, imaginary: ai }: ComplexField,
  { real: br, imaginary: bi }: ComplexField,
  p: number,
  m: number,
  kx: number,
  ky: number,
  kz: number,
): void {
  // Twice the amplitudes of x, y and z at the wave p; those at its mirror are their conjugates.
  const xr = ar[p] + ar[m]
  const xi = ai[p] - ai[m]
  const yr = ai[p] + ai[m]
  const yi = ar[m] - ar[p]
  const zr = br[p] + br[m]
  const zi = bi[p] - bi[m]
  const square = kx * kx + ky * ky + kz * kz
  const alongR = (kx * xr + ky * yr + kz * zr) / (2 * square)
  const alongI = (kx * xi + ky * yi + kz * zi) / (2 * square)
  ar[p] -= kx * alongR - ky * alongI
  ai[p] -= kx * alongI + ky * alongR
  ar[m] -= kx * alongR + ky * alongI
  ai[m] -= -kx * alongI + ky * alongR
  br[p] -= kz * alongR
  bi[p] -= kz * alongI
  br[m] -= kz * alongR
  bi[m] += kz * alongI
}
