import { geometryOf } from './crossing'
import { ADJOINT, FORWARD, JVP, emitAtNode } from './general-emission'
import {
  clearSet,
  gatherNode,
  integrateFrom,
  integrateTo,
  interpolateCrossing,
  keepCrossing,
  scatterNode,
  storeFrame,
} from './general-nodes'
import {
  GENERAL_COLUMN,
  GENERAL_DEPTH,
  GENERAL_FREQUENCY_BYTES,
  GENERAL_MEASURE,
  GENERAL_OPACITY,
  GENERAL_RADIANS,
  GENERAL_STOKES,
  GENERAL_STOKES_BYTES,
  GEOMETRY_BYTES,
  PROBLEM_COSMIC_RAYS,
  PROBLEM_DEPTH_TABLE,
  PROBLEM_ELECTRONS,
  PROBLEM_FIRST_CROSSING,
  PROBLEM_FREQUENCIES,
  PROBLEM_FREQUENCY_TABLE,
  PROBLEM_INDEX_GRID,
  PROBLEM_LENGTH,
  PROBLEM_NODE_COUNT,
  PROBLEM_NY,
  PROBLEM_NZ,
  PROBLEM_OPACITY_PARTS,
  PROBLEM_RAYS,
  PROBLEM_RAY_INDEX,
  PROBLEM_RECORD_BYTES,
  PROBLEM_ROTATION,
  PROBLEM_TEMPERATURE,
  PROBLEM_TURN_PARTS,
  PROBLEM_WEIGHTS,
  PROBLEM_WORKSPACE,
  RAY_BYTES,
  RAY_CROSSINGS,
  RAY_FIRST,
  RAY_STEP_X,
  RAY_STEP_Y,
  RAY_STEP_Z,
  SET_COSMIC_RAY,
  SET_INDEX,
  SET_NEAR,
  SET_THERMAL,
  STOKES_I,
  STOKES_Q,
  STOKES_SYNCHROTRON,
  STOKES_U,
  VOXEL_BYTES,
  WORK_ABSORPTION,
  WORK_EMISSIVITY_INDEX,
  WORK_MEASURE,
  WORK_MEASURE_CHANGE,
  WORK_OTHER,
  WORK_PHI,
  WORK_PHI_CHANGE,
  WORK_STATE,
  WORK_TURN,
  WORK_WEIGHT,
} from './layout'

// Everything the interface asks for, in plain float64 and one node at a time: free-free emission and absorption, C and p on
// the grid or p of each ray as unknowns, spectra that are no power law, any number of nodes. Notation and structure are those of the faster kernels
// (polarised.ts). As there, the adjoint goes forward along the ray: what later nodes owe to the depth and to the emission
// measure in front of them is the whole ray's share, known from the forward pass, less what has been passed.

const MOST_PARTS: f64 = 4096
/** Parts that a crossing with these nodes is cut into. */
function partsNeeded(problem: usize, depth: usize, nodes: u32, length: f64, work: usize): u32 {
  let turning: f64 = 0
  let measure: f64 = 0
  for (let j: u32 = 0; j < nodes; j++) {
    const state = work + WORK_STATE + ((<usize>j) << 3)
    const n = load<f64>(state, SET_THERMAL)
    const w = length * load<f64>(depth + ((<usize>(nodes + j)) << 3))
    turning += w * abs(n * load<f64>(state, SET_NEAR))
    measure += w * n * n
  }
  turning *= load<f64>(problem, PROBLEM_ROTATION) * load<f64>(problem, PROBLEM_TURN_PARTS)
  measure *= load<f64>(problem, PROBLEM_OPACITY_PARTS)
  const needed = Math.ceil(max(turning, measure))
  return needed > 1 ? <u32>min(needed, MOST_PARTS) : 1
}

/** One pass over the rays [firstRay, lastRay). `mode` is a constant of the exported functions. */
@inline
function pass(
  mode: i32,
  problem: usize,
  field: usize,
  tangent: usize,
  tangentCosmicRays: usize,
  tangentIndices: usize,
  rayIndexOther: usize,
  gradient: usize,
  gradientCosmicRays: usize,
  gradientIndices: usize,
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
  const lengthAt = <usize>load<u32>(problem, PROBLEM_LENGTH)
  const electronsAt = <usize>load<u32>(problem, PROBLEM_ELECTRONS)
  const griddedThermal = electronsAt == 0
  const weights = <usize>load<u32>(problem, PROBLEM_WEIGHTS)
  const firstCrossing = load<u32>(problem, PROBLEM_FIRST_CROSSING)
  const frequencies = load<u32>(problem, PROBLEM_FREQUENCIES)
  const frequencyTable = <usize>load<u32>(problem, PROBLEM_FREQUENCY_TABLE)
  const depth = <usize>load<u32>(problem, PROBLEM_DEPTH_TABLE)
  const nodes = load<u32>(problem, PROBLEM_NODE_COUNT)
  const cosmicRays = <usize>load<u32>(problem, PROBLEM_COSMIC_RAYS)
  const indices = <usize>load<u32>(problem, PROBLEM_INDEX_GRID)
  const rayIndices = <usize>load<u32>(problem, PROBLEM_RAY_INDEX)
  const rotation = load<f64>(problem, PROBLEM_ROTATION)
  const temperature = load<f64>(problem, PROBLEM_TEMPERATURE)
  const stride = GENERAL_STOKES + <usize>frequencies * GENERAL_STOKES_BYTES
  const work = scratch + <usize>load<u32>(problem, PROBLEM_WORKSPACE)
  const turns = work + WORK_TURN
  const absorptions = work + WORK_ABSORPTION
  store<f64>(work, NaN, WORK_EMISSIVITY_INDEX)

  for (let r = firstRay; r < lastRay; r++) {
    const ray = <usize>load<u32>(problem, PROBLEM_RAYS) + <usize>r * RAY_BYTES
    const crossings = load<u32>(ray, RAY_CROSSINGS)
    let geometry = geometryOf(problem, ray, scratch)
    let record = weights + <usize>(load<u32>(ray, RAY_FIRST) - firstCrossing) * recordBytes
    const stepX = load<f64>(ray, RAY_STEP_X)
    const stepY = load<f64>(ray, RAY_STEP_Y)
    const stepZ = load<f64>(ray, RAY_STEP_Z)
    const sumsOfRay = sums + <usize>r * stride
    const cotangentsOfRay = cotangents + <usize>r * (stride >> 1)
    const out = (mode == JVP ? changes : sums) + <usize>r * stride
    storeFrame(ray, work)
    const rayIndex = load<f64>(rayIndices + ((<usize>r) << 3))
    const rayIndexChange =
      mode == JVP && rayIndexOther != 0 ? load<f64>(rayIndexOther + ((<usize>r) << 3)) : 0
    let rayIndexGradient: f64 = 0

    let phi: f64 = 0
    let measure: f64 = 0
    let column: f64 = 0
    let phiChange: f64 = 0
    let measureChange: f64 = 0
    // adjoint: derivatives by the depth and the emission measure, summed over the nodes to come and the ray's end
    let depthToCome: f64 = 0
    let measureToCome: f64 = 0
    let byColumn: f64 = 0
    if (mode == ADJOINT) {
      depthToCome = <f64>load<f32>(cotangentsOfRay, GENERAL_DEPTH >> 1)
      byColumn = <f64>load<f32>(cotangentsOfRay, GENERAL_COLUMN >> 1)
      const wholeMeasure = load<f64>(sumsOfRay, GENERAL_MEASURE)
      for (let f: u32 = 0; f < frequencies; f++) {
        const entry = frequencyTable + <usize>f * GENERAL_FREQUENCY_BYTES
        const stokes = sumsOfRay + GENERAL_STOKES + <usize>f * GENERAL_STOKES_BYTES
        const y = cotangentsOfRay + ((GENERAL_STOKES + <usize>f * GENERAL_STOKES_BYTES) >> 1)
        const yI = <f64>load<f32>(y, STOKES_I >> 1)
        const yQ = <f64>load<f32>(y, STOKES_Q >> 1)
        const yU = <f64>load<f32>(y, STOKES_U >> 1)
        const q = load<f64>(stokes, STOKES_Q)
        const u = load<f64>(stokes, STOKES_U)
        const opacity = load<f64>(entry, GENERAL_OPACITY)
        depthToCome += load<f64>(entry, GENERAL_RADIANS) * (yU * q - yQ * u)
        measureToCome -= opacity * (yI * load<f64>(stokes, STOKES_SYNCHROTRON) + yQ * q + yU * u)
        measureToCome += opacity * yI * temperature * Math.exp(-opacity * wholeMeasure)
      }
    } else {
      memory.fill(out, 0, stride)
    }

    for (let c: u32 = 0; c < crossings; c++) {
      const cell = <usize>load<u32>(geometry, 12)
      const ex = <f64>load<f32>(geometry, 0)
      const ey = <f64>load<f32>(geometry, 4)
      const ez = <f64>load<f32>(geometry, 8)
      const wholeLength = <f64>load<f32>(record + lengthAt)
      const dx = wholeLength * stepX
      const dy = wholeLength * stepY
      const dz = wholeLength * stepZ
      for (let i: u32 = 0; i < nodes; i++) {
        const to = work + ((<usize>i) << 3)
        store<f64>(to, <f64>load<f32>(record + ((<usize>i) << 2)), WORK_WEIGHT)
        const thermal = griddedThermal
          ? 0
          : <f64>load<f32>(record + electronsAt + ((<usize>i) << 2))
        store<f64>(to, thermal, WORK_STATE + SET_THERMAL)
        store<f64>(to, 1, WORK_STATE + SET_COSMIC_RAY)
        store<f64>(to, rayIndex, WORK_STATE + SET_INDEX)
      }
      let length = wholeLength
      // parts 0: not known yet
      let parts: u32 = 0
      let part: u32 = 0
      for (;;) {
        const share = parts > 1 ? 1 / <f64>parts : 1
        for (let i: u32 = 0; i < nodes; i++) {
          const xi = share * (<f64>part + load<f64>(depth + ((<usize>i) << 3)))
          if (parts > 1) interpolateCrossing(depth, nodes, length, xi, work, i)
          gatherNode(
            field,
            cell,
            strideX,
            strideY,
            ex + xi * dx,
            ey + xi * dy,
            ez + xi * dz,
            griddedThermal,
            cosmicRays,
            indices,
            work,
            WORK_STATE,
            i,
          )
        }
        if (parts == 0) {
          parts = partsNeeded(problem, depth, nodes, length, work)
          if (parts > 1) {
            keepCrossing(depth, nodes, length, work)
            length /= <f64>parts
            continue
          }
        }

        if (mode == JVP) {
          clearSet(work + WORK_OTHER)
          for (let i: u32 = 0; i < nodes; i++) {
            const xi = share * (<f64>part + load<f64>(depth + ((<usize>i) << 3)))
            store<f64>(work + ((<usize>i) << 3), rayIndexChange, WORK_OTHER + SET_INDEX)
            gatherNode(
              tangent,
              cell,
              strideX,
              strideY,
              ex + xi * dx,
              ey + xi * dy,
              ez + xi * dz,
              griddedThermal,
              tangentCosmicRays,
              tangentIndices,
              work,
              WORK_OTHER,
              i,
            )
          }
        } else if (mode == ADJOINT) {
          clearSet(work + WORK_OTHER)
        }

        // n_e B_los and n_e^2, then their changes, in the lists that the adjoint fills with T afterwards
        for (let i: u32 = 0; i < nodes; i++) {
          const state = work + WORK_STATE + ((<usize>i) << 3)
          const n = load<f64>(state, SET_THERMAL)
          store<f64>(turns + ((<usize>i) << 3), rotation * n * load<f64>(state, SET_NEAR))
          store<f64>(absorptions + ((<usize>i) << 3), n * n)
        }
        let phiExit = phi
        let measureExit = measure
        for (let i: u32 = 0; i < nodes; i++) {
          const w = length * load<f64>(depth + ((<usize>(nodes + i)) << 3))
          phiExit += w * load<f64>(turns + ((<usize>i) << 3))
          measureExit += w * load<f64>(absorptions + ((<usize>i) << 3))
          column +=
            w *
            load<f64>(
              (mode == JVP ? work + WORK_OTHER : work + WORK_STATE) + ((<usize>i) << 3),
              SET_THERMAL,
            )
        }
        storeIntegrals(depth, nodes, length, phi, turns, work + WORK_PHI)
        storeIntegrals(depth, nodes, length, measure, absorptions, work + WORK_MEASURE)
        if (mode == JVP) {
          for (let i: u32 = 0; i < nodes; i++) {
            const state = work + WORK_STATE + ((<usize>i) << 3)
            const change = work + WORK_OTHER + ((<usize>i) << 3)
            const n = load<f64>(state, SET_THERMAL)
            const nChange = load<f64>(change, SET_THERMAL)
            const product = nChange * load<f64>(state, SET_NEAR) + n * load<f64>(change, SET_NEAR)
            store<f64>(turns + ((<usize>i) << 3), rotation * product)
            store<f64>(absorptions + ((<usize>i) << 3), 2 * n * nChange)
          }
          storeIntegrals(depth, nodes, length, phiChange, turns, work + WORK_PHI_CHANGE)
          storeIntegrals(
            depth,
            nodes,
            length,
            measureChange,
            absorptions,
            work + WORK_MEASURE_CHANGE,
          )
          for (let i: u32 = 0; i < nodes; i++) {
            const w = length * load<f64>(depth + ((<usize>(nodes + i)) << 3))
            phiChange += w * load<f64>(turns + ((<usize>i) << 3))
            measureChange += w * load<f64>(absorptions + ((<usize>i) << 3))
          }
        }

        for (let i: u32 = 0; i < nodes; i++) {
          const byIndex = emitAtNode(
            mode,
            problem,
            work,
            work + ((<usize>i) << 3),
            out,
            cotangentsOfRay,
          )
          if (mode == ADJOINT) rayIndexGradient += byIndex
        }

        if (mode == ADJOINT) {
          for (let i: u32 = 0; i < nodes; i++) {
            depthToCome -= load<f64>(turns + ((<usize>i) << 3))
            measureToCome -= load<f64>(absorptions + ((<usize>i) << 3))
          }
          for (let j: u32 = 0; j < nodes; j++) {
            const node = work + ((<usize>j) << 3)
            const n = load<f64>(node, WORK_STATE + SET_THERMAL)
            const gaussWeight = load<f64>(depth + ((<usize>(nodes + j)) << 3))
            const byDepth =
              length * (integrateFrom(depth, nodes, j, turns) + gaussWeight * depthToCome)
            const byMeasure =
              length * (integrateFrom(depth, nodes, j, absorptions) + gaussWeight * measureToCome)
            store<f64>(node, rotation * n * byDepth, WORK_OTHER + SET_NEAR)
            store<f64>(
              node,
              rotation * load<f64>(node, WORK_STATE + SET_NEAR) * byDepth +
                2 * n * byMeasure +
                length * gaussWeight * byColumn,
              WORK_OTHER + SET_THERMAL,
            )
            const xi = share * (<f64>part + load<f64>(depth + ((<usize>j) << 3)))
            scatterNode(
              gradient,
              cell,
              strideX,
              strideY,
              ex + xi * dx,
              ey + xi * dy,
              ez + xi * dz,
              griddedThermal,
              gradientCosmicRays,
              gradientIndices,
              work,
              WORK_OTHER,
              j,
            )
          }
        }
        phi = phiExit
        measure = measureExit
        if (++part == parts) break
      }
      geometry += GEOMETRY_BYTES
      record += recordBytes
    }

    if (mode == ADJOINT) {
      if (rayIndexOther != 0) store<f64>(rayIndexOther + ((<usize>r) << 3), rayIndexGradient)
      continue
    }
    store<f64>(out, mode == JVP ? measureChange : measure, GENERAL_MEASURE)
    store<f64>(out, column, GENERAL_COLUMN)
    store<f64>(out, mode == JVP ? phiChange : phi, GENERAL_DEPTH)
    for (let f: u32 = 0; f < frequencies; f++) {
      const opacity = load<f64>(
        frequencyTable + <usize>f * GENERAL_FREQUENCY_BYTES,
        GENERAL_OPACITY,
      )
      const stokes = out + GENERAL_STOKES + <usize>f * GENERAL_STOKES_BYTES
      const thermal =
        mode == JVP
          ? temperature * Math.exp(-opacity * measure) * opacity * measureChange
          : -temperature * Math.expm1(-opacity * measure)
      store<f64>(stokes, load<f64>(stokes, STOKES_SYNCHROTRON) + thermal, STOKES_I)
    }
  }
}

/** Values at the nodes of the running integral that is `start` at the entry. */
@inline
function storeIntegrals(
  depth: usize,
  nodes: u32,
  length: f64,
  start: f64,
  list: usize,
  to: usize,
): void {
  for (let i: u32 = 0; i < nodes; i++) {
    store<f64>(to + ((<usize>i) << 3), start + length * integrateTo(depth, nodes, i, list))
  }
}

/** The sums of each ray (layout.ts) into `sums`. */
export function forwardGeneral(
  problem: usize,
  field: usize,
  sums: usize,
  firstRay: u32,
  lastRay: u32,
  scratch: usize,
): void {
  pass(FORWARD, problem, field, 0, 0, 0, 0, 0, 0, 0, 0, sums, 0, firstRay, lastRay, scratch)
}

/**
 * Adds to the gradients the derivative of sum over rays of cotangents times sums, and stores that by each ray's p;
 * `sums` must hold what forwardGeneral gave for the same unknowns. Gradients of C and p may be 0: not wanted.
 */
export function adjointGeneral(
  problem: usize,
  field: usize,
  gradient: usize,
  gradientCosmicRays: usize,
  gradientIndices: usize,
  gradientRayIndices: usize,
  cotangents: usize,
  sums: usize,
  firstRay: u32,
  lastRay: u32,
  scratch: usize,
): void {
  pass(
    ADJOINT,
    problem,
    field,
    0,
    0,
    0,
    gradientRayIndices,
    gradient,
    gradientCosmicRays,
    gradientIndices,
    cotangents,
    sums,
    0,
    firstRay,
    lastRay,
    scratch,
  )
}

/** Derivative of the sums of each ray in the direction of the tangents, into `changes`. */
export function jvpGeneral(
  problem: usize,
  field: usize,
  tangent: usize,
  tangentCosmicRays: usize,
  tangentIndices: usize,
  tangentRayIndices: usize,
  changes: usize,
  firstRay: u32,
  lastRay: u32,
  scratch: usize,
): void {
  pass(
    JVP,
    problem,
    field,
    tangent,
    tangentCosmicRays,
    tangentIndices,
    tangentRayIndices,
    0,
    0,
    0,
    0,
    0,
    changes,
    firstRay,
    lastRay,
    scratch,
  )
}
