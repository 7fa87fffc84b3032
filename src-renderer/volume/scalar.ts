import type { ShownGridName } from '#shared/contract/methods.ts'
import type { FieldQuantity, Vector3 } from './types.ts'

/** A scalar on the voxels of a field, C order (z fastest). */
export interface ScalarGrid {
  readonly values: Float32Array
  /** 1 in the region of the field, 0 where all components are exactly zero: not part of the model. */
  readonly inside: Uint8Array
  readonly shape: Vector3
  readonly halfSizeKpc: Vector3
}

export interface QuantityInfo {
  /** Words under the colour bar. */
  readonly name: string
  /** In front of a value. */
  readonly symbol: string
  readonly unit: string
  readonly signed: boolean
  /** Densities fall by decades. */
  readonly norm: 'linear' | 'log'
  /** The grid it is made from. */
  readonly grid: ShownGridName
  /** Its entry in the glossary. */
  readonly term?: string
}

const ofField = { unit: 'microgauss', norm: 'linear', grid: 'magnetic_field' } as const

export const quantityInfo: Readonly<Record<FieldQuantity, QuantityInfo>> = {
  B: { ...ofField, name: 'Field strength', symbol: '|B|', signed: false, term: 'field-strength' },
  Bx: { ...ofField, name: 'Component toward +x', symbol: 'Bx', signed: true },
  By: { ...ofField, name: 'Component toward +y', symbol: 'By', signed: true },
  Bz: { ...ofField, name: 'Component toward +z', symbol: 'Bz', signed: true },
  BR: { ...ofField, name: 'Radial component', symbol: 'BR', signed: true },
  Bphi: { ...ofField, name: 'Azimuthal component', symbol: 'Bφ', signed: true },
  divB: {
    ...ofField,
    name: 'Divergence',
    symbol: 'div B',
    unit: 'microgauss/kpc',
    signed: true,
  },
  n_e: {
    name: 'Thermal electrons',
    symbol: 'nₑ',
    unit: 'cm^-3',
    signed: false,
    norm: 'log',
    grid: 'thermal_electrons',
    term: 'thermal-electrons',
  },
  C: {
    name: 'Cosmic-ray electrons',
    symbol: 'C',
    unit: 'm^-3',
    signed: false,
    norm: 'log',
    grid: 'cosmic_ray_electrons',
    term: 'cosmic-ray-electrons-c',
  },
  p: {
    name: 'Spectral index',
    symbol: 'p',
    unit: '',
    signed: false,
    norm: 'linear',
    grid: 'spectral_index',
    term: 'spectral-index-p',
  },
  coverage: {
    name: 'Coverage by lines of sight',
    symbol: 'coverage',
    unit: 'kpc',
    signed: false,
    norm: 'log',
    grid: 'coverage',
    term: 'coverage',
  },
  sigma: {
    name: 'Conditional sigma of B',
    symbol: 'σ(B)',
    unit: 'microgauss',
    signed: false,
    norm: 'log',
    grid: 'conditional_sigma',
    term: 'conditional-sigma',
  },
}

const firstOf: Readonly<Record<ShownGridName, FieldQuantity>> = {
  magnetic_field: 'B',
  thermal_electrons: 'n_e',
  cosmic_ray_electrons: 'C',
  spectral_index: 'p',
  coverage: 'coverage',
  conditional_sigma: 'sigma',
}

/** The quantity itself where it is made from this grid, else the first one that is. */
export function quantityOf(chosen: FieldQuantity, grid: ShownGridName | undefined): FieldQuantity {
  if (grid === undefined || quantityInfo[chosen].grid === grid) return chosen
  return firstOf[grid]
}

/** Voxel centres along one axis: x_i = -L + (i + 1/2) 2L/n, kpc. */
export function voxelCentre(index: number, count: number, halfSizeKpc: number): number {
  return -halfSizeKpc + ((index + 0.5) * 2 * halfSizeKpc) / count
}

/**
 * The scalar of a field [nx, ny, nz, 3] in microgauss. B_R and B_phi are Galactocentric cylindrical, phi from +x toward
 * +y; on the axis itself both are 0. The divergence uses central differences (one-sided at the faces of the box).
 * A field that is zero everywhere counts as inside: it is a start, not a hole.
 * Throws RangeError when the array does not have the shape.
 */
export function deriveScalar(
  field: Float32Array,
  shape: Vector3,
  halfSizeKpc: Vector3,
  quantity: FieldQuantity,
): ScalarGrid {
  if (!isOfField(quantity)) return plainScalar(field, shape, halfSizeKpc, quantity)
  const [nx, ny, nz] = shape
  const count = nx * ny * nz
  if (field.length !== 3 * count) {
    throw new RangeError(
      `A field of ${nx} × ${ny} × ${nz} has ${3 * count} components, not ${field.length}.`,
    )
  }
  const values =
    quantity === 'divB'
      ? divergence(field, shape, halfSizeKpc)
      : pointwise(field, shape, halfSizeKpc, quantity)
  return { values, inside: insideRegion(field, count), shape, halfSizeKpc }
}

type OfField = Exclude<FieldQuantity, 'n_e' | 'C' | 'p' | 'coverage' | 'sigma'>

/** Whether a quantity is made of the three components of B. */
function isOfField(quantity: FieldQuantity): quantity is OfField {
  return quantityInfo[quantity].grid === 'magnetic_field'
}

function insideRegion(field: Float32Array, count: number): Uint8Array {
  const inside = new Uint8Array(count)
  let any = false
  for (let voxel = 0; voxel < count; voxel++) {
    const at = 3 * voxel
    if (field[at] !== 0 || field[at + 1] !== 0 || field[at + 2] !== 0) {
      inside[voxel] = 1
      any = true
    }
  }
  return any ? inside : inside.fill(1)
}

const cartesian = { Bx: 0, By: 1, Bz: 2 } as const

/** What the grid holds: densities everywhere, what is known of voxels where it is positive. */
function plainScalar(
  values: Float32Array,
  shape: Vector3,
  halfSizeKpc: Vector3,
  quantity: FieldQuantity,
): ScalarGrid {
  const count = shape[0] * shape[1] * shape[2]
  if (values.length !== count) {
    throw new RangeError(
      `A grid of ${shape.join(' × ')} voxels has ${count} values, not ${values.length}.`,
    )
  }
  const everywhere = quantity !== 'coverage' && quantity !== 'sigma'
  const inside = new Uint8Array(count).fill(1)
  if (!everywhere) for (let i = 0; i < count; i++) inside[i] = values[i] > 0 ? 1 : 0
  return { values, inside, shape, halfSizeKpc }
}

/** Flat loops without temporary arrays: half a million voxels in a few milliseconds. */
function pointwise(
  field: Float32Array,
  shape: Vector3,
  half: Vector3,
  quantity: Exclude<OfField, 'divB'>,
): Float32Array {
  const values = new Float32Array(shape[0] * shape[1] * shape[2])
  if (quantity === 'BR' || quantity === 'Bphi') cylindrical(field, shape, half, quantity, values)
  else if (quantity === 'B') {
    for (let voxel = 0, at = 0; voxel < values.length; voxel++, at += 3) {
      const bx = field[at]
      const by = field[at + 1]
      const bz = field[at + 2]
      values[voxel] = Math.sqrt(bx * bx + by * by + bz * bz)
    }
  } else {
    const component = cartesian[quantity]
    for (let voxel = 0; voxel < values.length; voxel++) values[voxel] = field[3 * voxel + component]
  }
  return values
}

function cylindrical(
  field: Float32Array,
  [nx, ny, nz]: Vector3,
  half: Vector3,
  quantity: 'BR' | 'Bphi',
  values: Float32Array,
): void {
  let voxel = 0
  for (let i = 0; i < nx; i++) {
    const x = voxelCentre(i, nx, half[0])
    for (let j = 0; j < ny; j++) {
      const y = voxelCentre(j, ny, half[1])
      const radius = Math.hypot(x, y)
      const cos = radius > 0 ? x / radius : 0
      const sin = radius > 0 ? y / radius : 0
      // B_R = Bx cos + By sin, B_phi = By cos - Bx sin.
      const ofX = quantity === 'BR' ? cos : -sin
      const ofY = quantity === 'BR' ? sin : cos
      for (let k = 0; k < nz; k++, voxel++) {
        values[voxel] = field[3 * voxel] * ofX + field[3 * voxel + 1] * ofY
      }
    }
  }
}

function divergence(field: Float32Array, shape: Vector3, half: Vector3): Float32Array {
  const [nx, ny, nz] = shape
  const values = new Float32Array(nx * ny * nz)
  const strides = [ny * nz, nz, 1]
  for (let axis = 0; axis < 3; axis++) {
    const n = shape[axis]
    if (n < 2) continue
    const spacing = (2 * half[axis]) / n
    const stride = strides[axis]
    for (let voxel = 0; voxel < values.length; voxel++) {
      const index = Math.floor(voxel / stride) % n
      const below = index > 0 ? voxel - stride : voxel
      const above = index < n - 1 ? voxel + stride : voxel
      const steps = (above - below) / stride
      values[voxel] += (field[3 * above + axis] - field[3 * below + axis]) / (steps * spacing)
    }
  }
  return values
}

/** Index and weight for linear interpolation between voxel centres; held constant beyond the last centre. */
export function interpolationAt(
  kpc: number,
  count: number,
  halfSizeKpc: number,
): { readonly low: number; readonly high: number; readonly weight: number } {
  const at = ((kpc + halfSizeKpc) * count) / (2 * halfSizeKpc) - 0.5
  const clamped = Math.min(count - 1, Math.max(0, at))
  const low = Math.min(Math.floor(clamped), Math.max(0, count - 2))
  return { low, high: Math.min(low + 1, count - 1), weight: clamped - low }
}

/** Trilinear value at a position; NaN outside the box or where the nearest voxel is outside the region. */
export function sampleScalar(grid: ScalarGrid, [x, y, z]: Vector3): number {
  const { shape, halfSizeKpc, values, inside } = grid
  const position = [x, y, z]
  if (position.some((p, axis) => !(Math.abs(p) <= halfSizeKpc[axis]))) return NaN
  const [a, b, c] = position.map((p, axis) => interpolationAt(p, shape[axis], halfSizeKpc[axis]))
  const at = (i: number, j: number, k: number) => (i * shape[1] + j) * shape[2] + k
  const nearest = [a, b, c].map(({ low, high, weight }) => (weight < 0.5 ? low : high))
  if (!inside[at(nearest[0], nearest[1], nearest[2])]) return NaN
  const mix = (p: number, q: number, weight: number) => p + (q - p) * weight
  const line = (i: number, j: number) =>
    mix(values[at(i, j, c.low)], values[at(i, j, c.high)], c.weight)
  const plane = (i: number) => mix(line(i, b.low), line(i, b.high), b.weight)
  return mix(plane(a.low), plane(a.high), a.weight)
}
