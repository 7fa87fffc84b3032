import { WithPayloads } from '#shared/contract/index.ts'
import { readCosmicRayInputs } from '../../simulation/cosmic-ray-inputs.ts'
import { modelOnGrid } from '../../simulation/model-grid.ts'
import { requireConfiguration } from '../configuration-files.ts'
import type { Engine } from '../engine.ts'
import type { HandlersOf } from './types.ts'

/** Fields of a configuration that no run has been made of yet. */
export function modelFieldHandlers(engine: Engine): HandlersOf<'model.field'> {
  return {
    async 'model.field'({ configuration, grid }) {
      const runFile = requireConfiguration(configuration, engine.grants)
      const { inputs } = await readCosmicRayInputs(runFile)
      const { shape, components, unit, values } = modelOnGrid(runFile, grid, inputs)
      const [nx, ny, nz] = shape
      return new WithPayloads(
        {
          grid,
          shape: [nx, ny, nz],
          components,
          half_size_kpc: runFile.box.half_size_kpc,
          observer_kpc: runFile.box.observer_kpc,
          unit,
        },
        [values],
      )
    },
  }
}
