import { computed } from 'vue'
import type { ComputedRef } from 'vue'
import { useProject } from '../stores/project.ts'
import { gridDefaults } from './complete.ts'
import { findModelOf, started, withModel } from './model-choices.ts'
import type { ModelPlace } from './model-choices.ts'
import { isRecord } from './nodes.ts'
import type { Path } from './nodes.ts'

/** What leaves with a model that a grid starts from. */
const ofModel = new Set(['variant', 'formula', 'of', 'file', 'half_size_kpc', 'centre_kpc'])

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
export function useModelChoice(section: () => ModelPlace, base?: () => Path): ModelChoice {
  const project = useProject()
  const path = computed<Path>(() => base?.() ?? [section()])
  const name = computed(() => String(project.get([...path.value, 'model']) ?? ''))
  const variant = computed(() => {
    const given = project.get([...path.value, 'variant'])
    if (typeof given === 'string') return given
    return findModelOf(section(), name.value)?.variants[0]?.name
  })

  function choose(model: string, wanted?: string) {
    const own = section()
    if (path.value.length > 1 || own === 'random_strength') {
      const old = project.get(path.value)
      const kept = Object.entries(isRecord(old) ? old : {}).filter(([key]) => !ofModel.has(key))
      project.set(path.value, {
        ...Object.fromEntries(kept),
        ...started(own, model, old),
        ...(wanted && { variant: wanted }),
        parameters: {},
      })
      return
    }
    const next = withModel(project.configuration, own, model, gridDefaults())
    project.change(wanted ? withVariant(next, own, wanted) : next, 'Model')
  }
  return { base: path, name, variant, choose }
}

function withVariant(configuration: unknown, section: ModelPlace, variant: string): unknown {
  if (!isRecord(configuration)) return configuration
  const own = configuration[section]
  return { ...configuration, [section]: isRecord(own) ? { ...own, variant } : { variant } }
}
