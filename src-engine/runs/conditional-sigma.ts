import type { CancelSignal } from '#shared/contract/cancellation.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import { withAbortSignal } from '../abort-signal.ts'
import { InputError } from '../errors.ts'
import { loadBackend } from '../kernels/index.ts'
import type { GridValues } from '../kernels/interface.ts'
import type { CosmicRayInputs } from '../simulation/cosmic-ray-inputs.ts'
import type { DataVector } from '../storage/run-store.ts'
import { requireWanted } from './coverage.ts'
import { OperatorCache } from './operators.ts'
import { Optimisation } from './optimise.ts'

/** Random sign vectors: the diagonal then scatters by a quarter, its square root by an eighth. */
export const sigmaProbes = 32

export interface SigmaRequest {
  readonly runFile: RunFile
  readonly data: readonly DataVector[]
  readonly cosmicRays: CosmicRayInputs
  /** Grids and parameters of the run by their names in a session. */
  readonly arrays: ReadonlyMap<string, GridValues>
  readonly signal: CancelSignal
}

/**
 * The conditional standard deviation of B in each voxel, microgauss: 1 / sqrt(h), h the mean over the three components of the
 * curvature of the loss with all other unknowns held where they are (that of a component in a direction at random). The data's part
 * of it is exact on average over random sign vectors, that of the regularisation its mean over the voxels. Less than the standard
 * deviation of the posterior, which allows for what the other voxels could do in its place. 0 outside the region, and where neither
 * data nor regularisation say anything.
 *
 * @returns [nx, ny, nz]
 * @throws InputError with the reason where a run has none
 */
export async function conditionalSigma({
  runFile,
  data,
  cosmicRays,
  arrays,
  signal,
}: SigmaRequest): Promise<Float32Array<ArrayBuffer>> {
  const operators = new OperatorCache(loadBackend)
  try {
    const wanted = { runFile, data, cosmicRays, backend: 'wasm', onProgress: () => {} } as const
    const ready = await withAbortSignal(signal, (abort) =>
      operators.get({ ...wanted, signal: abort }),
    )
    const { operator, workspace, prepared } = ready
    const { optimiser } = runFile
    const optimisation = new Optimisation({ operator, data, prepared, optimiser, workspace })
    const { objective } = optimisation
    const block = objective.stage.free.findIndex(
      ({ representation }) =>
        representation.block.name === 'magnetic_field' ||
        representation.block.name === 'correction',
    )
    if (block < 0) throw new InputError(reasonFor(runFile))
    await optimisation.start()
    for (const { name, values } of [...optimisation.grids, ...optimisation.state]) {
      const known = arrays.get(name)
      if (known && known.length === values.length) values.set(known)
    }
    objective.stage.toGrids()
    await objective.evaluateValue()
    requireWanted(signal)
    const diagonal = objective.stage.like('conditional sigma')
    await objective.diagonal(sigmaProbes, optimiser.seed, diagonal)
    return sigmaOf(diagonal[block], prepared.region)
  } finally {
    await operators.dispose()
  }
}

/** Why the components of B in the voxels have no uncertainty of their own. */
function reasonFor({ magnetic_field: field }: RunFile): string {
  const representation = field.grid?.representation
  if (field.model === 'grid' && field.grid?.free !== false && representation !== undefined) {
    return `The unknowns of this run are not the field in the voxels (representation "${representation}"), so that a voxel has no curvature of its own. There is a sigma for the representations components and correction.`
  }
  return 'The field of this run is a model: its uncertainty is that of the parameters, which the inspector of the run lists, and not one of each voxel.'
}

/** Less than this part of the largest curvature is what `diagonal` puts where there is none. */
const nothing = 1.01e-6

function sigmaOf(diagonal: ArrayLike<number>, region: Uint8Array): Float32Array<ArrayBuffer> {
  let most = 0
  for (let i = 0; i < diagonal.length; i++) most = Math.max(most, diagonal[i])
  return Float32Array.from(region, (inside, voxel) => {
    const at = 3 * voxel
    const curvature = (diagonal[at] + diagonal[at + 1] + diagonal[at + 2]) / 3
    return inside === 0 || curvature <= nothing * most ? 0 : 1 / Math.sqrt(curvature)
  })
}
