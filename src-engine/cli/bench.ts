import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'
import { Benchmark } from '../runs/benchmark.ts'
import type { AccuracyFigures } from '../runs/benchmark.ts'
import { measureGrowth } from '../runs/benchmark-growth.ts'
import type { GrowthFigures, PolarisedFigures } from '../runs/benchmark-growth.ts'
import { measureLevels } from '../runs/benchmark-levels.ts'
import type { LevelsFigures } from '../runs/benchmark-levels.ts'
import { loadBackend } from '../kernels/index.ts'
import { UsageError } from '../errors.ts'
import { samplePath } from '../server/samples.ts'
import { version } from '../version.ts'
import { oneOf, parseCommandLine, wholeNumber } from './arguments.ts'
import { benchCard } from './bench-card.ts'
import { benchModels } from './bench-models.ts'
import { EXIT, printJson } from './io.ts'
import type { Command } from './io.ts'
import { peakMemoryBytes } from './run-report.ts'
import { textTable } from './text-table.ts'

const usage = `larmor bench [--models] [--backend wasm|webgpu] [--threads N] [--nside N] [--repeats N] [--json]

Measures the kernels at the standard setting (the Haslam fit at the shipped defaults): nanoseconds per cell crossing,
iterations per second, scaling over threads, error against the converged integral, peak memory of the process; then I, Q
and U with Faraday rotation, and how their time grows with rays, crossings and frequencies; the time that coarser grids
save on the way to the same loss. test/bench/peer.py compares with synax.

  --models      instead: million points per second of every field model by WebAssembly and by JavaScript, on one core
  --backend B   wasm (default), or webgpu: forward, value and gradient on the graphics card, and the share of its bandwidth
  --threads N   the most threads to measure (default: the cores this process may use)
  --nside N     resolution of the sky (default 64)
  --repeats N   tries of each measurement, of which the best counts (default 12)`

const options = {
  models: { type: 'boolean' },
  backend: { type: 'string' },
  threads: { type: 'string' },
  nside: { type: 'string' },
  repeats: { type: 'string' },
} as const

/** `larmor bench` */
export const command: Command = async (args, io) => {
  const { values } = parseCommandLine(args, { usage, options, positionals: [] })
  const most = wholeNumber(values.threads, 'threads', 1, 256) ?? availableParallelism()
  const nside = wholeNumber(values.nside, 'nside', 1, 512) ?? 64
  if (!Number.isInteger(Math.log2(nside))) {
    throw new UsageError(`--nside needs a power of two, not ${nside}.`)
  }
  const repeats = wholeNumber(values.repeats, 'repeats', 1, 1000) ?? 12
  if (oneOf(values.backend, 'backend', ['wasm', 'webgpu']) === 'webgpu') {
    return benchCard(nside, repeats, io)
  }
  const environment = describeEnvironment()
  if (values.models) return benchModels(environment, repeats, io)
  const benchmark = new Benchmark(nside)

  // The most threads first: the peak memory after it is that of a run.
  const counts = threadCounts(most)
  const measured: Speed[] = []
  let peakBytes = 0
  for (const threads of counts) {
    io.err(`Measuring ${threads} ${threads === 1 ? 'thread' : 'threads'} ...\n`)
    measured.push(await benchmark.speed(threads, repeats, io.signal))
    if (measured.length === 1) peakBytes = peakMemoryBytes()
  }
  io.err('Measuring the error of the integrals ...\n')
  const accuracy = await benchmark.accuracy()

  io.err('Measuring polarised emission ...\n')
  const growth = await measureGrowth(
    await loadBackend('wasm'),
    Math.max(2, nside / 2),
    most,
    repeats,
    io.signal,
  )

  io.err('Measuring the fit on several grids ...\n')
  const iterations = Math.min(200, 20 * repeats)
  const map = samplePath('haslam408', 'map')
  const levels = await measureLevels(map, Math.max(2, nside / 2), iterations, most, io.signal)

  const report: Report = {
    nside,
    shape: benchmark.runFile.magnetic_field.grid?.shape ?? [128, 128, 32],
    nodes: nodesOf(benchmark),
    spectralIndex: benchmark.runFile.cosmic_ray_electrons.spectral_index,
    repeats,
    environment,
    speed: measured.toReversed(),
    accuracy,
    growth,
    levels,
    peakBytes,
  }
  if (io.json) printJson(io, toDocument(report))
  else io.out(toText(report))
  return EXIT.done
}

type Speed = Awaited<ReturnType<Benchmark['speed']>>
type Environment = ReturnType<typeof describeEnvironment>

interface Report {
  readonly nside: number
  readonly shape: readonly number[]
  readonly nodes: number
  readonly spectralIndex: number
  readonly repeats: number
  readonly environment: Environment
  /** Ascending in threads. */
  readonly speed: readonly Speed[]
  readonly accuracy: readonly AccuracyFigures[]
  readonly growth: GrowthFigures
  readonly levels: LevelsFigures
  readonly peakBytes: number
}

function nodesOf({ runFile: { integrator } }: Benchmark): number {
  return integrator.rule === 'cells' ? integrator.nodes : 0
}

/** 1, 2, 4 ... and the most, descending. */
function threadCounts(most: number): number[] {
  const counts = new Set([most])
  for (let threads = 1; threads < most; threads *= 2) counts.add(threads)
  return [...counts].sort((a, b) => b - a)
}

function describeEnvironment() {
  const cores = cpus()
  return {
    larmor: version,
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    cpu: cores[0]?.model.trim() ?? 'unknown',
    cores: cores.length,
    usable_cores: availableParallelism(),
    memory_bytes: totalmem(),
    load_average: loadavg(),
  }
}

function perCrossing(milliseconds: number, { crossings }: { crossings: number }): number {
  return (milliseconds * 1e6) / crossings
}

function toDocument(report: Report): object {
  const [single] = report.speed
  return {
    environment: report.environment,
    setting: {
      nside: report.nside,
      grid: report.shape,
      nodes_per_crossing: report.nodes,
      spectral_index: report.spectralIndex,
      rays: single.rays,
      crossings: single.crossings,
      repeats: report.repeats,
    },
    speed: report.speed.map((figures) => ({
      threads: figures.threads,
      prepare_s: figures.prepareSeconds,
      forward_ms: figures.forwardMs,
      forward_ns_per_crossing: perCrossing(figures.forwardMs, figures),
      gradient_ms: figures.gradientMs,
      gradient_ns_per_crossing: perCrossing(figures.gradientMs, figures),
      step_ms: figures.stepMs,
      iterations_per_second: 1000 / figures.stepMs,
      iterations_per_second_mean: 1000 / figures.meanStepMs,
      speedup: single.stepMs / figures.stepMs,
      kernel_memory_bytes: figures.kernelBytes,
    })),
    accuracy: report.accuracy.map((figures) => ({
      field: figures.field,
      sightlines: figures.sightlines,
      cells_relative_rms: figures.cells,
      midpoint_512_relative_rms: figures.midpoint512,
    })),
    polarised: {
      ...polarisedDocument(report.growth.standard),
      extra_frequency: report.growth.extraFrequency,
      growth: report.growth.growth,
    },
    multi_resolution: levelsDocument(report.levels),
    peak_memory_bytes: report.peakBytes,
  }
}

function polarisedDocument(figures: PolarisedFigures): object {
  return {
    nside: figures.nside,
    grid: figures.shape,
    crossings: figures.crossings,
    forward_ms: figures.forwardMs,
    forward_ns_per_crossing: perCrossing(figures.forwardMs, figures),
    gradient_ms: figures.gradientMs,
    gradient_ns_per_crossing: perCrossing(figures.gradientMs, figures),
  }
}

function levelsDocument({ fineSeconds, levelled, ...setting }: LevelsFigures): object {
  return {
    ...setting,
    fine_grid_s: fineSeconds,
    levelled_s: levelled?.seconds ?? null,
    levelled_iterations: levelled?.iterations ?? null,
    ratio: levelled ? levelled.seconds / fineSeconds : null,
  }
}

function levelsText(figures: LevelsFigures): string {
  const { nside, iterations, levels, loss, fineSeconds, levelled } = figures
  const found = levelled
    ? `${levelled.seconds.toFixed(1)} s and ${levelled.iterations} iterations, ${((100 * levelled.seconds) / fineSeconds).toFixed(0)} % of the time`
    : 'not reached in as many iterations'
  return `Haslam fit at NSIDE ${nside} to the loss ${loss.toFixed(0)} of ${iterations} iterations on its grid alone (${fineSeconds.toFixed(1)} s), begun on ${levels} coarser grids: ${found}.`
}

function growthText({ standard, extraFrequency, growth }: GrowthFigures): string[] {
  const { nside, shape, forwardMs, gradientMs } = standard
  return [
    `I, Q and U with Faraday rotation at 2.4 GHz, NSIDE ${nside}, grid ${shape.join('x')}: value ${forwardMs.toFixed(1)} ms (${perCrossing(forwardMs, standard).toFixed(1)} ns per crossing), gradient ${gradientMs.toFixed(1)} ms (${perCrossing(gradientMs, standard).toFixed(1)} ns); a further frequency costs ${(100 * extraFrequency).toFixed(0)} % of the first.`,
    'Time of value and gradient grows as the power (1 is linear):',
    ...textTable([
      ['of the', 'from', 'to', 'ms', 'to ms', 'power'],
      ...growth.map(({ of, sizes, milliseconds, exponent }) => [
        of,
        String(sizes[0]),
        String(sizes[sizes.length - 1]),
        milliseconds[0].toFixed(1),
        milliseconds[milliseconds.length - 1].toFixed(1),
        exponent.toFixed(2),
      ]),
    ]),
  ]
}

function toText(report: Report): string {
  const { environment } = report
  const [single] = report.speed
  const rows = report.speed.map((figures) => [
    String(figures.threads),
    perCrossing(figures.forwardMs, figures).toFixed(1),
    perCrossing(figures.gradientMs, figures).toFixed(1),
    figures.stepMs.toFixed(1),
    (1000 / figures.stepMs).toFixed(2),
    (1000 / figures.meanStepMs).toFixed(2),
    (single.stepMs / figures.stepMs).toFixed(2),
    figures.prepareSeconds.toFixed(2),
  ])
  const header = [
    'threads',
    'forward ns',
    'gradient ns',
    'step ms',
    'iterations/s',
    'mean',
    'speed-up',
    'prepare s',
  ]
  const load = environment.load_average.map((value) => value.toFixed(2)).join(' ')
  return `${[
    `${environment.cpu}, ${environment.usable_cores} of ${environment.cores} cores, load ${load}, Node ${environment.node}, ${environment.platform}`,
    `NSIDE ${report.nside}, grid ${report.shape.join('x')}, ${report.nodes} nodes per crossing, p = ${report.spectralIndex}: ${single.rays} rays, ${single.crossings} crossings`,
    '',
    ...textTable([header, ...rows]),
    `ns: per crossing; gradient: adjoint and regularisation; step: a whole iteration. Best of ${report.repeats} (mean: all of them).`,
    '',
    'Error of the integral, rms over sightlines relative to the signal:',
    ...textTable([
      ['field', `${report.nodes} nodes per crossing`, 'midpoint, 512 samples'],
      ...report.accuracy.map(({ field, cells, midpoint512 }) => [
        field,
        cells.toExponential(1),
        midpoint512.toExponential(1),
      ]),
    ]),
    '',
    ...growthText(report.growth),
    '',
    levelsText(report.levels),
    '',
    `Peak memory of the process: ${(report.peakBytes / 1e6).toFixed(0)} MB`,
  ].join('\n')}\n`
}
