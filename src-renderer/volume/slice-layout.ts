import { slicePlanes } from './slice-image.ts'
import type { SliceName } from './slice-image.ts'
import type { Vector3 } from './types.ts'

/** A rectangle of the panel, CSS pixels. */
export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface SliceLayout {
  readonly boxes: Readonly<Record<SliceName, Box>>
  /** The cell right of xz and below yz. */
  readonly corner: Box
  /** Left end and width of the whole block, for the colour bar. */
  readonly left: number
  readonly width: number
  readonly barTop: number
}

export const sliceNames: readonly SliceName[] = ['xy', 'xz', 'yz']
const gap = 8
const room = { left: 40, right: 20, top: 10, axis: 22, bar: 52 } as const

/** The largest block of the three slices that fits, all at one scale, with room for ticks and colour bar. */
export function layoutSlices(width: number, height: number, half: Vector3): SliceLayout {
  const [sizeX, sizeY, sizeZ] = half
  const scale = Math.max(
    1e-3,
    Math.min(
      (width - room.left - room.right - gap) / (sizeX + sizeZ),
      (height - room.top - room.axis - room.bar - 8 - gap) / (sizeY + sizeZ),
    ),
  )
  const [x, y, z] = [sizeX, sizeY, sizeZ].map((size) => Math.max(2, Math.round(size * scale)))
  const block = x + gap + z
  const left = Math.round((width - block - room.left - room.right) / 2) + room.left
  const below = room.top + y + gap
  const beside = left + x + gap
  return {
    boxes: {
      xy: { x: left, y: room.top, width: x, height: y },
      xz: { x: left, y: below, width: x, height: z },
      yz: { x: beside, y: room.top, width: z, height: y },
    },
    corner: { x: beside, y: below, width: z, height: z },
    left,
    width: block,
    barTop: below + z + room.axis + 4,
  }
}

/** Screen position of a point in a slice. */
export function toScreen(box: Box, name: SliceName, half: Vector3, point: Vector3) {
  const { right, up } = slicePlanes[name]
  return {
    x: box.x + ((point[right] / half[right] + 1) / 2) * box.width,
    y: box.y + ((1 - point[up] / half[up]) / 2) * box.height,
  }
}

/** The slice under a screen point and the position there, `cursor` giving the third coordinate. */
export function fromScreen(
  layout: SliceLayout,
  half: Vector3,
  cursor: Vector3,
  screenX: number,
  screenY: number,
  only?: SliceName,
): { readonly name: SliceName; readonly point: Vector3 } | null {
  for (const name of only ? [only] : sliceNames) {
    const box = layout.boxes[name]
    const u = (screenX - box.x) / box.width
    const v = 1 - (screenY - box.y) / box.height
    // A drag that began in a slice goes on at its edge.
    if (!only && (u < 0 || u > 1 || v < 0 || v > 1)) continue
    const { right, up } = slicePlanes[name]
    const point: [number, number, number] = [...cursor]
    point[right] = (2 * Math.min(1, Math.max(0, u)) - 1) * half[right]
    point[up] = (2 * Math.min(1, Math.max(0, v)) - 1) * half[up]
    return { name, point }
  }
  return null
}
