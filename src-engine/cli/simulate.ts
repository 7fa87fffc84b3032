import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { HealpixMapToWrite, MapColumnToWrite } from '#shared/fits/index.ts'
import { writeHealpixMap } from '#shared/fits/index.ts'
import type { Observables } from '#shared/physics/index.ts'
import { polarisedLight } from '#shared/physics/index.ts'
import { backendNames } from '#shared/session/run-file.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import { InputError, UsageError, fileErrorText } from '../errors.ts'
import { loadBackend } from '../kernels/index.ts'
import { makeFolder } from '../make-folder.ts'
import { loadRunFile } from '../runs/load-run-file.ts'
import { readCosmicRayInputs } from '../simulation/cosmic-ray-inputs.ts'
import { indicesOf } from '../simulation/likelihood.ts'
import { mediumOf, modelsOf } from '../simulation/medium.ts'
import type { Rays, Sightlines } from '../simulation/rays.ts'
import { raysOf } from '../simulation/rays.ts'
import { byKernels, lines, requireBackend, simulateGrid } from '../simulation/simulate-grid.ts'
import type { BackendName } from '../simulation/simulate-grid.ts'
import { sightlineOptionsOf, simulateRays } from '../simulation/simulate.ts'
import type { SimulationControl } from '../simulation/simulate.ts'
import { version } from '../version.ts'
import { oneOf, parseCommandLine } from './arguments.ts'
import { inRunFile } from './in-run-file.ts'
import { EXIT, printJson } from './io.ts'
import type { Command } from './io.ts'
import { countDisplay, progressStyles } from './progress-bar.ts'

const usage = `larmor simulate RUN.yaml --out DIR [--backend NAME] [--progress auto|json|none] [--json]

Computes what the models of a run file look like from the observer: Stokes I, Q, U in K (Rayleigh-Jeans), polarised
intensity and angle (degrees) beside Q and U, Faraday depth in rad m^-2 and dispersion measure in pc cm^-3. Writes HEALPix
FITS maps, or the table sightlines.csv where the run file has sky.pixels or sky.directions. Without --out the table goes
to stdout (--json: as one JSON document).

  --backend NAME   instead of the run file's: auto, wasm, webgpu, tensorflow or reference. Models are integrated in
                   float64 by the reference; a field on a grid with "rule: cells" is computed by the kernels that a run
                   uses (auto: the fastest), in the precision of the backend`

const options = {
  out: { type: 'string' },
  backend: { type: 'string' },
  progress: { type: 'string' },
} as const

/** `larmor simulate` */
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
  const { rays, compute } = await inFile(path, () => prepare(runFile, backend))
  const { sightlines } = rays
  if (sightlines.kind === 'map' && values.out === undefined) {
    throw new UsageError('--out DIR is missing: maps are written to files.')
  }
  if (values.out !== undefined) await makeFolder(values.out)

  const display = countDisplay(io, 'simulate', 'sightlines', style)
  const start = performance.now()
  const control = { signal: io.signal, onProgress: display.show }
  const found = await compute(control).catch((error: unknown) => {
    throw inRunFile(path, error)
  })
  display.end()
  if (!found) {
    io.err('larmor: stopped; nothing was written.\n')
    return EXIT.stopped
  }
  const seconds = (performance.now() - start) / 1000
  const { seen } = found
  if (runFile.output.polarisation === 'COSMO') flipU(seen)

  const files: string[] = []
  if (values.out !== undefined) {
    const folder = values.out
    for (const [name, content] of contents(runFile, sightlines, seen)) {
      const file = join(folder, name)
      await write(file, content)
      files.push(file)
    }
  }
  if (io.json) {
    printJson(io, {
      ...document(runFile, sightlines, seen, files, seconds),
      backend: found.backend,
    })
  } else if (files.length > 0) {
    io.err(
      `${rays.count} sightlines in ${seconds.toFixed(1)} s (${found.backend})\n${files.join('\n')}\n`,
    )
  } else {
    io.out(table(runFile, sightlines, seen))
  }
  return EXIT.done
}

interface Prepared {
  rays: Rays
  /** Undefined when it was stopped. */
  compute: (
    control: SimulationControl,
  ) => Promise<{ seen: Observables; backend: string } | undefined>
}

/** Checks a run file, and chooses between the kernels and the reference integrators. */
async function prepare(runFile: RunFile, backend: BackendName): Promise<Prepared> {
  requireBackend(runFile, backend)
  const rays = raysOf(runFile)
  const { inputs } = await readCosmicRayInputs(runFile)
  const models = modelsOf(runFile, inputs)
  const sightlineOptions = sightlineOptionsOf(runFile, runFile.sky.frequencies_ghz)
  return {
    rays,
    compute: async (control) => {
      if (byKernels(runFile)) {
        const load = loadBackend.bind(undefined, backend)
        return simulateGrid(runFile, models, rays, load, control)
      }
      const medium = mediumOf(models)
      const { count, rayAt } = rays
      const { directions } = lines(rays, 0, count)
      const indices = indicesOf(runFile, models, { directions })
      const seen = await simulateRays(medium, count, rayAt, sightlineOptions, control, indices)
      return seen && { seen, backend: 'reference' }
    },
  }
}

async function inFile<Value>(path: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work()
  } catch (error) {
    throw inRunFile(path, error)
  }
}

async function write(path: string, content: string | Uint8Array): Promise<void> {
  try {
    await writeFile(path, content)
  } catch (error) {
    throw new InputError(fileErrorText(error, path), { file: path, cause: error })
  }
}

/** To the COSMO convention: the angle runs the other way round. */
function flipU(seen: Observables): void {
  for (const map of seen.U) {
    for (let i = 0; i < map.length; i++) map[i] = 0 - map[i]
  }
}

function contents(
  runFile: RunFile,
  sightlines: Sightlines,
  seen: Observables,
): [name: string, content: string | Uint8Array][] {
  if (sightlines.kind !== 'map') return [['sightlines.csv', table(runFile, sightlines, seen)]]
  const { nside, ordering } = sightlines
  const { frequencies_ghz: frequencies, stokes } = runFile.sky
  const common = {
    nside,
    ordering,
    coordsys: 'G' as const,
    history: [`larmor ${version} simulate${runFile.title ? `: ${printable(runFile.title)}` : ''}`],
  }
  const map = (columns: MapColumnToWrite[], more: Partial<HealpixMapToWrite> = {}) =>
    writeHealpixMap({ ...common, ...more, columns })
  const files: [string, Uint8Array][] = []
  frequencies.forEach((frequency, f) => {
    const columns: MapColumnToWrite[] = stokes.map((name) => ({
      name,
      unit: 'K_RJ',
      values: seen[name][f],
    }))
    if (showsPolarisation(runFile)) {
      const { intensity, angleDeg } = polarisedLight(seen.Q[f], seen.U[f])
      columns.push(
        { name: 'POLARISED_INTENSITY', unit: 'K_RJ', values: intensity },
        { name: 'POLARISATION_ANGLE', unit: 'deg', values: angleDeg },
      )
    }
    if (columns.length === 0) return
    const polarised = stokes.includes('Q') || stokes.includes('U')
    const more = {
      cards: [{ keyword: 'FREQ', value: frequency, comment: '[GHz] observing frequency' }],
      polcconv: polarised ? runFile.output.polarisation : undefined,
    }
    files.push([`stokes_${frequency}GHz.fits`, map(columns, more)])
  })
  const single = (name: string, unit: string, values: Float64Array) =>
    map([{ name, unit, values }], { extname: name })
  files.push(
    ['faraday_depth.fits', single('FARADAY_DEPTH', 'rad/m^2', seen.faradayDepth)],
    ['dispersion_measure.fits', single('DISPERSION_MEASURE', 'pc/cm^3', seen.dispersionMeasure)],
  )
  return files
}

/** Polarised intensity and angle are given where both Q and U are. */
function showsPolarisation({ sky: { stokes } }: RunFile): boolean {
  return stokes.includes('Q') && stokes.includes('U')
}

/** FITS headers hold ASCII only. */
function printable(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '?')
}

function document(
  runFile: RunFile,
  sightlines: Sightlines,
  seen: Observables,
  files: readonly string[],
  seconds: number,
) {
  const { frequencies_ghz, stokes } = runFile.sky
  const shared = { frequencies_ghz, unit: 'K_RJ', polarisation: runFile.output.polarisation }
  if (sightlines.kind === 'map') {
    const { nside, ordering } = sightlines
    return { nside, ordering, ...shared, stokes, files, seconds }
  }
  const light = showsPolarisation(runFile)
    ? seen.Q.map((q, f) => polarisedLight(q, seen.U[f]))
    : undefined
  const columns = {
    ...Object.fromEntries(stokes.map((name) => [name, seen[name]])),
    ...(light
      ? {
          polarised_intensity: light.map(({ intensity }) => intensity),
          polarisation_angle_deg: light.map(({ angleDeg }) => angleDeg),
        }
      : {}),
    faraday_depth: seen.faradayDepth,
    dispersion_measure: seen.dispersionMeasure,
  }
  const where =
    sightlines.kind === 'pixels'
      ? { pixels: sightlines.pixels, nside: sightlines.nside, ordering: sightlines.ordering }
      : { directions: sightlines.directions }
  return { ...where, ...shared, columns, ...(files.length > 0 ? { files } : {}) }
}

/** One row per sightline; a column per Stokes parameter and frequency. */
function table(runFile: RunFile, sightlines: Sightlines, seen: Observables): string {
  const { frequencies_ghz: frequencies, stokes } = runFile.sky
  const columns: [name: string, values: ArrayLike<number | string>][] = []
  if (sightlines.kind === 'pixels') columns.push(['pixel', sightlines.pixels])
  if (sightlines.kind === 'directions') {
    const { directions } = sightlines
    columns.push(['l_deg', directions.map(([l]) => l)], ['b_deg', directions.map(([, b]) => b)])
    const distances = directions.map(([, , distance = runFile.sky.distance_kpc]) => distance)
    if (distances.some((distance) => distance !== undefined)) {
      columns.push(['distance_kpc', distances.map((distance) => distance ?? '')])
    }
  }
  for (const name of stokes) {
    frequencies.forEach((frequency, f) => {
      columns.push([`${name}_K_${frequency}GHz`, seen[name][f]])
    })
  }
  if (showsPolarisation(runFile)) {
    frequencies.forEach((frequency, f) => {
      const { intensity, angleDeg } = polarisedLight(seen.Q[f], seen.U[f])
      columns.push(
        [`polarised_intensity_K_${frequency}GHz`, intensity],
        [`polarisation_angle_deg_${frequency}GHz`, angleDeg],
      )
    })
  }
  columns.push(['faraday_depth_rad_m2', seen.faradayDepth])
  columns.push(['dispersion_measure_pc_cm3', seen.dispersionMeasure])
  const header = columns.map(([name]) => name).join(',')
  const rows = Array.from({ length: seen.faradayDepth.length }, (_, i) =>
    columns.map(([, values]) => values[i]).join(','),
  )
  return `${[header, ...rows].join('\n')}\n`
}
