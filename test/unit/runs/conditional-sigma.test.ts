import { afterAll, beforeAll, expect, it } from 'vitest'
import { conditionalSigma, sigmaProbes } from '#engine/runs/conditional-sigma.ts'
import { gridOf, prepareProblem } from '#engine/runs/prepare-problem.ts'
import { prepareData } from '#engine/runs/prepare-data.ts'
import { loadBackend } from '#engine/kernels/index.ts'
import { regionMask } from '#shared/physics/index.ts'
import { sampleFolder, sampleRun } from '#test/tools/sample-run.ts'
import type { SampleFolder } from '#test/tools/sample-run.ts'

let folder: SampleFolder
beforeAll(() => {
  folder = sampleFolder(4)
})
afterAll(() => folder.remove())

const shapeOf = (): [number, number, number] => [6, 6, 4]
const signal = new AbortController().signal

it('is one over the root of the curvature, worked out here voxel by voxel', async () => {
  const runFile = sampleRun(folder, {
    magnetic_field: {
      model: 'grid',
      grid: {
        shape: [6, 6, 4],
        initial: { model: 'uniform', parameters: { B_microgauss: [1, 2, -1.5] } },
      },
    },
    regularisation: [],
  })
  const { data, cosmicRays } = await prepareData(runFile, () => {})
  const sigma = await conditionalSigma({ runFile, data, cosmicRays, arrays: new Map(), signal })

  const prepared = prepareProblem(runFile, data, cosmicRays)
  const backend = await loadBackend('reference', prepared.problem)
  const operator = await backend.prepare(prepared.problem, { region: prepared.kernelRegion })
  const region = regionMask(gridOf(runFile), { r_kpc: gridOf(runFile).region })
  const magneticField = operator.createGrid(3)
  for (let i = 0; i < magneticField.length; i++) {
    magneticField[i] = region[Math.floor(i / 3)] * [1, 2, -1.5][i % 3]
  }
  const { sigma: noise, set } = data[0]
  const curvatures = new Float64Array(region.length)
  for (let voxel = 0; voxel < region.length; voxel++) {
    if (region[voxel] === 0) {
      expect(sigma[voxel]).toBe(0)
      continue
    }
    let curvature = 0
    for (let axis = 0; axis < 3; axis++) {
      const tangent = operator.createGrid(3)
      tangent[3 * voxel + axis] = 1
      const seen = await operator.jvp({ magneticField }, { magneticField: tangent })
      const [changes] = prepared.measurement.apply(seen)
      changes.forEach((change, i) => {
        if (set[i] === 1) curvature += (change / noise[i]) ** 2 / 3
      })
    }
    curvatures[voxel] = curvature
  }
  await operator.dispose()
  // A curvature from random signs scatters by sqrt(2 / probes), its root by half of that. No voxel is further off than five
  // of these, and the middle one is near.
  // Where there is less than 1e-6 of the largest curvature, there is none.
  const most = Math.max(...curvatures)
  const ratios = Array.from(curvatures, (h, voxel) => sigma[voxel] * Math.sqrt(h)).filter(
    (_, voxel) => curvatures[voxel] > 3e-6 * most,
  )
  expect(ratios.length).toBeGreaterThan(50)
  curvatures.forEach((h, voxel) => {
    if (h < 3e-7 * most) expect(sigma[voxel]).toBe(0)
  })
  const scatter = Math.sqrt(2 / sigmaProbes) / 2
  ratios.sort((a, b) => a - b)
  expect(ratios[0]).toBeGreaterThan(1 - 5 * scatter)
  expect(ratios[ratios.length - 1]).toBeLessThan(1 + 5 * scatter)
  expect(Math.abs(ratios[ratios.length >> 1] - 1)).toBeLessThan(scatter / 2)
})

it('is that of the field that the run has, not of the one that it began with', async () => {
  type B = [number, number, number]
  const sigmaAt = async (initial: B, now?: B) => {
    const parameters = { B_microgauss: initial }
    const runFile = sampleRun(folder, {
      magnetic_field: {
        model: 'grid',
        grid: { shape: shapeOf(), initial: { model: 'uniform', parameters } },
      },
    })
    const { data, cosmicRays } = await prepareData(runFile, () => {})
    const region = regionMask(gridOf(runFile), { r_kpc: gridOf(runFile).region })
    const arrays = new Map<string, Float32Array>()
    if (now) {
      const values = Float32Array.from({ length: 3 * region.length }, (_, i) =>
        region[Math.floor(i / 3)] === 0 ? 0 : now[i % 3],
      )
      arrays.set('magnetic_field', values)
    }
    const sigma = await conditionalSigma({ runFile, data, cosmicRays, arrays, signal })
    // The regularisation has a curvature everywhere, which is nobody's business outside the region.
    sigma.forEach((value, voxel) => expect(value > 0).toBe(region[voxel] === 1))
    return sigma
  }
  const expected = await sigmaAt([2, -1, 1])
  expect(await sigmaAt([1, 2, -1.5], [2, -1, 1])).toEqual(expected)
  expect(await sigmaAt([1, 2, -1.5])).not.toEqual(expected)
})

it('says why there is none where voxels are not what is free', async () => {
  const grid = { shape: shapeOf(), representation: 'vector-potential' as const }
  const runFile = sampleRun(folder, { magnetic_field: { model: 'grid', grid } })
  const { data, cosmicRays } = await prepareData(runFile, () => {})
  await expect(
    conditionalSigma({ runFile, data, cosmicRays, arrays: new Map(), signal }),
  ).rejects.toThrow(/vector-potential.*components and correction/)
})
