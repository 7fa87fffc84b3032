import type {
  Medium,
  MediumDerivatives,
  Observables,
  Ray,
  SightlineOptions,
} from '#shared/physics/index.ts'
import { createObservables, simulate, simulateDerivatives } from '#shared/physics/index.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import { InputError } from '../errors.ts'

/** Samples of the midpoint rule where a run file gives neither their number nor their length. */
const DEFAULT_MIDPOINT_SAMPLES = 512

/** The integrator and phase scheme of a run file. @throws InputError when they do not go together */
export function sightlineOptionsOf(
  runFile: RunFile,
  frequenciesGhz: readonly number[],
): SightlineOptions {
  requirePhase(runFile)
  const { integrator: rule, faraday } = runFile
  const { phase } = faraday
  const freeFree = freeFreeOf(runFile)
  if (rule.rule === 'cells') return { frequenciesGhz, phase, integrator: rule, ...freeFree }
  const integrator =
    rule.step_pc === undefined
      ? { rule: 'midpoint' as const, samples: rule.samples ?? DEFAULT_MIDPOINT_SAMPLES }
      : { rule: 'midpoint' as const, stepPc: rule.step_pc }
  return { frequenciesGhz, phase, integrator, ...freeFree }
}

/** @throws InputError when the phase scheme does not go with the integrator */
export function requirePhase({ integrator, faraday: { phase } }: RunFile): void {
  if (integrator.rule === 'cells' && (phase === 'half-cell' || phase === 'first-order')) {
    throw new InputError(
      `faraday.phase: "${phase}" belongs to midpoint samples: set "integrator: { rule: midpoint, samples: 512 }", or the phase to exact or off.`,
      { field: 'faraday.phase' },
    )
  }
}

/** Free-free emission and absorption, where a run file asks for them. @throws InputError where nothing would emit */
export function freeFreeOf({ thermal_electrons: { model, free_free: freeFree } }: RunFile): {
  freeFree?: { electronTemperatureK: number }
} {
  if (freeFree && model === 'none') {
    const field = 'thermal_electrons.free_free'
    throw new InputError(
      `${field}: there are no thermal electrons: choose a model for thermal_electrons, or leave this out.`,
      { field },
    )
  }
  return freeFree ? { freeFree: { electronTemperatureK: freeFree.electron_temperature_k } } : {}
}

export interface SimulationControl {
  /** Stops between two pieces of work; the result is then undefined. */
  signal?: AbortSignal
  onProgress?: (done: number, total: number) => void
}

/** How long the event loop is kept waiting at most, ms: short enough for Ctrl-C and a smooth bar. */
const PIECE_MS = 50

/**
 * The observables of many rays, in float64; undefined when it was stopped.
 *
 * @param indices [ray] p, where it differs between them
 */
export async function simulateRays(
  medium: Medium,
  count: number,
  rayAt: (index: number) => Ray,
  options: SightlineOptions,
  control: SimulationControl = {},
  indices?: Float64Array,
): Promise<Observables | undefined> {
  const into = createObservables(count, options.frequenciesGhz.length)
  const work = eachIndex(medium, indices, (own, start, end) =>
    simulate(own, rayAt, options, into, start, end),
  )
  return (await inPieces(count, work, control)) ? into : undefined
}

/** Their exact derivatives, one set per parameter; undefined when it was stopped. */
export async function differentiateRays(
  medium: Medium,
  derivatives: MediumDerivatives,
  count: number,
  rayAt: (index: number) => Ray,
  options: SightlineOptions,
  control: SimulationControl = {},
  indices?: Float64Array,
): Promise<Observables[] | undefined> {
  const into = Array.from({ length: derivatives.count }, () =>
    createObservables(count, options.frequenciesGhz.length),
  )
  const work = eachIndex(medium, indices, (own, start, end) =>
    simulateDerivatives(own, derivatives, rayAt, options, into, start, end),
  )
  return (await inPieces(count, work, control)) ? into : undefined
}

/** Work on a range of rays, done ray by ray where each has its own p. */
function eachIndex(
  medium: Medium,
  indices: Float64Array | undefined,
  work: (medium: Medium, start: number, end: number) => void,
): (start: number, end: number) => void {
  return (start, end) => {
    if (!indices) return work(medium, start, end)
    for (let ray = start; ray < end; ray++) {
      work({ ...medium, spectralIndex: indices[ray] }, ray, ray + 1)
    }
  }
}

/** Works through a range in pieces; false when it was stopped between two of them. */
async function inPieces(
  count: number,
  work: (start: number, end: number) => void,
  { signal, onProgress }: SimulationControl,
): Promise<boolean> {
  let done = 0
  let piece = 8
  while (done < count) {
    if (signal?.aborted) return false
    const end = Math.min(count, done + piece)
    const start = performance.now()
    work(done, end)
    const elapsed = performance.now() - start
    done = end
    onProgress?.(done, count)
    piece = Math.max(1, Math.round(piece * Math.min(2, PIECE_MS / Math.max(elapsed, 1))))
    await new Promise((resolve) => setImmediate(resolve))
  }
  return true
}
