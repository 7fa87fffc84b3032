import { computed } from 'vue'
import { tableOf } from '../sky/colour-scale.ts'
import { derivedScalar } from './derived.ts'
import { fieldColourMap, fieldScale, scaleWords } from './field-scale.ts'
import type { ColourScale } from '../sky/colour-scale.ts'
import type { ScalarGrid } from './scalar.ts'
import type { FieldProps } from './types.ts'

/** What slices and volume draw of a field, on the screen and on paper. */
export interface FieldLook {
  readonly grid: ScalarGrid
  readonly scale: ColourScale
  /** Under the colour bar. */
  readonly words: string
}

/** Scalar and scale of a field; null while there is none. Throws RangeError when the array does not have the shape. */
function fieldLook(props: FieldProps): FieldLook | null {
  const { field: values, shape, halfSizeKpc, quantity, limits } = props
  if (!values) return null
  const { grid, statistics } = derivedScalar({ values, shape, halfSizeKpc }, quantity)
  const scale = fieldScale(quantity, limits, statistics)
  return { grid, scale, words: scaleWords(quantity, scale, statistics) }
}

/** The look on white, in the colours of the light theme. Throws an Error while there is no field. */
export function printLook(props: FieldProps): FieldLook & { readonly colourMap: Uint8Array } {
  const look = fieldLook(props)
  if (!look) throw new Error('There is no field to draw yet.')
  return { ...look, colourMap: tableOf(fieldColourMap(props, 'light')) }
}

/** The look on the screen. Each part changes only when what it depends on does. */
export function useFieldLook(props: FieldProps) {
  const look = computed(() => fieldLook(props))
  return {
    grid: computed(() => look.value?.grid ?? null),
    scale: computed(() => look.value?.scale ?? null),
    words: computed(() => look.value?.words ?? ''),
    table: computed(() => tableOf(fieldColourMap(props, props.theme))),
  }
}
