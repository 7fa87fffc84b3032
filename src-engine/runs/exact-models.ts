import type { ParameterValue, ResolvedModel } from '#shared/fields/index.ts'
import { resolveModel } from '#shared/fields/index.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import { predict } from '../simulation/likelihood.ts'
import type { RunModels } from '../simulation/medium.ts'
import { modelsOf } from '../simulation/medium.ts'
import type { DataVector } from '../storage/run-store.ts'
import type { FreeNumber } from '../unknowns/free-numbers.ts'
import { modelNumbersOf } from '../unknowns/settings.ts'

/**
 * The models of a run integrated in float64 through the models themselves, one vector per data vector, without offset and
 * gain.
 *
 * @param values of what is fitted, in the order of the run file
 * @param onProgress called with the fraction that is done
 */
export async function exactModels(
  runFile: RunFile,
  data: readonly DataVector[],
  values: readonly number[],
  onProgress: (fraction: number) => void,
): Promise<readonly Float64Array[]> {
  const start = modelsOf(runFile)
  const models = withValues(start, Object.values(modelNumbersOf(runFile, start)).flat(), values)
  const predicted = await predict(runFile, withoutUnseen(runFile, models, data), data, {
    onProgress: (done, total) => onProgress(done / total),
  })
  if (predicted === undefined) throw new Error('The integration was stopped.')
  return predicted
}

/** Without thermal electrons where no data depend on them: some of their models take long. */
function withoutUnseen(
  { thermal_electrons: { free_free: freeFree } }: RunFile,
  models: RunModels,
  data: readonly DataVector[],
): RunModels {
  if (freeFree !== undefined || data.some(({ quantity }) => quantity !== 'I')) return models
  const thermalElectrons = resolveModel('thermal-electrons', { model: 'none' })
  return { ...models, thermalElectrons, electronTable: undefined }
}

function withValues(
  models: RunModels,
  numbers: readonly FreeNumber[],
  values: readonly number[],
): RunModels {
  const changed = <Model extends ResolvedModel>(
    resolved: Model,
    section: FreeNumber['section'],
  ): Model => {
    const parameters: Record<string, ParameterValue> = { ...resolved.parameters }
    numbers.forEach(({ section: of, parameter: { name, component } }, k) => {
      if (of !== section) return
      const before = parameters[name]
      if (component === undefined || typeof before === 'number') parameters[name] = values[k]
      else {
        const [x, y, z] = before.map((old, i) => (i === component ? values[k] : old))
        parameters[name] = [x, y, z]
      }
    })
    return { ...resolved, parameters }
  }
  return {
    ...models,
    magnetic: changed(models.magnetic, 'magnetic_field'),
    thermalElectrons: changed(models.thermalElectrons, 'thermal_electrons'),
    cosmicRayElectrons: changed(models.cosmicRayElectrons, 'cosmic_ray_electrons'),
  }
}
