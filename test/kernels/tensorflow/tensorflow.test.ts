import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { referenceBackend } from '#engine/kernels/backends/reference/index.ts'
import { loadTensorflowBackend } from '#engine/kernels/backends/tensorflow/index.ts'
import { emissivitySeries } from '#engine/kernels/backends/tensorflow/emissivity-series.ts'
import { tensorflowRuntime } from '#engine/kernels/backends/tensorflow/runtime.ts'
import { loadBackend } from '#engine/kernels/index.ts'
import type { LineOfSightProblem } from '#engine/kernels/interface.ts'
import { voxelCount } from '#shared/physics/grid.ts'
import { emissivityConstantsMicrogauss } from '#shared/physics/synchrotron.ts'
import { sampleFolder } from '#test/tools/sample-run.ts'
import type { SampleFolder } from '#test/tools/sample-run.ts'
import { larmor } from '#test/unit/cli/fake-io.ts'
import { dot, noiseField, norm, present, smallProblem } from '../problems.ts'

const backend = await loadTensorflowBackend()

describe('the tensorflow backend', () => {
  it('is loaded by name, and says what it runs on', async () => {
    expect((await loadBackend('tensorflow')).name).toBe('tensorflow')
    const { packageName, native } = await tensorflowRuntime()
    expect(backend.describe()).toContain(packageName)
    expect(backend.build()).toContain(packageName)
    expect(backend.describe()).toContain(native ? 'libtensorflow' : 'plain JavaScript')
  })

  it('has both derivatives of a single row of values', async () => {
    const problem = smallProblem()
    const operator = await backend.prepare(problem)
    const at = { magneticField: noiseField(problem, 1) }
    const tangent = { magneticField: noiseField(problem, 2) }
    const Jx = present((await operator.jvp(at, tangent)).I)
    const y = Jx.map((_, ray) => Math.cos(ray))
    const { magneticField } = await operator.adjoint(at, { I: y })
    expect(magneticField).toBeInstanceOf(Float32Array)
    const difference = Math.abs(dot(Jx, y) - dot(tangent.magneticField, magneticField))
    // float32 sums
    expect(difference).toBeLessThan(1e-6 * norm(Jx) * norm(y))
  })

  it('leaves no tensors behind', async () => {
    const { tf } = await tensorflowRuntime()
    const problem = smallProblem({ observables: ['I', 'Q', 'U'] })
    const operator = await backend.prepare(problem)
    const at = { magneticField: noiseField(problem, 1) }
    const before = tf.memory().numTensors
    const observables = await operator.forward(at)
    await operator.jvp(at, at)
    await operator.adjoint(at, observables)
    expect(tf.memory().numTensors).toBe(before)
  })

  it('keeps the phase where the polarisation has turned by thousands of rad', async () => {
    const problem = farScreen()
    const magneticField = new Float32Array(3 * voxelCount(problem.grid))
    for (let n = 0; n < magneticField.length; n += 3) magneticField.set([4, 0.3, 3], n)
    const turned = async (by: typeof backend) => {
      const { Q, U, faraday_depth } = await (await by.prepare(problem)).forward({ magneticField })
      return { Q: present(Q)[0], U: present(U)[0], depth: present(faraday_depth)[0] }
    }
    const exact = await turned(referenceBackend)
    const found = await turned(backend)
    const radians = 2 * 0.5399 * Math.abs(exact.depth)
    expect(radians).toBeGreaterThan(5000)
    const angle = Math.atan2(
      exact.Q * found.U - exact.U * found.Q,
      exact.Q * found.Q + exact.U * found.U,
    )
    // The constants and the field in float32 are 6e-8 from the exact; sums of the turns add nothing.
    expect(Math.abs(angle)).toBeLessThan(2e-7 * radians)
  })

  it('has the emissivity of every spectral index from a series', () => {
    const { coefficients, centre, halfRange } = emissivitySeries()
    for (let p = 1.01; p < 6; p += 0.17) {
      const angle = Math.acos((p - centre) / halfRange)
      const logarithm = coefficients.reduce((sum, c, n) => sum + c * Math.cos(n * angle), 0)
      const series = Math.exp(logarithm) / ((p + 1) * (p / 4 - 1 / 12))
      const { intensity } = emissivityConstantsMicrogauss(1, p)
      // Converged far below float32.
      expect(Math.abs(series / intensity - 1)).toBeLessThan(1e-9)
    }
  })
})

/** One ray whose emission comes from behind 7 kpc of magnetised plasma. */
function farScreen(): LineOfSightProblem {
  return smallProblem({
    directions: Float64Array.of(1, 0, 0),
    frequenciesGhz: [0.408],
    observables: ['Q', 'U', 'faraday_depth'],
    nodesPerCrossing: 4,
    cosmicRayDensity: (x) => (x > 18.3 && x < 20 ? 100 : 0),
    thermalElectronDensity: (x) => (x < 18 ? 0.07 * (1 + 0.3 * Math.sin(x)) : 0),
  })
}

describe('larmor run with the tensorflow backend', () => {
  let folder: SampleFolder
  beforeAll(() => {
    folder = sampleFolder(4)
  })
  afterAll(() => folder.remove())

  it('fits a small sky', async () => {
    writeFileSync(
      folder.file('run.yaml'),
      `sky: { nside: 4 }
data: [{ name: sky, file: sky.fits, frequency_ghz: 0.408 }]
magnetic_field: { grid: { shape: [8, 8, 4] } }
optimiser: { iterations: 2 }
held_out: { fold: 0, of: 10, block_nside: 2 }
backend: tensorflow
`,
    )
    const call = ['run', folder.file('run.yaml'), '--out', folder.file('fit.larmor')]
    const { code, out, err } = await larmor([...call, '--progress', 'none', '--json'])
    expect(err).toBe('')
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ state: 'done', iterations: 2, backend: 'tensorflow' })
  })
})
