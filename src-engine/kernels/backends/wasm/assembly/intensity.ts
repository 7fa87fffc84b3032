import { geometryOf, storeCubicOf } from './crossing'
import { addCubicAdjoint, evaluateCubic } from './cubic'
import { dot, highHalves, interleaveHigh, interleaveLow, lowHalves, mulAdd, mulSub } from './lanes'
import {
  GEOMETRY_BYTES,
  PROBLEM_EXPONENT,
  PROBLEM_FIRST_CROSSING,
  PROBLEM_GROUPS,
  PROBLEM_LAST_LANE,
  PROBLEM_NODES,
  PROBLEM_NY,
  PROBLEM_NZ,
  PROBLEM_RAYS,
  PROBLEM_RECORD_BYTES,
  PROBLEM_WEIGHTS,
  RAY_BYTES,
  RAY_CROSSINGS,
  RAY_DIRECTION_X,
  RAY_DIRECTION_Y,
  RAY_DIRECTION_Z,
  RAY_FIRST,
  RAY_STEP_X,
  RAY_STEP_Y,
  RAY_STEP_Z,
  SCRATCH_TANGENT,
  VOXEL_BYTES,
} from './layout'
import { LARGEST_SQUARE, SMALLEST_SQUARE, power4 } from './power'

// Synchrotron intensity of each ray: sum over crossings and nodes of weight * (B_perp^2)^((p+1)/4).
// A weight record holds the node weights in lanes, padded to groups of four, and the crossing's length in the very
// last lane. The node table holds xi of every node, splatted, padded with zeros to whole groups.

const FORWARD = 0
const ADJOINT = 1
const JVP = 2

/**
 * One pass over the rays [firstRay, lastRay). `mode` and `fast` are constants of the exported functions, so that each
 * compiles to code of its own. `fast`: p = 3 and at most three nodes.
 */
@inline
function pass(
  mode: i32,
  fast: bool,
  problem: usize,
  field: usize,
  tangent: usize,
  gradient: usize,
  cotangents: usize,
  sums: usize,
  firstRay: u32,
  lastRay: u32,
  scratch: usize,
): void {
  const strideY = <usize>load<i32>(problem, PROBLEM_NZ) * VOXEL_BYTES
  const strideX = <usize>load<i32>(problem, PROBLEM_NY) * strideY
  const recordBytes = <usize>load<u32>(problem, PROBLEM_RECORD_BYTES)
  const lengthAt = recordBytes - 4
  const groups: u32 = fast ? 1 : load<u32>(problem, PROBLEM_GROUPS)
  const weights = <usize>load<u32>(problem, PROBLEM_WEIGHTS)
  const firstCrossing = load<u32>(problem, PROBLEM_FIRST_CROSSING)
  const lastGroupMask = i32x4.replace_lane(
    i32x4.splat(-1),
    3,
    load<i32>(problem, PROBLEM_LAST_LANE),
  )
  const nodes = <usize>load<u32>(problem, PROBLEM_NODES)
  const e = load<f64>(problem, PROBLEM_EXPONENT)
  const isLinear = e == 1
  // power4 gives q^e going forward and q^(e - 1) for derivatives
  const powerOf = mode == FORWARD ? e : e - 1
  const head = reinterpret<f32>(reinterpret<i32>(<f32>powerOf) & ~0xfff)
  const exponent4 = f32x4.splat(<f32>powerOf)
  const head4 = f32x4.splat(head)
  const tail4 = f32x4.splat(<f32>(powerOf - <f64>head))
  const smallest4 = f32x4.splat(SMALLEST_SQUARE)
  const largest4 = f32x4.splat(LARGEST_SQUARE)
  const zero4 = f32x4.splat(0)
  const fastXi1 = v128.load(nodes, 0)
  const fastXi2 = v128.load(nodes, 16)
  const fastXi3 = v128.load(nodes, 32)

  for (let r = firstRay; r < lastRay; r++) {
    const ray = <usize>load<u32>(problem, PROBLEM_RAYS) + <usize>r * RAY_BYTES
    const crossings = load<u32>(ray, RAY_CROSSINGS)
    let geometry = geometryOf(problem, ray, scratch)
    let record = weights + <usize>(load<u32>(ray, RAY_FIRST) - firstCrossing) * recordBytes
    const stepX = f32x4.splat(<f32>load<f64>(ray, RAY_STEP_X))
    const stepY = f32x4.splat(<f32>load<f64>(ray, RAY_STEP_Y))
    const stepZ = f32x4.splat(<f32>load<f64>(ray, RAY_STEP_Z))
    const nx = v128.load32_splat(ray, RAY_DIRECTION_X)
    const ny = v128.load32_splat(ray, RAY_DIRECTION_Y)
    const nz = v128.load32_splat(ray, RAY_DIRECTION_Z)
    // 2 e y for the adjoint, 2 e for the tangent: the constant factors of the derivative of (B_perp^2)^e
    const factor =
      mode == ADJOINT
        ? f32x4.splat(<f32>(2 * e) * load<f32>(cotangents + ((<usize>r) << 2)))
        : f32x4.splat(<f32>(2 * e))
    let sum = f64x2.splat(0)

    // The loop evaluates one crossing's cubic while it computes the next one's: two independent chains of operations
    // overlap where one alone would leave the processor waiting (15 % faster). What it computes beyond the last
    // crossing is never used.
    storeCubicOf(
      false,
      field,
      geometry,
      record + lengthAt,
      strideX,
      strideY,
      stepX,
      stepY,
      stepZ,
      zero4,
      scratch,
    )
    for (let c: u32 = 0; c < crossings; c++) {
      const a = v128.load(scratch, 0)
      const b = v128.load(scratch, 16)
      const cc = v128.load(scratch, 32)
      const d = v128.load(scratch, 48)
      const next = geometry + GEOMETRY_BYTES
      storeCubicOf(
        false,
        field,
        next,
        record + recordBytes + lengthAt,
        strideX,
        strideY,
        stepX,
        stepY,
        stepZ,
        zero4,
        scratch,
      )
      let ta = zero4
      let tb = zero4
      let tc = zero4
      let td = zero4
      if (mode == JVP) {
        const to = scratch + SCRATCH_TANGENT
        storeCubicOf(
          false,
          tangent,
          geometry,
          record + lengthAt,
          strideX,
          strideY,
          stepX,
          stepY,
          stepZ,
          zero4,
          to,
        )
        ta = v128.load(to, 0)
        tb = v128.load(to, 16)
        tc = v128.load(to, 32)
        td = v128.load(to, 48)
      }
      let ga = zero4
      let gb = zero4
      let gc = zero4
      let gd = zero4

      for (let g: u32 = 0; g < groups; g++) {
        const table = nodes + ((<usize>g) << 6)
        const xi1 = fast ? fastXi1 : v128.load(table, 0)
        const xi2 = fast ? fastXi2 : v128.load(table, 16)
        const xi3 = fast ? fastXi3 : v128.load(table, 32)
        const xi4 = fast ? fastXi3 : v128.load(table, 48)
        const b1 = evaluateCubic(a, b, cc, d, xi1)
        const b2 = evaluateCubic(a, b, cc, d, xi2)
        const b3 = evaluateCubic(a, b, cc, d, xi3)
        const b4 = fast ? b3 : evaluateCubic(a, b, cc, d, xi4)
        // lanes over nodes from here
        const xy12 = interleaveLow(b1, b2)
        const xy34 = interleaveLow(b3, b4)
        const x = lowHalves(xy12, xy34)
        const y = highHalves(xy12, xy34)
        const z = lowHalves(interleaveHigh(b1, b2), interleaveHigh(b3, b4))
        const along = dot(nx, ny, nz, x, y, z)
        const px = mulSub(x, nx, along)
        const py = mulSub(y, ny, along)
        const pz = mulSub(z, nz, along)
        let w = v128.load(record + ((<usize>g) << 4))
        if (!fast && g + 1 == groups) w = v128.and(w, lastGroupMask)
        if (mode == FORWARD || !fast) {
          let q = dot(px, py, pz, px, py, pz)
          if (!fast && !isLinear) {
            w = v128.bitselect(w, zero4, f32x4.ge(q, smallest4))
            q = power4(f32x4.min(f32x4.max(q, smallest4), largest4), exponent4, head4, tail4)
            if (mode != FORWARD) w = f32x4.mul(w, q)
          }
          if (mode == FORWARD) w = f32x4.mul(w, q)
        }
        if (mode == FORWARD) {
          const half = f32x4.add(w, fast ? interleaveHigh(w, zero4) : highHalves(w, w))
          sum = f64x2.add(sum, f64x2.promote_low_f32x4(half))
        } else if (mode == JVP) {
          const t1 = evaluateCubic(ta, tb, tc, td, xi1)
          const t2 = evaluateCubic(ta, tb, tc, td, xi2)
          const t3 = evaluateCubic(ta, tb, tc, td, xi3)
          const t4 = evaluateCubic(ta, tb, tc, td, xi4)
          const txy12 = interleaveLow(t1, t2)
          const txy34 = interleaveLow(t3, t4)
          const tx = lowHalves(txy12, txy34)
          const ty = highHalves(txy12, txy34)
          const tz = lowHalves(interleaveHigh(t1, t2), interleaveHigh(t3, t4))
          w = f32x4.mul(f32x4.mul(w, factor), dot(px, py, pz, tx, ty, tz))
          const half = f32x4.add(w, highHalves(w, w))
          sum = f64x2.add(sum, f64x2.promote_low_f32x4(half))
        } else {
          w = f32x4.mul(w, factor)
          const gx = f32x4.mul(w, px)
          const gy = f32x4.mul(w, py)
          const gz = f32x4.mul(w, pz)
          // back to lanes over components
          const gxy12 = interleaveLow(gx, gy)
          const gz12 = interleaveLow(gz, zero4)
          const gxy34 = interleaveHigh(gx, gy)
          const gz34 = interleaveHigh(gz, zero4)
          const g1 = lowHalves(gxy12, gz12)
          const g2 = highHalves(gxy12, gz12)
          const g3 = lowHalves(gxy34, gz34)
          const h1 = f32x4.mul(xi1, g1)
          const h2 = f32x4.mul(xi2, g2)
          const h3 = f32x4.mul(xi3, g3)
          const i1 = f32x4.mul(xi1, h1)
          const i2 = f32x4.mul(xi2, h2)
          const i3 = f32x4.mul(xi3, h3)
          ga = f32x4.add(ga, f32x4.add(f32x4.add(g1, g2), g3))
          gb = f32x4.add(gb, f32x4.add(f32x4.add(h1, h2), h3))
          gc = f32x4.add(gc, f32x4.add(f32x4.add(i1, i2), i3))
          gd = f32x4.add(gd, mulAdd(mulAdd(f32x4.mul(xi1, i1), xi2, i2), xi3, i3))
          if (!fast) {
            const g4 = highHalves(gxy34, gz34)
            const h4 = f32x4.mul(xi4, g4)
            const i4 = f32x4.mul(xi4, h4)
            ga = f32x4.add(ga, g4)
            gb = f32x4.add(gb, h4)
            gc = f32x4.add(gc, i4)
            gd = mulAdd(gd, xi4, i4)
          }
        }
      }
      if (mode == ADJOINT) {
        const ex = v128.load32_splat(geometry, 0)
        const ey = v128.load32_splat(geometry, 4)
        const ez = v128.load32_splat(geometry, 8)
        const length = v128.load32_splat(record + lengthAt)
        const dx = f32x4.mul(length, stepX)
        const dy = f32x4.mul(length, stepY)
        const dz = f32x4.mul(length, stepZ)
        const to = gradient + <usize>load<u32>(geometry, 12)
        addCubicAdjoint(to, strideX, strideY, ex, ey, ez, dx, dy, dz, ga, gb, gc, gd)
      }
      geometry = next
      record += recordBytes
    }
    if (mode != ADJOINT) {
      store<f64>(sums + ((<usize>r) << 3), f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1))
    }
  }
}

/** Intensity of each ray (f64) into `sums`; p = 3, at most three nodes. */
export function forwardFast(
  problem: usize,
  field: usize,
  sums: usize,
  firstRay: u32,
  lastRay: u32,
  scratch: usize,
): void {
  pass(FORWARD, true, problem, field, 0, 0, 0, sums, firstRay, lastRay, scratch)
}

/** Intensity of each ray (f64) into `sums`. */
export function forward(
  problem: usize,
  field: usize,
  sums: usize,
  firstRay: u32,
  lastRay: u32,
  scratch: usize,
): void {
  pass(FORWARD, false, problem, field, 0, 0, 0, sums, firstRay, lastRay, scratch)
}

/** Adds to `gradient` the derivative of sum over rays of cotangent (f32) times intensity; p = 3, at most three nodes. */
export function adjointFast(
  problem: usize,
  field: usize,
  gradient: usize,
  cotangents: usize,
  firstRay: u32,
  lastRay: u32,
  scratch: usize,
): void {
  pass(ADJOINT, true, problem, field, 0, gradient, cotangents, 0, firstRay, lastRay, scratch)
}

/** Adds to `gradient` the derivative of sum over rays of cotangent (f32) times intensity. */
export function adjoint(
  problem: usize,
  field: usize,
  gradient: usize,
  cotangents: usize,
  firstRay: u32,
  lastRay: u32,
  scratch: usize,
): void {
  pass(ADJOINT, false, problem, field, 0, gradient, cotangents, 0, firstRay, lastRay, scratch)
}

/** Derivative of each ray's intensity (f64, into `sums`) in the direction `tangent`. */
export function jvp(
  problem: usize,
  field: usize,
  tangent: usize,
  sums: usize,
  firstRay: u32,
  lastRay: u32,
  scratch: usize,
): void {
  pass(JVP, false, problem, field, tangent, 0, 0, sums, firstRay, lastRay, scratch)
}
