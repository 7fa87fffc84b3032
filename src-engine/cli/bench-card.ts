import { UsageError } from '../errors.ts'
import { KernelError } from '../kernels/interface.ts'
import { benchmarkCard } from '../runs/card-benchmark.ts'
import type { CardFigures, CardReport } from '../runs/card-benchmark.ts'
import { EXIT, printJson } from './io.ts'
import type { CommandIo } from './io.ts'

/** `larmor bench --backend webgpu`: the kernels on the graphics card. */
export async function benchCard(nside: number, repeats: number, io: CommandIo): Promise<number> {
  io.err('Measuring the graphics card ...\n')
  let report
  try {
    report = await benchmarkCard(nside, repeats, io.signal)
  } catch (error) {
    if (error instanceof KernelError) throw new UsageError(error.message)
    throw error
  }
  if (io.json) printJson(io, toDocument(report, nside, repeats))
  else io.out(toText(report, nside, repeats))
  return EXIT.done
}

function toDocument(report: CardReport, nside: number, repeats: number): object {
  return {
    backend: 'webgpu',
    adapter: report.adapter,
    software: report.software,
    copy_bytes_per_second: report.bytesPerSecond,
    setting: { nside, grid: [128, 128, 32], nodes_per_crossing: 3, repeats },
    speed: report.figures.map((figures) => ({
      observables: figures.observables,
      rays: figures.rays,
      crossings: figures.crossings,
      prepare_s: figures.prepareSeconds,
      forward_ms: figures.forwardMs,
      value_and_gradient_ms: figures.valueAndGradientMs,
      forward_bandwidth_share: figures.forwardBandwidthShare,
      value_and_gradient_bandwidth_share: figures.valueAndGradientBandwidthShare,
      card_memory_bytes: figures.cardBytes,
    })),
  }
}

function toText(report: CardReport, nside: number, repeats: number): string {
  const percent = (share: number): string => `${(100 * share).toFixed(1)} % of its bandwidth`
  const line = (figures: CardFigures): string[] => [
    `${figures.observables.join(', ')}: ${figures.rays} rays, ${figures.crossings} crossings, ${(figures.cardBytes / 1e6).toFixed(0)} MB on the card, prepared in ${figures.prepareSeconds.toFixed(2)} s`,
    `  forward ${figures.forwardMs.toFixed(2)} ms (${percent(figures.forwardBandwidthShare)})`,
    `  value and gradient ${figures.valueAndGradientMs.toFixed(2)} ms (${percent(figures.valueAndGradientBandwidthShare)})`,
  ]
  return `${[
    `${report.adapter}, copies ${(report.bytesPerSecond / 1e9).toFixed(1)} GB/s (read and written)`,
    ...(report.software
      ? ['This is a software driver: the figures say nothing about a graphics card.']
      : []),
    `NSIDE ${nside}, grid 128x128x32, 3 nodes per crossing, 2.4 GHz with Faraday rotation where polarised; best of ${repeats}.`,
    ...report.figures.flatMap(line),
  ].join('\n')}\n`
}
