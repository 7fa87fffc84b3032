import { runFileSchema } from '#shared/session/run-file.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import { loadBackend } from '../kernels/index.ts'
import type { DataVector } from '../storage/run-store.ts'
import { LevelledOptimisation, atLevel } from './levels.ts'
import { OperatorCache } from './operators.ts'
import { gridOf } from './prepare-problem.ts'
import { prepareData } from './prepare-data.ts'

/** The Haslam fit on its grid alone, and begun on coarser ones: how long each takes to the same loss. */
export interface LevelsFigures {
  readonly nside: number
  readonly iterations: number
  /** Coarser grids to begin with. */
  readonly levels: number
  /** Where the fit on the fine grid alone ends. */
  readonly loss: number
  readonly fineSeconds: number
  /** Iterations and seconds until the fine grid is at that loss; null where it is not reached in as many iterations. */
  readonly levelled: { readonly iterations: number; readonly seconds: number } | null
}

const LEVELS = 3

/** Preparing the rays counts on every grid. @param map the 408 MHz map that comes with the program */
export async function measureLevels(
  map: string,
  nside: number,
  iterations: number,
  threads: number,
  signal: AbortSignal,
): Promise<LevelsFigures> {
  const configured = (levels: number): RunFile =>
    runFileSchema.parse({
      sky: { nside },
      data: [{ name: 'haslam', file: map }],
      optimiser: { iterations, levels },
    })
  const { data } = await prepareData(configured(0))
  let fine = await fit(configured(0), data, threads, signal)
  let coarse = await fit(configured(LEVELS), data, threads, signal, fine.loss)
  // The same bits again, in turns: of seconds the fewer count, as what else the machine does only adds to them.
  fine = faster(fine, await fit(configured(0), data, threads, signal))
  coarse = faster(coarse, await fit(configured(LEVELS), data, threads, signal, fine.loss))
  return {
    nside,
    iterations,
    levels: LEVELS,
    loss: fine.loss,
    fineSeconds: fine.seconds,
    levelled:
      coarse.loss <= fine.loss ? { iterations: coarse.iterations, seconds: coarse.seconds } : null,
  }
}

interface Fit {
  readonly iterations: number
  readonly seconds: number
  readonly loss: number
}

function faster(a: Fit, b: Fit): Fit {
  return a.seconds <= b.seconds ? a : b
}

/** Iterates to the end, or until the last grid is at `enough`. */
async function fit(
  runFile: RunFile,
  data: readonly DataVector[],
  threads: number,
  signal: AbortSignal,
  enough = -Infinity,
): Promise<Fit> {
  const { optimiser } = runFile
  const operators = new OperatorCache(loadBackend)
  try {
    const started = performance.now()
    const optimisation = await LevelledOptimisation.create({
      data,
      optimiser,
      shape: gridOf(runFile).shape,
      prepare: (level) =>
        operators.get({
          runFile: atLevel(runFile, level),
          data,
          backend: 'wasm',
          threads,
          signal,
          onProgress: () => {},
        }),
    })
    for (;;) {
      signal.throwIfAborted()
      const { iteration } = optimisation
      const isLast = optimisation.numbers.level === optimiser.levels
      // A step tells the loss before it.
      const { loss } =
        iteration < optimiser.iterations ? await optimisation.step() : await optimisation.evaluate()
      const reached = isLast && loss <= enough
      if (reached || iteration >= optimiser.iterations) {
        return { iterations: iteration, seconds: (performance.now() - started) / 1000, loss }
      }
    }
  } finally {
    await operators.dispose()
  }
}
