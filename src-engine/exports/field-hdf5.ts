import { addAxis, galactocentricFrame, hdf5Bytes } from './hdf5-file.ts'
import type { RunResult } from './run-result.ts'

/**
 * The field as HDF5: the dataset `magnetic_field` [nx, ny, nz, 3] with its unit and geometry as attributes, densities and
 * spectral indices [nx, ny, nz] that the run moved, the coordinates of the voxel centres, and the curves.
 */
export function fieldHdf5(result: RunResult): Promise<Uint8Array> {
  const { grid, field, curves } = result
  return hdf5Bytes((file) => {
    const dataset = file.create_dataset({
      name: 'magnetic_field',
      data: field,
      shape: [...grid.shape, 3],
    })
    dataset.create_attribute('units', 'microgauss')
    dataset.create_attribute('half_size_kpc', [...grid.halfSizeKpc], [3], '<d')
    dataset.create_attribute('observer_kpc', [...result.observerKpc], [3], '<d')
    dataset.create_attribute('iteration', result.iteration)
    dataset.create_attribute('frame', galactocentricFrame)
    for (const { name, unit, shape, values } of result.scalars) {
      const scalar = file.create_dataset({ name, data: values, shape: [...shape] })
      scalar.create_attribute('units', unit)
    }
    grid.shape.forEach((n, axis) => {
      const half = grid.halfSizeKpc[axis]
      const centres = Float64Array.from({ length: n }, (_, i) => -half + ((i + 0.5) * 2 * half) / n)
      addAxis(file, 'xyz'[axis], centres)
    })
    const group = file.create_group('curves')
    curves.columns.forEach((name, column) => {
      const values = Float64Array.from(
        { length: curves.rows },
        (_, row) => curves.values[row * curves.columns.length + column],
      )
      group.create_dataset({ name, data: values, shape: [curves.rows] })
    })
    file.create_attribute('configuration', JSON.stringify(result.run.configuration))
  })
}
