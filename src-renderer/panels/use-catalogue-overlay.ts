import { computed } from 'vue'
import { buildScale, divergingMap, valueStatistics } from '../sky/colour-scale.ts'
import type { ColourScale } from '../sky/colour-scale.ts'
import type { SkyOverlay } from '../sky/types.ts'
import { useOverlay } from '../stores/overlay.ts'
import { useTheme } from '../stores/theme.ts'
import { useView } from '../stores/view.ts'
import { lookOf } from './quantities.ts'

/** How the data are drawn. */
interface DataColours {
  readonly scale: ColourScale
  readonly colourMap: string
  readonly symmetric: boolean
}

/**
 * The catalogue over data and model, and over their residual; null without one. Its sources have colours of their own, from the
 * least to the greatest value, or those of the data: then over the residual too, whose colours are of differences.
 */
export function useCatalogueOverlay(dataColours: () => DataColours | null) {
  const overlay = useOverlay()
  const theme = useTheme()
  const view = useView()
  return computed(() => {
    if (!overlay.shown) return null
    const { entry, points, unit } = overlay.shown
    const { name: quantity, colourMap, signed } = lookOf(entry.quantity)
    const sources = { points, unit, name: entry.name, quantity }
    const shared = overlay.sharesUnit && view.settings.overlayInMapColours ? dataColours() : null
    if (shared) {
      const data: SkyOverlay = { ...sources, colours: null }
      const residual: SkyOverlay = { ...sources, colours: { ...shared, barOnScreen: false } }
      return { data, residual }
    }
    const request = { norm: 'linear', limits: null, percentile: 100, symmetric: signed } as const
    const own: SkyOverlay = {
      ...sources,
      colours: {
        scale: buildScale(request, valueStatistics(points.values)),
        colourMap: colourMap === 'diverging' ? divergingMap(theme.current) : colourMap,
        symmetric: signed,
        barOnScreen: true,
      },
    }
    return { data: own, residual: own }
  })
}
