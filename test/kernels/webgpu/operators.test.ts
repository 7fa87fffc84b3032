import { afterEach, describe, expect, it } from 'vitest'
import { referenceBackend } from '#engine/kernels/backends/reference/index.ts'
import { GpuDevice } from '#engine/kernels/backends/webgpu/adapter.ts'
import { KernelDeviceLostError } from '#engine/kernels/interface.ts'
import type {
  KernelBackend,
  LineOfSightOperator,
  PrepareOptions,
} from '#engine/kernels/interface.ts'
import { optimiserSteps, publishedOptions } from '#shared/inference/optimisers.ts'
import { regionMask } from '#shared/physics/grid.ts'
import { findWebgpu } from '#test/tools/webgpu.ts'
import {
  field,
  noiseField,
  present,
  randomDirections,
  relativeDistance,
  smallProblem,
} from '../problems.ts'

const backend = await findWebgpu()
const operators: LineOfSightOperator[] = []
afterEach(() => Promise.all(operators.splice(0).map((operator) => operator.dispose())))

async function prepare(
  by: KernelBackend | undefined,
  options: PrepareOptions = {},
  problem = smallProblem(),
): Promise<LineOfSightOperator> {
  const operator = await present(by).prepare(problem, options)
  operators.push(operator)
  return operator
}

const cotangent = { I: Float64Array.from({ length: 60 }, (_, n) => Math.cos(n)) }

describe.skipIf(!backend)('the webgpu operator', () => {
  it('adds the gradients and values of every regularisation term, inside a region', async () => {
    const problem = smallProblem()
    const options: PrepareOptions = {
      region: regionMask(problem.grid, { r_kpc: [3, 18] }),
      regularisation: [
        { term: 'smoothness', weight: 0.3 },
        { term: 'total-variation', weight: 0.2 },
        { term: 'divergence', weight: 0.7 },
        { term: 'amplitude', weight: 0.1 },
        { term: 'amplitude', weight: 0.2, reference: noiseField(problem, 2) },
      ],
    }
    const at = field(noiseField(problem, 3))
    const tested = await prepare(backend, options)
    const reference = await prepare(referenceBackend, options)
    const { gradient, gradientNorm, regularisation } = await tested.lossGradient(at, cotangent)
    const expected = await reference.lossGradient(at, cotangent)
    // float32 sums of up to 64 terms, float64 beyond.
    const tolerance = 1e-6
    expect(relativeDistance(gradient.magneticField, expected.gradient.magneticField)).toBeLessThan(
      tolerance,
    )
    expect(Math.abs(gradientNorm / expected.gradientNorm - 1)).toBeLessThan(tolerance)
    expect(regularisation.map(({ term, weight }) => [term, weight])).toEqual(
      expected.regularisation.map(({ term, weight }) => [term, weight]),
    )
    const values = await tested.regularisation(at)
    expected.regularisation.forEach(({ value }, n) => {
      expect(Math.abs(regularisation[n].value / value - 1)).toBeLessThan(tolerance)
    })
    expect(values).toEqual(regularisation)
  })

  it.each(['adam', 'yogi', 'adabelief'] as const)(
    '%s steps on uploaded arrays follow the published rule, and the host sees them on download only',
    async (method) => {
      const problem = smallProblem()
      const operator = await prepare(backend)
      const options = publishedOptions(method, 0.1)
      const arrays = {
        parameters: operator.createGrid(3),
        gradient: operator.createGrid(3),
        firstMoment: operator.createGrid(3),
        secondMoment: operator.createGrid(3),
      }
      const start = noiseField(problem, 4)
      arrays.parameters.set(start)
      arrays.gradient.set(noiseField(problem, 5))
      const plain = {
        parameters: Float64Array.from(arrays.parameters),
        gradient: Float64Array.from(arrays.gradient),
        firstMoment: new Float64Array(start.length),
        secondMoment: new Float64Array(start.length),
      }
      await operator.residence?.upload(Object.values(arrays))
      for (const step of [1, 2, 3]) {
        await operator.update({ method, step, options, ...arrays })
        const { parameters, gradient, firstMoment, secondMoment } = plain
        optimiserSteps[method](
          parameters,
          gradient,
          firstMoment,
          secondMoment,
          step,
          options,
          0,
          parameters.length,
        )
      }
      expect(Array.from(arrays.parameters)).toEqual(Array.from(start))
      await operator.residence?.download(Object.values(arrays))
      // Some operations of 6e-8 each; AdaBelief's variance is a small difference of large numbers.
      const tolerance = method === 'adabelief' ? 1e-5 : 1e-6
      for (const name of ['parameters', 'firstMoment', 'secondMoment'] as const) {
        expect(relativeDistance(arrays[name], plain[name]), name).toBeLessThan(tolerance)
      }
    },
  )

  it('computes with uploaded arrays what it computes with the host’s', async () => {
    const problem = smallProblem()
    const operator = await prepare(backend, {
      regularisation: [{ term: 'smoothness', weight: 0.1 }],
    })
    const kept = { magneticField: operator.createGrid(3) }
    const gradient = { magneticField: operator.createGrid(3) }
    kept.magneticField.set(noiseField(problem, 6))
    const host = field(kept.magneticField.slice())
    await operator.residence?.upload([kept.magneticField, gradient.magneticField])
    kept.magneticField.fill(0)
    expect(await operator.forward(kept)).toEqual(await operator.forward(host))
    const onCard = await operator.lossGradient(kept, cotangent, gradient)
    const onHost = await operator.lossGradient(host, cotangent)
    expect(onCard.gradientNorm).toBe(onHost.gradientNorm)
    expect(gradient.magneticField.every((value) => value === 0)).toBe(true)
    await operator.residence?.download([gradient.magneticField])
    expect(gradient.magneticField).toEqual(onHost.gradient.magneticField)
    // What was brought back, or let go of, is the host's again.
    gradient.magneticField.fill(1)
    operator.residence?.discard([kept.magneticField])
    const zero = await operator.forward(kept)
    expect(present(zero.I).every((value) => value === 0)).toBe(true)
    await operator.lossGradient(host, cotangent, gradient)
    expect(gradient.magneticField).toEqual(onHost.gradient.magneticField)
  })

  it('steps arrays of the host in place, and refuses a mixture', async () => {
    const operator = await prepare(backend)
    const [parameters, gradient, firstMoment, secondMoment] = Array.from({ length: 4 }, () =>
      operator.createGrid(3).fill(1),
    )
    const options = publishedOptions('adam', 0.1)
    const step = { method: 'adam', step: 1, options, gradient, firstMoment, secondMoment } as const
    await operator.update({ ...step, parameters })
    expect(parameters[0]).toBeLessThan(1)
    await operator.residence?.upload([parameters])
    await expect(operator.update({ ...step, parameters })).rejects.toThrow(/all of its arrays/)
  })

  it('gives the same rays whether crossings are kept or walked anew, in one part or many', async () => {
    const problem = smallProblem({
      directions: randomDirections(300, 7),
      observables: ['I', 'Q', 'U'],
      frequenciesGhz: [0.6],
      thermalElectronDensity: () => 0.02,
    })
    const at = field(noiseField(problem, 8))
    const y = { Q: Float64Array.from({ length: 300 }, (_, n) => Math.sin(n)) }
    const whole = await prepare(backend, {}, problem)
    // 48 bytes per crossing and as much again for its lists: a few of the parts are kept.
    const parts = await prepare(backend, { cacheBytes: 24 * whole.crossings }, problem)
    expect(whole.description).toMatch(/all crossings cached/)
    expect(parts.description).toMatch(/[2-9] of [2-9] parts of the rays walked anew/)
    expect(await parts.forward(at)).toEqual(await whole.forward(at))
    const split = (await parts.adjoint(at, y)).magneticField
    // Sums in another order.
    expect(relativeDistance(split, (await whole.adjoint(at, y)).magneticField)).toBeLessThan(1e-6)
    expect((await parts.adjoint(at, y)).magneticField).toEqual(split)
  })

  it('names a ray whose value is not finite', async () => {
    const operator = await prepare(backend)
    const bad = operator.createGrid(3).fill(NaN)
    await expect(operator.forward(field(bad))).rejects.toThrow(/I of ray \d+ is NaN/)
  })

  it('says that it was disposed of', async () => {
    const operator = await prepare(backend)
    await operator.dispose()
    await expect(operator.forward(field(operator.createGrid(3)))).rejects.toThrow(/disposed of/)
  })
})

describe.skipIf(!backend)('a graphics card', () => {
  it('that is lost is an error of its own, also for work under way', async () => {
    const gpu = await GpuDevice.open()
    const buffer = gpu.buffer('grid', 1024)
    const reading = gpu.read([{ buffer, bytes: 1024 }])
    gpu.device.destroy()
    await expect(reading).rejects.toThrow(KernelDeviceLostError)
    await expect(gpu.read([{ buffer, bytes: 1024 }])).rejects.toThrow(/was lost/)
    expect(() => gpu.submit(() => {})).toThrow(KernelDeviceLostError)
    gpu.close()
  })

  it('refuses what has no room in one buffer, in a sentence', async () => {
    const gpu = await GpuDevice.open()
    expect(() => gpu.buffer('field', gpu.maxBufferBytes + 4)).toThrow(
      /needs \d+ MB in one piece for field, the graphics card allows \d+ MB/,
    )
    gpu.close()
  })

  it('names the kernel and the line that does not compile', async () => {
    const { compileKernel } = await import('#engine/kernels/backends/webgpu/kernel.ts')
    const gpu = await GpuDevice.open()
    await expect(
      compileKernel(gpu, 'nothing', [], 'fn element(n: u32) { nothing(); }'),
    ).rejects.toThrow(/The kernel "nothing", line \d/)
    gpu.close()
  })
})
