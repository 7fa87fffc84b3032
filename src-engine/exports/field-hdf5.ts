import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import { version } from '../version.ts'
import type { RunResult } from './run-result.ts'

/**
 * The field as HDF5: the dataset `magnetic_field` [nx, ny, nz, 3] with its unit and geometry as attributes, densities and
 * spectral indices [nx, ny, nz] that the run moved, the coordinates of the voxel centres, and the curves.
 */
export async function fieldHdf5(result: RunResult): Promise<Uint8Array> {
  const { default: h5wasm } = await import('h5wasm/node')
  await h5wasm.ready
  const path = join(tmpdir(), `larmor-${randomUUID()}.h5`)
  try {
    const file = new h5wasm.File(path, 'w')
    try {
      const { grid, field, curves } = result
      const dataset = file.create_dataset({
        name: 'magnetic_field',
        data: field,
        shape: [...grid.shape, 3],
      })
      dataset.create_attribute('units', 'microgauss')
      dataset.create_attribute('half_size_kpc', [...grid.halfSizeKpc], [3], '<d')
      dataset.create_attribute('observer_kpc', [...result.observerKpc], [3], '<d')
      dataset.create_attribute('iteration', result.iteration)
      dataset.create_attribute(
        'frame',
        'Galactocentric: +x from the Sun to the centre, +y toward l = 90 deg, +z north',
      )
      for (const { name, unit, shape, values } of result.scalars) {
        const scalar = file.create_dataset({ name, data: values, shape: [...shape] })
        scalar.create_attribute('units', unit)
      }
      grid.shape.forEach((n, axis) => {
        const half = grid.halfSizeKpc[axis]
        const centres = Float64Array.from(
          { length: n },
          (_, i) => -half + ((i + 0.5) * 2 * half) / n,
        )
        const coordinate = file.create_dataset({ name: 'xyz'[axis], data: centres, shape: [n] })
        coordinate.create_attribute('units', 'kpc')
      })
      const group = file.create_group('curves')
      curves.columns.forEach((name, column) => {
        const values = Float64Array.from(
          { length: curves.rows },
          (_, row) => curves.values[row * curves.columns.length + column],
        )
        group.create_dataset({ name, data: values, shape: [curves.rows] })
      })
      file.create_attribute('program', `Larmor ${version}`)
      file.create_attribute('configuration', JSON.stringify(result.run.configuration))
    } finally {
      file.close()
    }
    return await readFile(path)
  } finally {
    await rm(path, { force: true })
  }
}
