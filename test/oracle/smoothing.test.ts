import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { GaussianSmoothing } from '#shared/healpix/harmonics/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'larmor-smoothing-'))
afterAll(() => rmSync(folder, { recursive: true }))

const nside = 64

/** A sky with a steep spectrum and its polarisation, and what healpy makes of it; both [I, Q, U]. */
function healpy(fwhmArcmin: number): { maps: Float64Array[]; smoothed: Float64Array[] } {
  const interpreter = process.env.LARMOR_PYTHON
  if (!interpreter) {
    throw new Error('Set LARMOR_PYTHON to a Python with test/tools/requirements.txt.')
  }
  const program = join(folder, 'smooth.py')
  writeFileSync(
    program,
    `import numpy as np, healpy as hp
np.random.seed(3)
cl = 1 / (np.arange(${3 * nside}) + 5.0) ** 2.5
maps = np.array(hp.synfast([cl, cl, cl, 0 * cl], ${nside}, lmax=${3 * nside - 1}, new=True))
maps[0, 12345] += 100
maps.astype('<f8').tofile('maps.bin')
hp.smoothing(maps, fwhm=np.radians(${fwhmArcmin} / 60), pol=True).astype('<f8').tofile('smoothed.bin')
`,
  )
  execFileSync(interpreter, [program], { cwd: folder, stdio: 'ignore' })
  const read = (name: string) => {
    const bytes = readFileSync(join(folder, name))
    const all = new Float64Array(Uint8Array.from(bytes).buffer)
    const npix = 12 * nside * nside
    return [0, 1, 2].map((k) => all.slice(k * npix, (k + 1) * npix))
  }
  return { maps: read('maps.bin'), smoothed: read('smoothed.bin') }
}

/** U from the COSMO to the IAU sense and back. */
function flipped(u: Float64Array): Float64Array {
  return u.map((value) => -value)
}

describe('smoothing against healpy', () => {
  // Narrower than a pixel (55 arcmin), about as wide, wider.
  it.each([30, 56, 180])('is the same with a beam of %i arcmin', (fwhmArcmin) => {
    const { maps, smoothed } = healpy(fwhmArcmin)
    const fwhm = (fwhmArcmin / 60 / 180) * Math.PI
    const ours = [
      ...new GaussianSmoothing(nside, fwhm, 0).apply([maps[0]]),
      ...new GaussianSmoothing(nside, fwhm, 2).apply([maps[1], flipped(maps[2])]),
    ]
    ours[2] = flipped(ours[2])
    ours.forEach((map, k) => {
      const largest = Math.max(...smoothed[k].map(Math.abs))
      const error = Math.max(...map.map((value, i) => Math.abs(value - smoothed[k][i])))
      // The same sums in another order; 1e-3 is what the fit needs.
      expect(error / largest).toBeLessThan(1e-10)
    })
  })
})
