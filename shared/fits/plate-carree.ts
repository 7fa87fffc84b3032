import { ang2pix, nsideToNpix } from '../healpix/index.ts'
import { frameRotation } from '../sky/index.ts'
import { applyMatrix } from '../sky/matrix.ts'
import type { Frame } from '../sky/index.ts'
import { markBadPixels } from './bad-pixels.ts'
import type { PixelCounts } from './bad-pixels.ts'
import { FitsError } from './errors.ts'
import { describeKind, holdsImage, readImage } from './image.ts'
import { firstNumber, frameOf } from './map-keywords.ts'
import { hduAt } from './structure.ts'
import type { FitsFile, Hdu } from './structure.ts'
import type { Values } from './values.ts'

/** Angles along an image axis, degrees: cell i (from 0) is at `firstDeg + i * stepDeg`. */
export interface AngleAxis {
  firstDeg: number
  stepDeg: number
}

/** The grid of a plate carree image, read from its header alone. */
export interface PlateCarreeGrid {
  hdu: Hdu
  /** Columns that are kept: those that repeat the sky after a full turn are dropped. */
  width: number
  height: number
  longitude: AngleAxis
  latitude: AngleAxis
  /** undefined when the header names no frame that is known, for instance another equinox. */
  frame: Frame | undefined
  /** Why the image cannot be read, one sentence each; empty when it can. */
  problems: string[]
  notes: string[]
}

export interface PlateCarreeImage {
  width: number
  height: number
  longitude: AngleAxis
  latitude: AngleAxis
  frame: Frame | undefined
  /** `width * height` values, longitude fastest; NaN where there is none. */
  values: Values
  counts: PixelCounts
  /** BUNIT as written. */
  unit: string | undefined
  notes: string[]
}

export interface ReadImageOptions {
  /** HDU number; default the first image with sky coordinates. */
  hdu?: number
  /** Overrides the frame that the header names. */
  frame?: Frame
  /** A value that marks bad cells besides BLANK and UNSEEN. */
  badValue?: number
}

/** Slack for positions rounded in the header, in cells. */
const SLACK_CELLS = 1e-3

/** Recognise a plate carree image of the sky; undefined for an image without sky coordinates. */
export function recognisePlateCarree(file: FitsFile, hdu: Hdu): PlateCarreeGrid | undefined {
  if (!holdsImage(hdu) || hdu.axes.length < 2) return undefined
  const { header, axes } = hdu
  const types = [parseType(header.text('CTYPE1')), parseType(header.text('CTYPE2'))]
  const [first, second] = types
  if (!SYSTEMS.includes(`${first.name} ${second.name}`)) return undefined
  const grid: PlateCarreeGrid = {
    hdu,
    width: axes[0],
    height: axes[1],
    longitude: axisOf(hdu, 1),
    latitude: axisOf(hdu, 2),
    frame: frameOf([header, file.hdus[0].header]),
    problems: [],
    notes: [],
  }
  const projection = types.map((type) => type.projection).find((p) => p !== '' && p !== 'CAR')
  if (projection !== undefined) {
    grid.problems.push(`The projection ${projection} is not read, only plate carree (CAR).`)
  }
  const isProjected = first.projection === 'CAR'
  checkGrid(grid, isProjected)
  return grid
}

/** Names of the two axes, longitude first. */
const SYSTEMS = ['RA DEC', 'GLON GLAT', 'ELON ELAT']

/** `RA--` and `RA---CAR`: the name fills four characters with hyphens, the projection follows. */
function parseType(ctype: string | undefined): { name: string; projection: string } {
  const [name = '', ...rest] = (ctype ?? '').toUpperCase().split('-')
  return { name, projection: rest.filter((part) => part !== '').join('-') }
}

/** Linear coordinates of FITS WCS paper I (Greisen & Calabretta 2002), equation 1, without rotation. */
function axisOf(hdu: Hdu, n: number): AngleAxis {
  const headers = [hdu.header]
  const pc = firstNumber(headers, `PC${n}_${n}`) ?? 1
  const step = firstNumber(headers, `CD${n}_${n}`) ?? pc * (firstNumber(headers, `CDELT${n}`) ?? 1)
  const reference = firstNumber(headers, `CRVAL${n}`) ?? 0
  return {
    firstDeg: reference + (1 - (firstNumber(headers, `CRPIX${n}`) ?? 0)) * step,
    stepDeg: step,
  }
}

function checkGrid(grid: PlateCarreeGrid, isProjected: boolean): void {
  const { hdu, problems, latitude, longitude, height } = grid
  const { axes, header } = hdu
  if (axes.slice(2).some((length) => length !== 1)) {
    problems.push(`The image is a cube of ${axes.join(' x ')} values; give one plane of it.`)
  }
  const nonZero = ['CD1_2', 'CD2_1', 'PC1_2', 'PC2_1', 'CROTA1', 'CROTA2'].find(
    (keyword) => (firstNumber([header], keyword) ?? 0) !== 0,
  )
  if (nonZero !== undefined) problems.push(`The image is rotated (${nonZero}), which is not read.`)
  // Off the equator, or with another native pole, CAR is an oblique projection (WCS paper II, section 2).
  const oblique = ['CRVAL2', 'LONPOLE'].find((k) => (firstNumber([header], k) ?? 0) !== 0)
  if (isProjected && oblique !== undefined) {
    problems.push(`${oblique} is not 0, which makes the projection oblique; that is not read.`)
  }
  for (const n of [1, 2]) {
    for (const keyword of [`CDELT${n}`, `CRPIX${n}`, `CRVAL${n}`, `CD${n}_${n}`, `PC${n}_${n}`]) {
      const card = header.card(keyword)
      if (card && firstNumber([header], keyword) === undefined) {
        problems.push(`${keyword} is ${card.raw.slice(0, 40) || 'empty'}, which is no number.`)
      }
    }
    const unit = header.text(`CUNIT${n}`)?.toLowerCase() ?? 'deg'
    if (!/^deg(ree)?s?$/.test(unit)) problems.push(`CUNIT${n} is '${unit}', not degrees.`)
  }
  const steps = [longitude.stepDeg, latitude.stepDeg].map(Math.abs)
  if (!steps.every((step) => step > 1e-6 && step <= 90)) {
    problems.push(`CDELT1 and CDELT2 are no steps of a sky grid: ${steps.join(' and ')} deg.`)
    return
  }
  const last = latitude.firstDeg + (height - 1) * latitude.stepDeg
  const beyond = Math.max(Math.abs(latitude.firstDeg), Math.abs(last)) - 90
  if (!(beyond <= SLACK_CELLS * steps[1])) {
    problems.push(`The rows run from ${latitude.firstDeg} to ${last} deg, beyond a pole.`)
  }
  if (!(Math.abs(longitude.firstDeg) <= 1080)) {
    problems.push(`The columns begin at ${longitude.firstDeg} deg of longitude.`)
  }
  dropRepeatedColumns(grid)
}

/** A grid may repeat its first columns after a full turn, so that pictures close. */
function dropRepeatedColumns(grid: PlateCarreeGrid): void {
  const cells = 360 / Math.abs(grid.longitude.stepDeg)
  const turn = Math.round(cells)
  if (grid.width <= cells + SLACK_CELLS) return
  if (Math.abs(cells - turn) > SLACK_CELLS) {
    grid.problems.push(
      `The ${grid.width} columns make more than a full turn, which is ${cells.toFixed(3)} columns.`,
    )
    return
  }
  grid.notes.push(`The last ${grid.width - turn} of ${grid.width} columns repeat the first.`)
  grid.width = turn
}

/**
 * Read a plate carree image of the sky.
 * @throws FitsError when there is none or its grid is not plain plate carree
 */
export function readPlateCarree(file: FitsFile, options: ReadImageOptions = {}): PlateCarreeImage {
  const candidates = options.hdu === undefined ? file.hdus : [hduAt(file, options.hdu)]
  const grid = candidates
    .map((hdu) => recognisePlateCarree(file, hdu))
    .find((found) => found !== undefined)
  if (grid === undefined) {
    const found = describeKind(candidates[0])
    throw new FitsError(
      'no-map',
      options.hdu === undefined
        ? 'The file holds no image of the sky'
        : `it holds no image of the sky but ${found}`,
      'Such an image needs CTYPE1 and CTYPE2 for longitude and latitude (RA and DEC, GLON and GLAT, ...).',
      { hdu: options.hdu, keyword: 'CTYPE1' },
    )
  }
  if (grid.problems.length > 0) {
    throw new FitsError(
      'unsupported',
      grid.problems.join(' ').replace(/\.$/, ''),
      'Convert the image to a HEALPix map first, for instance with the reproject package.',
      { hdu: grid.hdu.index },
    )
  }
  const image = readImage(file, grid.hdu.index)
  const { width, height, longitude, latitude } = grid
  const values = keepColumns(image.values, grid.hdu.axes[0], width, height)
  return {
    width,
    height,
    longitude,
    latitude,
    frame: options.frame ?? grid.frame,
    values,
    counts: markBadPixels(values, [options.badValue]),
    unit: image.unit,
    notes: grid.notes,
  }
}

function keepColumns(values: Values, stored: number, width: number, height: number): Values {
  if (width === stored) return values
  const kept = values.slice(0, width * height)
  for (let row = 0; row < height; row++) {
    kept.set(values.subarray(row * stored, row * stored + width), row * width)
  }
  return kept
}

export interface ResampledMap {
  nside: number
  ordering: 'RING'
  frame: 'galactic'
  /** NaN where no valid cell falls into the pixel. */
  values: Float64Array
  /** Pixels without any valid cell. */
  emptyPixels: number
}

/**
 * Average a plate carree image into Galactic HEALPix pixels: the mean of the cells whose centres fall into each,
 * weighted by cos(latitude), the solid angle of a cell.
 * @throws FitsError naming the key `frame` when the frame of the image is not known
 */
export function plateCarreeToHealpix(image: PlateCarreeImage, nside: number): ResampledMap {
  const { width, height, longitude, latitude, frame } = image
  if (frame === undefined) {
    throw new FitsError(
      'needs-answer',
      'The header of the image does not name a frame that is known',
      'Give the key `frame` (galactic, equatorial-J2000, equatorial-B1950 or ecliptic).',
      { keyword: 'EQUINOX' },
    )
  }
  const rotation = frameRotation(frame, 'galactic')
  const npix = nsideToNpix(nside)
  const sums = new Float64Array(npix)
  const weights = new Float64Array(npix)
  for (let row = 0; row < height; row++) {
    const lat = radians(clampLatitude(latitude.firstDeg + row * latitude.stepDeg))
    const weight = Math.cos(lat)
    for (let column = 0; column < width; column++) {
      const value = image.values[row * width + column]
      if (Number.isNaN(value)) continue
      const lon = radians(longitude.firstDeg + column * longitude.stepDeg)
      const direction = [weight * Math.cos(lon), weight * Math.sin(lon), Math.sin(lat)] as const
      const [x, y, z] = applyMatrix(rotation, direction)
      const theta = Math.atan2(Math.hypot(x, y), z)
      const pixel = ang2pix(nside, 'RING', theta, Math.atan2(y, x))
      sums[pixel] += weight * value
      weights[pixel] += weight
    }
  }
  let emptyPixels = 0
  for (let pixel = 0; pixel < npix; pixel++) {
    if (weights[pixel] === 0) emptyPixels++
    // 0 / 0 is the NaN that is wanted; values near the end of the float range may sum to infinity.
    sums[pixel] /= weights[pixel]
    if (!Number.isFinite(sums[pixel])) sums[pixel] = Number.NaN
  }
  return { nside, ordering: 'RING', frame: 'galactic', values: sums, emptyPixels }
}

/** Largest power of two whose pixels are at least two cells wide, so that each pixel averages several cells. */
export function naturalNside(grid: { longitude: AngleAxis; latitude: AngleAxis }): number {
  const cell = Math.max(Math.abs(grid.longitude.stepDeg), Math.abs(grid.latitude.stepDeg))
  // A pixel of NSIDE 1 is sqrt(4 pi / 12) rad = 58.6 deg wide.
  const exponent = Math.floor(Math.log2(58.6 / (2 * cell)))
  return 2 ** Math.min(Math.max(exponent, 0), 13)
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180
}

function clampLatitude(degrees: number): number {
  return Math.min(90, Math.max(-90, degrees))
}
