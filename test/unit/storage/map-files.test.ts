import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readHealpixMap } from '#shared/fits/index.ts'
import { InputError } from '#engine/errors.ts'
import { loadFits, loadFitsBytes, namingFile } from '#engine/storage/map-files.ts'
import { emptyPrimary, join as joinBytes } from '../fits/build.ts'
import { fixtureBytes, fixturePath } from '../fits/expected.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'larmor-fits-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function put(name: string, bytes: Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

async function refusal(load: () => Promise<unknown>): Promise<InputError> {
  try {
    await load()
  } catch (error) {
    if (error instanceof InputError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

describe('FITS files on disk', () => {
  it('reads plain and gzipped files alike, whatever their names', async () => {
    const bytes = fixtureBytes('healpy_float64.fits')
    const plain = await loadFitsBytes(put('plain.fits', bytes))
    const packed = await loadFitsBytes(put('packed.fits', gzipSync(bytes)))
    expect(Buffer.from(plain).equals(Buffer.from(bytes))).toBe(true)
    expect(Buffer.from(packed).equals(Buffer.from(bytes))).toBe(true)
    // 103 kB that unpack to 12.6 MB: the buffer has to grow.
    const file = await loadFits(fileURLToPath(fixturePath('bayestar_nside512_nest.fits.gz')))
    expect(readHealpixMap(file).counts.valid).toBe(12 * 512 * 512)
  })

  it('names the file and says what is wrong', async () => {
    const messages: [() => Promise<unknown>, RegExp][] = [
      [() => loadFits(join(folder, 'absent.fits')), /absent\.fits: no such file/],
      [() => loadFits(folder), /: this is a folder, not a file\.$/],
      [() => loadFits('/dev/zero'), /^\/dev\/zero: this is a device or pipe/],
      [() => loadFits(put('empty.fits', new Uint8Array(0))), /empty\.fits: The file is empty/],
      [
        () => loadFits(put('cut.fits', fixtureBytes('healpy_partial.fits').subarray(0, 6000))),
        /cut\.fits: HDU 1: the header describes/,
      ],
      [
        () =>
          loadFits(
            put('cut.fits.gz', gzipSync(fixtureBytes('healpy_partial.fits')).subarray(0, 900)),
          ),
        /cut\.fits\.gz: the gzip data is damaged or cut short/,
      ],
      [() => loadFits(put('page.fits.gz', gzipSync('<html>gone</html>'))), /a web page or XML/],
    ]
    for (const [load, message] of messages) {
      const error = await refusal(load)
      expect(error.message).toMatch(message)
      expect(error.file).toBeDefined()
    }
  })

  it('does not wait for a pipe', async () => {
    const pipe = join(folder, 'pipe.fits')
    execFileSync('mkfifo', [pipe])
    expect((await refusal(() => loadFits(pipe))).message).toMatch(/a device or pipe/)
  })

  it('refuses files beyond the limit, packed or not', async () => {
    const bytes = fixtureBytes('healpy_float64.fits')
    // The packed file is 23763 bytes, the plain one 31680.
    const limit = { maximumBytes: 25_000 }
    const plain = await refusal(() => loadFitsBytes(put('large.fits', bytes), limit))
    expect(plain.message).toMatch(/large\.fits: the file is 31680 bytes, and at most 25000 bytes/)
    const packed = await refusal(() => loadFitsBytes(put('large.gz', gzipSync(bytes)), limit))
    expect(packed.message).toMatch(/unpacks to more, and at most 25000 bytes/)
    expect(packed.message).toMatch(/Degrade the map to a lower NSIDE first\.$/)
  })

  it('stops an expansion bomb at the limit without holding it in memory', async () => {
    const bomb = gzipSync(joinBytes(emptyPrimary, new Uint8Array(64 * 2 ** 20)))
    expect(bomb.length).toBeLessThan(100_000)
    const path = put('bomb.fits.gz', bomb)
    const error = await refusal(() => loadFitsBytes(path, { maximumBytes: 2 ** 20 }))
    expect(error.message).toMatch(/unpacks to more, and at most 1048576 bytes/)
  })

  it('turns an error of the reader into one that names file and keyword', () => {
    const file = '/data/map.fits'
    const read = () =>
      namingFile(file, () => readHealpixMap({ hdus: [], warnings: [], byteLength: 0 }))
    expect(read).toThrow(InputError)
    expect(read).toThrow('/data/map.fits: The file holds no sky map')
    expect(() => namingFile(file, () => JSON.parse('{'))).toThrow(SyntaxError)
  })
})
