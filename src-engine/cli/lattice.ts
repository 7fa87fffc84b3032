import type { GridGeometry } from '#shared/physics/index.ts'
import { cellCentre, gridSpacing } from '#shared/physics/index.ts'
import { UsageError } from '../errors.ts'

const axisNames = ['x', 'y', 'z'] as const

/** Evenly spaced coordinates along one axis, kpc. */
export interface LatticeAxis {
  readonly name: 'x' | 'y' | 'z'
  readonly centres: Float64Array
  readonly spacingKpc: number
}

/** Points at which a field is written: the centres of a grid, or of the cells of a plane. */
export interface Lattice {
  /** Three axes, of which a plane has one with a single coordinate. */
  readonly axes: readonly [LatticeAxis, LatticeAxis, LatticeAxis]
  /** The axis across a plane. */
  readonly across: number | undefined
  /** Lengths of the axes but the one across. */
  readonly shape: readonly number[]
}

/** The largest lattice written in one piece: its values must fit into one array. */
const MOST_POINTS = 2 ** 28

/** The centres of a grid. */
export function latticeOfGrid(grid: GridGeometry): Lattice {
  return latticeOf(grid, undefined, 0)
}

/** The centres of a plane across one axis; the grid has one cell along it. */
export function latticeOfPlane(grid: GridGeometry, across: number, at: number): Lattice {
  return latticeOf(grid, across, at)
}

function latticeOf(grid: GridGeometry, across: number | undefined, at: number): Lattice {
  const spacing = gridSpacing(grid)
  const axis = (i: 0 | 1 | 2): LatticeAxis => ({
    name: axisNames[i],
    centres:
      i === across
        ? Float64Array.of(at)
        : Float64Array.from({ length: grid.shape[i] }, (_, n) => cellCentre(grid, i, n)),
    spacingKpc: spacing[i],
  })
  return {
    axes: [axis(0), axis(1), axis(2)],
    across,
    shape: grid.shape.filter((_, i) => i !== across),
  }
}

/** Number of points of a lattice. */
export function latticeSize({ axes }: Lattice): number {
  return axes.reduce((product, { centres }) => product * centres.length, 1)
}

/** Some of the points of a lattice, [count, 3], the last axis fastest. */
export function latticePoints(
  { axes: [xs, ys, zs] }: Lattice,
  first: number,
  count: number,
): Float64Array {
  const [ny, nz] = [ys.centres.length, zs.centres.length]
  const points = new Float64Array(3 * count)
  for (let i = 0; i < count; i++) {
    const column = Math.floor((first + i) / nz)
    points[3 * i] = xs.centres[Math.floor(column / ny)]
    points[3 * i + 1] = ys.centres[column % ny]
    points[3 * i + 2] = zs.centres[(first + i) % nz]
  }
  return points
}

/** `z=0.5`. @throws UsageError */
export function parseSlice(text: string): { across: 0 | 1 | 2; at: number } {
  const match = /^([xyz])=(.+)$/.exec(text)
  const at = match ? Number(match[2]) : NaN
  if (!match || !Number.isFinite(at)) {
    throw new UsageError(
      `--slice needs x, y or z and a coordinate in kpc, for example z=0, not "${text}".`,
    )
  }
  return { across: match[1] === 'x' ? 0 : match[1] === 'y' ? 1 : 2, at }
}

/** `NXxNYxNZ`, or of a plane the two numbers of its own axes. @throws UsageError */
export function parseShape(text: string, across: number | undefined): [number, number, number] {
  const numbers = /^\d+(x\d+)*$/.test(text) ? text.split('x').map(Number) : []
  const wanted = across === undefined ? 3 : 2
  if (numbers.length !== wanted) {
    const names = axisNames.filter((_, i) => i !== across).map((name) => `N${name.toUpperCase()}`)
    const example = across === undefined ? '128x128x32' : '256x256'
    throw new UsageError(`--grid needs ${names.join('x')}, for example ${example}, not "${text}".`)
  }
  if (across !== undefined) numbers.splice(across, 0, 1)
  const [nx, ny, nz] = numbers
  if (numbers.some((n) => n < 1) || nx * ny * nz > MOST_POINTS) {
    throw new UsageError(`--grid ${text}: between 1 and ${MOST_POINTS} cells are possible.`)
  }
  return [nx, ny, nz]
}
