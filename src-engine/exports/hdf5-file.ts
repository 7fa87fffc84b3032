import { randomUUID } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { File } from 'h5wasm/node'
import { version } from '../version.ts'

/** The attribute `frame` of what lies in space. */
export const galactocentricFrame =
  'Galactocentric: +x from the Sun to the centre, +y toward l = 90 deg, +z north'

/** The bytes of an HDF5 file with what `fill` puts into it, and the program's name. */
export async function hdf5Bytes(fill: (file: File) => void): Promise<Uint8Array> {
  const { default: h5wasm } = await import('h5wasm/node')
  await h5wasm.ready
  const path = join(tmpdir(), `larmor-${randomUUID()}.h5`)
  try {
    const file = new h5wasm.File(path, 'w')
    try {
      fill(file)
      file.create_attribute('program', `Larmor ${version}`)
    } finally {
      file.close()
    }
    return await readFile(path)
  } finally {
    await rm(path, { force: true })
  }
}

/** The coordinates along an axis, in kpc, as a dataset of its name. */
export function addAxis(file: File, name: string, centres: Float64Array): void {
  const coordinate = file.create_dataset({ name, data: centres, shape: [centres.length] })
  coordinate.create_attribute('units', 'kpc')
}
