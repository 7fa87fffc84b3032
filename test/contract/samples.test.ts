import { writeFile } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { loadRunFile } from '#engine/runs/load-run-file.ts'
import { RunManager } from '#engine/runs/run-manager.ts'
import { samplePath, samples } from '#engine/server/samples.ts'
import { Session } from '#engine/storage/session.ts'
import { readFits, readHealpixMap } from '#shared/fits/index.ts'
import { runFileSchema } from '#shared/session/run-file.ts'
import { useEnginePage } from '#test/tools/engine-page.ts'

const page = useEnginePage()

beforeAll(() =>
  writeFile(join(page.folder, 'broken.yaml'), 'title: x\nmagnetic_feild: { model: lsa }\n'),
)

describe('the samples', () => {
  it.each(samples.map(({ id }) => id))('%s has a run file that can be run', async (id) => {
    const { result: opened } = await page.client.request('samples.open', { id })
    // Names for all files, and no path of this machine.
    expect(opened.files.map(({ name }) => name)).toEqual([
      samples.find((one) => one.id === id)?.map,
    ])
    expect(JSON.stringify(opened.configuration)).not.toContain(samplePath(id, 'map'))
    const { configuration } = opened
    const { result } = await page.client.request('run.check', { configuration })
    expect(result.issues).toEqual([])
  })

  // Means over 4 and 16 pixels of the published maps, by healpy's ud_grade; float32.
  it.each([
    ['wmap-k', 'Q_POLARISATION', 6208, 0.08596],
    ['wmap-k', 'U_POLARISATION', 6208, -0.350775],
    ['faraday', 'FARADAY_DEPTH', 6208, 97.928126],
    ['faraday', 'UNCERTAINTY', 6208, 57.836708],
  ] as const)('%s: %s is that of the published map', (id, column, pixel, value) => {
    const map = readHealpixMap(readFits(readFileSync(samplePath(id, 'map'))), { column })
    expect([map.nside, map.ordering]).toEqual([32, 'RING'])
    expect(Number(map.values[pixel])).toBeCloseTo(value, 4)
  })

  it('wmap-k finds the pitch angle of Page et al. 2007 on a coarse grid', async () => {
    const runFile = await loadRunFile(samplePath('wmap-k', 'runFile'))
    const grid = runFileSchema.parse({ magnetic_field: { grid: { shape: [32, 32, 16] } } })
    const session = Session.create(join(page.folder, 'spiral.larmor'), 'Spiral', {
      ...runFile,
      sky: { ...runFile.sky, nside: 8 },
      magnetic_field: { ...runFile.magnetic_field, grid: grid.magnetic_field.grid },
    })
    const manager = new RunManager()
    const { run } = manager.start(session)
    await manager.settled(session, run)
    await manager.shutdown()
    const { state, figures } = session.runs.get(run)
    const numbers = figures?.parameters?.numbers ?? []
    const psi0 = numbers.find(({ name }) => name.endsWith('psi0_deg'))?.value
    expect(state).toBe('done')
    // 27 deg there; 29.5 on the shipped grid. NSIDE 8 has a sixteenth of the pixels and blurs the plane.
    expect(Math.abs((psi0 ?? 0) - 27)).toBeLessThan(5)
    expect(figures?.chi2_n_fitted).toBeLessThan(1.2)
    session.close()
  })
})

describe('run files', () => {
  it('that are wrong are refused with line and key', async () => {
    const { result: list } = await page.client.request('files.list', {})
    const grant = list.entries.find(({ name }) => name === 'broken.yaml')?.grant ?? ''
    const error = await page.client.request('runFile.open', { grant }).catch((e: unknown) => e)
    expect(error).toMatchObject({ code: 'input', file: 'broken.yaml', field: 'magnetic_feild' })
    expect(String(error)).toMatch(/line 2.*magnetic_field/)
    expect(String(error)).not.toContain(page.folder)
  })
})
