import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { prepareData } from '#engine/runs/prepare-data.ts'
import { writeHealpixMap } from '#shared/fits/index.ts'
import type { HealpixMapToWrite } from '#shared/fits/index.ts'
import { changeResolution, pix2ang, pix2vec, reorder } from '#shared/healpix/index.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import { directionVector, rotatePolarisationMaps } from '#shared/sky/index.ts'
import { sampleFolder, sampleRun, syntheticSky } from '#test/tools/sample-run.ts'
import type { SampleFolder } from '#test/tools/sample-run.ts'
import { float32Bytes, imageFile } from '../fits/build.ts'

let folder: SampleFolder
beforeEach(() => {
  folder = sampleFolder(8)
})
afterEach(() => folder.remove())

function writeMap(
  name: string,
  map: Partial<HealpixMapToWrite> & { values: Float32Array; unit?: string },
) {
  const { values, unit, ...rest } = map
  const bytes = writeHealpixMap({
    nside: Math.sqrt(values.length / 12),
    ordering: 'RING',
    coordsys: 'G',
    columns: [{ name: 'T', unit, values }],
    ...rest,
  })
  writeFileSync(folder.file(name), bytes)
}

function withEntry(entry: Partial<RunFile['data'][number]>, nside = 8): RunFile {
  const run = sampleRun(folder, { sky: { nside } })
  const file = entry.file === undefined ? folder.file('sky.fits') : folder.file(entry.file)
  return { ...run, data: [{ ...run.data[0], ...entry, file }] }
}

async function vectorOf(entry: Partial<RunFile['data'][number]>, nside = 8) {
  const [vector] = (await prepareData(withEntry(entry, nside))).data
  if (vector.kind !== 'map') throw new Error('not a map')
  return vector
}

const sky = syntheticSky(8)

describe('data preparation', () => {
  it('takes a map as it is at its own NSIDE, with sigma from the degraded values', async () => {
    const vector = await vectorOf({ sigma: { relative: 0.1, floor: 2 } })
    expect(vector).toMatchObject({
      nside: 8,
      unit: 'K',
      frequencyGhz: 0.408,
      offset: 'free',
      gain: 1,
    })
    expect(vector.values).toEqual(Float64Array.from(sky))
    expect(vector.sigma).toEqual(Float64Array.from(sky, (value) => Math.max(0.1 * value, 2)))
  })

  it('compares at min(own NSIDE, sky.nside), from NESTED as from RING', async () => {
    writeMap('nested.fits', {
      values: reorder(sky, 'RING', 'NESTED'),
      ordering: 'NESTED',
      unit: 'K',
    })
    const coarse = changeResolution(sky, 8, 4, 'RING')
    const vector = await vectorOf({ file: 'nested.fits' }, 4)
    expect(vector.nside).toBe(4)
    // Means of four values: summed in another order after the reordering.
    vector.values.forEach((value, i) => expect(value).toBeCloseTo(coarse[i], 10))
    expect((await vectorOf({}, 64)).nside).toBe(8)
  })

  it('leaves out bad pixels, and parents with fewer than half of their children', async () => {
    const holed = Float32Array.from(reorder(sky, 'RING', 'NESTED'))
    holed.fill(NaN, 0, 3)
    holed.fill(NaN, 4, 6)
    writeMap('holed.fits', { values: reorder(holed, 'NESTED', 'RING'), unit: 'K' })
    expect((await vectorOf({ file: 'holed.fits' })).values).toHaveLength(768 - 5)
    expect((await vectorOf({ file: 'holed.fits' }, 4)).values).toHaveLength(192 - 1)
  })

  it('converts units to kelvin, sigma and fixed offset with them', async () => {
    writeMap('mk.fits', { values: sky.map((value) => 1000 * value), unit: 'mK' })
    const vector = await vectorOf({
      file: 'mk.fits',
      sigma: { relative: 0, floor: 2000 },
      nuisance: { offset: 3000, gain: 1 },
    })
    // Through float32 in millikelvin.
    vector.values.forEach((value, i) => expect(value).toBeCloseTo(sky[i], 4))
    expect(vector.sigma[0]).toBeCloseTo(2, 12)
    expect(vector.offset).toBeCloseTo(3, 12)
  })

  it('takes a number in front of the unit, as surveys in tenths of a kelvin have it', async () => {
    writeMap('tenths.fits', { values: sky.map((value) => 10 * value), unit: '10**-1 K' })
    const vector = await vectorOf({ file: 'tenths.fits', sigma: 5 })
    // Through float32 in tenths of a kelvin.
    vector.values.forEach((value, i) => expect(value).toBeCloseTo(sky[i], 4))
    expect(vector.sigma[0]).toBeCloseTo(0.5, 12)
  })

  it('masks by latitude and by a file with threshold one half', async () => {
    const vector = await vectorOf({ mask: { galactic_latitude_above_deg: 30 } })
    for (const pixel of vector.pixels) {
      expect(Math.abs(90 - (pix2ang(8, 'RING', pixel).theta * 180) / Math.PI)).toBeGreaterThan(30)
    }
    // Fine mask at NSIDE 16: one pixel with two of four children open (used), one with one (not).
    const fine = new Float32Array(3072).fill(1)
    fine.fill(0, 0, 2)
    fine.fill(0, 4, 7)
    writeMap('mask.fits', { values: reorder(fine, 'NESTED', 'RING') })
    const masked = await vectorOf({ mask: { file: folder.file('mask.fits'), column: 0 } })
    expect(masked.values).toHaveLength(768 - 1)
    // What has no value in the mask is masked too: two of four children now, with one more three.
    fine[4] = NaN
    fine[8] = fine[9] = fine[10] = -1.6375e30
    writeMap('holes.fits', { values: reorder(fine, 'NESTED', 'RING') })
    const holes = await vectorOf({ mask: { file: folder.file('holes.fits'), column: 0 } })
    expect(holes.values).toHaveLength(768 - 2)
  })

  it('does not widen a mask that is given in another frame', async () => {
    // North of the equator of that frame, whose ring is the last; the next one lies at z = -0.042.
    const north = Float32Array.from({ length: 3072 }, (_, pixel) =>
      pix2vec(16, 'RING', pixel)[2] > -0.01 ? 1 : 0,
    )
    writeMap('equatorial.fits', { values: north, coordsys: 'C' })
    const mask = { file: folder.file('equatorial.fits'), column: 0 }
    writeMap('fine.fits', { values: syntheticSky(16), unit: 'K' })
    const { pixels } = await vectorOf({ file: 'fine.fits', mask }, 16)
    // The celestial pole in Galactic coordinates: half of the sky is open; pixels are 0.064 rad wide.
    const pole = directionVector(122.93192, 27.12825)
    const northern = Array.from({ length: 3072 }, (_, pixel) => {
      const v = pix2vec(16, 'RING', pixel)
      return v[0] * pole[0] + v[1] * pole[1] + v[2] * pole[2]
    })
    for (const pixel of pixels) expect(northern[pixel]).toBeGreaterThan(-0.03)
    expect(pixels.length).toBeGreaterThan(northern.filter((z) => z > 0.06).length)
  })

  it('reads sigma from a file, and drops pixels without one', async () => {
    const sigma = new Float32Array(768).fill(0.25)
    sigma[5] = 0
    sigma[6] = NaN
    writeMap('sigma.fits', { values: sigma, unit: 'K' })
    const prepared = await prepareData(
      withEntry({ sigma: { file: folder.file('sigma.fits'), column: 0 } }),
    )
    expect(prepared.data[0].values).toHaveLength(766)
    expect([...new Set(prepared.data[0].sigma)]).toEqual([0.25])
    expect(prepared.inputs.map(({ name }) => name)).toEqual(['sky', 'sky sigma'])
  })

  it('reads sigma in the unit that its own file declares, and asks for one that it does not know', async () => {
    const sigma = { file: folder.file('sigma.fits'), column: 0 }
    writeMap('sigma.fits', { values: new Float32Array(768).fill(250), unit: 'mK' })
    expect((await vectorOf({ sigma })).sigma[0]).toBeCloseTo(0.25, 12)
    expect((await vectorOf({ sigma: { ...sigma, unit: 'uK' } })).sigma[0]).toBeCloseTo(2.5e-4, 12)
    // Variances are no standard deviations.
    writeMap('sigma.fits', { values: new Float32Array(768).fill(250), unit: 'K^2' })
    await expect(vectorOf({ sigma })).rejects.toThrow(
      /sigma\.fits: the unit "K\^2" is not known\. Give data\[0\]\.sigma\.unit/,
    )
    // What the run file says of the unit holds for a map of sigma that declares the same, or nothing.
    for (const unit of [undefined, 'K']) {
      writeMap('sigma.fits', { values: new Float32Array(768).fill(250), unit })
      expect((await vectorOf({ unit: 'mK', sigma })).sigma[0]).toBeCloseTo(0.25, 12)
    }
  })

  it('leaves out what a map of sigma marks with a number below zero', async () => {
    const values = new Float32Array(768).fill(0.25)
    values[3] = -1
    writeMap('sigma.fits', { values, unit: 'K' })
    const vector = await vectorOf({ sigma: { file: folder.file('sigma.fits'), column: 0 } })
    expect(vector.pixels).not.toContain(3)
    expect(vector.values).toHaveLength(767)
  })

  it('believes a mask and a map of sigma what they say of their own pixels', async () => {
    // The map itself does not say how it is ordered: the run file does.
    const bare = writeHealpixMap({
      nside: 8,
      ordering: 'NESTED',
      coordsys: 'G',
      columns: [{ name: 'T', unit: 'K', values: reorder(sky, 'RING', 'NESTED') }],
    })
    const header = new TextDecoder('latin1').decode(bare)
    const at = header.indexOf('ORDERING')
    bare.set(new TextEncoder().encode('COMMENT '.padEnd(80)), at)
    writeFileSync(folder.file('bare.fits'), bare)
    const open = new Float32Array(768).fill(1)
    open.fill(0, 0, 12)
    writeMap('mask.fits', { values: open })
    const vector = await vectorOf({
      file: 'bare.fits',
      ordering: 'NESTED',
      mask: { file: folder.file('mask.fits'), column: 0 },
    })
    expect(vector.pixels[0]).toBe(12)
    expect(vector.pixels).toHaveLength(768 - 12)
    expect(vector.values).toEqual(Float64Array.from(sky.slice(12)))
  })

  it('flips U in the COSMO convention, and asks when a file does not say', async () => {
    const u = { quantity: 'U', file: 'u.fits' } as const
    writeMap('u.fits', { values: sky, unit: 'K', polcconv: 'COSMO' })
    const cosmo = await vectorOf(u)
    expect(cosmo.values[0]).toBe(-sky[0])
    expect(cosmo.notes.join(' ')).toMatch(/changed its sign/)
    expect(cosmo.notes.join(' ')).not.toMatch(/Multiplied/)
    writeMap('u.fits', { values: sky, unit: 'K' })
    await expect(vectorOf(u)).rejects.toThrow(/data\[0\]\.polarisation/)
    expect((await vectorOf({ ...u, polarisation: 'IAU' })).values[0]).toBe(sky[0])
  })

  it('rotates Q and U together, and neither alone', async () => {
    // Directions toward one point of the sky, with the spin-2 shape there; of both signs of U.
    const pole = pix2vec(16, 'RING', 700)
    const q = new Float64Array(3072)
    const u = new Float64Array(3072)
    for (let pixel = 0; pixel < 3072; pixel++) {
      const v = pix2vec(16, 'RING', pixel)
      const rho = Math.hypot(v[0], v[1])
      const east = (v[0] * pole[1] - v[1] * pole[0]) / rho
      const north = (-v[2] * (v[0] * pole[0] + v[1] * pole[1])) / rho + rho * pole[2]
      q[pixel] = north ** 2 - east ** 2
      u[pixel] = 2 * north * east
    }
    const turned = rotatePolarisationMaps(q, u, 'RING', 'galactic', 'equatorial-J2000')
    const write = (name: string, coordsys: 'C' | 'G') =>
      writeMap(name, {
        values: Float32Array.from(turned.q),
        coordsys,
        polcconv: 'COSMO',
        columns: [
          { name: 'Q', unit: 'K', values: turned.q },
          { name: 'U', unit: 'K', values: turned.u.map((value) => -value) },
        ],
      })
    write('qu.fits', 'C')
    const file = folder.file('qu.fits')
    const entry = { ...withEntry({}).data[0], file, sigma: 1 }
    const both = [
      { ...entry, name: 'q', quantity: 'Q' as const, column: 'Q' },
      { ...entry, name: 'u', quantity: 'U' as const, column: 'U' },
    ]
    const run = { ...withEntry({}, 16), held_out: { fraction: 0, seed: 1, block_nside: 4 } }
    const { data } = await prepareData({ ...run, data: both })
    data.forEach((vector, k) => {
      const expected = k === 0 ? q : u
      // Interpolated twice at NSIDE 16, where the pattern bends by 0.01 within a pixel, and more in the few pixels of polar rings.
      const worst = vector.values.reduce(
        (most, x, i) => Math.max(most, Math.abs(x - expected[i])),
        0,
      )
      expect(worst).toBeLessThan(0.06)
      expect(vector.notes.join(' ')).toMatch(/together with "[uq]"/)
    })
    await expect(prepareData({ ...run, data: [both[0]] })).rejects.toThrow(
      /add the entry for U of the same file/,
    )
  })

  it('does not take Q from an image in another frame, which would have to be rotated too', async () => {
    const image = { BITPIX: -32, NAXIS: 2, NAXIS1: 36, NAXIS2: 18, BUNIT: "'K'" }
    const axes = { CTYPE1: "'RA---CAR'", CTYPE2: "'DEC--CAR'", CRVAL1: 0, CRVAL2: 0, EQUINOX: 2000 }
    const places = { CRPIX1: 18.5, CRPIX2: 9.5, CDELT1: -10, CDELT2: 10 }
    const values = float32Bytes(Array.from({ length: 36 * 18 }, () => 1))
    writeFileSync(folder.file('q-car.fits'), imageFile({ ...image, ...axes, ...places }, values))
    expect((await vectorOf({ file: 'q-car.fits' })).values[0]).toBe(1)
    await expect(
      vectorOf({ file: 'q-car.fits', quantity: 'Q', polarisation: 'IAU' }),
    ).rejects.toThrow(/Q and U can only be rotated together/)
  })

  it('averages over a bandpass in brightness temperature, and keeps the calibration of K_CMB', async () => {
    const band = { frequencies_ghz: [28, 30, 32, 40], weights: [1, 2, 1, 0] }
    const vector = await vectorOf({ bandpass: band, unit: 'K_CMB', frequency_ghz: undefined })
    expect(vector.band).toEqual([
      { frequencyGhz: 28, weight: 0.25 },
      { frequencyGhz: 30, weight: 0.5 },
      { frequencyGhz: 32, weight: 0.25 },
    ])
    expect(vector.frequencyGhz).toBe(30)
    // x^2 e^x / (e^x - 1)^2 with x = h nu / k 2.7255 K, averaged with the same weights.
    const perCmb = [28, 30, 32].map((ghz) => {
      const x = ghz / 56.7902
      return (x * x * Math.exp(x)) / Math.expm1(x) ** 2
    })
    const mean = 0.25 * perCmb[0] + 0.5 * perCmb[1] + 0.25 * perCmb[2]
    expect(vector.values[7] / sky[7]).toBeCloseTo(mean, 6)

    writeFileSync(folder.file('band.csv'), 'frequency_ghz,weight\n28,10\n30,20\n32,10\n')
    const file = { file: folder.file('band.csv') }
    const prepared = await prepareData(
      withEntry({ bandpass: file, unit: 'K_RJ', beam_fwhm_arcmin: 600 }),
    )
    expect(prepared.data[0]).toMatchObject({
      band: vector.band,
      frequencyGhz: 0.408,
      beamFwhmArcmin: 600,
    })
    expect(prepared.inputs.map(({ name }) => name)).toEqual(['sky', 'sky bandpass'])
    await expect(vectorOf({ bandpass: file, unit: 'MJy/sr' })).rejects.toThrow(/K_RJ or K_CMB/)
    writeFileSync(folder.file('band.csv'), 'frequency_ghz,weight\n28,-1\n')
    await expect(vectorOf({ bandpass: file })).rejects.toThrow(/weights of 0 or more/)
  })

  it.each([
    ['unit', { file: 'bare.fits' }, /does not say in which unit.*data\[0\]\.unit/],
    ['frequency_ghz', { frequency_ghz: undefined }, /data\[0\]\.frequency_ghz/],
    ['unit', { unit: 'furlong' }, /unit "furlong" is not known/],
    ['unit', { frequency_ghz: 30 }, /K_RJ or K_CMB/],
    ['unit', { quantity: 'faraday_depth' as const }, /rad\/m\^2, but the unit is K/],
  ])('names the key %s when something is not stated', async (_key, entry, message) => {
    writeMap('bare.fits', { values: sky })
    await expect(vectorOf(entry)).rejects.toThrow(message)
    await expect(vectorOf(entry)).rejects.toMatchObject({ name: 'InputError' })
  })

  it('refuses a fit of nothing', async () => {
    const none = { ...sampleRun(folder), data: [] }
    await expect(prepareData(none)).rejects.toThrow(/names no data/)
    await expect(vectorOf({ mask: { galactic_latitude_above_deg: 89 } })).rejects.toThrow(
      /no pixel of "sky" is left/,
    )
  })
})
