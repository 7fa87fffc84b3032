import { arrowMesh, chooseArrows } from './arrows.ts'
import { gridSampler, traceFieldLine } from './field-lines.ts'
import { joinMeshes } from './mesh.ts'
import { isosurface } from './surface.ts'
import { tube } from './tubes.ts'
import type { FieldArray } from '../derived.ts'
import type { ScalarGrid } from '../scalar.ts'
import type { Vector3 } from '../types.ts'
import type { Mesh } from './mesh.ts'

/** What is drawn in the volume as solids. */
export type GeometryQuestion =
  | { readonly kind: 'surface'; readonly grid: ScalarGrid; readonly levels: readonly number[] }
  | {
      readonly kind: 'arrows'
      readonly field: FieldArray
      readonly most: number
      /** |B| of an arrow of full length, microgauss. */
      readonly fullLength: number
    }
  | { readonly kind: 'lines'; readonly field: FieldArray; readonly seeds: readonly Vector3[] }

/** How far a field line is followed each way, in half sizes of the box. */
const lineLength = 4
/** In half sizes of the box: some two pixels across where the whole box is seen. */
const lineRadius = 0.0045

export function buildGeometry(question: GeometryQuestion): Mesh {
  switch (question.kind) {
    case 'surface':
      return joinMeshes(question.levels.map((level) => isosurface(question.grid, level)))
    case 'arrows': {
      const { field, most, fullLength } = question
      return arrowMesh(chooseArrows(field, field.values, most), fullLength)
    }
    case 'lines':
      return lineMesh(question.field, question.seeds)
  }
}

/** A tube for each seed within the field. */
function lineMesh(field: FieldArray, seeds: readonly Vector3[]): Mesh {
  const size = Math.max(...field.halfSizeKpc)
  const spacing = Math.min(...field.halfSizeKpc.map((half, i) => (2 * half) / field.shape[i]))
  const options = {
    // A thousandth of a voxel: nothing of it is seen.
    toleranceKpc: 1e-3 * spacing,
    mostStepKpc: Math.min(spacing, size / 40),
    lengthKpc: lineLength * size,
  }
  const sample = gridSampler(field, field.values)
  const tubes = seeds.flatMap((seed) => {
    const line = traceFieldLine(sample, seed, options)
    return line ? [tube(line, lineRadius * size)] : []
  })
  return joinMeshes(tubes)
}
