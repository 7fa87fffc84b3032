import { computed } from 'vue'
import { buildScale, divergingMap, valueStatistics } from '../sky/colour-scale.ts'
import type { ColourScale } from '../sky/colour-scale.ts'
import type { ColourLimits, SkyDirection, SkyNorm, SkyViewState } from '../sky/types.ts'
import { useTheme } from '../stores/theme.ts'
import { useView } from '../stores/view.ts'
import type { QuantityLook } from './quantities.ts'

/**
 * What all maps of a panel have in common: how their quantity is drawn, and the view and the cursor, which panels share too. A
 * click pins the cursor, `free` lets it go.
 */
export function useSkyMaps(look: () => QuantityLook) {
  const theme = useTheme()
  const view = useView()

  const common = computed(() => ({
    percentile: view.settings.percentile,
    projection: view.settings.projection,
    view: view.sky,
    cursor: view.cursor,
    theme: theme.current,
  }))
  /** Without limits. */
  const scale = computed(() => {
    const { colourMap, signed } = look()
    const norm: SkyNorm = signed ? view.settings.signedNorm : view.settings.norm
    return {
      norm,
      colourMap: colourMap === 'diverging' ? divergingMap(theme.current) : colourMap,
      symmetric: signed,
    }
  })
  const differenceScale = computed(() => ({
    quantity: 'Difference, symmetric',
    norm: 'linear' as const,
    percentile: 98,
    colourMap: divergingMap(theme.current),
    symmetric: true,
  }))
  /** Of values in the colours of the quantity, where not all is `given`. */
  function scaleOf(values: Float32Array, given: ColourLimits | null): ColourScale {
    const { percentile } = view.settings
    return buildScale({ ...scale.value, limits: given, percentile }, valueStatistics(values))
  }

  function pin({ lonDeg, latDeg }: SkyDirection): void {
    view.cursor = { lonDeg, latDeg }
    view.pinned = true
  }
  function free(): void {
    view.cursor = null
    view.pinned = false
  }
  /** Of each map. */
  const listeners = {
    'update:view': (moved: SkyViewState) => (view.sky = moved),
    'update:cursor': (cursor: SkyDirection | null) => {
      if (!view.pinned) view.cursor = cursor
    },
  }
  return { common, scale, differenceScale, scaleOf, listeners, pin, free }
}
