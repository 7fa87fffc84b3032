import { fieldKinds, fieldUnits, listModels, parametersOf } from '#shared/fields/index.ts'
import type { FieldKind, FieldModel, ModelVariant, ParameterSpec } from '#shared/fields/index.ts'
import { suggestion } from '#shared/session/nearest-name.ts'
import { UsageError } from '../errors.ts'
import { oneOf, parseCommandLine } from './arguments.ts'
import { resolveFile } from './formula-file.ts'
import { EXIT, printJson } from './io.ts'
import type { Command } from './io.ts'
import { modelsMarkdown, valueOf, valueText } from './models-markdown.ts'

const usage = `larmor models [NAME] [--kind KIND] [--variant NAME] [--formula FILE] [--markdown] [--json]

Lists the model library, or the models called NAME: variants, parameters with unit, default, bounds and source, notes. The
uncertainties are those that were published: a fit takes them as Gaussian priors ("prior: published" in a run file).

  --kind KIND      only these: ${fieldKinds.join(', ')}
                   (of a sum or mixture with --formula: what it is; default magnetic)
  --variant NAME   with NAME: the parameters and values of a variant; default: the first
  --markdown       the whole library as a document
  --formula FILE   checks and describes a model that you made: YAML or JSON with what stands under "formula" in a run file
                   (B_x, B_y, B_z or B_r, B_phi, B_z; n_e; C; b_rms; parameters; definitions), or a sum or mixture of models
                   ("model: sum" with "of")`

const options = {
  formula: { type: 'string' },
  kind: { type: 'string' },
  variant: { type: 'string' },
  markdown: { type: 'boolean' },
} as const

/** `larmor models` */
export const command: Command = async (args, io) => {
  const { values, positionals } = parseCommandLine(args, { usage, options, positionals: ['NAME?'] })
  const kind = oneOf(values.kind, 'kind', fieldKinds)
  const name = positionals.at(0)
  const { formula, variant, markdown } = values
  if (formula !== undefined && name !== undefined) {
    throw new UsageError('Give either the name of a model or --formula FILE.')
  }
  if (variant !== undefined && name === undefined) {
    throw new UsageError('--variant needs the NAME of a model.')
  }
  if (markdown === true) {
    const stray = [name, formula, kind].find((given) => given !== undefined)
    if (stray !== undefined || io.json) {
      throw new UsageError('--markdown writes the whole library: leave the rest out.')
    }
    io.out(modelsMarkdown())
    return EXIT.done
  }
  const models =
    formula === undefined
      ? modelsNamed(name, kind, variant)
      : [(await resolveFile(formula, kind, {})).model]
  if (io.json) printJson(io, { models: models.map(describe) })
  else io.out(`${models.map((model) => text(model, variant)).join('\n\n')}\n`)
  return EXIT.done
}

function modelsNamed(
  name: string | undefined,
  kind: FieldKind | undefined,
  variant: string | undefined,
): FieldModel[] {
  const all = listModels().filter((model) => kind === undefined || model.kind === kind)
  if (name === undefined) return all
  const named = all.filter((model) => model.name === name)
  if (named.length === 0) {
    const names = [...new Set(all.map((model) => model.name))]
    throw new UsageError(
      `There is no ${kind === undefined ? '' : `${kind} `}model "${name}". Known: ${names.join(', ')}.${suggestion(name, names)}`,
    )
  }
  if (variant === undefined) return named
  const found = named.filter(({ variants }) => variants.some((one) => one.name === variant))
  if (found.length > 0) return found
  const variants = [...new Set(named.flatMap((model) => model.variants.map((one) => one.name)))]
  throw new UsageError(
    variants.length === 0
      ? `Model "${name}" has no variants.`
      : `Model "${name}" has no variant "${variant}". Known: ${variants.join(', ')}.${suggestion(variant, variants)}`,
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
    variants: model.variants.map((variant) => ({
      ...variant,
      // Of every parameter, not only where it differs from the defaults.
      values: Object.fromEntries(
        parametersOf(model, variant.name).map((spec) => [spec.name, valueOf(variant, spec)]),
      ),
    })),
    // JSON has no infinity: null stands for "no limit".
    parameters: model.parameters,
    ...(model.definition ? { definition: model.definition } : {}),
  }
}

function text(model: FieldModel, chosen: string | undefined): string {
  const lines = [
    `${model.name}  (${model.kind}, ${fieldUnits[model.kind]})`,
    `  ${model.title}`,
    `  ${model.source}`,
    ...(model.notes ?? []).map((note) => `  - ${note}`),
  ]
  const variant = model.variants.find(({ name }) => name === chosen) ?? model.variants.at(0)
  if (model.variants.length > 0) {
    const width = Math.max(...model.variants.map(({ name }) => name.length))
    lines.push('  variants, the first is the default:')
    lines.push(...model.variants.map(({ name, title }) => `    ${name.padEnd(width)}  ${title}`))
    const others = chosen === undefined ? ', and those that only others have' : ''
    lines.push(`  parameters of ${variant?.name}${others}:`)
  }
  const specs = chosen === undefined ? model.parameters : parametersOf(model, chosen)
  const width = Math.max(0, ...specs.map(({ name }) => name.length))
  for (const spec of specs) {
    const only = spec.variants && chosen === undefined ? ` [${spec.variants.join(', ')}]` : ''
    lines.push(
      `    ${spec.name.padEnd(width)}  ${value(variant, spec)}  ${spec.description}${only}`,
    )
  }
  return lines.join('\n')
}

/** The value in a variant, with uncertainty, unit and bounds. */
function value(variant: ModelVariant | undefined, spec: ParameterSpec): string {
  const [smallest, largest] = spec.bounds
  const unit = spec.unit === 'dimensionless' ? '' : ` ${spec.unit}`
  const sigma = variant?.uncertainties?.[spec.name]
  const spread = sigma === undefined ? '' : ` +- ${sigma}`
  const shown = valueText(valueOf(variant, spec))
  return `${shown}${spread}${unit} (${valueText(smallest)} to ${valueText(largest)})`
}
