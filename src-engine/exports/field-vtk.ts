import { galactocentricFrame } from './hdf5-file.ts'
import type { RunResult } from './run-result.ts'

/** Numbers at the points of the image, x fastest, as VTK orders them. */
interface PointArray {
  readonly name: string
  readonly unit: string
  readonly components: 1 | 3
  readonly values: Float32Array | Float64Array
}

/**
 * The field as a VTK XML image (.vti; "VTK XML Formats" of the VTK documentation), which ParaView, VisIt and PyVista read: points at the centres of the
 * voxels, in kpc, with the point data `magnetic_field` in microgauss and the densities and spectral indices that the run moved. Raw
 * little-endian numbers follow the XML, each array after its length in bytes as a 64-bit integer.
 */
export function fieldVtk({
  grid,
  field,
  scalars,
}: Pick<RunResult, 'grid' | 'field' | 'scalars'>): Uint8Array {
  const { shape, halfSizeKpc } = grid
  const spacing = halfSizeKpc.map((half, axis) => (2 * half) / shape[axis])
  const origin = halfSizeKpc.map((half, axis) => -half + spacing[axis] / 2)
  const arrays: PointArray[] = [
    {
      name: 'magnetic_field',
      unit: 'microgauss',
      components: 3,
      values: xFastest(field, shape, 3),
    },
    ...scalars.map(({ name, unit, values }): PointArray => {
      const isFloat = values instanceof Float64Array || values instanceof Float32Array
      const floats = isFloat ? values : Float32Array.from(values)
      return { name, unit, components: 1, values: xFastest(floats, shape, 1) }
    }),
  ]
  let offset = 0
  const headers = arrays.map(({ name, unit, components, values }) => {
    const type = values instanceof Float64Array ? 'Float64' : 'Float32'
    const at = offset
    offset += 8 + values.byteLength
    return (
      `<DataArray type="${type}" Name="${name}" NumberOfComponents="${components}" format="appended" offset="${at}">` +
      `<InformationKey name="UNITS_LABEL" location="vtkDataArray">${unit}</InformationKey></DataArray>`
    )
  })
  const extent = shape.map((n) => `0 ${n - 1}`).join(' ')
  const head = `<?xml version="1.0"?>
<!-- ${galactocentricFrame}; lengths in kpc -->
<VTKFile type="ImageData" version="1.0" byte_order="LittleEndian" header_type="UInt64">
<ImageData WholeExtent="${extent}" Origin="${origin.join(' ')}" Spacing="${spacing.join(' ')}">
<Piece Extent="${extent}">
<PointData Vectors="magnetic_field">
${headers.join('\n')}
</PointData>
<CellData/>
</Piece>
</ImageData>
<AppendedData encoding="raw">
_`
  const length = (bytes: number): Buffer => {
    const prefix = Buffer.alloc(8)
    prefix.writeBigUInt64LE(BigInt(bytes))
    return prefix
  }
  return Buffer.concat([
    Buffer.from(head),
    ...arrays.flatMap(({ values }) => [
      length(values.byteLength),
      Buffer.from(values.buffer, values.byteOffset, values.byteLength),
    ]),
    Buffer.from('\n</AppendedData>\n</VTKFile>\n'),
  ])
}

/** Values [nx, ny, nz, components] with z fastest, in the order of VTK. */
function xFastest(
  values: PointArray['values'],
  [nx, ny, nz]: readonly [number, number, number],
  components: number,
): PointArray['values'] {
  const { length } = values
  const turned =
    values instanceof Float64Array ? new Float64Array(length) : new Float32Array(length)
  let to = 0
  for (let iz = 0; iz < nz; iz++)
    for (let iy = 0; iy < ny; iy++)
      for (let ix = 0; ix < nx; ix++) {
        const from = components * ((ix * ny + iy) * nz + iz)
        for (let k = 0; k < components; k++) turned[to++] = values[from + k]
      }
  return turned
}
