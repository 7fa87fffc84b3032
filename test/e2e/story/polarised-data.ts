import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { stringify } from 'yaml'
import { locateEngine } from '#main/engine/locate.ts'
import { writeHealpixMap } from '#shared/fits/index.ts'
import { pix2ang } from '#shared/healpix/index.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const { node } = locateEngine(
  { packaged: false, appPath: root, resourcesPath: '' },
  process.platform,
)
const nside = 8
export const iterations = 6
export const frequencies = [1.4, 2.3] as const

/**
 * A session with Q and U at two frequencies, a catalogue of Faraday depths and free thermal electrons, fitted for a few
 * iterations. The sky is a smooth one of no model: what counts is that the same numbers are on the screen.
 */
export async function makePolarisedSession(folder: string, name: string): Promise<void> {
  const data: Record<string, unknown>[] = []
  for (const frequency of frequencies)
    for (const quantity of ['Q', 'U'] as const) {
      const file = `${quantity}-${frequency}.fits`
      await writeFile(join(folder, file), polarisedMap(quantity, frequency))
      data.push({
        name: `${quantity} ${frequency}`,
        file,
        quantity,
        frequency_ghz: frequency,
        sigma: 0.02,
        nuisance: { offset: 'none' },
      })
    }
  await writeFile(join(folder, 'rm.csv'), catalogue())
  data.push({
    name: 'rm',
    file: 'rm.csv',
    quantity: 'faraday_depth',
    unit: 'rad/m^2',
    catalogue: { l: 'glon', b: 'glat', value: 'RM', sigma: 'RM_err' },
    nuisance: { offset: 'none' },
  })
  const runFile = {
    title: 'Polarised',
    sky: { nside },
    data,
    magnetic_field: { grid: { shape: [16, 16, 16], region: { r_kpc: [0, 20] } } },
    thermal_electrons: { model: 'grid', grid: { initial: { model: 'cordes91' } } },
    regularisation: [
      { term: 'smoothness', weight: 0.1 },
      { term: 'smoothness', weight: 0.1, of: 'thermal_electrons' },
    ],
    optimiser: { iterations },
    backend: 'wasm',
  }
  await writeFile(join(folder, 'run.yaml'), stringify(runFile))
  const program = join(root, 'out/engine/larmor.mjs')
  await promisify(execFile)(node, [
    program,
    'run',
    join(folder, 'run.yaml'),
    '--out',
    join(folder, name),
  ])
}

function polarisedMap(quantity: 'Q' | 'U', frequency: number): Uint8Array {
  const values = Float32Array.from({ length: 12 * nside ** 2 }, (_, pixel) => {
    const { theta, phi } = pix2ang(nside, 'RING', pixel)
    const angle = 2 * phi + 30 / frequency ** 2
    const part = quantity === 'Q' ? Math.cos(angle) : Math.sin(angle)
    return (0.4 / frequency ** 2) * Math.sin(theta) ** 2 * part
  })
  return writeHealpixMap({
    nside,
    ordering: 'RING',
    coordsys: 'G',
    polcconv: 'IAU',
    columns: [{ name: `${quantity}_STOKES`, unit: 'K', values }],
  })
}

/** The sources of the catalogue, rad/m^2: spread by the golden angle, so that no two circles overlap. */
export const sourcesOfCatalogue = Array.from({ length: 60 }, (_, i) => {
  const l = (137.508 * i) % 360
  const b = (Math.asin((2 * i + 1) / 60 - 1) * 180) / Math.PI
  const value = 60 * Math.cos((l * Math.PI) / 180) * Math.cos((b * Math.PI) / 180) + i / 10
  return { lonDeg: Number(l.toFixed(4)), latDeg: Number(b.toFixed(4)), value }
})

function catalogue(): string {
  const rows = sourcesOfCatalogue.map(({ lonDeg, latDeg, value }, i) =>
    [`s${i}`, lonDeg, latDeg, value.toFixed(3), (2 + i / 20).toFixed(2)].join(),
  )
  return `# made for this test\nname,glon,glat,RM,RM_err\n${rows.join('\n')}\n`
}
