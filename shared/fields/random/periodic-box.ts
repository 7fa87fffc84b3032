import type { ComplexField } from '../../inference/fft.ts'
import { FourierTransform, createComplexField, fastSize } from '../../inference/fft.ts'
import type { GridGeometry } from '../../physics/grid.ts'
import { gridSpacing } from '../../physics/grid.ts'
import type { Vector3 } from '../../physics/vector.ts'

/** How much larger than the grid the box may be along an axis: few choices, so that finer grids get the same box. */
const PADDING_SHARES = [1 / 8, 1 / 4, 1 / 2, 1] as const

/**
 * A periodic box around a grid, with the grid's cells: it begins at the face of the grid and is longer by at least
 * `paddingKpc` where doubling allows that, so that what is near one face is not the neighbour of what is near the opposite one.
 *
 * Waves are counted by whole numbers of periods along each axis. Real fields x and y stand in the parts of one complex
 * field x + iy, and have the amplitudes (F_k + conj F_-k) / 2 and (F_k - conj F_-k) / 2i.
 */
export class PeriodicBox {
  readonly shape: readonly [number, number, number]
  readonly lengthKpc: Vector3
  readonly #grid: GridGeometry
  readonly #transform: FourierTransform

  constructor(grid: GridGeometry, paddingKpc: number) {
    this.#grid = grid
    const spacing = gridSpacing(grid)
    const size = (axis: number): number => paddedSize(grid.shape[axis], paddingKpc / spacing[axis])
    this.shape = [size(0), size(1), size(2)]
    this.lengthKpc = [
      this.shape[0] * spacing[0],
      this.shape[1] * spacing[1],
      this.shape[2] * spacing[2],
    ]
    this.#transform = new FourierTransform(this.shape)
  }

  get cells(): number {
    return this.#transform.length
  }

  createField(): ComplexField {
    return createComplexField(this.cells)
  }

  /** From values at the cells to amplitudes of waves, F_k = sum_x f_x exp(-ikx). In place. */
  toWaves(field: ComplexField): void {
    this.#transform.forward(field)
  }

  /** Undoes `toWaves`. */
  toCells(field: ComplexField): void {
    this.#transform.inverse(field)
  }

  /** Periods along an axis of the wave with an index: 0, 1, ..., -2, -1. */
  periods(axis: number, index: number): number {
    const n = this.shape[axis]
    return 2 * index <= n ? index : index - n
  }

  /** The index of a number of periods. */
  index(axis: number, periods: number): number {
    return periods < 0 ? periods + this.shape[axis] : periods
  }

  /**
   * Coordinate of the cells with an index, kpc. The cells beyond the grid lie half on its one side and half on its other, so
   * that a function of position jumps, where the box closes on itself, far from the grid.
   */
  centre(axis: number, index: number): number {
    const n = this.#grid.shape[axis]
    const all = this.shape[axis]
    const half = this.#grid.halfSizeKpc[axis]
    const turned = 2 * (index - n) >= all - n ? index - all : index
    return -half + ((turned + 0.5) * 2 * half) / n
  }

  /** Copies one component of a field from the box, [cell], into the grid, [voxel][3]. */
  crop(from: Float64Array, into: Float64Array, component: number): void {
    const [nx, ny, nz] = this.#grid.shape
    const [, by, bz] = this.shape
    let at = component
    for (let i = 0; i < nx; i++) {
      for (let j = 0; j < ny; j++) {
        const row = (i * by + j) * bz
        for (let k = 0; k < nz; k++, at += 3) into[at] = from[row + k]
      }
    }
  }
}

function paddedSize(n: number, padding: number): number {
  for (const share of PADDING_SHARES) {
    const size = n * (1 + share)
    const isLast = share === 1
    if (Number.isInteger(size) && (isLast || (n * share >= padding && fastSize(size) === size))) {
      return size
    }
  }
  return 2 * n
}
