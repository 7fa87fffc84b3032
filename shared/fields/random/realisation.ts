/**
 * Realisations of random magnetic fields: Gaussian, with a power spectrum, a strength that depends on the place, a
 * preferred direction along the regular field, and without divergence.
 *
 * In the manner of Ensslin and Steininger (Wang et al. 2020, ApJS 247, 18, section 2), but with amplitudes that depend on
 * seed and wave alone.
 */
import type { ComplexField } from '../../inference/fft.ts'
import { normalPair, randomStreams } from '../../inference/random.ts'
import type { GridGeometry } from '../../physics/grid.ts'
import { gridSpacing, voxelCount } from '../../physics/grid.ts'
import type { Vector3 } from '../../physics/vector.ts'
import { PeriodicBox } from './periodic-box.ts'
import type { PackedField } from './solenoidal.ts'
import { removeDivergence } from './solenoidal.ts'

export interface RandomFieldSettings {
  /** A whole number below 2^53. */
  readonly seed: number
  /** gamma of the power spectrum P(k) ~ k^-gamma of the three-dimensional waves; the energy per k falls as k^(2 - gamma). */
  readonly slope: number
  /** The longest and the shortest wavelength, kpc; no power beyond. */
  readonly outerKpc: number
  readonly innerKpc: number
  /** rho: of the root-mean-square components along and across the regular field the ratio is rho^2; 1 is isotropic. */
  readonly anisotropy: number
  /** beta: adds sqrt(beta) s B, with the regular field B and a Gaussian s of unit variance and the same spectrum. */
  readonly striation: number
  readonly divergenceFree: boolean
}

/** What a random field depends on beside its own numbers. */
export interface RandomFieldSurroundings {
  /** Root mean square of |b| without striation, microgauss: everywhere the same, or a function of position (kpc). */
  readonly strength: number | ((position: Vector3) => number)
  /** B in microgauss; only asked for with anisotropy or striation. */
  readonly regular: (position: Vector3) => Vector3
}

export interface RandomField {
  /** [nx, ny, nz, 3] microgauss. */
  readonly values: Float64Array
  /** Of the energy in the box, the share that had a divergence before it was made up for. */
  readonly removedShare: number
}

/** The shortest wavelength that a grid can hold, kpc: two of its largest spacings. */
export function shortestWavelength(grid: GridGeometry): number {
  return 2 * Math.max(...gridSpacing(grid))
}

/**
 * A random field on a grid. The same numbers give the same bits: amplitudes depend on the seed and on the periods of a
 * wave along the axes of the periodic box, so that a finer grid of the same extent only adds shorter waves (if the box is the
 * same: it is for a grid with multiples of 8 cells and one with 2, 3 or 5 times as many).
 *
 * 1. Every wave between the two wavelengths gets independent Gaussian amplitudes of three components and of s, with the
 *    spectrum; without divergence, b - k (k.b) / k^2. Scaled so that the expected mean of |b|^2 is 1, that of s^2 too.
 * 2. In space: times the strength; with anisotropy (rho b_par + b_perp / rho) / sqrt(rho^2/3 + 2/(3 rho^2)); plus striation.
 * 3. Where 2 did more than scale, divergence is removed once more, and the whole is scaled to the energy in the box that it had
 *    before. So the strength holds over distances longer than the waves: edges of it are blurred.
 *
 * @throws RangeError where no wave fits between the wavelengths
 */
export function realiseRandomField(
  grid: GridGeometry,
  settings: RandomFieldSettings,
  surroundings: RandomFieldSurroundings,
): RandomField {
  const box = new PeriodicBox(grid, settings.outerKpc)
  const { field, removedShare } = realiseInBox(box, settings, surroundings)
  const values = new Float64Array(3 * voxelCount(grid))
  const [xy, zs] = field
  box.crop(xy.real, values, 0)
  box.crop(xy.imaginary, values, 1)
  box.crop(zs.real, values, 2)
  return { values, removedShare }
}

/** The same in the whole periodic box: bx + i by, bz + i s at its cells. */
export function realiseInBox(
  box: PeriodicBox,
  settings: RandomFieldSettings,
  surroundings: RandomFieldSurroundings,
): { field: PackedField; removedShare: number } {
  const field: PackedField = [box.createField(), box.createField()]
  drawAmplitudes(box, settings, field)
  if (settings.divergenceFree) removeDivergence(box, field)
  field.forEach((part) => box.toCells(part))
  const before = place(box, settings, surroundings, field)
  const { strength } = surroundings
  const scaledOnly =
    typeof strength === 'number' && settings.anisotropy === 1 && settings.striation === 0
  if (scaledOnly || !settings.divergenceFree) return { field, removedShare: 0 }
  field.forEach((part) => box.toWaves(part))
  removeDivergence(box, field)
  field.forEach((part) => box.toCells(part))
  const after = energy(field)
  if (after > 0) scale(field, Math.sqrt(before / after))
  return { field, removedShare: before > 0 ? 1 - after / before : 0 }
}

/** A wave has numbers of periods below 2^15 along every axis: grids have at most 1024 cells, boxes twice as many. */
const PERIODS = 2 ** 15

/**
 * Amplitudes of x + iy and z + is, of all waves with wavelengths in range. Cell i lies (i + 1/2) spacings behind the face of
 * the grid, where phases are counted from.
 */
function drawAmplitudes(
  box: PeriodicBox,
  { seed, slope, outerKpc, innerKpc, divergenceFree }: RandomFieldSettings,
  [xy, zs]: PackedField,
): void {
  const { shape, lengthKpc } = box
  const most = lengthKpc.map((length, axis) =>
    Math.min(Math.floor(length / innerKpc), Math.ceil(shape[axis] / 2) - 1),
  )
  const [smallest, largest] = [1 / outerKpc, 1 / innerKpc]
  // Rounding does not decide whether a wave is in: one with exactly the longest wavelength is.
  const inRange = (k: number): boolean => k >= smallest * (1 - 1e-12) && k <= largest * (1 + 1e-12)
  const cells = box.cells
  // Of the energy of three components two thirds are left without divergence; s has all of its one.
  const left = Math.sqrt(divergenceFree ? 2 : 3)
  let power = 0
  for (let p = 0; p <= most[0]; p++) {
    for (let q = p === 0 ? 0 : -most[1]; q <= most[1]; q++) {
      for (let r = p === 0 && q === 0 ? 1 : -most[2]; r <= most[2]; r++) {
        const k = Math.hypot(p / lengthKpc[0], q / lengthKpc[1], r / lengthKpc[2])
        if (!inRange(k)) continue
        // Of a wave and its mirror, which are drawn together.
        power += 2 * (k * outerKpc) ** -slope
        const counter =
          4 * (((p + PERIODS) * 2 * PERIODS + q + PERIODS) * 2 * PERIODS + r + PERIODS)
        const phase = Math.PI * (p / shape[0] + q / shape[1] + r / shape[2])
        const size = cells * Math.sqrt((k * outerKpc) ** -slope / 2)
        const [c, s] = [size * Math.cos(phase), size * Math.sin(phase)]
        const amplitude = (component: number): [number, number] => {
          const [re, im] = normalPair(seed, randomStreams.randomField, counter + component)
          return [re * c - im * s, re * s + im * c]
        }
        const at = waveAt(box, p, q, r)
        const mirror = waveAt(box, -p, -q, -r)
        const [sr, si] = amplitude(3)
        put(xy, at, mirror, amplitude(0), amplitude(1))
        put(zs, at, mirror, amplitude(2), [left * sr, left * si])
      }
    }
  }
  if (power === 0) {
    throw new RangeError(
      `No wave between ${innerKpc} and ${outerKpc} kpc fits into the periodic box of ${lengthKpc.map((length) => Number(length.toPrecision(6))).join(' x ')} kpc.`,
    )
  }
  scale([xy, zs], 1 / (left * Math.sqrt(power)))
}

function waveAt(box: PeriodicBox, p: number, q: number, r: number): number {
  return (box.index(0, p) * box.shape[1] + box.index(1, q)) * box.shape[2] + box.index(2, r)
}

/** Two real fields at a wave and its mirror, in one complex field. */
function put(
  { real, imaginary }: ComplexField,
  at: number,
  mirror: number,
  [xr, xi]: readonly [number, number],
  [yr, yi]: readonly [number, number],
): void {
  real[at] = xr - yi
  imaginary[at] = xi + yr
  real[mirror] = xr + yi
  imaginary[mirror] = yr - xi
}

/** From the field of unit strength to the one at its place; returns the energy, sum of b^2. */
function place(
  box: PeriodicBox,
  { anisotropy: rho, striation }: RandomFieldSettings,
  { strength, regular }: RandomFieldSurroundings,
  [xy, zs]: PackedField,
): number {
  const [nx, ny, nz] = box.shape
  const directed = rho !== 1 || striation > 0
  const unit = 1 / Math.sqrt(rho ** 2 / 3 + 2 / (3 * rho ** 2))
  const striated = Math.sqrt(striation)
  let total = 0
  let at = 0
  for (let i = 0; i < nx; i++) {
    for (let j = 0; j < ny; j++) {
      for (let k = 0; k < nz; k++, at++) {
        const position: Vector3 = [box.centre(0, i), box.centre(1, j), box.centre(2, k)]
        const rms = typeof strength === 'number' ? strength : strength(position)
        let x = rms * xy.real[at]
        let y = rms * xy.imaginary[at]
        let z = rms * zs.real[at]
        if (directed) {
          const [bx, by, bz] = regular(position)
          const square = bx * bx + by * by + bz * bz
          // Without a regular field there is no direction: the random field stays isotropic there.
          if (square > 0) {
            const along = (x * bx + y * by + z * bz) / square
            const across = unit / rho
            const more = along * (unit * rho - across) + striated * zs.imaginary[at]
            x = across * x + more * bx
            y = across * y + more * by
            z = across * z + more * bz
          }
        }
        xy.real[at] = x
        xy.imaginary[at] = y
        zs.real[at] = z
        total += x * x + y * y + z * z
      }
    }
  }
  return total
}

function energy([xy, zs]: PackedField): number {
  let total = 0
  for (let i = 0; i < xy.real.length; i++) {
    total += xy.real[i] ** 2 + xy.imaginary[i] ** 2 + zs.real[i] ** 2
  }
  return total
}

function scale(field: PackedField, factor: number): void {
  for (const { real, imaginary } of field) {
    for (let i = 0; i < real.length; i++) {
      real[i] *= factor
      imaginary[i] *= factor
    }
  }
}
