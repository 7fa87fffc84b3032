import { bindDensity, bindMagneticField, resolveModel } from '#shared/fields/index.ts'
import { pix2ang, pix2vec, ring2nest } from '#shared/healpix/index.ts'
import { simulateSightline } from '#shared/physics/index.ts'
import type { Medium, Vector3 } from '#shared/physics/index.ts'
import { errorText } from '../errors.ts'
import { testByProbe } from '../kernels/backends/webgpu/probe.ts'
import { kernelBackendNames, loadBackend } from '../kernels/index.ts'
import type { KernelBackendName } from '../kernels/index.ts'
import { backendTests, check } from '../kernels/self-test.ts'
import type { SelfTest } from '../kernels/self-test.ts'

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
      // A driver that crashes must not end the program that asks how it is.
      tests.push(
        ...(name === 'webgpu' ? await testByProbe() : await backendTests(await loadBackend(name))),
      )
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
