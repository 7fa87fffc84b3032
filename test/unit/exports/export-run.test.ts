import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inflateSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exportContents, exportFormats, exportRun } from '#engine/exports/export-run.ts'
import { encodePng } from '#engine/exports/figures/png.ts'
import { slicesFigure } from '#engine/exports/figures/slices-figure.ts'
import { layOutText } from '#engine/exports/figures/stroke-font.ts'
import { RunManager } from '#engine/runs/run-manager.ts'
import { mapFigures } from '#engine/exports/run-figures.ts'
import { loadRunResult } from '#engine/exports/run-result.ts'
import { Session } from '#engine/storage/session.ts'
import { readFits, readHealpixMap } from '#shared/fits/index.ts'
import { pix2ang } from '#shared/healpix/index.ts'
import { colourAt, makeNorm } from '#shared/sky/index.ts'
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
      'free-run-1-magnetic-field.vti',
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
    const { width, height, pixels: back } = rgbOf(encodePng(5, 4, pixels))
    expect([width, height]).toEqual([5, 4])
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

  it.each([
    ['x to the right and y upwards', 'xy', 0],
    ['z to the right and y upwards, beside it', 'zy', 1],
    ['x to the right and z upwards, below it', 'xz', 2],
  ] as const)('have %s', (_, [right, up], panel) => {
    const grid = { shape: [4, 4, 4] as const, halfSizeKpc: [20, 20, 10] as const }
    const values = Float64Array.from({ length: 64 }, (__, voxel) => {
      const upper = { x: voxel >> 4 > 1, y: ((voxel >> 2) & 3) > 1, z: (voxel & 3) > 1 }
      return (right === 'z' ? upper.z : upper.x) && (up === 'z' ? upper.z : upper.y) ? 1 : 0
    })
    const norm = makeNorm({ kind: 'linear', min: 0, max: 1 })
    const scale = { norm, colourMap: 'viridis', label: '', unit: '' } as const
    const picture = rgbOf(slicesFigure(grid, [0, 0, 0], values, scale, ''))
    const [low, high] = [0, 1].map((position) => colourAt('viridis', position) ?? [])
    const isColour = (x: number, y: number, [r, g, b]: readonly number[]) => {
      const { pixels, width } = picture
      const at = 3 * (y * width + x)
      return pixels[at] === r && pixels[at + 1] === g && pixels[at + 2] === b
    }
    const isSlice = (x: number, y: number) => isColour(x, y, low) || isColour(x, y, high)
    // Runs of the two colours along a line of pixels: the slices that it crosses, [first, one past the last].
    const runs = (length: number, is: (at: number) => boolean) => {
      const found: [number, number][] = []
      for (let at = 0; at < length; at++) {
        if (!is(at)) continue
        const last = found.at(-1)
        if (last?.[1] === at) last[1]++
        else found.push([at, at + 1])
      }
      // Thinner ones are letters and the observer's mark; the colour bar has hardly a pixel of its end colours.
      return found.filter(([from, to]) => to - from > 100)
    }
    const top = Array.from({ length: picture.height }, (__, y) => y).find(
      (y) => runs(picture.width, (x) => isSlice(x, y)).length === 2,
    )
    const columns = runs(picture.width, (x) => isSlice(x, (top ?? 0) + 5))
    const rows = runs(picture.height, (y) => isSlice(columns[0][0] + 5, y))
    const [left, after] = columns[panel === 1 ? 1 : 0]
    const [first, below] = rows[panel === 2 ? 1 : 0]
    for (const [x, y] of [
      [0.25, 0.25],
      [0.75, 0.25],
      [0.25, 0.75],
      [0.75, 0.75],
    ]) {
      const at = [left + x * (after - left), first + y * (below - first)].map(Math.round)
      expect(isColour(at[0], at[1], x > 0.5 && y < 0.5 ? high : low), `${x}, ${y}`).toBe(true)
    }
  })

  it('of a residual are red where the data are more than the model, and blue where they are less', () => {
    const [vector] = session.runs.data(run)
    if (vector.kind !== 'map') throw new Error('The data are a map.')
    const model = vector.values.map((value, i) => {
      const { theta } = pix2ang(vector.nside, 'RING', vector.pixels[i])
      return theta < Math.PI / 2 ? value + 30 : value - 30
    })
    const figures = mapFigures(loadRunResult(session, run), vector, model)
    expect(figures.map(({ kind }) => kind)).toEqual(['data', 'model', 'residual'])
    const { width, height, pixels } = rgbOf(figures[2].bytes())
    // The map is the widest thing of the picture: on its vertical middle line, the north is above.
    const middle = Array.from({ length: height }, (_, y) => {
      const at = 3 * (y * width + Math.floor(width / 2) + 40)
      return pixels[at] - pixels[at + 2]
    })
    const [low, high] = [0, 1].map((position) => colourAt('vik', position) ?? [0, 0, 0])
    const north = middle.indexOf(low[0] - low[2])
    const south = middle.indexOf(high[0] - high[2])
    expect(north).toBeGreaterThan(0)
    expect(south).toBeGreaterThan(north)
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

/** The pixels [height][width][3] of a PNG without interlace whose rows all have the "up" filter, as ours have. */
function rgbOf(bytes: Uint8Array) {
  const png = Buffer.from(bytes)
  expect(png.subarray(1, 4).toString()).toBe('PNG')
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)]
  const at = png.indexOf('IDAT')
  const rows = inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)))
  const row = 3 * width
  const pixels = new Uint8Array(row * height)
  for (let y = 0; y < height; y++) {
    expect(rows[y * (row + 1)]).toBe(2)
    for (let i = 0; i < row; i++) {
      pixels[y * row + i] = rows[y * (row + 1) + 1 + i] + (y > 0 ? pixels[(y - 1) * row + i] : 0)
    }
  }
  return { width, height, pixels }
}
