import { computed } from 'vue'
import type { ComputedRef } from 'vue'
import { gridDefaults, useProject } from '../stores/project.ts'
import { findModelOf, started, withModel } from './model-choices.ts'
import type { ModelSection } from './model-choices.ts'
import { isRecord } from './nodes.ts'
import type { Path } from './nodes.ts'

/** The model that is named at a place of the configuration, and how another is chosen. */
export interface ModelChoice {
  /** Where the model is named. */
  readonly base: ComputedRef<Path>
  readonly name: ComputedRef<string>
  readonly variant: ComputedRef<string | undefined>
  /** Another model; its parameters begin with the published values. */
  choose(model: string, variant?: string): void
}

/**
 * @param base where the model is named, if not in the section itself: the start of a grid
 */
export function useModelChoice(section: () => ModelSection, base?: () => Path): ModelChoice {
  const project = useProject()
  const path = computed<Path>(() => base?.() ?? [section()])
  const name = computed(() => String(project.get([...path.value, 'model']) ?? ''))
  const variant = computed(() => {
    const given = project.get([...path.value, 'variant'])
    if (typeof given === 'string') return given
    return findModelOf(section(), name.value)?.variants[0]?.name
  })

  function choose(model: string, wanted?: string) {
    const chosen = {
      ...started(section(), model, project.get(path.value)),
      ...(wanted && { variant: wanted }),
    }
    if (path.value.length > 1) {
      const old = project.get(path.value)
      const cleared = {
        ...{ variant: undefined, formula: undefined, of: undefined },
        ...{ file: undefined, half_size_kpc: undefined, centre_kpc: undefined },
      }
      const kept = isRecord(old) ? old : {}
      project.set(path.value, { ...kept, ...cleared, ...chosen, parameters: {} })
      return
    }
    const next = withModel(project.configuration, section(), model, gridDefaults())
    project.change(wanted ? withVariant(next, section(), wanted) : next, 'Model')
  }
  return { base: path, name, variant, choose }
}

function withVariant(configuration: unknown, section: ModelSection, variant: string): unknown {
  if (!isRecord(configuration)) return configuration
  const own = configuration[section]
  return { ...configuration, [section]: isRecord(own) ? { ...own, variant } : { variant } }
}
