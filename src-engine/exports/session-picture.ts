import { vec2pix } from '#shared/healpix/index.ts'
import { voxelIndex } from '#shared/physics/grid.ts'
import { colourAt, PLANE_EXTENT, unproject } from '#shared/sky/index.ts'
import type { Session } from '../storage/session.ts'
import { encodePng } from './figures/png.ts'
import { fullSky } from './maps-fits.ts'
import { dataColours, fieldStrength } from './run-figures.ts'
import type { Colours } from './run-figures.ts'
import { loadRunResult } from './run-result.ts'
import type { RunResult } from './run-result.ts'

/** The sky, twice as wide as high, and the square of the field, with a gap of 16 pixels. */
export const pictureSize = { width: 496, height: 160 } as const

type Sheet = (x: number, y: number, colours: Colours, value: number) => void

/**
 * A small picture of a session, PNG with transparency: the sky of the latest run that has got anywhere (Mollweide, the model
 * of its first map) and |B| in the plane of the Galaxy. Undefined where there is nothing to show yet.
 */
export function sessionPicture(session: Session): Uint8Array<ArrayBuffer> | undefined {
  const latest = session.runs.list().findLast(({ id }) => session.runs.checkpoints(id).length > 0)
  if (latest === undefined) return undefined
  const { width, height } = pictureSize
  const pixels = new Uint8Array(4 * width * height)
  const set: Sheet = (x, y, { norm, colourMap }, value) => {
    const colour = colourAt(colourMap, norm.toUnit(value))
    if (colour) pixels.set([...colour, 255], 4 * (y * width + x))
  }
  const result = loadRunResult(session, latest.id)
  drawSky(result, set)
  drawField(result, set)
  return encodePng(width, height, pixels, 96)
}

function drawSky({ data, models }: RunResult, set: Sheet): void {
  const at = data.findIndex(({ kind }) => kind === 'map')
  const vector = data[at]
  if (vector?.kind !== 'map') return
  // Dark in the middle: it stands on the dark theme's surface as well as on the light one's.
  const colours = dataColours(vector, 'berlin')
  const sky = fullSky(vector, models[at])
  const { height } = pictureSize
  const unit = height / 2 / PLANE_EXTENT.mollweide.y
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < 2 * height; x++) {
      const direction = unproject(
        'mollweide',
        (x + 0.5 - height) / unit,
        (height / 2 - y - 0.5) / unit,
      )
      if (direction) set(x, y, colours, sky[vec2pix(vector.nside, 'RING', direction)])
    }
  }
}

function drawField({ field, grid }: RunResult, set: Sheet): void {
  const { strength, colours } = fieldStrength(field)
  const { width, height } = pictureSize
  const [nx, ny, nz] = grid.shape
  for (let y = 0; y < height; y++) {
    const j = Math.min(ny - 1, Math.floor(((height - y - 0.5) * ny) / height))
    for (let x = 0; x < height; x++) {
      const i = Math.min(nx - 1, Math.floor(((x + 0.5) * nx) / height))
      const value = strength[voxelIndex(grid, i, j, nz >> 1)]
      set(width - height + x, y, colours, value)
    }
  }
}
