import { outline } from './paths.ts'
import type { Pen } from './pen.ts'
import { skyToScreen } from './view.ts'
import type { ColourScale } from './colour-scale.ts'
import type { SkyDirection, SkyMarks, SkyPoints } from './types.ts'
import type { SkyGeometry } from './view.ts'

const degree = Math.PI / 180

/** How far from the cursor a source may be to be read, on the whole map. */
const reachDeg = 4
/** Beyond this many, circles are drawn as squares: a browser fills those several times faster. */
const mostCircles = 6000

/** Sources in their colours. */
export interface DrawnSources {
  readonly points: SkyPoints
  readonly scale: ColourScale
  /** 256 colours, RGB bytes. */
  readonly colourMap: Uint8Array
}

export interface PointsLook {
  readonly scale: ColourScale
  /** 256 colours, RGB bytes. */
  readonly colourMap: Uint8Array
  /** Of the sky where no source is, RGB bytes; null: a map is below, from which the sources stand out by a light rim. */
  readonly ground: readonly [number, number, number] | null
  /** Sources to ring, and the colour of the rings. */
  readonly marks?: SkyMarks | null
  readonly markColour?: string
}

/** Radius in CSS pixels: smaller for many, larger as one zooms in, and smaller on a small map, of which something is to be seen. */
function pointRadius(count: number, { view, port }: SkyGeometry, overMap: boolean): number {
  const base = count <= 600 ? 4.5 : count <= mostCircles ? 3 : 1.5
  const room = overMap ? Math.min(1, Math.sqrt(port.width / 600)) : 1
  return Math.min(9, base * room * view.zoom ** 0.3)
}

/** Draws the sources in the colours of their values, in the order of the table; those without a value are hollow. */
export function drawPoints(
  context: Pen,
  geometry: SkyGeometry,
  { directionsDeg, values }: SkyPoints,
  { scale, colourMap, ground, marks, markColour = '' }: PointsLook,
): void {
  context.save()
  outline(context, geometry)
  if (ground) {
    context.fillStyle = css(ground)
    context.fill()
  }
  context.clip()
  const radius = pointRadius(values.length, geometry, ground === null)
  const colours = Array.from({ length: 256 }, (_, i) =>
    css([colourMap[3 * i], colourMap[3 * i + 1], colourMap[3 * i + 2]]),
  )
  const circles = values.length <= mostCircles
  // A thin edge: a colour like the ground's would vanish in it.
  context.strokeStyle = 'rgb(0 0 0 / 55%)'
  context.lineWidth = 0.75
  for (let i = 0; i < values.length; i++) {
    const place = { lonDeg: directionsDeg[2 * i], latDeg: directionsDeg[2 * i + 1] }
    const at = skyToScreen(geometry, place)
    if (!at || !isNear(at.x, geometry.port.width) || !isNear(at.y, geometry.port.height)) continue
    const position = scale.norm.toUnit(values[i])
    const colour = Number.isNaN(position)
      ? null
      : colours[Math.min(255, Math.floor(position * 256))]
    if (circles) {
      if (!ground) {
        context.beginPath()
        context.arc(at.x, at.y, radius + 1, 0, 2 * Math.PI)
        context.fillStyle = 'rgb(255 255 255 / 85%)'
        context.fill()
      }
      context.beginPath()
      context.arc(at.x, at.y, radius, 0, 2 * Math.PI)
      if (colour !== null) {
        context.fillStyle = colour
        context.fill()
      }
      context.stroke()
    } else if (colour !== null) {
      context.fillStyle = colour
      context.fillRect(at.x - radius, at.y - radius, 2 * radius, 2 * radius)
    }
    if (marks?.nside === 0 && marks.strength[i] > 0) {
      context.beginPath()
      context.arc(at.x, at.y, radius + 2.5, 0, 2 * Math.PI)
      context.save()
      context.strokeStyle = markColour
      context.lineWidth = 1.5
      context.stroke()
      context.restore()
    }
  }
  context.restore()
}

const isNear = (position: number, size: number) => position > -10 && position < size + 10
const css = ([red, green, blue]: readonly number[]) => `rgb(${red} ${green} ${blue})`

// Unit vectors of the sources, made with the first look at them and forgotten with them.
const vectors = new WeakMap<Float64Array, Float64Array>()

function vectorsOf(directionsDeg: Float64Array): Float64Array {
  const known = vectors.get(directionsDeg)
  if (known) return known
  const fresh = new Float64Array((3 * directionsDeg.length) / 2)
  for (let i = 0; 2 * i < directionsDeg.length; i++)
    fresh.set(unitVector(directionsDeg[2 * i], directionsDeg[2 * i + 1]), 3 * i)
  vectors.set(directionsDeg, fresh)
  return fresh
}

function unitVector(lonDeg: number, latDeg: number): readonly [number, number, number] {
  const cos = Math.cos(latDeg * degree)
  return [
    cos * Math.cos(lonDeg * degree),
    cos * Math.sin(lonDeg * degree),
    Math.sin(latDeg * degree),
  ]
}

/** The source nearest to a direction within reach of the cursor at this zoom; -1 where there is none. */
export function nearestPoint(points: SkyPoints, direction: SkyDirection, zoom: number): number {
  const all = vectorsOf(points.directionsDeg)
  const [x, y, z] = unitVector(direction.lonDeg, direction.latDeg)
  let [best, nearest] = [-1, Math.cos((reachDeg / Math.max(1, zoom)) * degree)]
  for (let i = 0; 3 * i < all.length; i++) {
    const cosine = all[3 * i] * x + all[3 * i + 1] * y + all[3 * i + 2] * z
    if (cosine >= nearest) [best, nearest] = [i, cosine]
  }
  return best
}

/** Where a source is. */
export function placeOf({ directionsDeg }: SkyPoints, index: number): SkyDirection {
  return { lonDeg: directionsDeg[2 * index], latDeg: directionsDeg[2 * index + 1] }
}
