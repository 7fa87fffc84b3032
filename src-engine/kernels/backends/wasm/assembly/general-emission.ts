import {
  EMISSIVITY_STEP,
  GENERAL_FIRST_SQUARE,
  GENERAL_FREQUENCY_BYTES,
  GENERAL_LOG_FREQUENCY,
  GENERAL_OPACITY,
  GENERAL_RADIANS,
  GENERAL_STOKES,
  GENERAL_STOKES_BYTES,
  PROBLEM_EMISSIVITY,
  PROBLEM_FREQUENCIES,
  PROBLEM_FREQUENCY_TABLE,
  PROBLEM_SPECTRUM,
  SET_COSMIC_RAY,
  SET_EAST,
  SET_INDEX,
  SET_NORTH,
  SPECTRUM_INTENSITY,
  SPECTRUM_KNOTS,
  SPECTRUM_KNOT_BYTES,
  SPECTRUM_POLARISED,
  SPECTRUM_START,
  SPECTRUM_STEP,
  STOKES_I,
  STOKES_Q,
  STOKES_SYNCHROTRON,
  STOKES_U,
  WORK_ABSORPTION,
  WORK_EMISSIVITY,
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

// What a node of the general kernel emits, and the derivatives of that.

// What a pass computes; of every kernel's `mode`.
export const FORWARD = 0
export const ADJOINT = 1
export const JVP = 2

/** Below this b^2 nothing is emitted: its powers would leave the range of float64. */
const SMALLEST_SQUARE: f64 = 1e-150

/** Cubic at t in 0..1 through two values and derivatives (by the place in the table, `step` per knot), or its slope. */
@inline
function cubicAt(
  low: f64,
  lowSlope: f64,
  high: f64,
  highSlope: f64,
  step: f64,
  t: f64,
  slope: bool,
): f64 {
  const rise = high - low
  const start = lowSlope * step
  const end = highSlope * step
  const c = 3 * rise - 2 * start - end
  const d = start + end - 2 * rise
  if (slope) return (start + t * (2 * c + 3 * t * d)) / step
  return low + t * (start + t * (c + t * d))
}

/** ln K_I at 1 GHz or its derivative. */
function emissivityAt(table: usize, p: f64, slope: bool): f64 {
  const place = (p - 1) / EMISSIVITY_STEP
  const knot = min(max(Math.floor(place), 0), 639)
  const at = table + ((<usize>knot) << 4)
  return cubicAt(
    load<f64>(at),
    load<f64>(at, 8),
    load<f64>(at, 16),
    load<f64>(at, 24),
    EMISSIVITY_STEP,
    place - knot,
    slope,
  )
}

/** One of the logarithms in the table of a spectrum, or its derivative by ln b^2; straight beyond the table. */
function spectrumAt(column: usize, logSquare: f64, slope: bool): f64 {
  const place = (logSquare - SPECTRUM_START) / SPECTRUM_STEP
  const last = <f64>(SPECTRUM_KNOTS - 1)
  if (!(place > 0 && place < last)) {
    const at = column + (place > 0 ? <usize>last : 0) * SPECTRUM_KNOT_BYTES
    const rise = load<f64>(at, 8)
    return slope ? rise : load<f64>(at) + rise * (place > 0 ? place - last : place) * SPECTRUM_STEP
  }
  const knot = Math.floor(place)
  const at = column + <usize>knot * SPECTRUM_KNOT_BYTES
  return cubicAt(
    load<f64>(at),
    load<f64>(at, 8),
    load<f64>(at + SPECTRUM_KNOT_BYTES),
    load<f64>(at + SPECTRUM_KNOT_BYTES, 8),
    SPECTRUM_STEP,
    place - knot,
    slope,
  )
}

/** K_I of every frequency at p, kept until another p is met. */
function storeEmissivities(problem: usize, work: usize, p: f64): void {
  store<f64>(work, p, WORK_EMISSIVITY_INDEX)
  const frequencies = load<u32>(problem, PROBLEM_FREQUENCIES)
  const table = <usize>load<u32>(problem, PROBLEM_FREQUENCY_TABLE)
  const atOne = emissivityAt(<usize>load<u32>(problem, PROBLEM_EMISSIVITY), p, false)
  for (let f: u32 = 0; f < frequencies; f++) {
    const logFrequency = load<f64>(
      table + <usize>f * GENERAL_FREQUENCY_BYTES,
      GENERAL_LOG_FREQUENCY,
    )
    store<f64>(
      work + WORK_EMISSIVITY + ((<usize>f) << 3),
      Math.exp(atOne - 0.5 * (p + 3) * logFrequency),
    )
  }
}

@inline
function add(at: usize, value: f64): void {
  store<f64>(at, load<f64>(at) + value)
}

/**
 * Adds what one node (entry of the lists in the workspace) contributes to the sums at `out`, or to their change; the
 * adjoint stores the derivatives by the node's medium, depth and emission measure instead. Returns that by its p.
 */
@inline
export function emitAtNode(
  mode: i32,
  problem: usize,
  work: usize,
  node: usize,
  out: usize,
  cotangents: usize,
): f64 {
  const frequencies = load<u32>(problem, PROBLEM_FREQUENCIES)
  const frequencyTable = <usize>load<u32>(problem, PROBLEM_FREQUENCY_TABLE)
  const spectrum = <usize>load<u32>(problem, PROBLEM_SPECTRUM)
  const emissivity = <usize>load<u32>(problem, PROBLEM_EMISSIVITY)
  const north = load<f64>(node, WORK_STATE + SET_NORTH)
  const east = load<f64>(node, WORK_STATE + SET_EAST)
  const cosmicRay = load<f64>(node, WORK_STATE + SET_COSMIC_RAY)
  const p = load<f64>(node, WORK_STATE + SET_INDEX)
  const weight = load<f64>(node, WORK_WEIGHT)
  const phiHere = load<f64>(node, WORK_PHI)
  const measureHere = load<f64>(node, WORK_MEASURE)
  const square = north * north + east * east
  let turn: f64 = 0
  let absorption: f64 = 0
  let byIndex: f64 = 0
  // an empty node emits nothing, but not a number goes on to where it is refused
  if (!(square < SMALLEST_SQUARE)) {
    if (p != load<f64>(work, WORK_EMISSIVITY_INDEX)) storeEmissivities(problem, work, p)
    const power = p == 3 || spectrum != 0 ? square : Math.pow(square, 0.25 * (p + 1))
    const polarisedPart = (3 * p + 3) / (3 * p + 7) / square
    const cosine = east * east - north * north
    const sine = -2 * north * east
    let logSquare: f64 = 0
    let slope: f64 = 0
    let slopeOfPart: f64 = 0
    if (mode != FORWARD || spectrum != 0) logSquare = Math.log(square)
    if (mode != FORWARD) {
      slope = emissivityAt(emissivity, p, true)
      slopeOfPart = 3 / (3 * p + 3) - 3 / (3 * p + 7)
    }
    // changes (tangent) or derivatives (adjoint)
    let northOther: f64 = 0
    let eastOther: f64 = 0
    let cosmicRayOther: f64 = 0
    let indexOther: f64 = 0
    let squareOther: f64 = 0
    let cosineChange: f64 = 0
    let sineChange: f64 = 0
    if (mode == JVP) {
      northOther = load<f64>(node, WORK_OTHER + SET_NORTH)
      eastOther = load<f64>(node, WORK_OTHER + SET_EAST)
      cosmicRayOther = load<f64>(node, WORK_OTHER + SET_COSMIC_RAY)
      indexOther = load<f64>(node, WORK_OTHER + SET_INDEX)
      squareOther = 2 * (north * northOther + east * eastOther)
      cosineChange = 2 * (east * eastOther - north * northOther)
      sineChange = -2 * (east * northOther + north * eastOther)
    }
    for (let f: u32 = 0; f < frequencies; f++) {
      const entry = frequencyTable + <usize>f * GENERAL_FREQUENCY_BYTES
      const opacity = load<f64>(entry, GENERAL_OPACITY)
      const radians = load<f64>(entry, GENERAL_RADIANS)
      const kelvin = load<f64>(work + WORK_EMISSIVITY + ((<usize>f) << 3))
      // per cosmic-ray electron: intensity, and polarised intensity per b^2
      let e = weight * kelvin * power
      let a = e * polarisedPart
      // exponents of b^2 in them
      let powerI = 0.25 * (p + 1)
      let powerP = 0.25 * (p - 3)
      if (spectrum != 0) {
        if (logSquare < load<f64>(entry, GENERAL_FIRST_SQUARE)) continue
        const table = spectrum + <usize>f * SPECTRUM_KNOTS * SPECTRUM_KNOT_BYTES
        e = weight * Math.exp(spectrumAt(table + SPECTRUM_INTENSITY, logSquare, false))
        a = weight * Math.exp(spectrumAt(table + SPECTRUM_POLARISED, logSquare, false))
        if (mode != FORWARD) {
          powerI = spectrumAt(table + SPECTRUM_INTENSITY, logSquare, true)
          powerP = spectrumAt(table + SPECTRUM_POLARISED, logSquare, true)
        }
      }
      if (opacity != 0) {
        const seen = Math.exp(-opacity * measureHere)
        e *= seen
        a *= seen
      }
      let cos: f64 = 1
      let sin: f64 = 0
      if (radians != 0) {
        cos = Math.cos(radians * phiHere)
        sin = Math.sin(radians * phiHere)
      }
      const at = out + GENERAL_STOKES + <usize>f * GENERAL_STOKES_BYTES
      if (mode == FORWARD) {
        add(at + STOKES_SYNCHROTRON, cosmicRay * e)
        add(at + STOKES_Q, cosmicRay * a * (cosine * cos - sine * sin))
        add(at + STOKES_U, cosmicRay * a * (cosine * sin + sine * cos))
      } else if (mode == JVP) {
        const dark = opacity * load<f64>(node, WORK_MEASURE_CHANGE)
        const bySpectrum =
          indexOther * (0.25 * logSquare + slope - 0.5 * load<f64>(entry, GENERAL_LOG_FREQUENCY))
        const byField = (powerI * squareOther) / square
        const growthI = bySpectrum + byField - dark
        const growthP =
          bySpectrum + indexOther * slopeOfPart + (powerP * squareOther) / square - dark
        const aChange = a * (cosmicRayOther + cosmicRay * growthP)
        const angle = radians * load<f64>(node, WORK_PHI_CHANGE)
        const re = aChange * cosine + cosmicRay * a * (cosineChange - angle * sine)
        const im = aChange * sine + cosmicRay * a * (sineChange + angle * cosine)
        add(at + STOKES_SYNCHROTRON, e * (cosmicRayOther + cosmicRay * growthI))
        add(at + STOKES_Q, re * cos - im * sin)
        add(at + STOKES_U, re * sin + im * cos)
      } else {
        const y = cotangents + ((GENERAL_STOKES + <usize>f * GENERAL_STOKES_BYTES) >> 1)
        const yI = <f64>load<f32>(y, STOKES_I >> 1)
        const yQ = <f64>load<f32>(y, STOKES_Q >> 1)
        const yU = <f64>load<f32>(y, STOKES_U >> 1)
        const alpha = yQ * cos + yU * sin
        const beta = yU * cos - yQ * sin
        const byI = yI * e
        const byP = a * (alpha * cosine + beta * sine)
        turn += radians * cosmicRay * a * (beta * cosine - alpha * sine)
        absorption -= opacity * cosmicRay * (byI + byP)
        cosmicRayOther += byI + byP
        squareOther += (cosmicRay * (powerI * byI + powerP * byP)) / square
        eastOther += 2 * cosmicRay * a * (alpha * east - beta * north)
        northOther -= 2 * cosmicRay * a * (alpha * north + beta * east)
        const byLog = 0.25 * logSquare + slope - 0.5 * load<f64>(entry, GENERAL_LOG_FREQUENCY)
        indexOther += cosmicRay * (byLog * (byI + byP) + slopeOfPart * byP)
      }
    }
    if (mode == ADJOINT) {
      store<f64>(node, northOther + 2 * squareOther * north, WORK_OTHER + SET_NORTH)
      store<f64>(node, eastOther + 2 * squareOther * east, WORK_OTHER + SET_EAST)
      store<f64>(node, cosmicRayOther, WORK_OTHER + SET_COSMIC_RAY)
      store<f64>(node, indexOther, WORK_OTHER + SET_INDEX)
      byIndex = indexOther
    }
  }
  if (mode == ADJOINT) {
    store<f64>(node, turn, WORK_TURN)
    store<f64>(node, absorption, WORK_ABSORPTION)
  }
  return byIndex
}
