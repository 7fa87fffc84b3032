import { addCubicAdjointOf, geometryOf, storeCubicOf } from './crossing'
import { evaluateCubic } from './cubic'
import {
  dot,
  highHalves,
  interleaveHigh,
  interleaveLow,
  lowHalves,
  mulAdd,
  mulSub,
  sumLanes,
} from './lanes'
import {
  COTANGENT_COLUMN,
  COTANGENT_DEPTH,
  COTANGENT_POLARISED,
  COTANGENT_POLARISED_BYTES,
  DEPTH_COLUMNS,
  DEPTH_INVERSE_WEIGHTS,
  DEPTH_LAGRANGE,
  DEPTH_NODES,
  DEPTH_ROWS,
  DEPTH_WEIGHTS,
  FREQUENCY_BYTES,
  FREQUENCY_RADIANS_4,
  FREQUENCY_TURNS,
  FREQUENCY_TURNS_4,
  GEOMETRY_BYTES,
  PROBLEM_DEPTH_TABLE,
  PROBLEM_ELECTRONS,
  PROBLEM_EXPONENT,
  PROBLEM_FIRST_CROSSING,
  PROBLEM_FREQUENCIES,
  PROBLEM_FREQUENCY_TABLE,
  PROBLEM_NODES,
  PROBLEM_NY,
  PROBLEM_NZ,
  PROBLEM_PARTS,
  PROBLEM_RAYS,
  PROBLEM_RECORD_BYTES,
  PROBLEM_ROTATION,
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
  SCRATCH_PARTS,
  SCRATCH_TANGENT,
  SUMS_DEPTH,
  SUMS_POLARISED,
  SUMS_POLARISED_BYTES,
  VOXEL_BYTES,
} from './layout'
import { LARGEST_SQUARE, SMALLEST_SQUARE, power4 } from './power'
import { cosHalfTurn, sinHalfTurn } from './sincos'

// Emission, polarisation with its Faraday rotation, Faraday depth and dispersion measure of each ray, from a field with
// n_e in lane 3 or n_e in the weight records; at most three nodes per crossing.
//
// At the nodes (one per lane) of a crossing, with b_N, b_E the field's components on the sky, b_L the one toward the observer:
//   emission e b^2 with e = w b^((p-3)/2);  polarisation e ((b_E^2 - b_N^2) - 2 i b_N b_E) exp(2 i lambda^2 phi);
//   phi = phi at the entry + A g with g = R L n_e b_L; the depth of the whole crossing is lane 3 of the same product.
// phi is summed in float64 and its phase reduced to half a turn before it meets float32.
//
// The adjoint goes forward along the ray too: what the rotation by a node's depth contributes is the sum of T over all
// later nodes, and that is the ray's whole T, known from the forward pass's Q and U, less what has been passed.

const FORWARD = 0
const ADJOINT = 1
const JVP = 2

const MOST_PARTS: f64 = 4096

/** One pass over the rays [firstRay, lastRay). `mode` is a constant of the exported functions. */
@inline
function pass(
  mode: i32,
  problem: usize,
  field: usize,
  tangent: usize,
  gradient: usize,
  cotangents: usize,
  sums: usize,
  changes: usize,
  firstRay: u32,
  lastRay: u32,
  scratch: usize,
): void {
  const strideY = <usize>load<i32>(problem, PROBLEM_NZ) * VOXEL_BYTES
  const strideX = <usize>load<i32>(problem, PROBLEM_NY) * strideY
  const recordBytes = <usize>load<u32>(problem, PROBLEM_RECORD_BYTES)
  const lengthAt: usize = 12
  const electronsAt = <usize>load<u32>(problem, PROBLEM_ELECTRONS)
  const gridded = electronsAt == 0
  const weights = <usize>load<u32>(problem, PROBLEM_WEIGHTS)
  const firstCrossing = load<u32>(problem, PROBLEM_FIRST_CROSSING)
  const frequencies = load<u32>(problem, PROBLEM_FREQUENCIES)
  const frequencyTable = <usize>load<u32>(problem, PROBLEM_FREQUENCY_TABLE)
  const depth = <usize>load<u32>(problem, PROBLEM_DEPTH_TABLE)
  const nodes = <usize>load<u32>(problem, PROBLEM_NODES)
  const rotation = <f32>load<f64>(problem, PROBLEM_ROTATION)
  const partsPerDepth = load<f32>(problem, PROBLEM_PARTS)
  const mostDepth = f32x4.splat(partsPerDepth > 0 ? 1 / partsPerDepth : Infinity)
  const sumsBytes = SUMS_POLARISED + <usize>frequencies * SUMS_POLARISED_BYTES
  const cotangentBytes = COTANGENT_POLARISED + <usize>frequencies * COTANGENT_POLARISED_BYTES
  // e = w q^k
  const k = load<f64>(problem, PROBLEM_EXPONENT) - 1
  const isLinear = k == 0
  const head = reinterpret<f32>(reinterpret<i32>(<f32>k) & ~0xfff)
  const exponent4 = f32x4.splat(<f32>k)
  const head4 = f32x4.splat(head)
  const tail4 = f32x4.splat(<f32>(k - <f64>head))
  const smallest4 = f32x4.splat(SMALLEST_SQUARE)
  const largest4 = f32x4.splat(LARGEST_SQUARE)
  const zero4 = f32x4.splat(0)
  const one4 = f32x4.splat(1)
  const firstLanes = i32x4(-1, -1, -1, 0)

  for (let r = firstRay; r < lastRay; r++) {
    const ray = <usize>load<u32>(problem, PROBLEM_RAYS) + <usize>r * RAY_BYTES
    const crossings = load<u32>(ray, RAY_CROSSINGS)
    let geometry = geometryOf(problem, ray, scratch)
    let record = weights + <usize>(load<u32>(ray, RAY_FIRST) - firstCrossing) * recordBytes
    const stepX = f32x4.splat(<f32>load<f64>(ray, RAY_STEP_X))
    const stepY = f32x4.splat(<f32>load<f64>(ray, RAY_STEP_Y))
    const stepZ = f32x4.splat(<f32>load<f64>(ray, RAY_STEP_Z))
    const steps = lowHalves(interleaveLow(stepX, stepY), stepZ)
    const sumsOfRay = sums + <usize>r * sumsBytes
    const cotangentsOfRay = cotangents + <usize>r * cotangentBytes
    const changesOfRay = changes + <usize>r * sumsBytes

    // the basis of the sky: north, east (whose z is 0), and toward the observer
    const directionX = <f64>load<f32>(ray, RAY_DIRECTION_X)
    const directionY = <f64>load<f32>(ray, RAY_DIRECTION_Y)
    const directionZ = <f64>load<f32>(ray, RAY_DIRECTION_Z)
    const rho = sqrt(directionX * directionX + directionY * directionY)
    const cosL = rho > 0 ? directionX / rho : 1
    const sinL = rho > 0 ? directionY / rho : 0
    const northX = f32x4.splat(<f32>(-directionZ * cosL))
    const northY = f32x4.splat(<f32>(-directionZ * sinL))
    const northZ = f32x4.splat(<f32>rho)
    const eastX = f32x4.splat(<f32>-sinL)
    const eastY = f32x4.splat(<f32>cosL)
    const nearX = f32x4.splat(<f32>-directionX)
    const nearY = f32x4.splat(<f32>-directionY)
    const nearZ = f32x4.splat(<f32>-directionZ)

    // Float64 values are pairs of equal lanes: scalar instructions would merge with, and so wait for, what their register held.
    let phi = f64x2.splat(0)
    let total = f64x2.splat(0)
    // adjoint: the derivative by the ray's whole depth, and the sum of T over the nodes to come
    let toCome = f64x2.splat(0)
    // tangent: change of phi
    let phiChange = f64x2.splat(0)
    if (mode == ADJOINT) {
      let turned = <f64>load<f32>(cotangentsOfRay, COTANGENT_DEPTH)
      for (let f: u32 = 0; f < frequencies; f++) {
        const y = cotangentsOfRay + COTANGENT_POLARISED + <usize>f * COTANGENT_POLARISED_BYTES
        const polarised = sumsOfRay + SUMS_POLARISED + <usize>f * SUMS_POLARISED_BYTES
        const radians = load<f32>(frequencyTable + <usize>f * FREQUENCY_BYTES, FREQUENCY_RADIANS_4)
        turned +=
          <f64>radians *
          (<f64>load<f32>(y, 4) * load<f64>(polarised) -
            <f64>load<f32>(y) * load<f64>(polarised, 8))
      }
      toCome = f64x2.splat(turned)
    } else {
      const out = mode == FORWARD ? sumsOfRay : changesOfRay
      for (let f: u32 = 0; f < frequencies; f++) {
        v128.store(out + SUMS_POLARISED + <usize>f * SUMS_POLARISED_BYTES, zero4)
      }
    }

    // One crossing ahead: see intensity.ts.
    storeCubicOf(
      gridded,
      field,
      geometry,
      record + lengthAt,
      strideX,
      strideY,
      stepX,
      stepY,
      stepZ,
      steps,
      scratch,
    )
    for (let c: u32 = 0; c < crossings; c++) {
      const a = v128.load(scratch, 0)
      const b = v128.load(scratch, 16)
      const cc = v128.load(scratch, 32)
      const d = v128.load(scratch, 48)
      const next = geometry + GEOMETRY_BYTES
      const nextLength = record + recordBytes + lengthAt
      storeCubicOf(
        gridded,
        field,
        next,
        nextLength,
        strideX,
        strideY,
        stepX,
        stepY,
        stepZ,
        steps,
        scratch,
      )
      let ta = zero4
      let tb = zero4
      let tc = zero4
      let td = zero4
      if (mode == JVP) {
        const to = scratch + SCRATCH_TANGENT
        storeCubicOf(
          gridded,
          tangent,
          geometry,
          record + lengthAt,
          strideX,
          strideY,
          stepX,
          stepY,
          stepZ,
          steps,
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

      // the nodes of the crossing, or of the part of it that is next; parts 0: not known yet
      let xi1 = v128.load(nodes, 0)
      let xi2 = v128.load(nodes, 16)
      let xi3 = v128.load(nodes, 32)
      let w = v128.and(v128.load(record), firstLanes)
      let functionDensity = gridded ? zero4 : v128.load(record + electronsAt)
      let length = load<f32>(record, lengthAt)
      let parts: i32 = 0
      let part: i32 = 0
      for (;;) {
        const b1 = evaluateCubic(a, b, cc, d, xi1)
        const b2 = evaluateCubic(a, b, cc, d, xi2)
        const b3 = evaluateCubic(a, b, cc, d, xi3)
        // lanes over nodes from here; lane 3 repeats the third
        const xy12 = interleaveLow(b1, b2)
        const xy3 = interleaveLow(b3, b3)
        const zn12 = interleaveHigh(b1, b2)
        const zn3 = interleaveHigh(b3, b3)
        const x = lowHalves(xy12, xy3)
        const y = highHalves(xy12, xy3)
        const z = lowHalves(zn12, zn3)
        const n = gridded ? highHalves(zn12, zn3) : functionDensity
        const near = dot(nearX, nearY, nearZ, x, y, z)
        const turning = f32x4.mul(f32x4.splat(rotation * length), near)
        const g = f32x4.mul(turning, n)

        if (parts == 0) {
          parts = 1
          if (v128.any_true(f32x4.gt(f32x4.abs(g), mostDepth))) {
            const variation = sumLanes(
              f32x4.mul(v128.load(depth, DEPTH_WEIGHTS), f32x4.abs(g)),
              zero4,
            )
            const needed = Math.ceil(f64x2.extract_lane(variation, 0) * <f64>partsPerDepth)
            if (needed > 1) {
              parts = <i32>min(needed, MOST_PARTS)
              part = -1
              length /= <f32>parts
              storeDensities(depth, w, v128.and(functionDensity, firstLanes), scratch)
            }
          }
        }
        if (part >= 0) {
          const north = dot(northX, northY, northZ, x, y, z)
          const east = mulAdd(f32x4.mul(eastX, x), eastY, y)
          const north2 = f32x4.mul(north, north)
          const east2 = f32x4.mul(east, east)
          const square = f32x4.add(north2, east2)
          const bounded = f32x4.min(f32x4.max(square, smallest4), largest4)
          let e = w
          if (!isLinear) {
            e = v128.and(e, f32x4.ge(square, smallest4))
            e = f32x4.mul(e, power4(bounded, exponent4, head4, tail4))
          }
          const difference = f32x4.sub(east2, north2)
          const twice = f32x4.mul(f32x4.splat(-2), f32x4.mul(north, east))
          const real = f32x4.mul(e, difference)
          const imaginary = f32x4.mul(e, twice)
          // depths from the entry to the nodes; lane 3: to the exit
          let offsets = f32x4.mul(
            v128.load(depth, DEPTH_COLUMNS),
            v128.shuffle<f32>(g, g, 0, 0, 0, 0),
          )
          offsets = mulAdd(
            offsets,
            v128.load(depth, DEPTH_COLUMNS + 16),
            v128.shuffle<f32>(g, g, 1, 1, 1, 1),
          )
          offsets = mulAdd(
            offsets,
            v128.load(depth, DEPTH_COLUMNS + 32),
            v128.shuffle<f32>(g, g, 2, 2, 2, 2),
          )
          const lengths = f32x4.mul(f32x4.splat(length), v128.load(depth, DEPTH_WEIGHTS))

          if (mode == FORWARD) {
            for (let f: u32 = 0; f < frequencies; f++) {
              const entry = frequencyTable + <usize>f * FREQUENCY_BYTES
              const half = halfTurns(entry, phi, offsets)
              const half2 = f32x4.mul(half, half)
              const sinHalf = sinHalfTurn(half, half2)
              const sinTwice = f32x4.add(sinHalf, sinHalf)
              const sin = f32x4.mul(sinTwice, cosHalfTurn(half2))
              const cos = mulSub(one4, sinTwice, sinHalf)
              const q = mulSub(f32x4.mul(real, cos), imaginary, sin)
              const u = mulAdd(f32x4.mul(real, sin), imaginary, cos)
              const at = sumsOfRay + SUMS_POLARISED + <usize>f * SUMS_POLARISED_BYTES
              v128.store(at, f64x2.add(v128.load(at), sumLanes(q, u)))
            }
            total = f64x2.add(total, sumLanes(f32x4.mul(e, square), f32x4.mul(lengths, n)))
          } else if (mode == JVP) {
            const t1 = evaluateCubic(ta, tb, tc, td, xi1)
            const t2 = evaluateCubic(ta, tb, tc, td, xi2)
            const t3 = evaluateCubic(ta, tb, tc, td, xi3)
            const txy12 = interleaveLow(t1, t2)
            const txy3 = interleaveLow(t3, t3)
            const tzn12 = interleaveHigh(t1, t2)
            const tzn3 = interleaveHigh(t3, t3)
            const tx = lowHalves(txy12, txy3)
            const ty = highHalves(txy12, txy3)
            const tz = lowHalves(tzn12, tzn3)
            const tn = gridded ? highHalves(tzn12, tzn3) : zero4
            const tNorth = dot(northX, northY, northZ, tx, ty, tz)
            const tEast = mulAdd(f32x4.mul(eastX, tx), eastY, ty)
            const tNear = dot(nearX, nearY, nearZ, tx, ty, tz)
            const tTurning = f32x4.mul(f32x4.splat(rotation * length), tNear)
            const tg = mulAdd(f32x4.mul(tTurning, n), turning, tn)
            let tOffsets = f32x4.mul(
              v128.load(depth, DEPTH_COLUMNS),
              v128.shuffle<f32>(tg, tg, 0, 0, 0, 0),
            )
            tOffsets = mulAdd(
              tOffsets,
              v128.load(depth, DEPTH_COLUMNS + 16),
              v128.shuffle<f32>(tg, tg, 1, 1, 1, 1),
            )
            tOffsets = mulAdd(
              tOffsets,
              v128.load(depth, DEPTH_COLUMNS + 32),
              v128.shuffle<f32>(tg, tg, 2, 2, 2, 2),
            )
            const tDepth = f32x4.add(tOffsets, narrow(phiChange))
            const squareHalf = mulAdd(f32x4.mul(north, tNorth), east, tEast)
            const tSquare = f32x4.add(squareHalf, squareHalf)
            const eChange = isLinear
              ? zero4
              : f32x4.mul(f32x4.mul(exponent4, e), f32x4.div(tSquare, bounded))
            const differenceHalf = mulSub(f32x4.mul(east, tEast), north, tNorth)
            const productChange = mulAdd(f32x4.mul(tNorth, east), north, tEast)
            const twoE = f32x4.add(e, e)
            const tReal = mulAdd(f32x4.mul(eChange, difference), twoE, differenceHalf)
            const tImaginary = mulSub(f32x4.mul(eChange, twice), twoE, productChange)
            for (let f: u32 = 0; f < frequencies; f++) {
              const entry = frequencyTable + <usize>f * FREQUENCY_BYTES
              const half = halfTurns(entry, phi, offsets)
              const half2 = f32x4.mul(half, half)
              const sinHalf = sinHalfTurn(half, half2)
              const sinTwice = f32x4.add(sinHalf, sinHalf)
              const sin = f32x4.mul(sinTwice, cosHalfTurn(half2))
              const cos = mulSub(one4, sinTwice, sinHalf)
              const angle = f32x4.mul(v128.load(entry, FREQUENCY_RADIANS_4), tDepth)
              // the change of P before its rotation, i P times the change of the angle included
              const pr = mulSub(tReal, imaginary, angle)
              const pi = mulAdd(tImaginary, real, angle)
              const q = mulSub(f32x4.mul(pr, cos), pi, sin)
              const u = mulAdd(f32x4.mul(pr, sin), pi, cos)
              const at = changesOfRay + SUMS_POLARISED + <usize>f * SUMS_POLARISED_BYTES
              v128.store(at, f64x2.add(v128.load(at), sumLanes(q, u)))
            }
            const emission = mulAdd(f32x4.mul(eChange, square), e, tSquare)
            total = f64x2.add(total, sumLanes(emission, f32x4.mul(lengths, tn)))
            phiChange = f64x2.add(phiChange, widenLast(tOffsets))
          } else {
            // derivatives of the loss with respect to Re P and Im P, and with respect to the depth as (by Re P, by Im P)
            let byReal = zero4
            let byImaginary = zero4
            let turnByReal = zero4
            let turnByImaginary = zero4
            for (let f: u32 = 0; f < frequencies; f++) {
              const entry = frequencyTable + <usize>f * FREQUENCY_BYTES
              const cotangent =
                cotangentsOfRay + COTANGENT_POLARISED + <usize>f * COTANGENT_POLARISED_BYTES
              const yq = v128.load32_splat(cotangent, 0)
              const yu = v128.load32_splat(cotangent, 4)
              const half = halfTurns(entry, phi, offsets)
              const half2 = f32x4.mul(half, half)
              const sinHalf = sinHalfTurn(half, half2)
              const sinTwice = f32x4.add(sinHalf, sinHalf)
              const sin = f32x4.mul(sinTwice, cosHalfTurn(half2))
              const cos = mulSub(one4, sinTwice, sinHalf)
              const alpha = mulAdd(f32x4.mul(yq, cos), yu, sin)
              const beta = mulSub(f32x4.mul(yu, cos), yq, sin)
              const radians = v128.load(entry, FREQUENCY_RADIANS_4)
              byReal = f32x4.add(byReal, alpha)
              byImaginary = f32x4.add(byImaginary, beta)
              turnByReal = mulAdd(turnByReal, radians, beta)
              turnByImaginary = mulSub(turnByImaginary, radians, alpha)
            }
            const turn = mulAdd(f32x4.mul(turnByReal, real), turnByImaginary, imaginary)
            toCome = f64x2.sub(toCome, sumLanes(turn, turn))
            let byDepth = f32x4.mul(narrow(toCome), v128.load(depth, DEPTH_WEIGHTS))
            byDepth = mulAdd(
              byDepth,
              v128.load(depth, DEPTH_ROWS),
              v128.shuffle<f32>(turn, turn, 0, 0, 0, 0),
            )
            byDepth = mulAdd(
              byDepth,
              v128.load(depth, DEPTH_ROWS + 16),
              v128.shuffle<f32>(turn, turn, 1, 1, 1, 1),
            )
            byDepth = mulAdd(
              byDepth,
              v128.load(depth, DEPTH_ROWS + 32),
              v128.shuffle<f32>(turn, turn, 2, 2, 2, 2),
            )
            const byEmission = v128.load32_splat(cotangentsOfRay, 0)
            const twoE = f32x4.add(e, e)
            let alongNorth = f32x4.sub(byEmission, byReal)
            let alongEast = f32x4.add(byEmission, byReal)
            if (!isLinear) {
              const whole = mulAdd(
                mulAdd(f32x4.mul(byReal, difference), byImaginary, twice),
                byEmission,
                square,
              )
              const steeper = f32x4.mul(exponent4, f32x4.div(whole, bounded))
              alongNorth = f32x4.add(alongNorth, steeper)
              alongEast = f32x4.add(alongEast, steeper)
            }
            const gNorth = f32x4.mul(twoE, mulSub(f32x4.mul(alongNorth, north), byImaginary, east))
            const gEast = f32x4.mul(twoE, mulSub(f32x4.mul(alongEast, east), byImaginary, north))
            const gNear = f32x4.mul(f32x4.splat(rotation * length), f32x4.mul(n, byDepth))
            const gx = dot(northX, eastX, nearX, gNorth, gEast, gNear)
            const gy = dot(northY, eastY, nearY, gNorth, gEast, gNear)
            const gz = mulAdd(f32x4.mul(northZ, gNorth), nearZ, gNear)
            const gn = gridded
              ? mulAdd(
                  f32x4.mul(turning, byDepth),
                  v128.load32_splat(cotangentsOfRay, COTANGENT_COLUMN),
                  lengths,
                )
              : zero4
            // back to lanes over components
            const gxy12 = interleaveLow(gx, gy)
            const gzn12 = interleaveLow(gz, gn)
            const g1 = lowHalves(gxy12, gzn12)
            const g2 = highHalves(gxy12, gzn12)
            const g3 = lowHalves(interleaveHigh(gx, gy), interleaveHigh(gz, gn))
            const square1 = f32x4.mul(xi1, xi1)
            const square2 = f32x4.mul(xi2, xi2)
            const square3 = f32x4.mul(xi3, xi3)
            ga = f32x4.add(ga, f32x4.add(f32x4.add(g1, g2), g3))
            gb = mulAdd(mulAdd(mulAdd(gb, xi1, g1), xi2, g2), xi3, g3)
            gc = mulAdd(mulAdd(mulAdd(gc, square1, g1), square2, g2), square3, g3)
            gd = mulAdd(
              mulAdd(mulAdd(gd, f32x4.mul(square1, xi1), g1), f32x4.mul(square2, xi2), g2),
              f32x4.mul(square3, xi3),
              g3,
            )
          }
          phi = f64x2.add(phi, widenLast(offsets))
        }

        if (++part == parts) break
        const share = f32x4.splat(1 / <f32>parts)
        const before = f32x4.splat(<f32>part)
        xi1 = f32x4.mul(share, f32x4.add(before, v128.load(nodes, 0)))
        xi2 = f32x4.mul(share, f32x4.add(before, v128.load(nodes, 16)))
        xi3 = f32x4.mul(share, f32x4.add(before, v128.load(nodes, 32)))
        const xi = f32x4.mul(share, f32x4.add(before, v128.load(depth, DEPTH_NODES)))
        w = f32x4.mul(
          f32x4.mul(share, v128.load(depth, DEPTH_WEIGHTS)),
          densityAt(scratch + SCRATCH_PARTS, xi),
        )
        functionDensity = densityAt(scratch + SCRATCH_PARTS + 48, xi)
      }

      if (mode == ADJOINT) {
        addCubicAdjointOf(
          gridded,
          gradient,
          geometry,
          record + lengthAt,
          strideX,
          strideY,
          stepX,
          stepY,
          stepZ,
          steps,
          ga,
          gb,
          gc,
          gd,
        )
      }
      geometry = next
      record += recordBytes
    }
    if (mode != ADJOINT) {
      const out = mode == FORWARD ? sumsOfRay : changesOfRay
      v128.store(out, total)
      v128.store(out, mode == FORWARD ? phi : phiChange, SUMS_DEPTH)
    }
  }
}

/** The last lane as a pair of float64. */
@inline
function widenLast(v: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f32>(v, v, 3, 3, 3, 3))
}

/** A pair of equal float64 as four float32. */
@inline
function narrow(pair: v128): v128 {
  const v = f32x4.demote_f64x2_zero(pair)
  return lowHalves(v, v)
}

/** Half the angle 2 chi of depths `offsets` behind phi, in turns of 2 chi, less whole turns. */
@inline
function halfTurns(frequency: usize, phi: v128, offsets: v128): v128 {
  const turns = f64x2.mul(phi, v128.load(frequency, FREQUENCY_TURNS))
  const start = narrow(f64x2.sub(turns, f64x2.nearest(turns)))
  const t = mulAdd(start, v128.load(frequency, FREQUENCY_TURNS_4), offsets)
  return f32x4.sub(t, f32x4.nearest(t))
}

/** The polynomials through the node values of C (times length) and of n_e: coefficients of 1, x, x^2, splatted. */
function storeDensities(depth: usize, weights: v128, electrons: v128, scratch: usize): void {
  const density = f32x4.mul(weights, v128.load(depth, DEPTH_INVERSE_WEIGHTS))
  for (let power: usize = 0; power < 48; power += 16) {
    const lagrange = v128.load(depth + power, DEPTH_LAGRANGE)
    const both = sumLanes(f32x4.mul(lagrange, density), f32x4.mul(lagrange, electrons))
    const at = scratch + SCRATCH_PARTS + power
    v128.store(at, f32x4.splat(<f32>f64x2.extract_lane(both, 0)))
    v128.store(at, f32x4.splat(<f32>f64x2.extract_lane(both, 1)), 48)
  }
}

@inline
function densityAt(coefficients: usize, x: v128): v128 {
  const slope = mulAdd(v128.load(coefficients, 16), x, v128.load(coefficients, 32))
  return mulAdd(v128.load(coefficients), x, slope)
}

/** The sums of each ray (layout.ts) into `sums`. */
export function forwardPolarised(
  problem: usize,
  field: usize,
  sums: usize,
  firstRay: u32,
  lastRay: u32,
  scratch: usize,
): void {
  pass(FORWARD, problem, field, 0, 0, 0, sums, 0, firstRay, lastRay, scratch)
}

/**
 * Adds to `gradient` the derivative of sum over rays of cotangents times sums; `sums` must hold what forwardPolarised
 * gave for the same field.
 */
export function adjointPolarised(
  problem: usize,
  field: usize,
  gradient: usize,
  cotangents: usize,
  sums: usize,
  firstRay: u32,
  lastRay: u32,
  scratch: usize,
): void {
  pass(ADJOINT, problem, field, 0, gradient, cotangents, sums, 0, firstRay, lastRay, scratch)
}

/** Derivative of the sums of each ray in the direction `tangent`, into `changes`. */
export function jvpPolarised(
  problem: usize,
  field: usize,
  tangent: usize,
  changes: usize,
  firstRay: u32,
  lastRay: u32,
  scratch: usize,
): void {
  pass(JVP, problem, field, tangent, 0, 0, 0, changes, firstRay, lastRay, scratch)
}
