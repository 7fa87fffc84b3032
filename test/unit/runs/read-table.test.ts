import { truncateSync, writeFileSync } from 'node:fs'
import * as system from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { readTable } from '#engine/runs/read-table.ts'
import { sampleFolder } from '#test/tools/sample-run.ts'
import type { SampleFolder } from '#test/tools/sample-run.ts'
import { columnsFile } from '../fits/build.ts'

// Counts how often files are read; they are read as ever.
vi.mock('node:fs/promises', { spy: true })

let folder: SampleFolder
beforeEach(() => {
  folder = sampleFolder(1)
  vi.clearAllMocks()
})
afterEach(() => folder.remove())

const fits = columnsFile({ L: [10, 20], RM: [3, NaN] }, { TUNIT2: "'rad m-2'" })

it.each([
  ['in FITS', fits, 1, 'rad m-2'],
  ['in packed FITS', gzipSync(fits), 1, 'rad m-2'],
  ['in text', 'L,RM\n10,3\n20,\n', undefined, undefined],
])('reads a table %s once', async (_, content, hdu, unit) => {
  const path = folder.file('table')
  writeFileSync(path, content)
  const table = await readTable(path)
  expect([table.columns, table.rows, table.hdu, table.unit('RM')]).toEqual([
    ['L', 'RM'],
    2,
    hdu,
    unit,
  ])
  expect([...table.numbers('RM', 'key')]).toEqual([3, NaN])
  expect(vi.mocked(system.open).mock.calls).toEqual([[path, 'r']])
  expect(system.readFile).not.toHaveBeenCalled()
})

it('does not open what is too large, or no file', async () => {
  const path = folder.file('large.csv')
  writeFileSync(path, '')
  // Takes no room on the disk.
  truncateSync(path, 256 * 2 ** 20 + 1)
  await expect(readTable(path)).rejects.toThrow(
    /large\.csv: the file is 268435457 bytes, and at most 268435456 bytes are read\. Write a table with fewer columns\.$/,
  )
  await expect(readTable('/dev/zero')).rejects.toThrow(/zero: this is a device or pipe/)
  expect(system.open).not.toHaveBeenCalled()
  await expect(readTable(folder.file('absent.csv'))).rejects.toThrow(/absent\.csv: no such file/)
})

it('reads nothing but FITS in gzip', async () => {
  const path = folder.file('table.csv.gz')
  writeFileSync(path, gzipSync('L,RM\n10,3\n20,1\n'))
  await expect(readTable(path)).rejects.toThrow(/table\.csv\.gz: The file is not FITS/)
})
