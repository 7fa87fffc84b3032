import { describe, expect, it } from 'vitest'
import { conjugateGradients } from '#shared/inference/conjugate-gradients.ts'
import { GaussNewton, createGaussNewtonArrays } from '#shared/inference/gauss-newton.ts'
import { Lbfgs, createLbfgsArrays } from '#shared/inference/lbfgs.ts'
import type { LbfgsOptions, Objective } from '#shared/inference/lbfgs.ts'
import type { Values, Vector } from '#shared/inference/vectors.ts'
import { scheduleFactor } from '#shared/inference/schedules.ts'

type Function2 = (x: Float64Array) => { value: number; gradient: number[] }
type Bounds = readonly [number, number]

/** (1 - x)^2 + 100 (y - x^2)^2 */
const rosenbrock: Function2 = ([x, y]) => ({
  value: (1 - x) ** 2 + 100 * (y - x * x) ** 2,
  gradient: [-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)],
})

function objectiveOf(f: Function2, start: number[], bounds?: Bounds) {
  const x = Float64Array.from(start)
  const g = new Float64Array(start.length)
  const count = { evaluations: 0 }
  const evaluate = () => {
    const { value, gradient } = f(x)
    g.set(gradient)
    count.evaluations++
    return Promise.resolve({ loss: value })
  }
  const objective: Objective<{ loss: number }> = {
    parameters: [x],
    gradient: [g],
    bounds: [bounds],
    evaluate,
    attempt: async () => {
      const found = await evaluate()
      return Number.isFinite(found.loss) ? found : undefined
    },
  }
  return { objective, x, count }
}

function lbfgs(objective: Objective<{ loss: number }>, options: Partial<LbfgsOptions> = {}) {
  const all = { memory: 5, firstChange: 0.1, tolerance: 0, ...options }
  const length = objective.parameters[0].length
  const arrays = createLbfgsArrays(all.memory, () => [new Float64Array(length)])
  return { method: new Lbfgs(objective, all, arrays), arrays }
}

async function minimise(method: { step(): Promise<unknown>; converged: boolean }, steps = 200) {
  let done = 0
  while (!method.converged && done++ < steps) await method.step()
  return done
}

describe('L-BFGS', () => {
  it('finds the minimum of the Rosenbrock function from the usual start', async () => {
    const { objective, x, count } = objectiveOf(rosenbrock, [-1.2, 1])
    await minimise(lbfgs(objective).method)
    // At the minimum the function is flat to rounding within about sqrt(1e-16).
    expect(x[0]).toBeCloseTo(1, 7)
    expect(x[1]).toBeCloseTo(1, 7)
    expect(count.evaluations).toBeLessThan(100)
  })

  it('ends a quadratic of n eigenvalues in about n steps, sooner with its diagonal', async () => {
    const scales = [1, 10, 100, 1000, 1e4, 1e5]
    const quadratic: Function2 = (x) => ({
      value: scales.reduce((sum, s, i) => sum + (s * (x[i] - 1) ** 2) / 2, 0),
      gradient: scales.map((s, i) => s * (x[i] - 1)),
    })
    const steps = []
    for (const inverseDiagonal of [undefined, [Float64Array.from(scales, (s) => 1 / s)]]) {
      const { objective, x } = objectiveOf(quadratic, [0, 0, 0, 0, 0, 0])
      const { method } = lbfgs(objective, { memory: 8, tolerance: 1e-14, inverseDiagonal })
      steps.push(await minimise(method))
      for (const value of x) expect(value).toBeCloseTo(1, 6)
    }
    expect(steps[1]).toBeLessThan(6)
    expect(steps[1]).toBeLessThan(steps[0])
  })

  it('stays within bounds and ends on the one that holds it', async () => {
    const seen: number[] = []
    const watched: Function2 = (x) => {
      seen.push(...x)
      return rosenbrock(x)
    }
    const { objective, x } = objectiveOf(watched, [-1.2, 0.3], [-2, 0.5])
    await minimise(lbfgs(objective).method)
    // With x and y at most 1/2 the minimum is (1/2, 1/4).
    expect(x[0]).toBe(0.5)
    expect(x[1]).toBeCloseTo(0.25, 7)
    expect(Math.max(...seen)).toBe(0.5)
    expect(Math.min(...seen)).toBeGreaterThanOrEqual(-2)
  })

  it('turns away from where the function is not a number', async () => {
    const guarded: Function2 = ([x]) => ({ value: x - Math.log(x), gradient: [1 - 1 / x] })
    const { objective, x } = objectiveOf(guarded, [3])
    // The first step would go to -2.
    await minimise(lbfgs(objective, { firstChange: 5 }).method)
    expect(x[0]).toBeCloseTo(1, 7)
  })

  it('goes on to the same bits from its parameters and pairs', async () => {
    const straight = objectiveOf(rosenbrock, [-1.2, 1])
    const whole = lbfgs(straight.objective)
    for (let i = 0; i < 12; i++) await whole.method.step()

    const first = objectiveOf(rosenbrock, [-1.2, 1])
    const begun = lbfgs(first.objective)
    for (let i = 0; i < 7; i++) await begun.method.step()
    const second = objectiveOf(rosenbrock, Array.from(first.x))
    const resumed = lbfgs(second.objective)
    resumed.method.pairs = begun.method.pairs
    begun.arrays.steps.forEach(([values], i) => resumed.arrays.steps[i][0].set(values))
    begun.arrays.changes.forEach(([values], i) => resumed.arrays.changes[i][0].set(values))
    for (let i = 7; i < 12; i++) await resumed.method.step()
    expect(Array.from(second.x)).toEqual(Array.from(straight.x))
  })
})

describe('conjugate gradients', () => {
  it('solve an n x n system in n iterations', async () => {
    const n = 6
    const at = (i: number, j: number) => (i === j ? 4 + i : 1 / (1 + Math.abs(i - j)))
    const vector = () => [new Float64Array(n)]
    const truth = Float64Array.from({ length: n }, (_, i) => Math.sin(i + 1))
    const multiply = (v: Values, into: Values) =>
      Float64Array.from(into).forEach(
        (_, i) => (into[i] = Float64Array.from(v).reduce((sum, x, j) => sum + at(i, j) * x, 0)),
      )
    const right = new Float64Array(n)
    multiply(truth, right)
    const arrays = {
      solution: vector(),
      residual: vector(),
      conjugate: vector(),
      product: vector(),
      scaled: vector(),
    }
    const done = await conjugateGradients(
      {
        apply: ([v], [into]) => multiply(v, into),
        right: [right],
        iterations: n,
        tolerance: 1e-13,
      },
      arrays,
    )
    expect(done).toBeLessThanOrEqual(n)
    arrays.solution[0].forEach((x, i) => expect(x).toBeCloseTo(truth[i], 10))
  })
})

describe('Gauss-Newton', () => {
  it('finds the minimum of the Rosenbrock function, whose residuals are 1 - x and 10 (y - x^2)', async () => {
    const { objective, x } = objectiveOf(rosenbrock, [-1.2, 1])
    const curved = {
      ...objective,
      applyCurvature: ([v]: Vector, [into]: Vector) => {
        const j = [
          [-1, 0],
          [-20 * x[0], 10],
        ]
        const product = j.map(([a, b]) => a * v[0] + b * v[1])
        // The function is the sum of squares, so its matrix is twice J'J.
        into.set([0, 1].map((i) => 2 * (j[0][i] * product[0] + j[1][i] * product[1])))
        return Promise.resolve()
      },
    }
    const method = new GaussNewton(
      curved,
      { innerIterations: 20, tolerance: 0, diagonal: [Float64Array.of(100, 100)] },
      createGaussNewtonArrays(() => [new Float64Array(2)]),
    )
    const steps = await minimise(method)
    expect(x[0]).toBeCloseTo(1, 7)
    expect(x[1]).toBeCloseTo(1, 7)
    expect(steps).toBeLessThan(40)
  })
})

describe('learning-rate schedules', () => {
  it('begin at 1 and fall to a hundredth', () => {
    expect(scheduleFactor('constant', 77, 100)).toBe(1)
    for (const schedule of ['cosine', 'exponential'] as const) {
      expect(scheduleFactor(schedule, 1, 100)).toBe(1)
      expect(scheduleFactor(schedule, 101, 100)).toBeCloseTo(0.01, 12)
    }
    expect(scheduleFactor('cosine', 51, 100)).toBeCloseTo(0.505, 12)
    expect(scheduleFactor('exponential', 51, 100)).toBeCloseTo(0.1, 12)
  })
})
