import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inspectSession } from '#engine/cli/inspect-session.ts'
import { exportRun } from '#engine/exports/export-run.ts'
import { RunManager } from '#engine/runs/run-manager.ts'
import { Session } from '#engine/storage/session.ts'
import { readFits, readHealpixMap, writeHealpixMap } from '#shared/fits/index.ts'
import { sampleFolder, sampleRun, syntheticSky } from '#test/tools/sample-run.ts'
import type { SampleFolder } from '#test/tools/sample-run.ts'

let folder: SampleFolder
let session: Session
let run: number

/** A run on everything that data can be: intensity, Q and U through a beam and a band, and a catalogue. */
beforeAll(async () => {
  folder = sampleFolder(4)
  const polarised = syntheticSky(4)
  for (const [name, sign] of [
    ['q', 1],
    ['u', -0.5],
  ] as const) {
    const values = polarised.map((value) => sign * 0.01 * value)
    const bytes = writeHealpixMap({
      nside: 4,
      ordering: 'RING',
      coordsys: 'G',
      polcconv: 'COSMO',
      columns: [{ name, unit: 'K', values }],
    })
    writeFileSync(folder.file(`${name}.fits`), bytes)
  }
  writeFileSync(
    folder.file('rm.csv'),
    'l,b,rm,err,d\n10,5,30,5,2\n100,-20,-12,3,\n200,60,4,2,1.5\n300,-3,55,8,6\n',
  )
  const stokes = {
    frequency_ghz: 2.3,
    sigma: 0.05,
    beam_fwhm_arcmin: 900,
    bandpass: { frequencies_ghz: [2.2, 2.3, 2.4], weights: [1, 2, 1] },
    nuisance: { offset: 'none' as const },
  }
  const configuration = sampleRun(folder, {
    backend: 'reference',
    sky: { nside: 4 },
    thermal_electrons: { model: 'cordes91' },
    optimiser: { iterations: 3, learning_rate: 0.02 },
    data: [
      { name: 'sky', file: folder.file('sky.fits'), frequency_ghz: 0.408 },
      { name: 'wide q', file: folder.file('q.fits'), quantity: 'Q', ...stokes },
      { name: 'wide u', file: folder.file('u.fits'), quantity: 'U', ...stokes },
      {
        name: 'sources',
        file: folder.file('rm.csv'),
        quantity: 'faraday_depth',
        unit: 'rad/m^2',
        catalogue: { value: 'rm', sigma: 'err', distance: 'd' },
        nuisance: { offset: 'none' },
      },
    ],
    held_out: { fraction: 0, block_nside: 2 },
  })
  session = Session.create(folder.file('fit.larmor'), 'Fit', configuration)
  const manager = new RunManager()
  run = manager.start(session).run
  await manager.settled(session, run)
  await manager.shutdown()
})
afterAll(() => {
  session.close()
  folder.remove()
})

describe('a run on maps, bands, beams and points', () => {
  it('fits all of them together', () => {
    const { state, error, figures } = session.runs.get(run)
    expect({ state, error }).toEqual({ state: 'done', error: null })
    expect(figures?.maps.map(({ name, unit, fitted }) => [name, unit, fitted.pixels])).toEqual([
      ['sky', 'K', 192],
      ['wide q', 'K', 192],
      ['wide u', 'K', 192],
      ['sources', 'rad m^-2', 4],
    ])
    const { columns, values, rows } = session.runs.curves(run)
    const loss = (row: number) => values[row * columns.length + columns.indexOf('loss')]
    expect(loss(rows - 1)).toBeLessThan(loss(0))
  })

  it('exports catalogues as tables and the polarisation of the maps', async () => {
    const files = await exportRun(session, run, {
      folder: folder.file('out'),
      what: ['maps', 'points'],
      formats: ['fits', 'csv'],
    })
    expect(files.filter((name) => name.includes('sources'))).toEqual(['fit-run-1-sources.csv'])
    const [header, first, second] = readFileSync(
      folder.file('out/fit-run-1-sources.csv'),
      'utf8',
    ).split('\n')
    expect(header).toBe(
      'l_deg,b_deg,distance_kpc,data_rad_m2,sigma_rad_m2,model_rad_m2,residual_rad_m2,residual_over_sigma,set',
    )
    const cells = first.split(',').slice(0, 8).map(Number)
    expect(cells.slice(0, 5)).toEqual([10, 5, 2, 30, 5])
    expect(cells[6]).toBe(cells[3] - cells[5])
    expect(cells[7]).toBe(cells[6] / 5)
    expect(second).toMatch(/^100,-20,,-12,3,.*,fitted$/)
    const polarised = readFits(readFileSync(folder.file('out/fit-run-1-wide-q-polarised.fits')))
    const [intensity, angle] = ['DATA_POLARISED_INTENSITY', 'DATA_POLARISATION_ANGLE'].map(
      (column) => readHealpixMap(polarised, { column }).values,
    )
    // U was in the COSMO sense: in the IAU sense it is +0.5 Q. Maps are float32.
    expect(intensity[7] / (0.01 * Math.hypot(1, 0.5) * syntheticSky(4)[7])).toBeCloseTo(1, 5)
    expect(angle[7]).toBeCloseTo((Math.atan2(0.5, 1) * 90) / Math.PI, 4)
  })

  it('is described with the numbers of its pixels and points', () => {
    const { lines } = inspectSession(folder.file('fit.larmor'))
    expect(lines).toContain('    Data wide q: Q, NSIDE 4, 192 pixels')
    expect(lines).toContain('    Data sources: faraday_depth, 4 points')
  })
})
