import { computed } from 'vue'
import { compareCurves, groupCurves, hasValues } from '../charts/series.ts'
import type { CurveGroups } from '../charts/series.ts'
import { useRuns } from '../stores/runs.ts'
import { useView } from '../stores/view.ts'

export const chartNames = {
  loss: 'Loss',
  chi2: 'Chi-square per pixel',
  gradient: 'Gradient norm',
  step: 'Step size',
} as const satisfies Record<keyof CurveGroups, string>
export const chartKeys = ['loss', 'chi2', 'gradient', 'step'] as const

/** The charts of the shown run and those beside it, without what they look like. */
export function useCurves() {
  const runs = useRuns()
  const view = useView()

  /** The shown run and those beside it, as far as their curves are here. */
  const compared = computed(() => {
    const wanted = runs.list.filter(
      ({ run }) => run === runs.shownId || view.settings.comparedRuns.includes(run),
    )
    return wanted.flatMap(({ run, name }) => {
      const table = runs.curves.get(run)?.table
      return table && table.rows > 0 ? [{ run, name, table }] : []
    })
  })
  const comparing = computed(() => compared.value.length > 1)
  const groups = computed<CurveGroups | null>(() => {
    if (comparing.value) return compareCurves(compared.value)
    const { table } = runs.shownCurves ?? {}
    if (!table) return null
    const found = groupCurves(table.columns)
    return {
      ...found,
      chi2: found.chi2.filter((spec) => hasValues(table.column(spec.column))),
    }
  })
  const common = computed(() => {
    const curves = runs.shownCurves
    return curves && curves.table.rows > 0
      ? {
          table: curves.table,
          // Pauses and checkpoints of one run say nothing about the others.
          marks: comparing.value ? [] : curves.marks,
          iterations: comparing.value ? 0 : (runs.shown?.iterations ?? 0),
          log: view.settings.curvesLog,
          axis: view.settings.curvesAxis,
        }
      : null
  })
  /** What is on the screen, one below the other; with nothing chosen, everything. */
  const shown = computed(() => {
    const { curvesShown } = view.settings
    return chartKeys.filter((key) => curvesShown.length === 0 || curvesShown.includes(key))
  })
  const charts = computed(() => {
    const [inputs, specs] = [common.value, groups.value]
    if (!inputs || !specs) return []
    return shown.value.map((key, index) => ({
      key,
      title: chartNames[key],
      input: {
        ...inputs,
        specs: specs[key],
        ...(key === 'chi2' ? { reference: 1 } : {}),
        named: index === shown.value.length - 1,
      },
    }))
  })
  return { compared, comparing, charts }
}
