import { buildGeometry } from './geometry.ts'
import type { FieldArray } from '../derived.ts'
import type { ScalarGrid } from '../scalar.ts'
import type { GeometryAnswer, GeometryMessage } from './use-geometry.ts'

/** Makes surfaces, arrows and field lines beside the window. Field and scalar come once, questions often. */
let field: FieldArray | null = null
let grid: ScalarGrid | null = null

self.addEventListener('message', ({ data }: MessageEvent<GeometryMessage>) => {
  if (data.kind === 'field') field = data.field
  else if (data.kind === 'scalar') grid = data.grid
  else answer(data)
})

function answer(data: Exclude<GeometryMessage, { kind: 'field' | 'scalar' }>): void {
  const mesh =
    data.kind === 'surface'
      ? grid && buildGeometry({ ...data, grid })
      : field && buildGeometry({ ...data, field })
  const reply: GeometryAnswer = { kind: data.kind, id: data.id, mesh }
  const buffers = mesh
    ? [mesh.positions, mesh.normals, mesh.triangles, mesh.values].map(({ buffer }) => buffer)
    : []
  self.postMessage(reply, { transfer: buffers })
}
