import { WithPayloads, contractCodes, EngineError } from '#shared/contract/index.ts'
import { previewLayers } from '#shared/contract/methods.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import { readCosmicRayInputs } from '../../simulation/cosmic-ray-inputs.ts'
import { modelOnGrid } from '../../simulation/model-grid.ts'
import { modelPicture } from '../../simulation/model-picture.ts'
import { requireConfiguration } from '../configuration-files.ts'
import type { Engine } from '../engine.ts'
import { nuisanceText } from './run-results.ts'
import { requireAllowed } from './runs.ts'
import type { HandlersOf } from './types.ts'

/** Models before any run: what they look like, and the sky that they predict. */
export function modelHandlers(
  engine: Engine,
): HandlersOf<'model.sky' | 'model.picture' | 'model.field'> {
  const { grants, previews } = engine
  const checked = async (configuration: unknown): Promise<RunFile> => {
    const runFile = requireConfiguration(configuration, grants)
    await requireAllowed(grants, runFile)
    return runFile
  }
  return {
    async 'model.sky'({ configuration, of, nside, detail }, { signal }) {
      const subject = 'data' in of ? of : { quantity: of.quantity, frequencyGhz: of.frequency_ghz }
      const preview = await previews.predict(await checked(configuration), {
        ...{ subject, nside, detail, signal },
      })
      if (!preview) {
        throw new EngineError({ code: contractCodes.cancelled, message: 'It was cancelled.' })
      }
      const { model, compared, frequencyGhz, grid, notes, ...rest } = preview
      const shown = compared ? [model, compared.data, compared.difference] : [model]
      const payload = new Float32Array(shown.length * model.length)
      shown.forEach((layer, i) => payload.set(layer, i * model.length))
      return new WithPayloads(
        {
          ...rest,
          layers: previewLayers.slice(0, shown.length),
          frequency_ghz: frequencyGhz,
          grid: [grid[0], grid[1], grid[2]],
          nuisance: compared ? nuisanceText(compared.nuisance, preview) : '',
          notes: [...notes],
        },
        [payload],
      )
    },
    async 'model.field'({ configuration, grid }) {
      const runFile = await checked(configuration)
      const { inputs } = await readCosmicRayInputs(runFile)
      const { shape, values, ...rest } = modelOnGrid(runFile, grid, inputs)
      const [nx, ny, nz] = shape
      return new WithPayloads(
        {
          ...rest,
          grid,
          shape: [nx, ny, nz],
          half_size_kpc: runFile.box.half_size_kpc,
          observer_kpc: runFile.box.observer_kpc,
        },
        [values],
      )
    },
    async 'model.picture'({ configuration, section, columns }) {
      const { unit, components, halfSizeKpc, faceRows, edgeRows, values } = modelPicture(
        await checked(configuration),
        section,
        columns,
      )
      const [x, y, z] = halfSizeKpc
      return new WithPayloads(
        {
          ...{ unit, components, columns },
          half_size_kpc: [x, y, z],
          face_rows: faceRows,
          edge_rows: edgeRows,
        },
        [values],
      )
    },
  }
}
