import type { GridGeometry } from '#shared/physics/index.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import { gridSettingsOf } from './medium.ts'

/** How finely a preview is computed: at once while a slider is dragged, and when it rests. */
export type PreviewDetail = 'coarse' | 'fine'

/** Voxels that a field model fills in some milliseconds, and in some hundredths of a second. */
const mostVoxels: Readonly<Record<PreviewDetail, number>> = { coarse: 70_000, fine: 600_000 }
const leastAcross = 8

/** The grid of a run file, halved until it has few enough voxels for a preview. */
export function previewGrid(runFile: RunFile, detail: PreviewDetail): GridGeometry {
  let [nx, ny, nz] = gridSettingsOf(runFile).shape
  const half = (n: number) => (n > leastAcross ? Math.ceil(n / 2) : n)
  while (nx * ny * nz > mostVoxels[detail] && Math.max(nx, ny, nz) > leastAcross)
    [nx, ny, nz] = [half(nx), half(ny), half(nz)]
  return { shape: [nx, ny, nz], halfSizeKpc: runFile.box.half_size_kpc }
}
