import { fieldUnits, listModels } from '#shared/fields/index.ts'
import type { FieldModel, ParameterSpec } from '#shared/fields/index.ts'
import { parseCommandLine } from './arguments.ts'
import { EXIT, printJson } from './io.ts'
import type { Command } from './io.ts'

const usage = `larmor models [--json]

Lists the model library: names, variants, parameters with unit, default, bounds and source.`

/** `larmor models` */
export const command: Command = async (args, io) => {
  parseCommandLine(args, { usage, options: {}, positionals: [] })
  const models = listModels()
  if (io.json) printJson(io, { models: models.map(describe) })
  else io.out(`${models.map(text).join('\n\n')}\n`)
  return EXIT.done
}

function describe(model: FieldModel) {
  return {
    kind: model.kind,
    name: model.name,
    title: model.title,
    unit: fieldUnits[model.kind],
    source: model.source,
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
  ]
  if (model.variants.length > 0) {
    lines.push(`  variants: ${model.variants.map(({ name }) => name).join(', ')}`)
  }
  const width = Math.max(0, ...model.parameters.map(({ name }) => name.length))
  for (const spec of model.parameters) {
    lines.push(`    ${spec.name.padEnd(width)}  ${value(spec)}  ${spec.description}`)
  }
  return lines.join('\n')
}

function value({ default: standard, bounds: [smallest, largest] }: ParameterSpec): string {
  const shown = typeof standard === 'number' ? number(standard) : `[${standard.join(', ')}]`
  return `${shown} (${number(smallest)} to ${number(largest)})`
}

function number(x: number): string {
  return Number.isFinite(x) ? String(x) : 'no limit'
}
