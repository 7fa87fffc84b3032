/** A formula of the run file as lines `name = expression`, as its editor shows them. */
import { formulaComponents } from '#shared/fields/index.ts'
import { formulaLines } from './formula-lines.ts'
import { renamed, withRenamedFree } from './free-names.ts'
import { modelKinds } from './model-choices.ts'
import type { ModelPlace } from './model-choices.ts'
import { isRecord } from './nodes.ts'
import type { Path } from './nodes.ts'
import { valueAt, withValue } from './paths.ts'

const components = new Set<string>(Object.values(formulaComponents).flat())

/** The components that a section's formula may give, for a hint. */
export function componentNames(section: ModelPlace): readonly string[] {
  return formulaComponents[modelKinds[section]]
}

/** Definitions, then components; lines that go on are indented. */
export function formulaText(formula: unknown): string {
  if (!isRecord(formula)) return ''
  const definitions = isRecord(formula.definitions) ? Object.entries(formula.definitions) : []
  const given = Object.entries(formula).filter(([key]) => components.has(key))
  return [...definitions, ...given]
    .map(([name, text]) => `${name} = ${String(text).replaceAll(/\n(?=\S)/g, '\n  ')}`)
    .join('\n')
}

/**
 * A formula with the definitions and components of a text, and everything else as it was. What is no line `name = expression` becomes
 * a definition whose name is refused, so that the mistake is seen and nothing runs with it.
 */
export function withFormulaText(formula: unknown, text: string): Record<string, unknown> {
  const old = isRecord(formula) ? formula : {}
  const definitions: Record<string, string> = {}
  const given: Record<string, string> = {}
  for (const line of formulaLines(text)) {
    const into = components.has(line.name) ? given : definitions
    if (Object.hasOwn(into, line.name)) definitions[`${line.name} (given twice)`] = line.text
    else into[line.name] = line.text
  }
  const kept = Object.entries(old).filter(([key]) => key !== 'definitions' && !components.has(key))
  return { ...Object.fromEntries(kept), definitions, ...given }
}

/**
 * The configuration with a parameter of a formula renamed, or removed where it has no new name: in the formula, among values beside it
 * and among what is free.
 *
 * @param base where the model is named
 */
export function withParameterName(
  configuration: unknown,
  section: ModelPlace,
  base: Path,
  from: string,
  to: string | undefined,
): unknown {
  const free = [section, 'free']
  const places = [
    [...base, 'formula', 'parameters'],
    [...base, 'parameters'],
  ]
  const changed = places.reduce((all, path) => {
    const record = valueAt(all, path)
    return isRecord(record) ? withValue(all, path, renamed(record, from, to)) : all
  }, configuration)
  return withValue(changed, free, withRenamedFree(valueAt(changed, free), from, to))
}

/** A name that no parameter has yet. */
export function freshName(parameters: Readonly<Record<string, unknown>>): string {
  let number = 1
  while (Object.hasOwn(parameters, `p${number}`)) number++
  return `p${number}`
}
