import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inflateSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exportContents, exportFormats, exportRun } from '#engine/exports/export-run.ts'
import { encodePng } from '#engine/exports/figures/png.ts'
import { slicesFigure } from '#engine/exports/figures/slices-figure.ts'
import { layOutText } from '#engine/exports/figures/stroke-font.ts'
import { RunManager } from '#engine/runs/run-manager.ts'
import { Session } from '#engine/storage/session.ts'
import { readFits, readHealpixMap } from '#shared/fits/index.ts'
import { makeNorm } from '#shared/sky/index.ts'
import { sampleFolder, sampleRun } from '#test/tools/sample-run.ts'
import type { SampleFolder } from '#test/tools/sample-run.ts'

let folder: SampleFolder
let session: Session
let run: number

beforeAll(async () => {
  folder = sampleFolder()
  const configuration = sampleRun(folder, { backend: 'reference', optimiser: { iterations: 3 } })
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

const out = (name: string) => join(folder.path, name)

describe('an export', () => {
  it('writes everything, and never over an existing file', async () => {
    const all = { folder: out('all'), what: exportContents, formats: exportFormats }
    const files = await exportRun(session, run, all)
    expect([...files].sort()).toEqual(readdirSync(out('all')).sort())
    expect(files).toContain('fit-run-1-sky.fits')
    expect(files).toContain('fit-run-1-magnetic-field.h5')
    await expect(exportRun(session, run, all)).rejects.toThrow(/exists already.*not overwritten/)
    expect(readdirSync(out('all'))).toHaveLength(files.length)
  })

  it('leaves nothing behind when a later file is in the way', async () => {
    mkdirSync(out('blocked/fit-run-1-curves.csv'), { recursive: true })
    const request = { folder: out('blocked'), what: exportContents, formats: exportFormats }
    await expect(exportRun(session, run, request)).rejects.toThrow(/fit-run-1-curves\.csv/)
    expect(readdirSync(out('blocked'))).toEqual(['fit-run-1-curves.csv'])
  })

  it.each(['taken', 'taken/deeper'])(
    'names the file that is where --out %s needs a folder',
    async (name) => {
      writeFileSync(out('taken'), '')
      const request = { folder: out(name), what: exportContents, formats: exportFormats }
      await expect(exportRun(session, run, request)).rejects.toThrow(
        `${out('taken')}: this is a file, not a folder.`,
      )
    },
  )

  it('says what a content can be written as', async () => {
    const request = { folder: out('none'), what: ['maps'], formats: ['csv'] } as const
    await expect(exportRun(session, run, request)).rejects.toThrow(/maps can be written as fits/)
  })

  it('gives maps whose names differ in capitals only files of their own', async () => {
    const data = ['sky', 'Sky', 'sky-no2'].map((name) => ({
      name,
      file: folder.file('sky.fits'),
      frequency_ghz: 0.408,
    }))
    const configuration = sampleRun(folder, {
      backend: 'reference',
      optimiser: { iterations: 1 },
      data,
    })
    const two = Session.create(folder.file('two.larmor'), '', configuration)
    const manager = new RunManager()
    const started = manager.start(two)
    await manager.settled(two, started.run)
    await manager.shutdown()
    const request = { folder: out('two'), what: ['maps'], formats: exportFormats } as const
    expect(await exportRun(two, started.run, request)).toEqual([
      'two-run-1-sky.fits',
      'two-run-1-sky-no3.fits',
      'two-run-1-sky-no2.fits',
    ])
    two.close()
  })

  it('has maps that add up: data = model + residual', () => {
    const file = readFits(readFileSync(out('all/fit-run-1-sky.fits')))
    const column = (name: string) => readHealpixMap(file, { column: name }).values
    const [data, model, residual] = ['DATA', 'MODEL', 'RESIDUAL'].map(column)
    // Each column is rounded to float32 by itself.
    data.forEach((value, i) => expect(model[i] + residual[i]).toBeCloseTo(value, 4))
    const stored = session.runs.data(run)[0]
    expect(Array.from(column('SET'))).toEqual(Array.from(stored.set))
  })

  it('has the field of the last checkpoint as .npy', () => {
    const bytes = readFileSync(out('all/fit-run-1-magnetic-field.npy'))
    expect(bytes.toString('latin1', 0, 128)).toContain("'shape': (12, 12, 6, 3)")
    const [checkpoint] = session.runs.checkpoints(run)
    const field = session.runs.checkpointArray(checkpoint, 'magnetic_field').values
    const end = bytes.subarray(bytes.length - field.byteLength)
    expect(end.equals(Buffer.from(field.buffer))).toBe(true)
  })

  it('has the densities that the run moved too', async () => {
    const configuration = sampleRun(folder, {
      backend: 'reference',
      optimiser: { iterations: 1 },
      thermal_electrons: { model: 'grid', grid: { initial: { model: 'cordes91' } } },
      cosmic_ray_electrons: { free: ['spectral_index_grid'] },
    })
    const free = Session.create(folder.file('free.larmor'), '', configuration)
    const manager = new RunManager()
    const started = manager.start(free)
    await manager.settled(free, started.run)
    await manager.shutdown()
    const request = { folder: out('free'), what: ['fields'], formats: exportFormats } as const
    const files = await exportRun(free, started.run, request)
    expect(files).toEqual([
      'free-run-1-magnetic-field.npy',
      'free-run-1-thermal-electrons.npy',
      'free-run-1-spectral-index.npy',
      'free-run-1-magnetic-field.h5',
    ])
    const [checkpoint] = free.runs.checkpoints(started.run)
    for (const name of ['thermal_electrons', 'spectral_index']) {
      const { values, unit } = free.runs.checkpointArray(checkpoint, name)
      const npy = readFileSync(out(`free/free-run-1-${name.replace('_', '-')}.npy`))
      expect(npy.toString('latin1', 0, 128)).toContain("'shape': (12, 12, 6)")
      expect(npy.subarray(npy.length - values.byteLength).equals(Buffer.from(values.buffer))).toBe(
        true,
      )
      const { default: h5wasm } = await import('h5wasm/node')
      const hdf5 = new h5wasm.File(out('free/free-run-1-magnetic-field.h5'), 'r')
      const dataset = hdf5.get(name)
      if (!(dataset instanceof h5wasm.Dataset)) throw new Error(`${name} is no dataset`)
      expect(dataset.shape).toEqual([12, 12, 6])
      expect(dataset.value).toEqual(values)
      expect(dataset.attrs.units.value).toBe(unit)
      hdf5.close()
    }
    free.close()
  })

  it('has curves with a line per iteration', () => {
    const lines = readFileSync(out('all/fit-run-1-curves.csv'), 'utf8').trimEnd().split('\n')
    expect(lines).toHaveLength(1 + 4)
    expect(lines[0]).toMatch(/^iteration,loss,chi2,/)
    expect(Number(lines[4].split(',')[1])).toBe(session.runs.get(run).figures?.loss)
  })
})

describe('pictures', () => {
  it('are PNG files whose pixels come back', () => {
    const pixels = Uint8Array.from({ length: 3 * 5 * 4 }, (_, i) => (i * 37) % 256)
    const png = Buffer.from(encodePng(5, 4, pixels))
    expect(png.subarray(1, 4).toString()).toBe('PNG')
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([5, 4])
    const at = png.indexOf('IDAT')
    const rows = inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)))
    const back = new Uint8Array(pixels.length)
    for (let y = 0; y < 4; y++) {
      expect(rows[y * 16]).toBe(2)
      for (let i = 0; i < 15; i++) {
        back[y * 15 + i] = rows[y * 16 + 1 + i] + (y > 0 ? back[(y - 1) * 15 + i] : 0)
      }
    }
    expect(back).toEqual(pixels)
  })

  it.each([0.01, 1, 50, 1000])('have the same size for a box %d times as large', (times) => {
    const size = (factor: number) => {
      const grid = {
        shape: [4, 4, 2] as const,
        halfSizeKpc: [20 * factor, 20 * factor, 5 * factor] as const,
      }
      const norm = makeNorm({ kind: 'linear', min: 0, max: 1 })
      const scale = { norm, colourMap: 'viridis', label: '', unit: '' } as const
      const png = slicesFigure(grid, [0, 0, 0], new Float64Array(32), scale, '')
      const view = new DataView(png.buffer)
      return [view.getUint32(16), view.getUint32(20)]
    }
    expect(size(times)).toEqual([1510, 1680])
  })

  it('have a glyph for every character that labels use', () => {
    const box = JSON.stringify(layOutText('\u4e2d', 12).strokes)
    const used =
      'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.,:;+-\u2212=()[]|/%<>_\u00b5\u00d7\u00b2\u207b'
    for (const character of used) {
      const { strokes, width } = layOutText(character, 12)
      expect(JSON.stringify(strokes), character).not.toBe(box)
      expect(width).toBeGreaterThanOrEqual(0)
      expect(strokes.flat(2).every(Number.isFinite), character).toBe(true)
    }
  })
})
