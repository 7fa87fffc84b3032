import vtkCellArray from '@kitware/vtk.js/Common/Core/CellArray.js'
import vtkDataArray from '@kitware/vtk.js/Common/Core/DataArray.js'
import vtkPolyData from '@kitware/vtk.js/Common/DataModel/PolyData.js'
import vtkActor from '@kitware/vtk.js/Rendering/Core/Actor.js'
import vtkMapper from '@kitware/vtk.js/Rendering/Core/Mapper.js'
import type { Mesh } from './geometry/mesh.ts'

/** Colours of values: 256 of them, RGB bytes, evenly over the limits. */
export interface SolidColours {
  readonly table: Uint8Array
  readonly limits: readonly [number, number]
  readonly norm: 'linear' | 'log'
}

/** A mesh in the scene, coloured by its values. */
export class SolidActor {
  readonly actor = vtkActor.newInstance()
  private readonly mapper = vtkMapper.newInstance()
  private readonly data = vtkPolyData.newInstance()

  constructor(mesh: Mesh, colours: SolidColours) {
    this.data.getPoints().setData(mesh.positions, 3)
    this.data.setPolys(vtkCellArray.newInstance({ values: mesh.triangles }))
    this.data
      .getPointData()
      .setNormals(
        vtkDataArray.newInstance({ name: 'normals', values: mesh.normals, numberOfComponents: 3 }),
      )
    this.data.getPointData().setScalars(
      vtkDataArray.newInstance({
        name: 'colours',
        values: coloursOf(mesh.values, colours),
        numberOfComponents: 3,
      }),
    )
    this.mapper.setInputData(this.data)
    this.mapper.setColorModeToDirectScalars()
    this.actor.setMapper(this.mapper)
    const property = this.actor.getProperty()
    property.setAmbient(0.35)
    property.setDiffuse(0.65)
    property.setSpecular(0)
  }

  dispose(): void {
    this.actor.delete()
    this.mapper.delete()
    this.data.delete()
  }
}

/** The colour bar's colours of values, RGB bytes. */
function coloursOf(values: Float32Array, { table, limits, norm }: SolidColours): Uint8Array {
  const log = norm === 'log'
  const [low, high] = log ? limits.map(Math.log) : limits
  const perColour = 256 / (high - low)
  const colours = new Uint8Array(3 * values.length)
  for (let i = 0; i < values.length; i++) {
    const value = log ? Math.log(values[i]) : values[i]
    const at = 3 * Math.min(255, Math.max(0, Math.floor((value - low) * perColour)))
    colours[3 * i] = table[at]
    colours[3 * i + 1] = table[at + 1]
    colours[3 * i + 2] = table[at + 2]
  }
  return colours
}
