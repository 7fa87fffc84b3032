import { writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { prepareData } from '#engine/runs/prepare-data.ts'
import type { PointVector } from '#engine/storage/run-store.ts'
import { ang2pix } from '#shared/healpix/index.ts'
import type { RunFileInput } from '#shared/session/run-file.ts'
import { runFileSchema } from '#shared/session/run-file.ts'
import { sampleFolder } from '#test/tools/sample-run.ts'
import type { SampleFolder } from '#test/tools/sample-run.ts'
import { columnsFile } from '../fits/build.ts'

let folder: SampleFolder
beforeEach(() => {
  folder = sampleFolder(1)
  writeFileSync(folder.file('pulsars.csv'), table)
})
afterEach(() => folder.remove())

const table = `# made up
"name, as published",GL,GB,DM,eDM,D_kpc
"B0001+01, the first",10.5,-3.25,57.2,0.1,1.5
B0002+02,200,40,12,0.2,
B0003+03,359,0.5,,0.1,4
B0004+04,90,60,20,0,2
`

type Entry = NonNullable<RunFileInput['data']>[number]

const catalogue = { l: 'GL', b: 'GB', value: 'DM', sigma: 'eDM', distance: 'D_kpc' }

async function vectorOf(changes: Partial<Entry> = {}, heldOut?: RunFileInput['held_out']) {
  const runFile = runFileSchema.parse({
    held_out: heldOut ?? { fraction: 0, block_nside: 1 },
    data: [
      {
        name: 'pulsars',
        file: folder.file('pulsars.csv'),
        quantity: 'dispersion_measure',
        unit: 'pc/cm^3',
        catalogue,
        nuisance: { offset: 'none' },
        ...changes,
      },
    ],
  })
  const { data, inputs } = await prepareData(runFile)
  const [vector] = data
  if (vector.kind !== 'points') throw new Error('not points')
  return { vector, inputs }
}

describe('a catalogue', () => {
  it('becomes points with the distances at which their rays end', async () => {
    const { vector, inputs } = await vectorOf()
    const { notes, ...rest } = vector
    // The third row has no value, the fourth a sigma of 0.
    expect(rest).toEqual({
      kind: 'points',
      name: 'pulsars',
      quantity: 'dispersion_measure',
      unit: 'pc cm^-3',
      frequencyGhz: null,
      band: [],
      offset: 0,
      gain: 1,
      directionsDeg: Float64Array.of(10.5, -3.25, 200, 40),
      distancesKpc: Float64Array.of(1.5, Infinity),
      values: Float64Array.of(57.2, 12),
      sigma: Float64Array.of(0.1, 0.2),
      set: Uint8Array.of(1, 1),
    } satisfies Omit<PointVector, 'notes'>)
    expect(notes.join(' ')).toMatch(/2 sources, 1 of them with a distance.*2 rows are masked/)
    expect(inputs).toMatchObject([{ name: 'pulsars', bytes: table.length }])
  })

  it('takes sigma and the mask of the run file where it has none of its own', async () => {
    const own = { ...catalogue, sigma: undefined }
    const { vector } = await vectorOf({
      catalogue: own,
      sigma: { relative: 0.1, floor: 2 },
      mask: { galactic_latitude_above_deg: 30 },
    })
    expect(Array.from(vector.values)).toEqual([12, 20])
    expect(Array.from(vector.sigma)).toEqual([2, 2])
    // As for maps, the limit itself is not above it.
    const rest = await vectorOf({ mask: { galactic_latitude_above_deg: 3.25 } })
    expect(rest.vector.values).not.toContain(57.2)
  })

  it('holds points out by the block of sky that they fall into', async () => {
    const degree = Math.PI / 180
    const block = ang2pix(4, 'RING', (90 - 40) * degree, 200 * degree)
    const heldOut = { fold: block % 10, of: 10, block_nside: 4 }
    const { vector } = await vectorOf({}, heldOut)
    expect(Array.from(vector.set)).toEqual([1, 2])
    const other = await vectorOf({}, { fraction: 0 })
    expect(Array.from(other.vector.set)).toEqual([1, 1])
  })

  it.each([
    [
      'a column that is not there',
      { catalogue: { ...catalogue, value: 'RM' } },
      /no column "RM": correct data\[0\]\.catalogue\.value/,
    ],
    [
      'a word in a column',
      { catalogue: { ...catalogue, value: 'name, as published' } },
      /line 3, column "name, as published": "B0001/,
    ],
    ['no unit', { unit: undefined }, /does not say in which unit.*data\[0\]\.unit/],
    ['another unit', { unit: 'K' }, /is in pc\/cm\^3, but the unit is K/],
    [
      'intensities',
      { quantity: 'I', unit: 'K', frequency_ghz: 1 },
      /faraday_depth or dispersion_measure, not I/,
    ],
    ['a beam', { beam_fwhm_arcmin: 50 }, /data\[0\]\.beam_fwhm_arcmin belongs to maps/],
    [
      'parsecs',
      { catalogue: { ...catalogue, distance: 'GL' }, file: 'pc.csv' },
      /1500 kpc: distances are positive and in kpc/,
    ],
    [
      'nothing at all',
      { mask: { galactic_latitude_above_deg: 80 } },
      /no row of "pulsars" is left/,
    ],
  ] satisfies [string, Partial<Entry>, RegExp][])('refuses %s', async (_, changes, message) => {
    writeFileSync(folder.file('pc.csv'), 'GL,GB,DM,eDM\n1500,0,2,1\n')
    const file = 'file' in changes ? { file: folder.file(changes.file) } : {}
    await expect(vectorOf({ ...changes, ...file })).rejects.toThrow(message)
  })

  it('names the line of a row that is too short', async () => {
    writeFileSync(folder.file('pulsars.csv'), 'GL,GB,DM\n1,2,3\n4,5\n')
    await expect(vectorOf()).rejects.toThrow(/pulsars\.csv, line 3: 2 cells, but line 1 names 3/)
  })
})

/** Places known in both frames, in degrees: centre and pole as astropy turns ICRS, and the Crab pulsar as catalogues of pulsars have it. */
const places = [
  { ra: 266.40499625, dec: -28.93617242, l: 0, b: 0, within: 1e-5 },
  { ra: 192.85948, dec: 27.12825, l: NaN, b: 90, within: 1e-5 },
  { ra: 83.633083, dec: 22.0145, l: 184.5575, b: -5.7843, within: 1e-4 },
]

describe('positions of another frame', () => {
  const named = { value: 'RM', sigma: 'e_RM' }
  const equatorial = {
    quantity: 'faraday_depth',
    unit: 'rad/m^2',
    frame: 'equatorial-J2000',
    catalogue: { l: 'RAJ2000', b: 'DEJ2000', ...named },
  } as const
  const write = (name: string, header: string) =>
    writeFileSync(
      folder.file(name),
      [header, ...places.map(({ ra, dec }, i) => `${ra},${dec},${i},1`)].join('\n'),
    )
  const expectPlaces = ({ directionsDeg }: PointVector) => {
    expect(directionsDeg).toHaveLength(2 * places.length)
    places.forEach(({ l, b, within }, i) => {
      const away = directionsDeg[2 * i] - l
      // ICRS and J2000 differ by 0.02 arcsec, 6e-6 degrees; a pole has no longitude.
      if (!Number.isNaN(l))
        expect(Math.abs(away - 360 * Math.round(away / 360))).toBeLessThan(within)
      expect(Math.abs(directionsDeg[2 * i + 1] - b)).toBeLessThan(within)
    })
  }

  it('are turned to Galactic ones', async () => {
    write('rm.csv', 'RAJ2000,DEJ2000,RM,e_RM')
    const { vector } = await vectorOf({ ...equatorial, file: folder.file('rm.csv') })
    expectPlaces(vector)
    expect(vector.notes.join(' ')).toContain('turned from equatorial-J2000 to Galactic')
    // The mask is of Galactic latitudes.
    const mask = { galactic_latitude_above_deg: 10 }
    const far = await vectorOf({ ...equatorial, file: folder.file('rm.csv'), mask })
    expect([...far.vector.values]).toEqual([1])
  })

  it('are in columns called ra and dec unless others are named', async () => {
    write('rm.csv', 'ra,dec,RM,e_RM')
    const changes = { ...equatorial, file: folder.file('rm.csv'), catalogue: named }
    expectPlaces((await vectorOf(changes)).vector)
    await expect(vectorOf({ ...changes, frame: undefined })).rejects.toThrow(
      /rm\.csv has no column "l": correct data\[0\]\.catalogue\.l\. Its columns are ra, dec/,
    )
    write('rm.csv', 'dec,ra,RM,e_RM')
    await expect(vectorOf(changes)).rejects.toThrow(
      /a latitude in column "dec" is 266\.40499625 degrees: positions are equatorial-J2000/,
    )
  })
})

describe('a catalogue in a FITS table', () => {
  const table = {
    NAME: ['Sgr A*', 'pole', 'Crab'],
    RA: places.map(({ ra }) => ra),
    DEC: places.map(({ dec }) => dec),
    RM: [10, 20, NaN],
    D: [8, NaN, 2],
  }
  const entry = {
    quantity: 'faraday_depth',
    unit: undefined,
    frame: 'equatorial-J2000',
    sigma: 2,
    catalogue: { l: 'RA', b: 'DEC', value: 'RM', distance: 'D' },
  } as const
  const stated = { TUNIT2: "'deg'", TUNIT4: "'rad m-2'", TUNIT5: "'kpc'" }
  const vectorIn = (bytes: Uint8Array, changes: Partial<Entry> = {}) => {
    writeFileSync(folder.file('rm.fits'), bytes)
    return vectorOf({ ...entry, file: folder.file('rm.fits'), ...changes })
  }

  it('is read as one in text, with the unit that it states', async () => {
    const { vector, inputs } = await vectorIn(columnsFile(table, stated))
    expect(vector.unit).toBe('rad m^-2')
    expect([...vector.values]).toEqual([10, 20])
    expect([...vector.sigma]).toEqual([2, 2])
    expect([...vector.distancesKpc]).toEqual([8, Infinity])
    expect(Math.abs(vector.directionsDeg[1])).toBeLessThan(1e-5)
    expect(inputs).toMatchObject([{ name: 'pulsars' }])
    const packed = await vectorIn(gzipSync(columnsFile(table, stated)))
    expect(packed.vector.directionsDeg).toEqual(vector.directionsDeg)
  })

  it.each([
    [
      'a column that is not there',
      {},
      { catalogue: { ...entry.catalogue, value: 'FD' } },
      /HDU 1, has no column "FD".*catalogue\.value\. Its columns are NAME, RA/,
    ],
    ['text', {}, { catalogue: { ...entry.catalogue, value: 'NAME' } }, /column "NAME" holds text/],
    [
      'right ascensions in hours',
      { TUNIT2: "'h'" },
      {},
      /rm\.fits: column "RA" is in h, and is read in deg\. Correct data\[0\]\.catalogue\.l/,
    ],
    ['distances in parsecs', { TUNIT5: "'pc'" }, {}, /column "D" is in pc, and is read in kpc/],
    ['another unit', { TUNIT4: "'K'" }, {}, /is in rad\/m\^2, but the unit is K/],
    ['no unit', { TUNIT4: undefined }, {}, /data\[0\]\.unit/],
    [
      'an HDU that is no table',
      {},
      { hdu: 0 },
      /has no binary table in HDU 0 with rows in it: HDU 0 is/,
    ],
  ] satisfies [string, Record<string, string | undefined>, Partial<Entry>, RegExp][])(
    'is refused for %s',
    async (_, cards, changes, message) => {
      const bytes = columnsFile(table, { ...stated, ...cards })
      await expect(vectorIn(bytes, changes)).rejects.toThrow(message)
    },
  )

  it('has an HDU, which a text has not', async () => {
    expect((await vectorIn(columnsFile(table, stated), { hdu: 1 })).vector.values).toHaveLength(2)
    await expect(vectorOf({ hdu: 1 })).rejects.toThrow(/data\[0\]\.hdu belongs to FITS files/)
  })
})
