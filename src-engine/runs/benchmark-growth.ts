import { bindDensity, bindMagneticField, sampleMagneticField } from '#shared/fields/index.ts'
import { pix2vec } from '#shared/healpix/index.ts'
import type { GridGeometry } from '#shared/physics/grid.ts'
import { runFileSchema } from '#shared/session/run-file.ts'
import type { KernelBackend, LineOfSightProblem, Observables } from '../kernels/interface.ts'
import { modelsOf } from '../simulation/medium.ts'

/** I, Q and U with Faraday rotation: one value and one gradient with respect to the magnetic field. */
export interface PolarisedFigures {
  readonly nside: number
  readonly shape: readonly [number, number, number]
  readonly frequencies: number
  readonly rays: number
  readonly crossings: number
  readonly forwardMs: number
  readonly gradientMs: number
}

export interface Growth {
  readonly of: 'rays' | 'crossings' | 'frequencies'
  readonly sizes: readonly number[]
  /** Value and gradient. */
  readonly milliseconds: readonly number[]
  /** Slope of log time over log size, least squares: 1 is linear. */
  readonly exponent: number
}

export interface GrowthFigures {
  /** The standard grid at one frequency; NSIDE 32 is the setting of the comparison with synax. */
  readonly standard: PolarisedFigures
  /** Time of a further frequency over the time of the first. */
  readonly extraFrequency: number
  readonly growth: readonly Growth[]
}

const shape = [128, 128, 32] as const
/** Where rays end: the box goes on to 29 kpc. */
const distancesKpc = [3, 9, 30]
const frequencyCounts = [1, 2, 4, 8]

interface Setting {
  readonly nside: number
  readonly distanceKpc: number
  readonly frequencies: number
}

/** Measures polarised emission from 2.4 GHz up on problems that grow around one resolution; best of `repeats`. */
export async function measureGrowth(
  backend: KernelBackend,
  nside: number,
  threads: number,
  repeats: number,
  signal: AbortSignal,
): Promise<GrowthFigures> {
  const standard = { nside, distanceKpc: 30, frequencies: 1 }
  const field = polarisedField()
  const measured = new Map<string, PolarisedFigures>()
  const series = async (settings: readonly Setting[]): Promise<PolarisedFigures[]> => {
    const figures: PolarisedFigures[] = []
    for (const setting of settings) {
      const key = JSON.stringify(setting)
      const known =
        measured.get(key) ?? (await measure(backend, field, setting, threads, repeats, signal))
      measured.set(key, known)
      figures.push(known)
    }
    return figures
  }
  const [first] = await series([standard])
  const byRays = await series(
    [nside / 2, nside, 2 * nside].map((side) => ({ ...standard, nside: side })),
  )
  const byCrossings = await series(
    distancesKpc.map((distanceKpc) => ({ ...standard, distanceKpc })),
  )
  const byFrequencies = await series(
    frequencyCounts.map((frequencies) => ({ ...standard, frequencies })),
  )
  const most = byFrequencies[byFrequencies.length - 1]
  return {
    standard: first,
    extraFrequency: (total(most) / total(first) - 1) / (most.frequencies - 1),
    growth: [
      growth('rays', byRays),
      growth('crossings', byCrossings),
      growth('frequencies', byFrequencies),
    ],
  }
}

async function measure(
  backend: KernelBackend,
  field: Float64Array,
  setting: Setting,
  threads: number,
  repeats: number,
  signal: AbortSignal,
): Promise<PolarisedFigures> {
  const { nside, frequencies } = setting
  const problem = polarisedProblem(setting)
  const operator = await backend.prepare(problem, { threads, signal })
  try {
    const unknowns = { magneticField: operator.createGrid(3) }
    unknowns.magneticField.set(field)
    const into = { magneticField: operator.createGrid(3) }
    const { rays, crossings } = operator
    const cotangent: Observables = {}
    for (const stokes of ['I', 'Q', 'U'] as const) {
      cotangent[stokes] = Float64Array.from({ length: rays * frequencies }, (_, n) => Math.cos(n))
    }
    let forwardMs = Infinity
    let gradientMs = Infinity
    // The first two warm up: the engine replaces its first quick code by optimised code meanwhile.
    for (let n = -2; n < repeats; n++) {
      signal.throwIfAborted()
      const started = performance.now()
      await operator.forward(unknowns)
      const middle = performance.now()
      await operator.adjoint(unknowns, cotangent, into)
      if (n < 0) continue
      forwardMs = Math.min(forwardMs, middle - started)
      gradientMs = Math.min(gradientMs, performance.now() - middle)
    }
    return { nside, shape, frequencies, rays, crossings, forwardMs, gradientMs }
  } finally {
    await operator.dispose()
  }
}

/** The default box with the models that the time is measured for. */
const runFile = runFileSchema.parse({
  magnetic_field: { model: 'lsa' },
  thermal_electrons: { model: 'cordes91' },
})
const grid: GridGeometry = { shape: [...shape], halfSizeKpc: runFile.box.half_size_kpc }
const observerKpc = runFile.box.observer_kpc

/** The LSA field on the grid. */
function polarisedField(): Float64Array {
  const field = bindMagneticField(modelsOf(runFile).magnetic, { observerKpc })
  return sampleMagneticField(grid, field, { r_kpc: [0, Infinity] })
}

/** WMAP cosmic-ray electrons and Cordes' thermal electrons. */
function polarisedProblem({ nside, distanceKpc, frequencies }: Setting): LineOfSightProblem {
  const models = modelsOf(runFile)
  const cosmicRays = bindDensity(models.cosmicRayElectrons, { observerKpc })
  const electrons = bindDensity(models.thermalElectrons, { observerKpc })
  const pixels = 12 * nside * nside
  const directions = new Float64Array(3 * pixels)
  for (let pixel = 0; pixel < pixels; pixel++) {
    directions.set(pix2vec(nside, 'RING', pixel), 3 * pixel)
  }
  return {
    grid,
    observerKpc,
    directions,
    maxDistanceKpc: new Float64Array(pixels).fill(distanceKpc),
    nodesPerCrossing: 3,
    // 2.4, 2.5, 2.6 ... GHz
    frequenciesGhz: Array.from({ length: frequencies }, (_, f) => 2.4 + 0.1 * f),
    spectralIndex: models.spectralIndex,
    observables: ['I', 'Q', 'U'],
    cosmicRayDensity: (x, y, z) => cosmicRays.evaluate([x, y, z]),
    thermalElectronDensity: (x, y, z) => electrons.evaluate([x, y, z]),
  }
}

function total({ forwardMs, gradientMs }: PolarisedFigures): number {
  return forwardMs + gradientMs
}

function growth(of: Growth['of'], figures: readonly PolarisedFigures[]): Growth {
  const sizes = figures.map((figure) => figure[of])
  const milliseconds = figures.map(total)
  return { of, sizes, milliseconds, exponent: logSlope(sizes, milliseconds) }
}

function logSlope(sizes: readonly number[], times: readonly number[]): number {
  const x = sizes.map(Math.log)
  const y = times.map(Math.log)
  const meanX = x.reduce((sum, value) => sum + value, 0) / x.length
  const meanY = y.reduce((sum, value) => sum + value, 0) / y.length
  const covariance = x.reduce((sum, value, i) => sum + (value - meanX) * (y[i] - meanY), 0)
  return covariance / x.reduce((sum, value) => sum + (value - meanX) ** 2, 0)
}
