import { computed } from 'vue'
import { tableOf } from '../sky/colour-scale.ts'
import { derivedScalar } from './derived.ts'
import { fieldColourMap, fieldScale, scaleWords } from './field-scale.ts'
import type { ColourScale } from '../sky/colour-scale.ts'
import type { SliceColours } from './slice-image.ts'
import type { Transfer } from './volume-scene.ts'
import type { ScalarGrid } from './scalar.ts'
import type { FieldArray } from './derived.ts'
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

/** The look in the colours of a theme: the light one for white paper. Throws an Error while there is no field. */
export function printLook(
  props: FieldProps,
  theme: FieldProps['theme'] = 'light',
): FieldLook & { readonly colourMap: Uint8Array } {
  const look = fieldLook(props)
  if (!look) throw new Error('There is no field to draw yet.')
  return { ...look, colourMap: tableOf(fieldColourMap(props, theme)) }
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

/** Colours of arrows and field lines: those of |B|, whatever quantity is shown. */
export function strengthLook(
  magnetic: FieldArray,
  limits: FieldProps['limits'],
  theme: FieldProps['theme'],
) {
  const { statistics } = derivedScalar(magnetic, 'B')
  return {
    scale: fieldScale('B', limits, statistics),
    table: tableOf(fieldColourMap({ quantity: 'B', colourMap: null }, theme)),
  }
}

/** Colours of slices and solids. */
export function sliceColours(scale: ColourScale, table: Uint8Array): Omit<SliceColours, 'neutral'> {
  return { table, limits: scale.limits, norm: scale.kind === 'log' ? 'log' : 'linear' }
}

/** What the volume casts its rays through. */
export interface VolumeTexture {
  /** x fastest, as vtk.js has it. */
  readonly values: Float32Array
  readonly shape: ScalarGrid['shape']
  readonly halfSizeKpc: ScalarGrid['halfSizeKpc']
}

/**
 * The values of a grid for the graphics device: logarithms for a logarithmic scale, since its colours and opacities run evenly. One
 * pass, because the window stands still for it: some 40 ms for two million voxels.
 *
 * @param logFrom `logStart` of the scale
 */
export function volumeTexture(grid: ScalarGrid, logFrom: number | null): VolumeTexture {
  const { values, shape, halfSizeKpc } = grid
  const [nx, ny, nz] = shape
  const log = logFrom !== null
  const least = log ? Math.log10(logFrom) - 1 : 0
  const shown = new Float32Array(values.length)
  let from = 0
  for (let i = 0; i < nx; i++) {
    for (let j = 0; j < ny; j++) {
      for (let k = 0; k < nz; k++) {
        const value = values[from++]
        shown[(k * ny + j) * nx + i] = log ? Math.max(logOf(value), least) : value
      }
    }
  }
  return { values: shown, shape, halfSizeKpc }
}

/** The lower end of a logarithmic scale; null of others, whose limits do not change the texture. */
export function logStart({ kind, limits }: ColourScale): number | null {
  return kind === 'log' ? limits[0] : null
}

function logOf(value: number): number {
  return value > 0 ? Math.LOG10E * Math.log(value) : -Infinity
}

/** Colours and opacities of `volumeTexture`. `hiddenBelow`: part of the scale, 0 to 1. */
export function volumeTransfer(
  scale: ColourScale,
  table: Uint8Array,
  signed: boolean,
  hiddenBelow: number,
): Transfer {
  const [low, high] = scale.limits
  if (scale.kind !== 'log')
    return {
      table,
      limits: scale.limits,
      start: signed ? 0 : Math.min(low, 0),
      signed,
      hiddenBelow,
    }
  const limits = [Math.log10(low), Math.log10(high)] as const
  return { table, limits, start: limits[0], signed, hiddenBelow }
}

/** Values of the isosurfaces at a part of the scale, 0 to 1: of a signed quantity there are two. */
export function surfaceLevels(scale: ColourScale, signed: boolean, part: number): number[] {
  const [low, high] = scale.limits
  if (signed) return part > 0 ? [part * high, -part * high] : []
  const level = scale.kind === 'log' ? low * (high / low) ** part : low + (high - low) * part
  return level > 0 ? [level] : []
}

/** The value below which nothing is drawn. */
export function hiddenValue({ kind, limits: [low, high] }: ColourScale, part: number): number {
  return kind === 'log' ? low * (high / low) ** part : high * part
}
