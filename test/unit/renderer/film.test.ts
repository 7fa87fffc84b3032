import { describe, expect, it } from 'vitest'
import { DrawPace } from '#renderer/volume/draw-pace.ts'
import { orbitAxes, orbitProjector, standardOrbit } from '#renderer/volume/orbit.ts'
import { turntableOrbits } from '#renderer/volume/turntable-orbits.ts'
import { webm } from '#renderer/volume/video/webm.ts'
import { crc32, zipStored } from '#renderer/volume/video/zip.ts'
import { bigEndian, ebmlElements } from '#test/tools/ebml.ts'

const bytesOf = async (blob: Blob) => new Uint8Array(await blob.arrayBuffer())
const ascii = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0))

describe('films', () => {
  it('have their frames at their times, and cues to the key frames', async () => {
    const chunks = [0, 40, 80, 120].map((timeMs, i) => ({
      data: Uint8Array.of(i, 7),
      key: i % 2 === 0,
      timeMs,
    }))
    const format = { codec: 'V_VP9', width: 1280, height: 720, durationMs: 160 } as const
    const blob = webm(chunks, format)
    expect(blob.type).toBe('video/webm')
    const all = ebmlElements(await bytesOf(blob))
    const bodies = (id: number) => all.filter((one) => one.id === id).map(({ body }) => body)
    expect(bodies(0x86)).toEqual([ascii('V_VP9')])
    expect([bigEndian(bodies(0xb0)[0]), bigEndian(bodies(0xba)[0])]).toEqual([1280, 720])
    const [duration] = bodies(0x4489)
    expect(new DataView(duration.buffer).getFloat64(0)).toBe(160)
    expect(bodies(0xe7).map(bigEndian)).toEqual([0, 80])
    // Track, time in the cluster, key or not, data.
    expect(bodies(0xa3).map((block) => [...block])).toEqual([
      [0x81, 0, 0, 0x80, 0, 7],
      [0x81, 0, 40, 0, 1, 7],
      [0x81, 0, 0, 0x80, 2, 7],
      [0x81, 0, 40, 0, 3, 7],
    ])
    const segment = all.find(({ id }) => id === 0x18538067)
    const start = (segment?.at ?? 0) + 12
    const clusters = all.filter(({ id }) => id === 0x1f43b675).map(({ at }) => at - start)
    const [cues] = bodies(0x1c53bb6b)
    const places = ebmlElements(cues).map(({ body }) => {
      const [time, place] = ebmlElements(body)
      return [bigEndian(time.body), bigEndian(ebmlElements(place.body)[1].body)]
    })
    expect(places).toEqual([
      [0, clusters[0]],
      [80, clusters[1]],
    ])
  })

  it('begin with a key frame', () => {
    const format = { codec: 'V_VP8', width: 2, height: 2, durationMs: 40 } as const
    expect(() => webm([], format)).toThrow('key frame')
  })

  it('turn once, evenly, without seeing a place twice', () => {
    const start = {
      azimuthDeg: -118,
      elevationDeg: 33,
      distanceKpc: 50,
      focalKpc: [0, 0, 0],
    } as const
    const azimuths = turntableOrbits(start, 8).map(({ azimuthDeg }) => azimuthDeg)
    expect(azimuths).toEqual([-118, -73, -28, 17, 62, 107, 152, -163])
  })
})

describe('archives', () => {
  it('have the check value of CRC-32', () => {
    expect(crc32(ascii('123456789'))).toBe(0xcbf43926)
  })

  it('hold their files as they are, with a directory at the end', async () => {
    const files = [
      { name: 'a.png', data: Uint8Array.of(1, 2, 3) },
      { name: 'b.png', data: new Uint8Array(0) },
    ]
    const bytes = await bytesOf(zipStored(files))
    const view = new DataView(bytes.buffer)
    const end = bytes.length - 22
    expect(view.getUint32(end, true)).toBe(0x06054b50)
    expect(view.getUint16(end + 10, true)).toBe(2)
    let entry = view.getUint32(end + 16, true)
    expect(end - entry).toBe(view.getUint32(end + 12, true))
    for (const { name, data } of files) {
      expect(view.getUint32(entry, true)).toBe(0x02014b50)
      expect(view.getUint32(entry + 16, true)).toBe(crc32(data))
      expect(view.getUint32(entry + 24, true)).toBe(data.length)
      const title = bytes.slice(entry + 46, entry + 46 + view.getUint16(entry + 28, true))
      expect(title).toEqual(ascii(name))
      const local = view.getUint32(entry + 42, true)
      expect(view.getUint32(local, true)).toBe(0x04034b50)
      expect(bytes.slice(local + 30 + 5, local + 30 + 5 + data.length)).toEqual(data)
      entry += 46 + title.length
    }
  })
})

describe('the size of pictures', () => {
  it('is full on a fast device and smaller on a slow one, most of all while the view moves', () => {
    const fast = new DrawPace()
    expect(fast.size('rest')).toBe(0.5)
    fast.took(3, 0.5, 'rest')
    expect([fast.size('moving'), fast.size('rest')]).toEqual([1, 1])
    const slow = new DrawPace()
    // 400 ms for a full picture of few samples.
    slow.took(300, 0.5, 'rest')
    expect([slow.size('moving'), slow.size('rest')]).toEqual([0.25, 0.5])
    // It gets faster: 40 ms.
    for (let i = 0; i < 6; i++) slow.took(40 * 0.25 ** 2, 0.25, 'moving')
    expect(slow.size('rest')).toBe(1)
  })
})

describe('standard views', () => {
  const half = [20, 20, 5] as const
  const sun = [-8.3, 0, 0.006] as const
  const view = (name: Parameters<typeof standardOrbit>[0]) =>
    standardOrbit(name, half, sun, 640, 480)

  it('have the axes where they say', () => {
    expect(view('home')).toBeNull()
    for (const [name, right, up] of [
      ['north', [1, 0, 0], [0, 1, 0]],
      ['south', [1, 0, 0], [0, -1, 0]],
      ['edge', [1, 0, 0], [0, 0, 1]],
      ['sunward', [0, -1, 0], [0, 0, 1]],
    ] as const) {
      const orbit = view(name)
      if (!orbit) throw new Error('no camera')
      const axes = orbitAxes(orbit)
      axes.right.forEach((value, i) => expect(value).toBeCloseTo(right[i], 12))
      axes.up.forEach((value, i) => expect(value).toBeCloseTo(up[i], 12))
    }
  })

  it('from the Sun has the camera there and the centre in the middle', () => {
    const orbit = view('sun')
    if (!orbit) throw new Error('no camera')
    const { x, y, depth } = orbitProjector(orbit, 640, 480)([0, 0, 0])
    expect([x, y, depth].map((value) => Math.round(value * 100) / 100)).toEqual([320, 240, 8.3])
  })
})
