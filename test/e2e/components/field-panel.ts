import type { Page } from 'playwright-core'
import { defaultVolumeSettings } from '#renderer/volume/settings.ts'
import type { VolumeSettings } from '#renderer/volume/settings.ts'
import type {} from '../harness/api.ts'

/** A field along +y on voxels of a box: microgauss and kpc. */
export interface TestField {
  readonly shape: readonly [number, number, number]
  readonly halfSizeKpc: readonly [number, number, number]
  /** 0.5 within this of the Galactic axis, nothing beyond. */
  readonly discKpc: number
  /** A block of this strength: voxels whose centres are less than 3 kpc from `blockKpc` in each direction. */
  readonly strength: number
  readonly blockKpc: readonly [number, number, number]
}

/**
 * A box of 40 x 40 x 10 kpc, 20 x 20 x 5 voxels of 2 kpc, with a strong block around (9, 3, 0) kpc, a weak field within
 * 15 kpc of the centre and nothing beyond.
 */
const usualField: TestField = {
  shape: [20, 20, 5],
  halfSizeKpc: [20, 20, 5],
  discKpc: 15,
  strength: 4,
  blockKpc: [9, 3, 0],
}

export interface FieldOptions {
  readonly kind: 'slices' | 'volume'
  readonly field?: Partial<TestField>
  readonly quantity?: string
  readonly limits?: readonly [number, number] | null
  readonly theme?: 'dark' | 'light'
  readonly cursor?: readonly [number, number, number]
  readonly settings?: Partial<VolumeSettings>
  /** Whether the seeds of the field lines can be dragged in the slices. */
  readonly seeds?: boolean
}

/** |B| of a test field, C order. */
export function strengthsOf(of: Partial<TestField>): Float64Array {
  const { shape, halfSizeKpc, discKpc, strength, blockKpc } = { ...usualField, ...of }
  const [nx, ny, nz] = shape
  return Float64Array.from({ length: nx * ny * nz }, (_, at) => {
    const [x, y, z] = [Math.floor(at / (ny * nz)), Math.floor(at / nz) % ny, at % nz].map(
      (index, axis) => ((2 * index + 1) / shape[axis] - 1) * halfSizeKpc[axis],
    )
    const inBlock = [x, y, z].every((value, axis) => Math.abs(value - blockKpc[axis]) < 3)
    return inBlock ? strength : Math.hypot(x, y) < discKpc ? 0.5 : 0
  })
}

/** The props that say what the field is, as plain numbers for `setField` in the page. */
function fieldProps(of: Partial<TestField>) {
  const { shape, halfSizeKpc } = { ...usualField, ...of }
  return { strengths: [...strengthsOf(of)], shape, halfSizeKpc }
}

/** Mounts slices or volume of a test field, 560 x 620 px. */
export async function mountField(page: Page, options: FieldOptions): Promise<void> {
  const settings = { ...defaultVolumeSettings(), ...options.settings }
  await page.evaluate(
    async ({ kind, strengths, theme, settings, ...rest }) => {
      const field = new Float32Array(3 * strengths.length)
      strengths.forEach((value, voxel) => (field[3 * voxel + 1] = value))
      const { shape, halfSizeKpc } = rest
      const props = {
        ...rest,
        field,
        observerKpc: [-8.3, 0, 0.006],
        colourMap: null,
        title: 'test',
        overlays: settings.overlays,
        settings,
        magnetic: { values: field, shape, halfSizeKpc },
      }
      await window.harness.mount(kind, [{ width: 560, height: 620, props }], theme)
    },
    {
      ...fieldProps(options.field ?? {}),
      kind: options.kind,
      quantity: options.quantity ?? 'B',
      limits: options.limits ?? null,
      theme: options.theme ?? 'dark',
      cursor: options.cursor ?? [-8.3, 0, 0],
      settings,
      seeds: options.seeds ? settings.seeds : null,
    },
  )
}

/** Gives a mounted panel another test field. */
export async function setField(page: Page, of: Partial<TestField>): Promise<void> {
  await page.evaluate(async ({ strengths, shape, halfSizeKpc }) => {
    const field = new Float32Array(3 * strengths.length)
    strengths.forEach((value, voxel) => (field[3 * voxel + 1] = value))
    await window.harness.set(0, { field, shape, halfSizeKpc })
  }, fieldProps(of))
}
