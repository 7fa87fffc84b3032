import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeHealpixMap } from '#shared/fits/index.ts'
import { pix2ang } from '#shared/healpix/index.ts'
import { runFileSchema } from '#shared/session/run-file.ts'
import type { RunFile, RunFileInput } from '#shared/session/run-file.ts'

/** A temporary folder with a small synthetic map, for tests of runs. */
export interface SampleFolder {
  readonly path: string
  file(name: string): string
  removeMap(): void
  remove(): void
}

/** Brightness in kelvin of a disc-like sky, NSIDE `nside`, RING. */
export function syntheticSky(nside: number): Float32Array {
  return Float32Array.from({ length: 12 * nside * nside }, (_, pixel) => {
    const { theta, phi } = pix2ang(nside, 'RING', pixel)
    const latitude = Math.PI / 2 - theta
    return 15 + 40 * Math.exp(-((latitude / 0.3) ** 2)) * (1.2 + Math.cos(phi))
  })
}

export function sampleFolder(nside = 8, within = tmpdir()): SampleFolder {
  const path = mkdtempSync(join(within, 'larmor-test-'))
  const map = writeHealpixMap({
    nside,
    ordering: 'RING',
    coordsys: 'G',
    columns: [{ name: 'TEMPERATURE', unit: 'K', values: syntheticSky(nside) }],
    cards: [],
  })
  writeFileSync(join(path, 'sky.fits'), map)
  return {
    path,
    file: (name) => join(path, name),
    removeMap: () => rmSync(join(path, 'sky.fits')),
    remove: () => rmSync(path, { recursive: true, force: true }),
  }
}

/** A run of a fraction of a second on the map of the folder. */
export function sampleRun(folder: SampleFolder, changes: RunFileInput = {}): RunFile {
  return runFileSchema.parse({
    title: 'Synthetic',
    sky: { nside: 8 },
    data: [{ name: 'sky', file: folder.file('sky.fits'), frequency_ghz: 0.408 }],
    magnetic_field: { model: 'grid', grid: { shape: [12, 12, 6] } },
    optimiser: { iterations: 12 },
    held_out: { fold: 0, of: 10, block_nside: 4 },
    ...changes,
  })
}
