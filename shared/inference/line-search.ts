/** The function along a line, x0 + a d: its value, its slope, and whatever else an evaluation brings. */
export interface LinePoint<Detail> {
  readonly step: number
  /** Infinity where the function has no finite value. */
  readonly value: number
  readonly slope: number
  readonly detail: Detail | undefined
}

export interface LineSearchStart {
  readonly value: number
  /** Negative. */
  readonly slope: number
  readonly firstStep: number
}

/** Evaluates the function at a step; the caller's parameters are there afterwards. */
export type AlongLine<Detail> = (step: number) => Promise<LinePoint<Detail>>

/** Sufficient decrease and curvature: c1 and c2 of Nocedal & Wright, Numerical Optimization (2006), section 3.1. */
const SUFFICIENT_DECREASE = 1e-4
const CURVATURE = 0.9
const MOST_EVALUATIONS = 30

/**
 * A step that satisfies the strong Wolfe conditions (Nocedal & Wright, Algorithms 3.5 and 3.6, cubic interpolation in the
 * zoom); where rounding leaves none, the lowest point that decreases sufficiently; undefined where there is none either.
 * The point returned is not always the last one evaluated.
 */
export async function strongWolfe<Detail>(
  start: LineSearchStart,
  along: AlongLine<Detail>,
): Promise<LinePoint<Detail> | undefined> {
  const decreases = ({ step, value }: LinePoint<Detail>): boolean =>
    value <= start.value + SUFFICIENT_DECREASE * step * start.slope
  const isFlat = ({ slope }: LinePoint<Detail>): boolean =>
    Math.abs(slope) <= -CURVATURE * start.slope
  let low: LinePoint<Detail> = { step: 0, ...start, detail: undefined }
  let high: LinePoint<Detail> | undefined
  let step = start.firstStep
  for (let evaluations = 0; evaluations < MOST_EVALUATIONS; evaluations++) {
    const point = await along(step)
    if (!decreases(point) || point.value >= low.value) {
      high = point
    } else {
      if (isFlat(point)) return point
      // The minimum lies where the slope points to: between here and the other end, or beyond.
      if (point.slope * ((high?.step ?? Infinity) - low.step) >= 0) high = low
      low = point
    }
    if (high === undefined) {
      step *= 2
      continue
    }
    if (Math.abs(high.step - low.step) <= 1e-12 * Math.max(high.step, low.step)) break
    step = between(low, high)
  }
  return low.step > 0 && decreases(low) ? low : undefined
}

/** Minimum of the cubic through two points and slopes (Nocedal & Wright, equation 3.59), kept inside the interval. */
function between<Detail>(low: LinePoint<Detail>, high: LinePoint<Detail>): number {
  const width = high.step - low.step
  if (!Number.isFinite(high.value) || !Number.isFinite(high.slope)) return low.step + width / 10
  const d1 = low.slope + high.slope - (3 * (low.value - high.value)) / (low.step - high.step)
  const square = d1 * d1 - low.slope * high.slope
  if (!(square >= 0)) return low.step + width / 2
  const d2 = Math.sign(width) * Math.sqrt(square)
  const cubic = high.step - width * ((high.slope + d2 - d1) / (high.slope - low.slope + 2 * d2))
  const share = (cubic - low.step) / width
  if (Number.isNaN(share)) return low.step + width / 10
  return low.step + width * Math.min(Math.max(share, 0.1), 0.9)
}

/**
 * The first of firstStep, firstStep / 2, ... that decreases the function by SUFFICIENT_DECREASE times what `predict`
 * says (the slope times the way really gone, which bounds may have shortened); undefined where none does.
 * Armijo's rule along the projected path: Bertsekas, SIAM J. Control Optim. 20, 221 (1982).
 */
export async function backtrack<Detail>(
  start: Pick<LineSearchStart, 'value' | 'firstStep'>,
  along: AlongLine<Detail>,
  predict: () => number,
): Promise<LinePoint<Detail> | undefined> {
  let step = start.firstStep
  for (let evaluations = 0; evaluations < MOST_EVALUATIONS; evaluations++) {
    const point = await along(step)
    const predicted = predict()
    if (predicted < 0 && point.value <= start.value + SUFFICIENT_DECREASE * predicted) return point
    step /= 2
  }
  return undefined
}
