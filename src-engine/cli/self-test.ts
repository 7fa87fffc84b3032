import { bindDensity, bindMagneticField, resolveModel } from '#shared/fields/index.ts'
import { pix2ang, pix2vec, ring2nest } from '#shared/healpix/index.ts'
import { simulateSightline } from '#shared/physics/index.ts'
import type { Medium, Vector3 } from '#shared/physics/index.ts'
import { errorText } from '../errors.ts'
import { kernelBackendNames, loadBackend } from '../kernels/index.ts'
import type { KernelBackendName, LineOfSightProblem } from '../kernels/index.ts'

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

function check(name: string, value: number, reference: number, tolerance: number): SelfTest {
  const passed = Math.abs(value - reference) <= tolerance
  return { name, value, reference, tolerance, passed }
}

/**
 * Known values of every layer, in about a second: pixels, the line-of-sight integral, the backends named (default: all of
 * this build, of which those must work).
 */
export async function selfTests(
  backends: readonly KernelBackendName[] = kernelBackendNames,
): Promise<SelfTest[]> {
  const tests = [...healpixTests(), ...sphereTests()]
  for (const name of backends) {
    try {
      tests.push(...(await backendTests(name)))
    } catch (error) {
      tests.push({
        name: `${name}: kernel`,
        value: NaN,
        reference: 0,
        tolerance: 0,
        passed: false,
        error: errorText(error),
      })
    }
  }
  return tests
}

/** Against healpy 1.19 at the largest resolution. */
function healpixTests(): SelfTest[] {
  const { theta, phi } = pix2ang(8192, 'RING', 123_456_789)
  return [
    check(
      'HEALPix: colatitude of RING pixel 123456789, NSIDE 8192',
      theta,
      0.8046387236414831,
      1e-14,
    ),
    check('HEALPix: its longitude', phi, 1.5205156501767325, 1e-14),
    check('HEALPix: its NESTED number', ring2nest(8192, 123_456_789), 22_880_408, 0),
  ]
}

/** A uniform sphere of 4 kpc about the observer at 2.4 GHz (Wang et al., toy model): integrated against the exact value. */
function sphereTests(): SelfTest[] {
  const radius = { radius_kpc: 4 }
  const uniform = <T extends object>(parameters: T) => ({
    model: 'uniform',
    parameters: { ...parameters, ...radius },
  })
  const medium: Medium = {
    magneticField: bindMagneticField(
      resolveModel('magnetic', uniform({ B_microgauss: [6, 0, 0] as Vector3 })),
    ),
    thermalElectrons: bindDensity(resolveModel('thermal-electrons', uniform({ n_e_cm3: 0.01 }))),
    cosmicRayElectrons: bindDensity(
      resolveModel('cosmic-ray-electrons', uniform({ C_m3: 40.13285414950239 })),
    ),
    spectralIndex: 3,
  }
  const direction = pix2vec(64, 'RING', 20_000)
  const origin: Vector3 = [-8.3, 0, 0.006]
  const { I, Q, U, faradayDepth, dispersionMeasure } = simulateSightline(
    medium,
    { origin, direction, lengthKpc: 6 },
    {
      frequenciesGhz: [2.4],
      integrator: { rule: 'panels', tolerance: 1e-12 },
      phase: 'exact',
    },
  )
  // Relative 1e-9 of the polarised intensity, which is 0.044 K.
  return [
    check('uniform sphere: I in K', I[0][0], 0.1403649983284176, 1.5e-10),
    check('uniform sphere: Q in K', Q[0][0], -0.006694891759333431, 5e-11),
    check('uniform sphere: U in K', U[0][0], 0.04341657734888035, 5e-11),
    check('uniform sphere: Faraday depth in rad/m²', faradayDepth[0], 133.66951, 5e-6),
    check('uniform sphere: dispersion measure in pc/cm³', dispersionMeasure[0], 40, 1e-9),
  ]
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
async function backendTests(name: KernelBackendName): Promise<SelfTest[]> {
  const backend = await loadBackend(name)
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
