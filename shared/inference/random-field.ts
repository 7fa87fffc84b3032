import type { GridGeometry } from '../physics/grid.ts'
import { gridSpacing } from '../physics/grid.ts'
import { FourierTransform, createComplexField, fastSize } from './fft.ts'
import type { ComplexField } from './fft.ts'
import type { Values } from './vectors.ts'

/** A statistically homogeneous and isotropic Gaussian random field; every component of a vector field on its own. */
export interface RandomFieldModel {
  /** Standard deviation of one component. */
  readonly sigma: number
  /** l: the power spectrum is flat below the wave number 1 / l, kpc. */
  readonly correlationKpc: number
  /** gamma: the power spectrum falls as k^-gamma above it. */
  readonly slope: number
}

/** The periodic box is larger than the grid by this many correlation lengths, so that opposite faces hardly know of each other. */
const PADDING_LENGTHS = 2

/**
 * S of a Gaussian random field S w: with w white (independent, unit variance), S w has the power spectrum
 * P(k) = A (1 + (k l)^2)^(-gamma / 2), A such that the variance is sigma^2.
 *
 * w lives on a periodic box, the grid padded by PADDING_LENGTHS l along each axis (rounded up to a fast size of the Fourier
 * transform); S = crop o F^-1 o sqrt(P) o F is a real symmetric filter and a crop, so its adjoint is: put into
 * zeros, filter.
 */
export class RandomFieldRoot {
  /** Of the padded box. */
  readonly shape: readonly [number, number, number]
  readonly #grid: GridGeometry
  readonly #filter: Float64Array
  readonly #transform: FourierTransform
  readonly #work: ComplexField

  constructor(grid: GridGeometry, model: RandomFieldModel) {
    const spacing = gridSpacing(grid)
    const size = (axis: number): number =>
      fastSize(
        grid.shape[axis] + Math.ceil((PADDING_LENGTHS * model.correlationKpc) / spacing[axis]),
      )
    this.shape = [size(0), size(1), size(2)]
    this.#grid = grid
    this.#transform = new FourierTransform(this.shape)
    this.#work = createComplexField(this.#transform.length)
    this.#filter = filterOf(this.shape, spacing, model)
  }

  /** Voxels of the padded box. */
  get length(): number {
    return this.#transform.length
  }

  /**
   * field = S white.
   *
   * @param white [padded voxel][3]
   * @param field [voxel][3] of the grid
   */
  apply(white: Values, field: Values): void {
    const { real, imaginary } = this.#work
    for (const first of [0, 2]) {
      const second = first === 0
      for (let i = 0; i < this.length; i++) {
        real[i] = white[3 * i + first]
        imaginary[i] = second ? white[3 * i + 1] : 0
      }
      this.#filterWork()
      this.#exchange(field, first, real, false)
      if (second) this.#exchange(field, 1, imaginary, false)
    }
  }

  /** white = S' field, the adjoint of `apply`. */
  applyAdjoint(field: Values, white: Values): void {
    const { real, imaginary } = this.#work
    for (const first of [0, 2]) {
      const second = first === 0
      real.fill(0)
      imaginary.fill(0)
      this.#exchange(field, first, real, true)
      if (second) this.#exchange(field, 1, imaginary, true)
      this.#filterWork()
      for (let i = 0; i < this.length; i++) {
        white[3 * i + first] = real[i]
        if (second) white[3 * i + 1] = imaginary[i]
      }
    }
  }

  /** The filter is real and even, so two real fields can go through as the parts of one complex field. */
  #filterWork(): void {
    const { real, imaginary } = this.#work
    this.#transform.forward(this.#work)
    for (let i = 0; i < this.length; i++) {
      real[i] *= this.#filter[i]
      imaginary[i] *= this.#filter[i]
    }
    this.#transform.inverse(this.#work)
  }

  /** Copies rows of one component between the grid and the padded box. */
  #exchange(field: Values, component: number, padded: Float64Array, inward: boolean): void {
    const [nx, ny, nz] = this.#grid.shape
    const [, py, pz] = this.shape
    let at = component
    for (let i = 0; i < nx; i++) {
      for (let j = 0; j < ny; j++) {
        const row = (i * py + j) * pz
        for (let k = 0; k < nz; k++, at += 3) {
          if (inward) padded[row + k] = field[at]
          else field[at] = padded[row + k]
        }
      }
    }
  }
}

/** sqrt(P) at every wave vector of the box. */
function filterOf(
  [nx, ny, nz]: readonly [number, number, number],
  [hx, hy, hz]: readonly [number, number, number],
  { sigma, correlationKpc, slope }: RandomFieldModel,
): Float64Array {
  const filter = new Float64Array(nx * ny * nz)
  let power = 0
  for (let i = 0; i < nx; i++) {
    const x = waveNumber(i, nx, hx)
    for (let j = 0; j < ny; j++) {
      const y = waveNumber(j, ny, hy)
      for (let k = 0; k < nz; k++) {
        const z = waveNumber(k, nz, hz)
        const square = (x * x + y * y + z * z) * correlationKpc ** 2
        const shape = (1 + square) ** (-slope / 4)
        filter[(i * ny + j) * nz + k] = shape
        power += shape * shape
      }
    }
  }
  // The variance of a filtered white field is the mean of the filter's square.
  const factor = sigma * Math.sqrt(filter.length / power)
  return filter.map((value) => factor * value)
}

/** rad / kpc of the i-th of n waves along an axis. */
function waveNumber(i: number, n: number, spacing: number): number {
  return (2 * Math.PI * (i <= n / 2 ? i : i - n)) / (n * spacing)
}
