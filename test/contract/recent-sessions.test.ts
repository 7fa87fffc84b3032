import { readdir, rm } from 'node:fs/promises'
import { inflateSync } from 'node:zlib'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dataColours } from '#engine/exports/run-figures.ts'
import { loadRunResult } from '#engine/exports/run-result.ts'
import { fullSky } from '#engine/exports/maps-fits.ts'
import { pictureSize } from '#engine/exports/session-picture.ts'
import { connectPage } from '#engine/server/connect.ts'
import { Engine } from '#engine/server/engine.ts'
import { Session } from '#engine/storage/session.ts'
import { connectEngine, memoryTransportPair } from '#shared/contract/index.ts'
import type { EngineClient } from '#shared/contract/index.ts'
import { ang2pix } from '#shared/healpix/index.ts'
import { colourAt } from '#shared/sky/index.ts'
import { sampleFolder, sampleRun } from '#test/tools/sample-run.ts'
import type { SampleFolder } from '#test/tools/sample-run.ts'

let folder: SampleFolder
let engine: Engine
let client: EngineClient

beforeAll(async () => {
  folder = sampleFolder()
  engine = await Engine.create({
    dataFolder: folder.path,
    stateFolder: folder.file('state'),
    log: () => undefined,
  })
  const [near, far] = memoryTransportPair()
  connectPage(engine, far)
  client = connectEngine(near)
})
afterAll(async () => {
  await engine.shutdown()
  folder.remove()
})

/** The RGBA pixels of a PNG without interlace whose rows all have the "up" filter, as ours have. */
function rgbaOf(png: Uint8Array): Uint8Array {
  const file = Buffer.from(png)
  const [width, height] = [file.readUInt32BE(16), file.readUInt32BE(20)]
  expect([width, height, file[25]]).toEqual([pictureSize.width, pictureSize.height, 6])
  const at = file.indexOf('IDAT')
  const rows = inflateSync(file.subarray(at + 4, at + 4 + file.readUInt32BE(at - 4)))
  const row = 4 * width
  const pixels = new Uint8Array(row * height)
  for (let y = 0; y < height; y++)
    for (let i = 0; i < row; i++)
      pixels[y * row + i] = rows[y * (row + 1) + 1 + i] + (y > 0 ? pixels[(y - 1) * row + i] : 0)
  return pixels
}

const recent = async () => (await client.request('sessions.recent', {})).result
const picturesKept = () => readdir(join(folder.file('state'), 'pictures'))

describe('the list of recent sessions', () => {
  it('has a picture of sky and field as soon as a run has ended, which goes with its session', async () => {
    const { result: list } = await client.request('files.list', {})
    const map = list.entries.find(({ name }) => name === 'sky.fits')?.grant ?? ''
    const runFile = sampleRun(folder, { backend: 'reference', optimiser: { iterations: 4 } })
    const configuration = { ...runFile, data: runFile.data.map((one) => ({ ...one, file: map })) }
    const { result: state } = await client.request('session.create', { name: 'p', configuration })
    expect(await recent()).toMatchObject([{ name: 'p.larmor', picture: false }])
    const { session } = state
    await client.request('run.start', { session })
    await expect
      .poll(recent, { timeout: 30_000 })
      .toMatchObject([{ name: 'p.larmor', picture: true, missing: false }])
    await client.request('session.close', { session })

    const [{ grant }] = await recent()
    const { payloads } = await client.request('sessions.picture', { grant })
    if (!(payloads[0] instanceof Uint8Array)) throw new Error('no bytes')
    const pixels = rgbaOf(payloads[0])
    const at = (x: number, y: number) => [
      ...pixels.subarray(4 * (y * pictureSize.width + x), 4 * (y * pictureSize.width + x) + 4),
    ]
    // Nothing beside the ellipse and in the gap; the middle of the sky has the colour of the model there.
    expect(at(0, 0)[3]).toBe(0)
    expect(at(328, 80)[3]).toBe(0)
    const file = Session.open(folder.file('p.larmor'), { readOnly: true })
    const result = loadRunResult(file, 1)
    const [vector] = result.data
    if (vector.kind !== 'map') throw new Error('no map')
    const { norm, colourMap } = dataColours(vector)
    // The centre of pixel (150, 60): x = -19/160 of the half axis of 2, y = 39/160 of 1, by Mollweide's own equations.
    const theta = Math.asin(19.5 / 80)
    const lat = Math.asin((2 * theta + Math.sin(2 * theta)) / Math.PI)
    const lon = (Math.PI * 9.5) / 160 / Math.cos(theta)
    const value = fullSky(vector, result.models[0])[ang2pix(8, 'RING', Math.PI / 2 - lat, lon)]
    expect(at(150, 60)).toEqual([...(colourAt(colourMap, norm.toUnit(value)) ?? []), 255])
    file.close()

    await rm(folder.file('p.larmor'))
    expect(await recent()).toMatchObject([{ name: 'p.larmor', picture: true, missing: true }])
    expect(await picturesKept()).toHaveLength(1)
    await client.request('sessions.forget', { grant })
    expect(await recent()).toEqual([])
    expect(await picturesKept()).toEqual([])
    await expect(client.request('sessions.picture', { grant })).rejects.toMatchObject({
      code: 'no-picture',
    })
  })
})
