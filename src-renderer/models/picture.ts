import type { Result } from '#shared/contract/methods.ts'

/** A model on two planes, as the engine evaluated it. */
export interface ModelPicture extends Omit<Result<'model.picture'>, 'half_size_kpc'> {
  readonly halfSizeKpc: readonly [number, number, number]
  /** [face-on rows, then edge-on rows, from the bottom][column][component] */
  readonly values: Float32Array
}

export type PictureFace = 'face' | 'edge'

/** Colours of a picture: 256 RGB bytes, over these limits. */
export interface PictureColours {
  readonly table: Uint8Array
  readonly limits: readonly [number, number]
  readonly norm: 'linear' | 'log'
}

export const rowsOf = (picture: ModelPicture, face: PictureFace): number =>
  face === 'face' ? picture.face_rows : picture.edge_rows

/**
 * What a picture shows at one of its pixels, in its unit: a density, or |B| with the sign of B_phi (positive along
 * increasing azimuth, counter-clockwise seen from the north).
 *
 * @param row from the bottom
 */
export function shownValue(
  picture: ModelPicture,
  face: PictureFace,
  row: number,
  column: number,
): number {
  const { columns, components, values, halfSizeKpc } = picture
  const line = face === 'face' ? row : picture.face_rows + row
  const at = components * (line * columns + column)
  if (components === 1) return values[at]
  const x = halfSizeKpc[0] * ((2 * (column + 0.5)) / columns - 1)
  const y = face === 'face' ? halfSizeKpc[1] * ((2 * (row + 0.5)) / picture.face_rows - 1) : 0
  const strength = Math.hypot(values[at], values[at + 1], values[at + 2])
  return x * values[at + 1] - y * values[at] < 0 ? -strength : strength
}

/** RGBA bytes of a picture, rows from the top. */
export function paintPicture(
  picture: ModelPicture,
  face: PictureFace,
  colours: PictureColours,
): Uint8ClampedArray<ArrayBuffer> {
  const rows = rowsOf(picture, face)
  const { columns } = picture
  const { table, norm } = colours
  const [low, high] = norm === 'log' ? colours.limits.map(Math.log) : colours.limits
  const bytes = new Uint8ClampedArray(4 * rows * columns)
  let out = 0
  for (let row = rows - 1; row >= 0; row--) {
    for (let column = 0; column < columns; column++, out += 4) {
      const value = shownValue(picture, face, row, column)
      const place = ((norm === 'log' ? Math.log(value) : value) - low) / (high - low)
      const index = 3 * Math.min(255, Math.max(0, Math.floor(256 * place)))
      bytes[out] = table[index]
      bytes[out + 1] = table[index + 1]
      bytes[out + 2] = table[index + 2]
      bytes[out + 3] = 255
    }
  }
  return bytes
}
