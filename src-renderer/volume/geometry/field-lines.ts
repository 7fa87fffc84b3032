import { interpolateVector, createStencil } from '#shared/physics/grid.ts'
import type { GridGeometry } from '#shared/physics/grid.ts'
import type { Vector3 } from '../types.ts'

/** B at a position, microgauss; null where there is none (outside the box). */
export type FieldSampler = (position: Vector3) => Vector3 | null

export interface TraceOptions {
  /** Error of one step, kpc. */
  readonly toleranceKpc: number
  readonly mostStepKpc: number
  /** Length in each of the two directions from the seed. */
  readonly lengthKpc: number
}

export interface FieldLine {
  /** [count, 3], kpc, along B. */
  readonly positions: Float32Array
  /** |B| at the positions, microgauss. */
  readonly strengths: Float32Array
  /** It came back to its seed; first and last position are the same. */
  readonly closed: boolean
}

/** The trilinear field of a run between its voxels, as the kernels see it; null outside the box. */
export function gridSampler(grid: GridGeometry, values: Float32Array): FieldSampler {
  const stencil = createStencil()
  const [x, y, z] = grid.halfSizeKpc
  return (position) =>
    Math.abs(position[0]) <= x && Math.abs(position[1]) <= y && Math.abs(position[2]) <= z
      ? interpolateVector(grid, values, position, stencil)
      : null
}

/** Weaker than this is no direction to follow, microgauss. */
const weakest = 1e-9
/** Steps in one direction, whatever the length: a null of the field can take very small ones. */
const mostSteps = 5000

/** The line of force through a seed, in both directions, or null where there is no field at the seed. */
export function traceFieldLine(
  sample: FieldSampler,
  seed: Vector3,
  options: TraceOptions,
): FieldLine | null {
  const forward = traceHalf(sample, seed, 1, options)
  if (!forward) return null
  const backward = forward.closed ? null : traceHalf(sample, seed, -1, options)
  const before = backward ? backward.points.slice(1).reverse() : []
  const points = [...before, ...forward.points]
  if (points.length < 2) return null
  const positions = new Float32Array(3 * points.length)
  const strengths = new Float32Array(points.length)
  points.forEach(({ at, strength }, i) => {
    positions.set(at, 3 * i)
    strengths[i] = strength
  })
  return { positions, strengths, closed: forward.closed }
}

interface TracePoint {
  readonly at: Vector3
  readonly strength: number
}

/** Unit vector along B (or against it) and |B|; null where there is no direction. */
function tangentAt(sample: FieldSampler, at: Vector3, sign: 1 | -1) {
  const field = sample(at)
  if (!field) return null
  const strength = Math.hypot(field[0], field[1], field[2])
  if (!(strength > weakest)) return null
  const scale = sign / strength
  const tangent: Vector3 = [scale * field[0], scale * field[1], scale * field[2]]
  return { tangent, strength }
}

/**
 * dx/ds = B/|B| by Dormand and Prince's pair of orders 5 and 4 (J. Comp. Appl. Math. 6, 19 (1980)), with steps that keep the
 * difference of the two below the tolerance. A step that would leave the field is halved until it is short.
 */
function traceHalf(sample: FieldSampler, seed: Vector3, sign: 1 | -1, options: TraceOptions) {
  const { toleranceKpc, mostStepKpc, lengthKpc } = options
  const start = tangentAt(sample, seed, sign)
  if (!start) return null
  const shortest = 1e-3 * mostStepKpc
  const points: TracePoint[] = [{ at: seed, strength: start.strength }]
  let here = { at: seed, ...start }
  let step = mostStepKpc / 4
  let gone = 0
  for (let count = 0; count < mostSteps && gone < lengthKpc; count++) {
    const length = Math.min(step, lengthKpc - gone)
    const tried = dormandPrince(sample, here.at, here.tangent, length, sign)
    if (!tried || (tried.error > toleranceKpc && length > shortest)) {
      const factor = tried ? Math.max(0.2, 0.9 * (toleranceKpc / tried.error) ** 0.2) : 0.5
      step = length * factor
      if (step < shortest) {
        if (!tried) break
        step = shortest
      }
      continue
    }
    const from = here.at
    here = { at: tried.at, tangent: tried.tangent, strength: tried.strength }
    gone += length
    if (gone > 4 * mostStepKpc && passes(from, here.at, seed, start.tangent, here.tangent)) {
      points.push({ at: seed, strength: start.strength })
      return { points, closed: true }
    }
    points.push({ at: here.at, strength: here.strength })
    const growth = tried.error > 0 ? 0.9 * (toleranceKpc / tried.error) ** 0.2 : 4
    step = Math.min(mostStepKpc, length * Math.min(4, Math.max(0.2, growth)))
  }
  return { points, closed: false }
}

/** Whether the line goes through its seed again, the same way: the step there comes as near as a hundredth of its length. */
function passes(
  from: Vector3,
  to: Vector3,
  seed: Vector3,
  first: Vector3,
  tangent: Vector3,
): boolean {
  const along = [to[0] - from[0], to[1] - from[1], to[2] - from[2]]
  const toSeed = [seed[0] - from[0], seed[1] - from[1], seed[2] - from[2]]
  const length = Math.hypot(along[0], along[1], along[2])
  const part =
    (along[0] * toSeed[0] + along[1] * toSeed[1] + along[2] * toSeed[2]) / (length * length)
  if (part < 0 || part > 1) return false
  const away = Math.hypot(
    toSeed[0] - part * along[0],
    toSeed[1] - part * along[1],
    toSeed[2] - part * along[2],
  )
  const same = first[0] * tangent[0] + first[1] * tangent[1] + first[2] * tangent[2]
  // The chord of a curved step lies inside the curve by about an eighth of its length times the angle it turns by.
  return away < 0.05 * length && same > 0.9
}

const stages: readonly (readonly number[])[] = [
  [1 / 5],
  [3 / 40, 9 / 40],
  [44 / 45, -56 / 15, 32 / 9],
  [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
  [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
  [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
]
/** Fifth order less fourth. */
const errorWeights = [
  71 / 57600,
  0,
  -71 / 16695,
  71 / 1920,
  -17253 / 339200,
  22 / 525,
  -1 / 40,
] as const

/** One step; null where a stage has no field. */
function dormandPrince(
  sample: FieldSampler,
  at: Vector3,
  tangent: Vector3,
  step: number,
  sign: 1 | -1,
) {
  const slopes: Vector3[] = [tangent]
  let position = at
  let strength = 0
  for (const weights of stages) {
    position = advanced(at, step, weights, slopes)
    const next = tangentAt(sample, position, sign)
    if (!next) return null
    slopes.push(next.tangent)
    strength = next.strength
  }
  const difference = advanced([0, 0, 0], step, errorWeights, slopes)
  return {
    at: position,
    tangent: slopes[6],
    strength,
    error: Math.hypot(difference[0], difference[1], difference[2]),
  }
}

function advanced(
  from: Vector3,
  step: number,
  weights: readonly number[],
  slopes: readonly Vector3[],
): Vector3 {
  let [x, y, z] = from
  for (let i = 0; i < weights.length; i++) {
    const weight = step * weights[i]
    x += weight * slopes[i][0]
    y += weight * slopes[i][1]
    z += weight * slopes[i][2]
  }
  return [x, y, z]
}
