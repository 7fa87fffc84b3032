import { describe, expect, it } from 'vitest'
import {
  describeMaps,
  FitsError,
  readColumn,
  readFits,
  readHealpixMap,
  readImage,
} from '#shared/fits/index.ts'
import type { FitsFile } from '#shared/fits/index.ts'
import { expected, expectNumbers, fixtureBytes } from './expected.ts'

/** What a user meets when opening each file as a map: the values healpy reads, or this sentence. */
const REFUSED_AS_MAP: Record<string, RegExp> = {
  'astropy_ascii.fits': /holds no sky map: HDU 1 is an ASCII table of 5 rows/,
  'astropy_blank.fits': /holds no sky map: HDU 0 is an image of 1 x 1 values/,
  'astropy_btable.fits': /holds no sky map: HDU 1 is a table of 3 rows \(order, name, mag, Sp\)/,
  'astropy_compressed_image.fits': /holds no sky map: HDU 1 is a tile-compressed image/,
  'astropy_group_invalid.fits': /holds no sky map: it has no data at all/,
  'astropy_random_groups.fits': /holds no sky map: HDU 0 is random groups/,
  'astropy_scale.fits': /holds no sky map: HDU 0 is an image of 20 x 21 values/,
  'astropy_tdim.fits': /holds no sky map: HDU 1 is a table of 3 rows \(target, V_mag\)/,
  'astropy_variable_length_table.fits': /holds no sky map: HDU 1 is a table of 2 rows \(var, xyz\)/,
  'astropy_verify.fits': /holds no sky map: it has no data at all/,
  'astropy_zerowidth.fits.gz': /holds no sky map: HDU 1 is a table of 1 row /,
  'healpixjl_alm.fits': /holds no sky map: HDU 1 is a table of 28 rows \(index, real, imag\)/,
  'mutated_truncated_data.fits':
    /^HDU 1: the header describes 768 bytes of data, but only 400 bytes follow.*cut short/,
  'images.fits': /holds no sky map: HDU 1 is an image of 4 x 3 x 2 values/,
  'types.fits': /holds no sky map: HDU 1 is a table of 2 rows/,
  'no_ordering.fits': /^HDU 1: .*RING or NESTED order\. Give the key `ordering`/,
  'two_maps.fits': /holds 2 maps, in HDU 1 FIRST, 2 SECOND\. Choose one with the key `hdu`/,
}

const outcomes: string[] = []

describe('every file reads as astropy reads it', () => {
  for (const [name, wanted] of Object.entries(expected.files)) {
    if (!wanted.hdus) continue
    it(name, () => {
      const file = readFits(fixtureBytes(name))
      expect(file.hdus.length).toBe(wanted.hdus?.length)
      wanted.hdus?.forEach((hdu, index) => {
        if (hdu.image) {
          const image = readImage(file, index)
          expect(image.shape).toEqual(hdu.image.shape)
          expectNumbers(image.values, hdu.image.numbers)
        }
        if (hdu.columns) expectColumns(file, index, hdu.columns)
      })
    })
  }
})

function expectColumns(
  file: FitsFile,
  index: number,
  columns: NonNullable<NonNullable<(typeof expected.files)[string]['hdus']>[number]['columns']>,
): void {
  expect(file.hdus[index].columns.map((column) => column.name)).toEqual(
    columns.map((column) => column.name.trim()),
  )
  columns.forEach((column, i) => {
    if (column.refused) {
      expect(() => readColumn(file, index, i)).toThrow(FitsError)
      return
    }
    const read = readColumn(file, index, i)
    expect(read.unit ?? '').toBe((column.unit ?? '').trim())
    if (column.text) expect(read.values).toEqual(column.text)
    else if (column.numbers && !Array.isArray(read.values)) {
      expectNumbers(read.values, column.numbers)
    }
  })
}

describe('every file as a map: the values of healpy, or a sentence', () => {
  for (const [name, wanted] of Object.entries(expected.files)) {
    it(name, () => {
      const refusal = REFUSED_AS_MAP[name]
      if (refusal) {
        const message = messageOf(() => readHealpixMap(readFits(fixtureBytes(name))))
        expect(message).toMatch(refusal)
        outcomes.push(`${name.padEnd(40)} refused: ${message}`)
        return
      }
      const file = readFits(fixtureBytes(name))
      const descriptions = describeMaps(file)
      expect(descriptions.length).toBeGreaterThan(0)
      for (const description of descriptions) {
        if (description.kind === 'plate-carree') {
          outcomes.push(`${name.padEnd(40)} read: plate carree, frame ${description.frame}`)
          continue
        }
        const healpy = wanted.maps?.[String(description.hdu)]
        description.columns.forEach(({ index }) => {
          const map = readHealpixMap(file, { hdu: description.hdu, column: index })
          // healpy does not read a range of pixels; that file is compared in healpix-map.test.ts.
          if (name !== 'pixel_range.fits' && name !== 'scaled_integers.fits') {
            if (!healpy) throw new Error(`healpy reads no map from HDU ${description.hdu}`)
            expectNumbers(map.values, healpy[index])
          }
          outcomes.push(
            `${name.padEnd(40)} read: HDU ${map.hdu} ${map.column}, NSIDE ${map.nside} ${map.ordering}, ${map.counts.valid} valid`,
          )
        })
      }
    })
  }

  it('prints the table of outcomes', () => {
    console.log(['FITS files and what becomes of them:', ...outcomes].join('\n'))
    expect(outcomes.length).toBeGreaterThanOrEqual(Object.keys(expected.files).length)
  })
})

/** The message of the FitsError that `act` throws; any other outcome fails the test. */
function messageOf(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (error instanceof FitsError) return error.message
    throw error
  }
  throw new Error('nothing was refused')
}
