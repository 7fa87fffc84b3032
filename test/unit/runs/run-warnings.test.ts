import { rmSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RunManager } from '#engine/runs/run-manager.ts'
import { Session } from '#engine/storage/session.ts'
import type { RunFileInput } from '#shared/session/run-file.ts'
import { sampleFolder, sampleRun } from '#test/tools/sample-run.ts'
import type { SampleFolder } from '#test/tools/sample-run.ts'

let folder: SampleFolder
beforeEach(() => {
  folder = sampleFolder(2)
  writeFileSync(folder.file('points.csv'), 'l,b,v,e\n10,20,5,1\n200,-40,-7,1\n300,5,2,1\n')
})
afterEach(() => folder.remove())

const points = (quantity: 'faraday_depth' | 'dispersion_measure') => ({
  name: 'points',
  file: folder.file('points.csv'),
  quantity,
  unit: quantity === 'faraday_depth' ? 'rad/m^2' : 'pc/cm^3',
  catalogue: { value: 'v', sigma: 'e' },
})
const map = (sigma: number) => ({
  name: 'sky',
  file: folder.file('sky.fits'),
  frequency_ghz: 0.408,
  sigma,
})

/** What a run of one step says, and how it ends. */
async function warningsOf(changes: RunFileInput) {
  const configuration = sampleRun(folder, {
    sky: { nside: 2 },
    backend: 'reference',
    optimiser: { iterations: 1 },
    held_out: { fraction: 0 },
    ...changes,
  })
  rmSync(folder.file('fit.larmor'), { force: true })
  const session = Session.create(folder.file('fit.larmor'), '', configuration)
  const manager = new RunManager()
  const warnings: string[] = []
  manager.onNotice(({ level, text }) => {
    if (level === 'warning') warnings.push(text)
  })
  const { run } = manager.start(session)
  const { state, error } = await manager.settled(session, run)
  await manager.shutdown()
  session.close()
  return { warnings, state, error }
}

const freeElectrons = { model: 'grid', grid: { initial: { model: 'cordes91' } } }

describe('what a run says of itself', () => {
  it('is nothing where everything that is free is seen', async () => {
    const found = await warningsOf({
      data: [map(1), points('faraday_depth')],
      thermal_electrons: freeElectrons,
      cosmic_ray_electrons: { free: ['scale'] },
    })
    expect(found).toMatchObject({ warnings: [], state: 'done' })
  })

  it('names what is free and not seen', async () => {
    const intensity = await warningsOf({ data: [map(1)], thermal_electrons: freeElectrons })
    expect(intensity.warnings).toEqual([
      expect.stringMatching(/^No data depend on the thermal electrons/),
    ])
    const columns = await warningsOf({
      data: [points('dispersion_measure')],
      thermal_electrons: { model: 'uniform', n_e_cm3: 0.02 },
      cosmic_ray_electrons: { free: ['scale'] },
    })
    expect(columns.warnings).toEqual([
      expect.stringMatching(/^No data depend on the magnetic field/),
      expect.stringMatching(/^No data depend on the cosmic-ray electrons/),
    ])
  })

  it('names data that their sigma drowns', async () => {
    // The sky varies by 17 K.
    const { warnings } = await warningsOf({ data: [map(500)] })
    expect(warnings).toEqual([expect.stringMatching(/"sky" differ.*check data\[0\]\.sigma/)])
  })

  it('says how coarsely the grid sees the squares of thermal electrons, where they emit', async () => {
    const grid = { magnetic_field: { grid: { shape: [16, 16, 8] } } } satisfies RunFileInput
    const data = [points('dispersion_measure'), map(1)]
    const free_free = { electron_temperature_k: 7000 }
    const ymw16 = await warningsOf({ ...grid, data, thermal_electrons: { free_free } })
    expect(ymw16.warnings).toEqual([
      expect.stringMatching(/^The thermal electrons change within .* off by more than \d+ % on/),
    ])
    const smooth = { model: 'uniform', n_e_cm3: 0.02 }
    const uniform = await warningsOf({
      ...grid,
      data,
      thermal_electrons: { ...smooth, free_free },
    })
    expect(uniform.warnings).toEqual([])
    // Columns are kept.
    expect((await warningsOf({ ...grid, data })).warnings).toEqual([])
  })

  it('is a refusal where the data could not be fitted at all', async () => {
    const none = { data: [points('faraday_depth')], thermal_electrons: { model: 'none' } }
    expect(await warningsOf(none)).toMatchObject({
      state: 'failed',
      error: expect.stringMatching(/thermal_electrons\.model: .*faraday_depth of "points" is zero/),
    })
  })

  it('is a refusal where the region has no voxel', async () => {
    const empty = {
      data: [map(1)],
      magnetic_field: { grid: { shape: [4, 4, 4], region: { r_kpc: [0.1, 0.2] } } },
    } satisfies RunFileInput
    expect(await warningsOf(empty)).toMatchObject({
      state: 'failed',
      error: expect.stringMatching(/grid\.region: no voxel has its centre between 0\.1 and 0\.2/),
    })
  })
})
