import { pix2vec } from '#shared/healpix/index.ts'
import { loadBackend } from './index.ts'
import type { KernelBackend, LineOfSightProblem } from './index.ts'

/** One figure of this installation beside its reference number. */
export interface SelfTest {
  readonly name: string
  readonly value: number
  readonly reference: number
  /** Greatest |value - reference| that passes. */
  readonly tolerance: number
  readonly passed: boolean
  /** Why there is no value. */
  readonly error?: string
}

/** Compares a figure with its reference. */
export function check(name: string, value: number, reference: number, tolerance: number): SelfTest {
  const passed = Math.abs(value - reference) <= tolerance
  return { name, value, reference, tolerance, passed }
}

const shape = [16, 16, 8] as const
const rays = 48

function smallProblem(): LineOfSightProblem {
  const directions = new Float64Array(3 * rays)
  for (let ray = 0; ray < rays; ray++) directions.set(pix2vec(2, 'RING', ray), 3 * ray)
  return {
    grid: { shape, halfSizeKpc: [20, 20, 5] },
    observerKpc: [-8.3, 0, 0.006],
    directions,
    nodesPerCrossing: 3,
    frequenciesGhz: [0.408],
    spectralIndex: 3,
    observables: ['I'],
    cosmicRayDensity: () => 40,
  }
}

/**
 * The adjoint dot-product test <Jx, y> = <x, J'y> relative to |Jx| |y|, and, except for the reference itself, the
 * intensity against it.
 */
export async function backendTests(backend: KernelBackend): Promise<SelfTest[]> {
  const { name } = backend
  const operator = await backend.prepare(smallProblem(), { threads: 1 })
  try {
    const at = wave(operator.createGrid(3), 0.37)
    const tangent = wave(operator.createGrid(3), 0.73)
    const y = new Float64Array(rays).map((_, i) => Math.cos(1.7 * i))
    const jx = (await operator.jvp({ magneticField: at }, { magneticField: tangent })).I
    const { magneticField: jy } = await operator.adjoint({ magneticField: at }, { I: y })
    if (jx === undefined) throw new Error('the kernel gave no intensity')
    const difference = Math.abs(dot(jx, y) - dot(tangent, jy)) / Math.sqrt(dot(jx, jx) * dot(y, y))
    const tolerance = backend.precision === 'float32' ? 1e-6 : 1e-12
    const tests = [check(`${name}: adjoint test, relative`, difference, 0, tolerance)]
    if (name !== 'reference') {
      const value = (await operator.forward({ magneticField: at })).I?.[17] ?? NaN
      const expected = await referenceIntensity(17)
      // float32 fields and sums over some 20 crossings.
      tests.push(check(`${name}: intensity of a ray in K`, value, expected, 2e-6 * expected))
    }
    return tests
  } finally {
    await operator.dispose()
  }
}

async function referenceIntensity(ray: number): Promise<number> {
  const operator = await (await loadBackend('reference')).prepare(smallProblem())
  try {
    const field = wave(operator.createGrid(3), 0.37)
    return (await operator.forward({ magneticField: field })).I?.[ray] ?? NaN
  } finally {
    await operator.dispose()
  }
}

/** A smooth field of a few microgauss, the same in every precision. */
function wave<Grid extends Float32Array | Float64Array>(grid: Grid, step: number): Grid {
  for (let i = 0; i < grid.length; i++) grid[i] = Math.fround(3 * Math.sin(step * i + 0.1))
  return grid
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i]
  return sum
}
