import { ModelError, kindOfFormula, resolveModel } from '#shared/fields/index.ts'
import type { FieldKind, ParameterValue, ResolvedModel } from '#shared/fields/index.ts'
import { InputError } from '../errors.ts'
import { loadModelChoice } from '../runs/load-run-file.ts'

/**
 * The model of a file with a formula, a sum or a mixture, with the values of some parameters.
 *
 * @param kind what it is; default: what the formula gives, or a magnetic field
 * @throws InputError that names the file and the key
 */
export async function resolveFile(
  path: string,
  kind: FieldKind | undefined,
  parameters: Readonly<Record<string, ParameterValue>>,
): Promise<ResolvedModel> {
  const { model, variant, parameters: own, formula, of } = await loadModelChoice(path)
  const found = kind ?? (formula ? kindOfFormula(formula) : undefined) ?? 'magnetic'
  const all = { ...own, ...parameters }
  try {
    return resolveModel(found, { model, variant, parameters: all, formula, of })
  } catch (error) {
    if (!(error instanceof ModelError)) throw error
    throw new InputError(`${path}: ${error.key}: ${error.message}`, {
      file: path,
      field: error.key,
      cause: error,
    })
  }
}
