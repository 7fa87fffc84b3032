import { existsSync, readdirSync } from 'node:fs'
import { directionFromPixel } from '#shared/physics/geometry.ts'
import { probeAdapter } from './backends/webgpu/probe.ts'
import type { KernelBackend, LineOfSightProblem } from './interface.ts'
import { KernelError } from './interface.ts'

/** The names that `auto` may stand for. */
export type ChosenBackend = 'wasm' | 'webgpu'

/** NSIDE and grid of the forward model that is timed: enough work for a graphics card to be worth its trouble. */
const NSIDE = 32
const SHAPE = [64, 64, 16] as const
const REPEATS = 3

let measured: Promise<ChosenBackend> | undefined

/**
 * What `auto` takes on this machine: `wasm`, unless there is a graphics card (never a software driver) that computes a
 * small forward model faster. Measured once per process, and not at all where there is no card.
 *
 * @param load makes a backend of its name
 */
export function chooseBackend(
  load: (name: ChosenBackend) => Promise<KernelBackend>,
): Promise<ChosenBackend> {
  measured ??= fasterOf(load, hasCard)
  return measured
}

/** As `chooseBackend`, measured anew; `card` says whether webgpu is worth trying. A backend that fails is not taken. */
export async function fasterOf(
  load: (name: ChosenBackend) => Promise<KernelBackend>,
  card: () => Promise<boolean>,
): Promise<ChosenBackend> {
  if (!(await card())) return 'wasm'
  try {
    const webgpu = await forwardMs(await load('webgpu'))
    return webgpu < (await forwardMs(await load('wasm'))) ? 'webgpu' : 'wasm'
  } catch {
    // Whatever it is, doctor says it where the user asks for webgpu by name.
    return 'wasm'
  }
}

async function hasCard(): Promise<boolean> {
  if (!mayHaveCard()) return false
  try {
    return !(await probeAdapter()).software
  } catch (error) {
    if (error instanceof KernelError) return false
    throw error
  }
}

/**
 * Whether it is worth trying graphics drivers, which takes time: on Linux a card has a device file (a render node, NVIDIA's own,
 * or that of Windows' Linux).
 */
function mayHaveCard(): boolean {
  if (process.platform !== 'linux') return true
  const devices = existsSync('/dev/dri') ? readdirSync('/dev/dri') : []
  return (
    devices.some((name) => name.startsWith('renderD')) ||
    existsSync('/dev/nvidiactl') ||
    existsSync('/dev/dxg')
  )
}

/** Milliseconds of the best of a few forward models: I, Q, U with Faraday rotation at one frequency. */
async function forwardMs(backend: KernelBackend): Promise<number> {
  const operator = await backend.prepare(smallSky())
  try {
    const magneticField = operator.createGrid(3)
    for (let n = 0; n < magneticField.length; n++) magneticField[n] = 3 * Math.sin(0.37 * n)
    let best = Infinity
    for (let n = -1; n < REPEATS; n++) {
      const started = performance.now()
      await operator.forward({ magneticField })
      if (n >= 0) best = Math.min(best, performance.now() - started)
    }
    return best
  } finally {
    await operator.dispose()
  }
}

function smallSky(): LineOfSightProblem {
  const rays = 12 * NSIDE ** 2
  const directions = new Float64Array(3 * rays)
  for (let n = 0; n < rays; n++) directions.set(directionFromPixel(NSIDE, 'RING', n), 3 * n)
  return {
    grid: { shape: SHAPE, halfSizeKpc: [20, 20, 5] },
    observerKpc: [-8.3, 0, 0.006],
    directions,
    nodesPerCrossing: 3,
    frequenciesGhz: [2.4],
    spectralIndex: 3,
    observables: ['I', 'Q', 'U'],
    cosmicRayDensity: () => 40,
    thermalElectronDensity: () => 0.02,
  }
}
