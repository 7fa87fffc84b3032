import { describe, expect, it } from 'vitest'
import type { LoadBackend } from '#engine/runs/operators.ts'
import { referenceBackend } from '#engine/kernels/backends/reference/index.ts'
import type { LineOfSightOperator } from '#engine/kernels/index.ts'
import type { RunFileInput } from '#shared/session/run-file.ts'
import { useRuns } from '#test/tools/use-runs.ts'

type Operation = 'forward' | 'lossGradient' | 'jvp' | 'adjoint'

/** Backends that compute in float64 until the call number `call` of an operation: its answer has a bad number. */
function spoiled(operation: Operation, call: number, bad: number): LoadBackend {
  return async () => ({
    ...referenceBackend,
    prepare: async (problem, options) =>
      spoil(await referenceBackend.prepare(problem, options), operation, call, bad),
  })
}

function spoil(
  operator: LineOfSightOperator,
  operation: Operation,
  call: number,
  bad: number,
): LineOfSightOperator {
  let calls = 0
  const due = (name: Operation) => name === operation && ++calls >= call
  const forward: LineOfSightOperator['forward'] = async (unknowns) => {
    const seen = await operator.forward(unknowns)
    if (due('forward')) seen.I?.fill(bad, 7, 8)
    return seen
  }
  const jvp: LineOfSightOperator['jvp'] = async (unknowns, tangent) => {
    const seen = await operator.jvp(unknowns, tangent)
    if (due('jvp')) seen.I?.fill(bad, 7, 8)
    return seen
  }
  const adjoint: LineOfSightOperator['adjoint'] = async (unknowns, cotangent, into) => {
    const gradient = await operator.adjoint(unknowns, cotangent, into)
    if (due('adjoint')) gradient.magneticField.fill(bad, 77, 78)
    return gradient
  }
  const lossGradient: LineOfSightOperator['lossGradient'] = async (unknowns, cotangent, into) => {
    const result = await operator.lossGradient(unknowns, cotangent, into)
    if (!due('lossGradient')) return result
    result.gradient.magneticField.fill(bad, 77, 78)
    return { ...result, gradientNorm: Math.abs(bad) }
  }
  const replaced = { forward, jvp, adjoint, lossGradient }
  return new Proxy(operator, {
    get(target, key) {
      const value: unknown = Reflect.get(Reflect.has(replaced, key) ? replaced : target, key)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

const runs = useRuns(4)

async function run(load: LoadBackend, optimiser: NonNullable<RunFileInput['optimiser']>) {
  const session = runs.create('a.larmor', {
    sky: { nside: 4 },
    held_out: { fold: 0, of: 10, block_nside: 2 },
    magnetic_field: { model: 'grid', grid: { shape: [8, 8, 4] } },
    thermal_electrons: { model: 'none' },
    checkpoint: { every_s: 1e-6 },
    optimiser: { iterations: 8, ...optimiser },
  })
  await runs.restart(load)
  const summary = await runs.manager.settled(session, runs.manager.start(session).run)
  const checkpoints = session.runs.checkpoints(1)
  const arrays = checkpoints.flatMap((checkpoint) =>
    session.runs
      .arrayNames(checkpoint)
      .map(({ name }) => ({ ...session.runs.checkpointArray(checkpoint, name), name })),
  )
  const bad = arrays.filter(({ values }) => !values.every(Number.isFinite))
  return { session, summary, checkpoints, bad: bad.map(({ name }) => name) }
}

const methods = ['adam', 'yogi', 'adabelief', 'lbfgs', 'gauss-newton'] as const

describe.each(methods)('a run with %s', (method) => {
  it.each([
    ['NaN in the model', 'forward', Number.NaN],
    ['an infinite model', 'forward', Infinity],
    ['NaN in the gradient', 'lossGradient', Number.NaN],
    ['an infinite gradient', 'lossGradient', -Infinity],
  ] as const)('stops at %s, names it, and keeps a finite state', async (_, operation, number) => {
    const { summary, bad, session, checkpoints } = await run(spoiled(operation, 4, number), {
      method,
    })
    // A line search may find a smaller step that is sound; it then says that it goes no further.
    if (method === 'lbfgs' || method === 'gauss-newton') {
      expect(['failed', 'done']).toContain(summary.state)
    } else expect(summary.state).toBe('failed')
    if (summary.state === 'failed') {
      expect(summary.error).toMatch(
        operation === 'forward'
          ? /became meaningless: the model of "sky" is no longer a finite number/
          : /became meaningless: the gradient is no longer a finite number/,
      )
    }
    expect(bad).toEqual([])
    // The state of the iteration that could not be evaluated is not kept: a resume starts from one that could.
    const { iteration } = session.runs.get(1)
    expect(checkpoints[0]?.iteration ?? 0).toBe(iteration)
    if (summary.state === 'failed') {
      const at = Number(/At iteration (\d+)/.exec(summary.error ?? '')?.[1])
      expect(iteration).toBeLessThan(Math.max(at, 1))
    }
  })
})

describe('a run with Gauss-Newton or L-BFGS', () => {
  it.each([
    ['gauss-newton', 'jvp', 3],
    ['gauss-newton', 'adjoint', 2],
    ['gauss-newton', 'adjoint', 12],
    ['lbfgs', 'adjoint', 2],
  ] as const)('%s keeps a finite state where %s number %d has NaN', async (method, on, call) => {
    const { summary, bad } = await run(spoiled(on, call, Number.NaN), { method })
    expect(bad).toEqual([])
    if (summary.state === 'failed') expect(summary.error).toMatch(/became meaningless/)
  })
})
