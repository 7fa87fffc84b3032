import type { GridValues } from '../kernels/interface.ts'

/** A grid [nx, ny, nz] or [nx, ny, nz, components], or a few numbers [n] without positions. */
export interface ShapedValues {
  readonly shape: readonly number[]
  readonly values: GridValues
}

/** Where a fine centre lies among the coarse ones of the same extent: the lower neighbour and the share of the upper. */
interface Place {
  readonly lower: number
  readonly share: number
}

function placesOf(coarse: number, fine: number): Place[] {
  return Array.from({ length: fine }, (_, i) => {
    const at = ((i + 0.5) * coarse) / fine - 0.5
    const held = Math.min(Math.max(at, 0), coarse - 1)
    const lower = Math.min(Math.floor(held), Math.max(coarse - 2, 0))
    return { lower, share: held - lower }
  })
}

/**
 * Trilinear values of a coarse grid at the centres of a finer one in the same box, times `factor`; constant beyond the
 * coarse centres. Numbers without positions are copied, times nothing.
 */
export function refine(coarse: ShapedValues, fine: ShapedValues, factor = 1): void {
  if (coarse.shape.length < 3) {
    fine.values.set(coarse.values)
    return
  }
  const [nx, ny, nz, components = 1] = fine.shape
  const [, cy, cz] = coarse.shape
  const [px, py, pz] = [0, 1, 2].map((axis) => placesOf(coarse.shape[axis], fine.shape[axis]))
  const { values: from } = coarse
  const { values: to } = fine
  const stepX = coarse.shape[0] > 1 ? cy * cz * components : 0
  const stepY = cy > 1 ? cz * components : 0
  const stepZ = cz > 1 ? components : 0
  let out = 0
  for (let i = 0; i < nx; i++) {
    for (let j = 0; j < ny; j++) {
      for (let k = 0; k < nz; k++) {
        const fx = px[i].share
        const fy = py[j].share
        const fz = pz[k].share
        const base = ((px[i].lower * cy + py[j].lower) * cz + pz[k].lower) * components
        for (let c = 0; c < components; c++) {
          const at = base + c
          const z00 = from[at] + fz * (from[at + stepZ] - from[at])
          const y1 = at + stepY
          const z01 = from[y1] + fz * (from[y1 + stepZ] - from[y1])
          const x1 = at + stepX
          const z10 = from[x1] + fz * (from[x1 + stepZ] - from[x1])
          const xy = x1 + stepY
          const z11 = from[xy] + fz * (from[xy + stepZ] - from[xy])
          const y0 = z00 + fy * (z01 - z00)
          to[out++] = factor * (y0 + fx * (z10 + fy * (z11 - z10) - y0))
        }
      }
    }
  }
}
