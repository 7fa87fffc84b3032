import { VOXEL_BYTES } from './layout'

// Regularisers and the reduction of the threads' gradients. Every function works on whole planes of x (or a range of
// voxels) and writes only there; a thread reads its neighbours' planes but never writes them. Values are float64 sums
// per plane, so that they do not depend on the number of threads.

/** Adds the lanes of a float32 vector to a float64 pair. */
@inline
function addLanes(sum: v128, v: v128): v128 {
  const low = f64x2.promote_low_f32x4(v)
  const high = f64x2.promote_low_f32x4(v128.shuffle<f32>(v, v, 2, 3, 2, 3))
  return f64x2.add(sum, f64x2.add(low, high))
}

@inline
function total(sum: v128): f64 {
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1)
}

@inline
function square(v: v128): v128 {
  return f32x4.mul(v, v)
}

/** Sum of the three components. */
@inline
function sum3(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + f32x4.extract_lane(v, 2)
}

/** The magnetic field's part of a voxel: the fourth lane may hold n_e. */
@inline
function vectorOf(v: v128): v128 {
  return v128.and(v, i32x4(-1, -1, -1, 0))
}

@inline
function difference(a: usize, b: usize): v128 {
  return vectorOf(f32x4.sub(v128.load(a), v128.load(b)))
}

@inline
function accumulate(at: usize, v: v128): void {
  v128.store(at, f32x4.add(v128.load(at), v))
}

/** Whether the voxel at `mask + offset` exists (`exists`) and lies in the region. */
@inline
function inside(exists: bool, mask: usize): bool {
  return exists && load<u8>(mask) != 0
}

// Gradients are zeroed as they are read, while they are in the cache: the next adjoint starts from zeros.

/** Adds to `gradient` the `count` - 1 buffers that follow it `bufferBytes` apart, and zeroes those. */
export function sumBuffers(
  gradient: usize,
  bufferBytes: usize,
  count: u32,
  firstVoxel: u32,
  lastVoxel: u32,
): void {
  const end = gradient + <usize>lastVoxel * VOXEL_BYTES
  for (let at = gradient + <usize>firstVoxel * VOXEL_BYTES; at < end; at += VOXEL_BYTES) {
    let v = v128.load(at)
    let other = at
    for (let n: u32 = 1; n < count; n++) {
      other += bufferBytes
      v = f32x4.add(v, v128.load(other))
      v128.store(other, f32x4.splat(0))
    }
    v128.store(at, v)
  }
}

/**
 * Packs the voxels of the region as [voxel][3], zero elsewhere, and with `electrons` not 0 the fourth lane as [voxel] there; returns
 * the sum of their squares. Zeroes the gradient.
 */
export function packGradient(
  gradient: usize,
  mask: usize,
  packed: usize,
  electrons: usize,
  firstVoxel: u32,
  lastVoxel: u32,
): f64 {
  const zero = f32x4.splat(0)
  let squares = f64x2.splat(0)
  for (let v = <usize>firstVoxel; v < <usize>lastVoxel; v++) {
    const value = load<u8>(mask + v) != 0 ? v128.load(gradient + v * VOXEL_BYTES) : zero
    v128.store(gradient + v * VOXEL_BYTES, zero)
    v128.store_lane<u64>(packed + v * 12, value, 0)
    v128.store_lane<u32>(packed + v * 12, value, 2, 8)
    if (electrons != 0) v128.store_lane<u32>(electrons + (v << 2), value, 3)
    const low = f64x2.promote_low_f32x4(value)
    const high = f64x2.promote_low_f32x4(v128.shuffle<f32>(value, value, 2, 3, 2, 3))
    squares = f64x2.add(squares, f64x2.add(f64x2.mul(low, low), f64x2.mul(high, high)))
  }
  return total(squares)
}

/**
 * Sums `count` scalar gradients that lie `bufferBytes` apart into `packed` for the voxels of the region, zero elsewhere, and zeroes
 * them; returns the sum of the squares.
 */
export function packPlane(
  gradient: usize,
  bufferBytes: usize,
  count: u32,
  mask: usize,
  packed: usize,
  firstVoxel: u32,
  lastVoxel: u32,
): f64 {
  let squares: f64 = 0
  for (let v = <usize>firstVoxel; v < <usize>lastVoxel; v++) {
    let value: f32 = 0
    let at = gradient + (v << 2)
    for (let n: u32 = 0; n < count; n++) {
      value += load<f32>(at)
      store<f32>(at, 0)
      at += bufferBytes
    }
    if (load<u8>(mask + v) == 0) value = 0
    store<f32>(packed + (v << 2), value)
    squares += <f64>value * <f64>value
  }
  return squares
}

/**
 * Smoothness: 1/2 sum over neighbour pairs of s_axis |B_a - B_b|^2 with s_axis = weight dV / h_axis^2. Adds the gradient
 * of the planes [firstPlane, lastPlane) and stores each plane's value. A pair counts when one of its voxels is in the
 * region: at the lower one if both are, else at the one that is.
 */
export function smoothness(
  field: usize,
  mask: usize,
  gradient: usize,
  values: usize,
  nx: u32,
  ny: u32,
  nz: u32,
  sx: f32,
  sy: f32,
  sz: f32,
  firstPlane: u32,
  lastPlane: u32,
): void {
  const rowBytes = <usize>nz * VOXEL_BYTES
  const planeBytes = <usize>ny * rowBytes
  const planeVoxels = <usize>ny * <usize>nz
  const scaleX = f32x4.splat(sx)
  const scaleY = f32x4.splat(sy)
  const scaleZ = f32x4.splat(sz)
  for (let i = firstPlane; i < lastPlane; i++) {
    let sum = f64x2.splat(0)
    for (let j: u32 = 0; j < ny; j++) {
      for (let k: u32 = 0; k < nz; k++) {
        const v = (<usize>i * ny + j) * nz + k
        const m = mask + v
        if (load<u8>(m) == 0) continue
        const at = field + v * VOXEL_BYTES
        let g = f32x4.splat(0)
        let pairs = f32x4.splat(0)
        if (i > 0) {
          const d = difference(at, at - planeBytes)
          g = f32x4.add(g, f32x4.mul(scaleX, d))
          if (load<u8>(m - planeVoxels) == 0) pairs = f32x4.add(pairs, f32x4.mul(scaleX, square(d)))
        }
        if (i + 1 < nx) {
          const d = difference(at, at + planeBytes)
          g = f32x4.add(g, f32x4.mul(scaleX, d))
          pairs = f32x4.add(pairs, f32x4.mul(scaleX, square(d)))
        }
        if (j > 0) {
          const d = difference(at, at - rowBytes)
          g = f32x4.add(g, f32x4.mul(scaleY, d))
          if (load<u8>(m - nz) == 0) pairs = f32x4.add(pairs, f32x4.mul(scaleY, square(d)))
        }
        if (j + 1 < ny) {
          const d = difference(at, at + rowBytes)
          g = f32x4.add(g, f32x4.mul(scaleY, d))
          pairs = f32x4.add(pairs, f32x4.mul(scaleY, square(d)))
        }
        if (k > 0) {
          const d = difference(at, at - VOXEL_BYTES)
          g = f32x4.add(g, f32x4.mul(scaleZ, d))
          if (load<u8>(m - 1) == 0) pairs = f32x4.add(pairs, f32x4.mul(scaleZ, square(d)))
        }
        if (k + 1 < nz) {
          const d = difference(at, at + VOXEL_BYTES)
          g = f32x4.add(g, f32x4.mul(scaleZ, d))
          pairs = f32x4.add(pairs, f32x4.mul(scaleZ, square(d)))
        }
        accumulate(gradient + v * VOXEL_BYTES, g)
        sum = addLanes(sum, pairs)
      }
    }
    store<f64>(values + ((<usize>i) << 3), 0.5 * total(sum))
  }
}

/**
 * Total variation: scale * sum over region voxels of s = sqrt(sum over axes |B_next - B|^2 / h_axis^2 + eps^2), forward
 * differences. Stores scale / s of each voxel (0 outside) for totalVariationGradient, and each plane's value.
 */
export function totalVariationNorms(
  field: usize,
  mask: usize,
  norms: usize,
  values: usize,
  nx: u32,
  ny: u32,
  nz: u32,
  ax: f32,
  ay: f32,
  az: f32,
  epsilonSquared: f32,
  scale: f32,
  firstPlane: u32,
  lastPlane: u32,
): void {
  const rowBytes = <usize>nz * VOXEL_BYTES
  const planeBytes = <usize>ny * rowBytes
  const planeVoxels = <usize>ny * <usize>nz
  for (let i = firstPlane; i < lastPlane; i++) {
    let sum: f64 = 0
    for (let j: u32 = 0; j < ny; j++) {
      for (let k: u32 = 0; k < nz; k++) {
        const v = (<usize>i * ny + j) * nz + k
        const m = mask + v
        const out = norms + (v << 2)
        if (load<u8>(m) == 0) {
          store<f32>(out, 0)
          continue
        }
        const at = field + v * VOXEL_BYTES
        let squares = epsilonSquared
        if (inside(i + 1 < nx, m + planeVoxels)) {
          squares += ax * sum3(square(difference(at + planeBytes, at)))
        }
        if (inside(j + 1 < ny, m + nz)) {
          squares += ay * sum3(square(difference(at + rowBytes, at)))
        }
        if (inside(k + 1 < nz, m + 1)) {
          squares += az * sum3(square(difference(at + VOXEL_BYTES, at)))
        }
        const s = sqrt(squares)
        store<f32>(out, scale / s)
        sum += <f64>s
      }
    }
    store<f64>(values + ((<usize>i) << 3), <f64>scale * sum)
  }
}

/** Adds the gradient of the total variation from what totalVariationNorms stored. */
export function totalVariationGradient(
  field: usize,
  mask: usize,
  norms: usize,
  gradient: usize,
  nx: u32,
  ny: u32,
  nz: u32,
  ax: f32,
  ay: f32,
  az: f32,
  firstPlane: u32,
  lastPlane: u32,
): void {
  const rowBytes = <usize>nz * VOXEL_BYTES
  const planeBytes = <usize>ny * rowBytes
  const planeVoxels = <usize>ny * <usize>nz
  for (let i = firstPlane; i < lastPlane; i++) {
    for (let j: u32 = 0; j < ny; j++) {
      for (let k: u32 = 0; k < nz; k++) {
        const v = (<usize>i * ny + j) * nz + k
        const m = mask + v
        if (load<u8>(m) == 0) continue
        const at = field + v * VOXEL_BYTES
        const norm = norms + (v << 2)
        const own = load<f32>(norm)
        let g = f32x4.splat(0)
        // backward neighbours: their norms contain this voxel; the norm of a voxel outside the region is 0
        if (i > 0) {
          const s = f32x4.splat(ax * load<f32>(norm - (planeVoxels << 2)))
          g = f32x4.add(g, f32x4.mul(s, difference(at, at - planeBytes)))
        }
        if (j > 0) {
          const s = f32x4.splat(ay * load<f32>(norm - (<usize>nz << 2)))
          g = f32x4.add(g, f32x4.mul(s, difference(at, at - rowBytes)))
        }
        if (k > 0) {
          const s = f32x4.splat(az * load<f32>(norm - 4))
          g = f32x4.add(g, f32x4.mul(s, difference(at, at - VOXEL_BYTES)))
        }
        // forward neighbours: this voxel's own norm
        if (inside(i + 1 < nx, m + planeVoxels)) {
          g = f32x4.add(g, f32x4.mul(f32x4.splat(ax * own), difference(at, at + planeBytes)))
        }
        if (inside(j + 1 < ny, m + nz)) {
          g = f32x4.add(g, f32x4.mul(f32x4.splat(ay * own), difference(at, at + rowBytes)))
        }
        if (inside(k + 1 < nz, m + 1)) {
          g = f32x4.add(g, f32x4.mul(f32x4.splat(az * own), difference(at, at + VOXEL_BYTES)))
        }
        accumulate(gradient + v * VOXEL_BYTES, g)
      }
    }
  }
}

/**
 * Divergence: scale/2 * sum of (div B)^2 over the voxels whose six neighbours are all in the region, central differences
 * (bx = 1 / (2 h_x) ...). Stores scale * div B of each voxel (0 where it does not count), and each plane's value.
 */
export function divergences(
  field: usize,
  mask: usize,
  out: usize,
  values: usize,
  nx: u32,
  ny: u32,
  nz: u32,
  bx: f32,
  by: f32,
  bz: f32,
  scale: f32,
  firstPlane: u32,
  lastPlane: u32,
): void {
  const rowBytes = <usize>nz * VOXEL_BYTES
  const planeBytes = <usize>ny * rowBytes
  const planeVoxels = <usize>ny * <usize>nz
  for (let i = firstPlane; i < lastPlane; i++) {
    let sum: f64 = 0
    for (let j: u32 = 0; j < ny; j++) {
      for (let k: u32 = 0; k < nz; k++) {
        const v = (<usize>i * ny + j) * nz + k
        const m = mask + v
        const counts =
          load<u8>(m) != 0 &&
          inside(i > 0, m - planeVoxels) &&
          inside(i + 1 < nx, m + planeVoxels) &&
          inside(j > 0, m - nz) &&
          inside(j + 1 < ny, m + nz) &&
          inside(k > 0, m - 1) &&
          inside(k + 1 < nz, m + 1)
        let divergence: f32 = 0
        if (counts) {
          const at = field + v * VOXEL_BYTES
          divergence =
            bx * (load<f32>(at + planeBytes) - load<f32>(at - planeBytes)) +
            by * (load<f32>(at + rowBytes, 4) - load<f32>(at - rowBytes, 4)) +
            bz * (load<f32>(at + VOXEL_BYTES, 8) - load<f32>(at - VOXEL_BYTES, 8))
        }
        store<f32>(out + (v << 2), scale * divergence)
        sum += <f64>divergence * <f64>divergence
      }
    }
    store<f64>(values + ((<usize>i) << 3), 0.5 * <f64>scale * sum)
  }
}

/** Adds the gradient of the divergence term from what `divergences` stored. */
export function divergenceGradient(
  mask: usize,
  scaled: usize,
  gradient: usize,
  nx: u32,
  ny: u32,
  nz: u32,
  bx: f32,
  by: f32,
  bz: f32,
  firstPlane: u32,
  lastPlane: u32,
): void {
  const rowBytes = <usize>nz << 2
  const planeBytes = <usize>ny * rowBytes
  for (let i = firstPlane; i < lastPlane; i++) {
    for (let j: u32 = 0; j < ny; j++) {
      for (let k: u32 = 0; k < nz; k++) {
        const v = (<usize>i * ny + j) * nz + k
        if (load<u8>(mask + v) == 0) continue
        const at = scaled + (v << 2)
        const x = (i > 0 ? load<f32>(at - planeBytes) : 0) - (i + 1 < nx ? load<f32>(at + planeBytes) : 0)
        const y = (j > 0 ? load<f32>(at - rowBytes) : 0) - (j + 1 < ny ? load<f32>(at + rowBytes) : 0)
        const z = (k > 0 ? load<f32>(at - 4) : 0) - (k + 1 < nz ? load<f32>(at + 4) : 0)
        let g = f32x4.splat(0)
        g = f32x4.replace_lane(g, 0, bx * x)
        g = f32x4.replace_lane(g, 1, by * y)
        g = f32x4.replace_lane(g, 2, bz * z)
        accumulate(gradient + v * VOXEL_BYTES, g)
      }
    }
  }
}

/** Amplitude: scale/2 * sum over the region of |B - B_ref|^2; `reference` 0 means B_ref = 0. */
export function amplitude(
  field: usize,
  reference: usize,
  mask: usize,
  gradient: usize,
  values: usize,
  planeVoxels: u32,
  scale: f32,
  firstPlane: u32,
  lastPlane: u32,
): void {
  const scale4 = f32x4.splat(scale)
  for (let i = firstPlane; i < lastPlane; i++) {
    let sum = f64x2.splat(0)
    for (let n: u32 = 0; n < planeVoxels; n++) {
      const v = <usize>i * planeVoxels + n
      if (load<u8>(mask + v) == 0) continue
      let d = v128.load(field + v * VOXEL_BYTES)
      if (reference != 0) d = f32x4.sub(d, v128.load(reference + v * VOXEL_BYTES))
      d = vectorOf(d)
      accumulate(gradient + v * VOXEL_BYTES, f32x4.mul(scale4, d))
      sum = addLanes(sum, square(d))
    }
    store<f64>(values + ((<usize>i) << 3), 0.5 * <f64>scale * total(sum))
  }
}
