import { afterEach, describe, expect, it } from 'vitest'
import { loadBackend } from '#engine/kernels/index.ts'
import { referenceBackend } from '#engine/kernels/backends/reference/index.ts'
import { neighbourOrder } from '#engine/kernels/backends/wasm/rays.ts'
import { chooseKernel } from '#engine/kernels/backends/wasm/kernel-choice.ts'
import { planMemory } from '#engine/kernels/backends/wasm/memory-plan.ts'
import { kernelModule } from '#engine/kernels/backends/wasm/module.ts'
import { ThreadPool } from '#engine/kernels/backends/wasm/thread-pool.ts'
import { wasmBackend } from '#engine/kernels/backends/wasm/index.ts'
import type {
  KernelBackend,
  LineOfSightOperator,
  LineOfSightProblem,
  PrepareOptions,
} from '#engine/kernels/interface.ts'
import { optimiserSteps, publishedOptions } from '#shared/inference/optimisers.ts'
import type { OptimiserMethod } from '#shared/inference/optimisers.ts'
import { field, noiseField, randomDirections, smallProblem } from './problems.ts'

const operators: LineOfSightOperator[] = []
afterEach(() => Promise.all(operators.splice(0).map((operator) => operator.dispose())))

async function prepare(backend: KernelBackend, options: PrepareOptions = {}) {
  const operator = await backend.prepare(smallProblem(), { threads: 1, ...options })
  operators.push(operator)
  return operator
}

describe('optimiser steps', () => {
  const methods: OptimiserMethod[] = ['adam', 'yogi', 'adabelief']

  it.each(methods)('%s on threads gives the bits of the plain rule', async (method) => {
    const options = publishedOptions(method, 0.1)
    const start = noiseField(smallProblem(), 50)
    const gradient = noiseField(smallProblem(), 51)
    const plain = {
      parameters: start.slice(),
      firstMoment: new Float32Array(start.length),
      secondMoment: new Float32Array(start.length),
    }
    for (const step of [1, 2, 3]) {
      const { parameters, firstMoment, secondMoment } = plain
      optimiserSteps[method](
        parameters,
        gradient,
        firstMoment,
        secondMoment,
        step,
        options,
        0,
        start.length,
      )
    }
    for (const threads of [1, 3]) {
      const operator = await prepare(wasmBackend, { threads })
      const arrays = {
        parameters: operator.createGrid(3),
        gradient: operator.createGrid(3),
        firstMoment: operator.createGrid(3),
        secondMoment: operator.createGrid(3),
      }
      arrays.parameters.set(start)
      arrays.gradient.set(gradient)
      for (const step of [1, 2, 3]) await operator.update({ method, step, options, ...arrays })
      expect(Array.from(arrays.parameters)).toEqual(Array.from(plain.parameters))
      expect(Array.from(arrays.firstMoment)).toEqual(Array.from(plain.firstMoment))
      expect(Array.from(arrays.secondMoment)).toEqual(Array.from(plain.secondMoment))
    }
  })

  it('refuses arrays that threads cannot see', async () => {
    const operator = await prepare(wasmBackend)
    const own = new Float32Array(3 * 840)
    const update = operator.update({
      method: 'adam',
      parameters: own,
      gradient: own,
      firstMoment: own,
      secondMoment: own,
      step: 1,
      options: publishedOptions('adam', 0.1),
    })
    await expect(update).rejects.toThrow(/createGrid/)
  })
})

describe('backends', () => {
  it.each(['wasm', 'reference'] as const)('load by name: %s', async (name) => {
    expect((await loadBackend(name)).name).toBe(name)
  })
})

describe.each([wasmBackend, referenceBackend])('what the $name backend refuses', (backend) => {
  const cases: [string, Partial<LineOfSightProblem>, RegExp][] = [
    ['no observable', { observables: [] }, /No observable/],
    ['no frequency', { frequenciesGhz: [] }, /No frequency/],
    ['a frequency of 0', { frequenciesGhz: [0] }, /positive number of GHz, not 0/],
    ['a spectral index of 1', { spectralIndex: 1 }, /between 1 and 6/],
    ['too many nodes', { nodesPerCrossing: 9 }, /1 to 8 nodes per crossing, not 9/],
    ['half a node', { nodesPerCrossing: 2.5 }, /not 2.5/],
    ['an observer outside', { observerKpc: [0, 0, 6] }, /outside the box/],
    ['an observer that is no number', { observerKpc: [0, NaN, 0] }, /outside the box/],
    ['a direction of another length', { directions: Float64Array.from([1, 1, 0]) }, /ray 0/],
    ['a direction cut short', { directions: Float64Array.from([1, 0]) }, /multiple of 3/],
    [
      'a flat grid',
      { grid: { shape: [8, 8, 1], halfSizeKpc: [8, 8, 8] } },
      /at least 2 cells along each axis/,
    ],
    ['distances that do not match', { maxDistanceKpc: new Float64Array(3) }, /3 distances/],
    [
      'a distance that is no number',
      { maxDistanceKpc: new Float64Array(60).fill(NaN) },
      /distance of ray 0 is NaN/,
    ],
  ]

  it.each(cases)('%s', async (_, changes, message) => {
    await expect(backend.prepare(smallProblem(changes))).rejects.toThrow(message)
  })

  it.each([NaN, Infinity, -1])('a cosmic-ray density of %d', async (density) => {
    const problem = smallProblem({
      cosmicRayDensity: (x) => (x > 10 ? density : 1),
    })
    const used = async (): Promise<void> => {
      const operator = await backend.prepare(problem, { threads: 1 })
      operators.push(operator)
      await operator.forward(field(noiseField(problem, 52)))
    }
    await expect(used()).rejects.toThrow(/cosmic-ray electron density at .* kpc is/)
  })

  it('options that do not fit the grid', async () => {
    const refused = (options: PrepareOptions) => expect(prepare(backend, options)).rejects
    await refused({ region: new Uint8Array(5) }).toThrow(/region has 5 voxels/)
    await refused({ regularisation: [{ term: 'smoothness', weight: -1 }] }).toThrow(/0 or more/)
    await refused({ regularisation: [{ term: 'smoothness', weight: NaN }] }).toThrow(/0 or more/)
    const reference = new Float32Array(3)
    await refused({ regularisation: [{ term: 'amplitude', weight: 1, reference }] }).toThrow(
      /has 3 values/,
    )
    await refused({ regularisation: [{ term: 'divergence', weight: 1, reference }] }).toThrow(
      /Only amplitude/,
    )
  })

  it('unknowns, cotangents and calls that do not fit', async () => {
    const operator = await prepare(backend)
    const good = field(noiseField(smallProblem(), 53))
    await expect(operator.forward(field(new Float32Array(3)))).rejects.toThrow(/has 3 values/)
    const more = { ...good, thermalElectrons: new Float32Array(840) }
    await expect(operator.forward(more)).rejects.toThrow(/magnetic field only/)
    await expect(operator.adjoint(good, { I: new Float64Array(3) })).rejects.toThrow(/60 values/)
    const polarised = { I: new Float64Array(60), Q: new Float64Array(60) }
    await expect(operator.adjoint(good, polarised)).rejects.toThrow(/nothing else/)
    const bad = { I: new Float64Array(60).fill(NaN, 7, 8) }
    await expect(operator.adjoint(good, bad)).rejects.toThrow(/ray 7 is NaN/)
    const hole = noiseField(smallProblem(), 54)
    hole.fill(NaN, 900, 1200)
    await expect(operator.forward(field(hole))).rejects.toThrow(/not finite/)
    // It still works after all that.
    await operator.forward(good)
    const first = operator.forward(good)
    await expect(operator.forward(good)).rejects.toThrow(/must not overlap/)
    await first
    await operator.dispose()
    await expect(operator.forward(good)).rejects.toThrow(/disposed/)
  })
})

describe('a kernel thread that fails', () => {
  it('is reported, and the process goes on', async () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })
    const plan = planMemory({
      grid: { shape: [12, 10, 7], halfSizeKpc: [20, 20, 5] },
      rays: 1,
      crossings: 10,
      mostCrossingsOfARay: 10,
      nodesPerCrossing: 3,
      kernel: chooseKernel(smallProblem()),
      threads: 1,
      terms: [],
      cacheBytes: 1e6,
    })
    // A memory of one page is too small for the plan.
    const pool = new ThreadPool([
      {
        thread: 0,
        threads: 1,
        module: kernelModule(),
        memory,
        plan,
        shape: [12, 10, 7],
        kernel: chooseKernel(smallProblem()),
        terms: [],
      },
    ])
    const job = { kind: 'adjoint', first: 0, last: 1 } as const
    await expect(pool.run([job])).rejects.toThrow(/kernel thread failed/)
    await pool.end()
    await expect(pool.run([job])).rejects.toThrow(/disposed/)
  })
})

describe('preparing', () => {
  it('reports progress and stops when asked to', async () => {
    const problem = smallProblem({ directions: randomDirections(5000, 55) })
    const fractions: number[] = []
    const operator = await wasmBackend.prepare(problem, {
      threads: 1,
      onProgress: (fraction) => fractions.push(fraction),
    })
    operators.push(operator)
    expect(fractions.at(-1)).toBe(1)
    expect(fractions.length).toBeGreaterThan(3)
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b))
    const stop = new AbortController()
    const stopped = wasmBackend.prepare(problem, {
      signal: stop.signal,
      onProgress: () => stop.abort(new Error('stopped here')),
    })
    await expect(stopped).rejects.toThrow('stopped here')
  })

  it('refuses numbers of threads that make no sense', async () => {
    for (const threads of [0, -1, 1.5, NaN, 1000]) {
      await expect(wasmBackend.prepare(smallProblem(), { threads })).rejects.toThrow(/threads/)
    }
  })

  it('says when a problem does not fit into 4 GiB', () => {
    const request = {
      grid: { shape: [512, 512, 256], halfSizeKpc: [20, 20, 5] } as const,
      rays: 1000,
      crossings: 1e6,
      mostCrossingsOfARay: 1000,
      nodesPerCrossing: 3,
      kernel: chooseKernel(smallProblem()),
      threads: 2,
      terms: [],
      cacheBytes: 2 ** 28,
    }
    expect(() =>
      planMemory({ ...request, grid: { ...request.grid, shape: [512, 512, 256] } }),
    ).toThrow(/at most 4 GiB are possible/)
  })

  it('orders rays so that neighbours follow each other, each exactly once', () => {
    const directions = randomDirections(4000, 56)
    const order = neighbourOrder(directions)
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from(order.keys()))
    const step = (a: number, b: number): number =>
      Math.hypot(...[0, 1, 2].map((c) => directions[3 * a + c] - directions[3 * b + c]))
    let length = 0
    for (let n = 1; n < 4000; n++) length += step(order[n - 1], order[n])
    // 4000 points lie 0.056 apart; a random order steps by 1.33 on average.
    expect(length / 3999).toBeLessThan(0.1)
  })
})
