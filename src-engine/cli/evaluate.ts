import { writeFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { backendNames } from '#shared/session/run-file.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import { InputError, UsageError, fileErrorText } from '../errors.ts'
import { loadBackend } from '../kernels/index.ts'
import { loadRunFile } from '../runs/load-run-file.ts'
import { OperatorCache } from '../runs/operators.ts'
import { figuresOf } from '../runs/figures.ts'
import { Optimisation } from '../runs/optimise.ts'
import type { RunEvaluation } from '../runs/optimise.ts'
import { prepareData } from '../runs/prepare-data.ts'
import type { PreparedData } from '../runs/prepare-data.ts'
import type { FreeParameter } from '../simulation/free-parameters.ts'
import { freeParametersOf } from '../simulation/free-parameters.ts'
import { gradientOf, movesSurfaceOf } from '../simulation/gradient.ts'
import type { ParameterDerivative } from '../simulation/gradient.ts'
import { evaluateModels } from '../simulation/likelihood.ts'
import { modelsOf } from '../simulation/medium.ts'
import { requireBackend } from '../simulation/simulate-grid.ts'
import type { FieldStage } from '../unknowns/field-stage.ts'
import type { RunFigures } from '../storage/records.ts'
import { encodeNpy } from '../storage/npy.ts'
import { oneOf, parseCommandLine } from './arguments.ts'
import { inRunFile } from './in-run-file.ts'
import { EXIT, printJson } from './io.ts'
import type { Command, CommandIo } from './io.ts'
import { countDisplay, progressStyles } from './progress-bar.ts'
import type { CountStyle } from './progress-bar.ts'
import { number } from './progress.ts'
import { mapText } from './run-report.ts'

const usage = `larmor evaluate RUN.yaml [--gradient] [--out FILE.npy] [--backend NAME] [--progress auto|json|none] [--json]

Loss, chi-square per map and regularisation terms of a run file where it starts, without any optimisation.

  --gradient       also the derivatives of the loss: with respect to the free parameters of a model (per unit of the
                   parameter), or, for a grid, with respect to every voxel
  --out FILE.npy   where to write the gradient of a grid, [nx, ny, nz, 3] per microgauss
  --backend NAME   instead of the run file's: auto, wasm, webgpu, tensorflow or reference. A field on a grid is computed by
                   the kernels that a run uses. Models are integrated in float64 by the reference; another backend
                   refuses them: give it the model as grid.initial of "model: grid", which samples it`

const options = {
  gradient: { type: 'boolean' },
  out: { type: 'string' },
  backend: { type: 'string' },
  progress: { type: 'string' },
} as const

/** `larmor evaluate` */
export const command: Command = async (args, io) => {
  const { values, positionals } = parseCommandLine(args, {
    usage,
    options,
    positionals: ['RUN.yaml'],
  })
  const style = oneOf(values.progress, 'progress', progressStyles) ?? 'auto'
  const asked = oneOf(values.backend, 'backend', backendNames)
  const path = positionals[0]
  const runFile = await loadRunFile(path)
  const backend = asked ?? runFile.backend
  const gradient = values.gradient === true
  if (values.out !== undefined) requireGradientFile(values.out, gradient, runFile)
  try {
    requireBackend(runFile, backend)
    const prepared = await prepareData(runFile)
    const found =
      runFile.magnetic_field.model === 'grid'
        ? await evaluateGrid(runFile, prepared, backend, gradient, values.out, io)
        : await evaluateParameters(runFile, prepared, gradient, style, io)
    if (!found) {
      io.err('larmor: stopped.\n')
      return EXIT.stopped
    }
    if (io.json) printJson(io, document(found))
    else io.out(text(found))
    return EXIT.done
  } catch (error) {
    throw inRunFile(path, error)
  }
}

function requireGradientFile(out: string, gradient: boolean, runFile: RunFile): void {
  if (!gradient || runFile.magnetic_field.model !== 'grid') {
    throw new UsageError('--out is for --gradient of a grid; other results go to stdout.')
  }
  if (extname(out).toLowerCase() !== '.npy') {
    throw new UsageError(`--out ${out}: the gradient is written as .npy.`)
  }
}

interface Derivative extends ParameterDerivative {
  parameter: Pick<FreeParameter, 'name' | 'component' | 'unit'>
}

interface Found {
  figures: RunFigures
  backend: string
  /** Of parameters. */
  derivatives?: readonly Derivative[]
  /** Of a grid. */
  gradientNorm?: number
  gradientFile?: string
}

/** A run file with parametric models: float64, by the reference integrators. */
async function evaluateParameters(
  runFile: RunFile,
  { data, cosmicRays }: PreparedData,
  gradient: boolean,
  style: CountStyle,
  io: CommandIo,
): Promise<Found | undefined> {
  const models = modelsOf(runFile, cosmicRays)
  const free = gradient ? freeParametersOf(runFile, models) : []
  if (gradient && free.length === 0) {
    throw new InputError(
      'magnetic_field.free: --gradient needs free parameters: name them in `free` of magnetic_field, thermal_electrons or cosmic_ray_electrons.',
      { field: 'magnetic_field.free' },
    )
  }
  const display = countDisplay(io, 'evaluate', 'sightlines', style)
  const control = { signal: io.signal, onProgress: display.show }
  try {
    const evaluation = await evaluateModels(runFile, models, data, control)
    if (!evaluation) return undefined
    const gradients = await gradientOf(runFile, models, data, evaluation, free, control)
    if (!gradients) return undefined
    const derivatives = gradients.map((derivative, k) => ({ ...derivative, parameter: free[k] }))
    const chi2 = evaluation.maps.reduce((sum, { fitted }) => sum + fitted.chi2, 0)
    const complete: RunEvaluation = {
      ...evaluation,
      iteration: 0,
      loss: chi2 / 2,
      regularisation: [],
      parameters: [],
      gradientNorm: null,
      stepSize: NaN,
    }
    for (const parameter of free) {
      if (movesSurfaceOf(models, parameter)) io.err(`${surfaceWarning(parameter)}\n`)
    }
    return {
      figures: figuresOf(complete, data),
      backend: 'reference',
      ...(gradient ? { derivatives } : {}),
    }
  } finally {
    display.end()
  }
}

function surfaceWarning({ name }: Pick<FreeParameter, 'name'>): string {
  return `larmor: ${name} moves a surface on which its model jumps, so that its derivative is found by differences; with midpoint samples the likelihood itself jumps: use "rule: cells".`
}

/** A run file with a free grid, at its initial field, by the kernels that a run uses. */
async function evaluateGrid(
  runFile: RunFile,
  { data, cosmicRays }: PreparedData,
  backend: RunFile['backend'],
  gradient: boolean,
  out: string | undefined,
  io: CommandIo,
): Promise<Found> {
  const cache = new OperatorCache(loadBackend)
  try {
    const { signal } = io
    const request = { runFile, data, cosmicRays, backend, signal, onProgress: () => {} }
    const ready = await cache.get(request)
    const start = new Optimisation({ ...ready, data, optimiser: runFile.optimiser })
    await start.start()
    const evaluation = await start.evaluate(gradient)
    const found: Found = { figures: figuresOf(evaluation, data), backend: ready.backend }
    if (!gradient) return found
    // Of the whole loss with respect to every voxel, zero outside the region.
    const voxels = start.objective.stage.gridGradient.magneticField
    if (out !== undefined) {
      await write(out, encodeNpy([...ready.prepared.problem.grid.shape, 3], voxels))
    }
    const derivatives = parameterDerivatives(start.objective.stage)
    return {
      ...found,
      ...(derivatives.length > 0 ? { derivatives } : {}),
      gradientNorm: norm(voxels),
      gradientFile: out,
    }
  } finally {
    await cache.dispose()
  }
}

/** Of the loss with respect to parameters of models that are fitted on the grid, priors included. */
function parameterDerivatives({ free, gradient }: FieldStage): Derivative[] {
  return free.flatMap(({ representation: { numbers }, parameters }, block) => {
    if (numbers === undefined) return []
    const slopes = numbers.slopesAt(parameters)
    return numbers.numbers.map(({ section, parameter: { name, component }, unit }, k) => ({
      parameter: { name: `${section}.${name}`, component, unit },
      value: gradient[block][k] / slopes[k],
      error: 0,
      exact: true,
    }))
  })
}

function norm(values: Float32Array | Float64Array): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i] * values[i]
  return Math.sqrt(sum)
}

async function write(path: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeFile(path, bytes)
  } catch (error) {
    throw new InputError(fileErrorText(error, path), { file: path, cause: error })
  }
}

/** Values by parameter name; three for a vector. */
function byName(
  derivatives: readonly Derivative[],
  of: (derivative: Derivative) => number,
): Record<string, number | number[]> {
  const named: Record<string, number | number[]> = {}
  for (const derivative of derivatives) {
    const { name, component } = derivative.parameter
    const before = named[name]
    if (component === undefined) named[name] = of(derivative)
    else named[name] = [...(Array.isArray(before) ? before : []), of(derivative)]
  }
  return named
}

function document({ figures, backend, derivatives, gradientNorm, gradientFile }: Found) {
  const { loss, chi2_n_fitted, chi2_n_held_out, maps, regularisation } = figures
  return {
    loss,
    chi2: maps.reduce((sum, { fitted }) => sum + fitted.chi2, 0),
    chi2_n_fitted,
    chi2_n_held_out,
    maps,
    regularisation,
    ...(derivatives
      ? {
          gradient: byName(derivatives, ({ value }) => value),
          gradient_error: byName(derivatives, ({ error }) => error),
        }
      : {}),
    ...(gradientNorm === undefined ? {} : { gradient_norm: gradientNorm }),
    ...(gradientFile === undefined ? {} : { gradient_file: gradientFile }),
    backend,
  }
}

function text({ figures, derivatives, gradientNorm, gradientFile }: Found): string {
  const { chi2_n_fitted: chi2 } = figures
  const lines = [
    `loss ${number(figures.loss)}${chi2 === null ? '' : `, fitted chi2/n ${number(chi2)}`}`,
    ...figures.maps.map(mapText),
    ...figures.regularisation.map(
      ({ term, weight, value }) => `${term} (weight ${weight}): ${number(value)}`,
    ),
    ...(derivatives ?? []).map(({ parameter, value, error, exact }) => {
      const axis = parameter.component === undefined ? '' : `[${parameter.component}]`
      const spread = exact ? '' : ` +- ${error.toPrecision(1)}`
      return `d loss / d ${parameter.name}${axis} = ${value.toPrecision(10)}${spread} per ${parameter.unit}`
    }),
  ]
  if (gradientNorm !== undefined) lines.push(`gradient norm ${number(gradientNorm)} per microgauss`)
  if (gradientFile !== undefined) lines.push(gradientFile)
  return `${lines.join('\n')}\n`
}
