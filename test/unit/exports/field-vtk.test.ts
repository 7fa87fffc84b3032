import vtkXMLImageDataReader from '@kitware/vtk.js/IO/XML/XMLImageDataReader.js'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { fieldVtk } from '#engine/exports/field-vtk.ts'
import type { RunResult } from '#engine/exports/run-result.ts'

const shape = [3, 4, 2] as const
const at = (ix: number, iy: number, iz: number) => (ix * shape[1] + iy) * shape[2] + iz
const count = shape[0] * shape[1] * shape[2]
const result: Pick<RunResult, 'grid' | 'field' | 'scalars'> = {
  grid: { shape, halfSizeKpc: [15, 20, 5] },
  // Not symmetric in any axis or component.
  field: Float32Array.from({ length: 3 * count }, (_, i) => 0.25 * i),
  scalars: [
    {
      name: 'thermal_electrons',
      unit: 'cm^-3',
      shape: [...shape],
      values: Float64Array.from({ length: count }, (_, i) => i / 7),
    },
  ],
}

// The reader asks its parser's nodes for their kind by the browser's names.
beforeAll(() => vi.stubGlobal('Node', { ELEMENT_NODE: 1 }))
afterAll(() => vi.unstubAllGlobals())

it('is read by VTK: every voxel at its place, with its field and densities', () => {
  const bytes = fieldVtk(result)
  const reader = vtkXMLImageDataReader.newInstance()
  expect(reader.parseAsArrayBuffer(Uint8Array.from(bytes).buffer)).toBe(true)
  const image = reader.getOutputData(0)
  expect(image.getDimensions()).toEqual([...shape])
  const data = image.getPointData()
  const [field, electrons] = ['magnetic_field', 'thermal_electrons'].map((name) =>
    data.getArrayByName(name),
  )
  expect(data.getNumberOfArrays()).toBe(2)
  expect(field.getNumberOfComponents()).toBe(3)
  for (let ix = 0; ix < shape[0]; ix++)
    for (let iy = 0; iy < shape[1]; iy++)
      for (let iz = 0; iz < shape[2]; iz++) {
        // VTK counts points with x fastest.
        const point = ix + shape[0] * (iy + shape[1] * iz)
        // Centres of voxels of 10, 10 and 5 kpc.
        const place = Array.from(image.indexToWorld([ix, iy, iz]))
        expect(place).toEqual([-10 + 10 * ix, -15 + 10 * iy, -2.5 + 5 * iz])
        const voxel = at(ix, iy, iz)
        expect(field.getTuple(point)).toEqual([0, 1, 2].map((k) => 0.25 * (3 * voxel + k)))
        expect(electrons.getTuple(point)).toEqual([voxel / 7])
      }
  expect(Buffer.from(bytes).toString('latin1')).toMatch(
    /Name="magnetic_field"[^]*?"vtkDataArray">microgauss<[^]*?Name="thermal_electrons"[^]*?>cm\^-3</,
  )
})
