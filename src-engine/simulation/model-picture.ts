import type { ModelGridName } from '#shared/contract/methods.ts'
import { evaluateAt } from '#shared/fields/index.ts'
import type { Vector3 } from '#shared/physics/index.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import { magneticFieldOf } from './magnetic-field.ts'
import { cosmicRayElectronsOf, modelsOf, thermalElectronsOf } from './medium.ts'
import { modelUnits } from './model-grid.ts'

/** A model on two planes through the Galactic centre, at the centres of square pixels; rows from the bottom. */
export interface ModelPicture {
  readonly unit: string
  readonly components: 1 | 3
  /** Half the width (x), half the height of the first picture (y) and of the second (z). */
  readonly halfSizeKpc: Vector3
  readonly columns: number
  /** Of the plane z = 0, seen from the north. */
  readonly faceRows: number
  /** Of the plane y = 0. */
  readonly edgeRows: number
  /** [face-on rows, then edge-on rows][column][component] */
  readonly values: Float32Array<ArrayBuffer>
}

/**
 * Evaluates a model of a run file, or what its grid starts from, without its random part.
 *
 * @param columns pixels across
 * @throws InputError that names the key
 */
export function modelPicture(
  runFile: RunFile,
  section: ModelGridName,
  columns: number,
): ModelPicture {
  // The model itself, also where it is what a grid starts from.
  const models = { ...modelsOf(runFile), random: undefined, grid: undefined }
  const [x, y, z] = runFile.box.half_size_kpc
  const spacing = (2 * x) / columns
  const rowsOf = (half: number) => Math.max(1, Math.round((2 * half) / spacing))
  const [faceRows, edgeRows] = [rowsOf(y), rowsOf(z)]
  const points = new Float64Array(3 * columns * (faceRows + edgeRows))
  for (let row = 0, i = 0; row < faceRows + edgeRows; row++) {
    for (let column = 0; column < columns; column++, i += 3) {
      points[i] = spacing * (column + 0.5) - x
      if (row < faceRows) points[i + 1] = ((2 * y) / faceRows) * (row + 0.5) - y
      else points[i + 2] = ((2 * z) / edgeRows) * (row - faceRows + 0.5) - z
    }
  }
  const field =
    section === 'magnetic_field'
      ? magneticFieldOf(models)
      : section === 'thermal_electrons'
        ? thermalElectronsOf(models)
        : cosmicRayElectronsOf(models)
  const components = section === 'magnetic_field' ? 3 : 1
  const values = new Float64Array((components * points.length) / 3)
  evaluateAt(field, points, values)
  return {
    ...{ unit: modelUnits[section], components, columns, faceRows, edgeRows },
    halfSizeKpc: [x, y, z],
    values: Float32Array.from(values),
  }
}
