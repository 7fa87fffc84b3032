import type { CancelSignal } from '#shared/contract/cancellation.ts'
import type { RunFile } from '#shared/session/run-file.ts'
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
 * The conditional standard deviation of a component of B in each voxel, microgauss: 1 / sqrt(H_ii), H_ii the curvature of the loss
 * with all other unknowns held where they are. The data's part of H_ii is exact on average over random sign vectors, that of the
 * regularisation its mean over the voxels. Less than the standard deviation of the posterior, which allows for what the other voxels
 * could do in its place. The quadratic mean of the three components' sigma; 0 outside the region.
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
  const abort = new AbortController()
  signal.addEventListener('abort', () => abort.abort())
  try {
    const ready = await operators.get({
      runFile,
      data,
      cosmicRays,
      backend: 'wasm',
      signal: abort.signal,
      onProgress: () => {},
    })
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

function sigmaOf(diagonal: ArrayLike<number>, region: Uint8Array): Float32Array<ArrayBuffer> {
  return Float32Array.from(region, (inside, voxel) => {
    if (inside === 0) return 0
    let variances = 0
    for (let i = 3 * voxel; i < 3 * voxel + 3; i++) variances += 1 / diagonal[i]
    return Math.sqrt(variances / 3)
  })
}
