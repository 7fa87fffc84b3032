import { fieldKinds, fieldUnits, listModels } from '#shared/fields/index.ts'
import type { FieldModel, ParameterSpec } from '#shared/fields/index.ts'
import { suggestion } from '#shared/session/nearest-name.ts'
import { UsageError } from '../errors.ts'
import { oneOf, parseCommandLine } from './arguments.ts'
import { resolveFile } from './formula-file.ts'
import { EXIT, printJson } from './io.ts'
import type { Command } from './io.ts'

const usage = `larmor models [NAME] [--formula FILE [--kind KIND]] [--json]

Lists the model library, or the models called NAME: variants, parameters with unit, default, bounds and source, notes.

  --formula FILE   checks and describes a model that you made: YAML or JSON with what stands under "formula" in a run file
                   (B_x, B_y, B_z or B_r, B_phi, B_z; n_e; C; b_rms; parameters; definitions), or a sum or mixture of models
                   ("model: sum" with "of")
  --kind KIND      of a sum or mixture: ${fieldKinds.join(', ')} (default magnetic)`

const options = { formula: { type: 'string' }, kind: { type: 'string' } } as const

/** `larmor models` */
export const command: Command = async (args, io) => {
  const { values, positionals } = parseCommandLine(args, { usage, options, positionals: ['NAME?'] })
  const kind = oneOf(values.kind, 'kind', fieldKinds)
  if (values.formula !== undefined && positionals.length > 0) {
    throw new UsageError('Give either the name of a model or --formula FILE.')
  }
  if (values.formula === undefined && kind !== undefined) {
    throw new UsageError('--kind is for --formula FILE.')
  }
  const models =
    values.formula === undefined
      ? modelsNamed(positionals.at(0))
      : [(await resolveFile(values.formula, kind, {})).model]
  if (io.json) printJson(io, { models: models.map(describe) })
  else io.out(`${models.map(text).join('\n\n')}\n`)
  return EXIT.done
}

function modelsNamed(name: string | undefined): FieldModel[] {
  const all = listModels()
  const models = all.filter((model) => name === undefined || model.name === name)
  if (models.length > 0 || name === undefined) return models
  const names = [...new Set(all.map((model) => model.name))]
  throw new UsageError(
    `There is no model "${name}". Known: ${names.join(', ')}.${suggestion(name, names)}`,
  )
}

function describe(model: FieldModel) {
  return {
    kind: model.kind,
    name: model.name,
    title: model.title,
    unit: fieldUnits[model.kind],
    source: model.source,
    notes: model.notes ?? [],
    variants: model.variants,
    // JSON has no infinity: null stands for "no limit".
    parameters: model.parameters,
  }
}

function text(model: FieldModel): string {
  const lines = [
    `${model.name}  (${model.kind}, ${fieldUnits[model.kind]})`,
    `  ${model.title}`,
    `  ${model.source}`,
    ...(model.notes ?? []).map((note) => `  - ${note}`),
  ]
  if (model.variants.length > 0) {
    const width = Math.max(...model.variants.map(({ name }) => name.length))
    lines.push('  variants, the first is the default:')
    lines.push(...model.variants.map(({ name, title }) => `    ${name.padEnd(width)}  ${title}`))
    lines.push(`  parameters of ${model.variants[0].name}, and those that only others have:`)
  }
  const width = Math.max(0, ...model.parameters.map(({ name }) => name.length))
  for (const spec of model.parameters) {
    const only = spec.variants ? ` [${spec.variants.join(', ')}]` : ''
    const about = `${value(model, spec)}  ${spec.description}${only}`.trimEnd()
    lines.push(`    ${spec.name.padEnd(width)}  ${about}`)
  }
  return lines.join('\n')
}

/** What the first variant has, with uncertainty, unit and bounds. */
function value(model: FieldModel, spec: ParameterSpec): string {
  const standard = model.variants[0]?.parameters[spec.name] ?? spec.default
  const [smallest, largest] = spec.bounds
  const shown = typeof standard === 'number' ? number(standard) : `[${standard.join(', ')}]`
  const unit = spec.unit === 'dimensionless' ? '' : ` ${spec.unit}`
  const sigma = model.variants[0]?.uncertainties?.[spec.name]
  const spread = sigma === undefined ? '' : ` +- ${sigma}`
  return `${shown}${spread}${unit} (${number(smallest)} to ${number(largest)})`
}

function number(x: number): string {
  return Number.isFinite(x) ? String(x) : 'no limit'
}
