import { computed } from 'vue'
import { sliceColours, strengthLook, surfaceLevels } from './field-look.ts'
import { seedPositions } from './geometry/seeds.ts'
import { useGeometry } from './geometry/use-geometry.ts'
import { quantityInfo } from './scalar.ts'
import type { ColourScale } from '../sky/colour-scale.ts'
import type { Solid, SolidQuestion } from './geometry/use-geometry.ts'
import type { ScalarGrid } from './scalar.ts'
import type { SolidColours } from './solid-actor.ts'
import type { FieldVolumeProps } from './types.ts'

/** About how many arrows there are in the box, the empty places included. */
const arrowCounts = { few: 400, medium: 1500, many: 5000 } as const

/** What is on the screen of the quantity: its scalar and its colours. */
export interface ShownScalar {
  readonly grid: () => ScalarGrid | null
  readonly scale: () => ColourScale | null
  readonly table: () => Uint8Array
}

/** Isosurface, arrows and field lines of the settings, with their colours. */
export function useVolumeSolids(props: FieldVolumeProps, shown: ShownScalar) {
  const vectorsShown = computed(() => props.settings.arrows || props.settings.lines)
  /** The scale of |B| for arrows and lines: that of the colour bar where |B| is the quantity. */
  const strength = computed(() => {
    if (!vectorsShown.value || !props.magnetic) return null
    const limits = props.quantity === 'B' ? props.limits : props.settings.strengthLimits
    return strengthLook(props.magnetic, limits, props.theme)
  })
  const levels = computed(() => {
    const scale = shown.scale()
    if (!props.settings.surface || !scale) return []
    return surfaceLevels(scale, quantityInfo[props.quantity].signed, props.settings.surfaceLevel)
  })

  const surface = computed<SolidQuestion | null>((before) =>
    same(before, levels.value.length > 0 ? { kind: 'surface', levels: levels.value } : null),
  )
  const arrows = computed<SolidQuestion | null>((before) => {
    const { arrows: wanted, arrowDensity } = props.settings
    if (!wanted || !strength.value) return null
    const fullLength = strength.value.scale.limits[1]
    return same(before, { kind: 'arrows', most: arrowCounts[arrowDensity], fullLength })
  })
  const lines = computed<SolidQuestion | null>((before) => {
    if (!props.settings.lines || !props.magnetic) return null
    return same(before, { kind: 'lines', seeds: seedPositions(props.settings.seeds) })
  })
  const { meshes, settled } = useGeometry({
    field: () => (vectorsShown.value ? props.magnetic : null),
    grid: () => (props.settings.surface ? shown.grid() : null),
    surface: () => surface.value,
    arrows: () => arrows.value,
    lines: () => lines.value,
  })

  const surfaceColours = computed<SolidColours | null>(() => {
    const scale = shown.scale()
    return scale && sliceColours(scale, shown.table())
  })
  const strengthColours = computed<SolidColours | null>(
    () => strength.value && sliceColours(strength.value.scale, strength.value.table),
  )
  const colours = (solid: Solid): SolidColours | null =>
    solid === 'surface' ? surfaceColours.value : strengthColours.value

  return { meshes, settled, colours, levels, strength }
}

/** The question before where nothing changed, so that other settings do not ask it again. */
function same(
  before: SolidQuestion | null | undefined,
  now: SolidQuestion | null,
): SolidQuestion | null {
  return before && JSON.stringify(before) === JSON.stringify(now) ? before : now
}
