import type { ChartTokens } from '../charts/tokens.ts'
import { niceStep } from '../charts/axis.ts'
import { superscript } from '#shared/sky/index.ts'
import { formatRound } from '../format/text.ts'
import type { SightlineProfile } from './profile.ts'
import { onAxis, trackAxis } from './tracks.ts'
import type { TrackAxis, TrackInfo } from './tracks.ts'

/** CSS pixels left of the plots for ticks, right of them, and below them for the distance axis. */
export const room = { left: 44, right: 16, axis: 34 } as const
/** Above and below the curve of a track. */
const inset = 7

export interface TracksPicture {
  readonly profile: SightlineProfile
  readonly tracks: readonly TrackInfo[]
  readonly width: number
  readonly trackHeight: number
  readonly cursorKpc: number | null
  readonly tokens: ChartTokens
}

/** Screen position of a distance. */
function distanceToX({ profile, width }: TracksPicture, kpc: number): number {
  const { left, right } = room
  return left + (kpc / lengthOf(profile)) * (width - left - right)
}

/** The other way, within the ray. */
export function xToDistance(profile: SightlineProfile, width: number, x: number): number {
  const part = (x - room.left) / (width - room.left - room.right)
  return Math.min(1, Math.max(0, part)) * lengthOf(profile)
}

const lengthOf = ({ distanceKpc }: SightlineProfile) => distanceKpc[distanceKpc.length - 1]

/** Draws in CSS pixels, all tracks below one another with one axis of distance. */
export function drawTracks(context: CanvasRenderingContext2D, picture: TracksPicture): void {
  context.save()
  picture.tracks.forEach((track, index) => drawTrack(context, picture, track, index))
  drawDistances(context, picture)
  drawCursor(context, picture)
  context.restore()
}

function drawTrack(
  context: CanvasRenderingContext2D,
  picture: TracksPicture,
  track: TrackInfo,
  index: number,
): void {
  const { profile, width, trackHeight, tokens } = picture
  const values = profile.columns.get(track.column)
  if (!values) return
  const axis = trackAxis(values, track.kind)
  const top = index * trackHeight
  const yOf = (value: number) =>
    top + trackHeight - inset - onAxis(axis, value) * (trackHeight - 2 * inset)
  context.font = `400 11px ${tokens.font}`
  context.textAlign = 'right'
  context.textBaseline = 'middle'
  for (const tick of axis.ticks) {
    const y = Math.round(yOf(tick)) + 0.5
    context.strokeStyle = tick === 0 && track.kind === 'signed' ? tokens.frame : tokens.grid
    context.beginPath()
    context.moveTo(room.left, y)
    context.lineTo(width - room.right, y)
    context.stroke()
    context.fillStyle = tokens.text3
    context.fillText(tickText(tick, axis), room.left - 6, y)
  }
  context.save()
  context.beginPath()
  context.rect(room.left, top, width - room.left - room.right, trackHeight)
  context.clip()
  const color = tokens.series[track.colour - 1]
  const path = () => {
    context.beginPath()
    let pen = false
    for (let row = 0; row < profile.rows; row++) {
      const y = yOf(values[row])
      if (Number.isFinite(y)) {
        const x = distanceToX(picture, profile.distanceKpc[row])
        if (pen) context.lineTo(x, y)
        else context.moveTo(x, y)
      }
      pen = Number.isFinite(y)
    }
  }
  // Dashes and no area: what the data do not tell is not to be read as a result.
  if (track.quiet) {
    context.setLineDash([4, 3])
    context.globalAlpha = 0.6
  } else if (track.kind !== 'log') {
    path()
    context.lineTo(distanceToX(picture, lengthOf(profile)), yOf(0))
    context.lineTo(distanceToX(picture, 0), yOf(0))
    context.closePath()
    context.globalAlpha = 0.16
    context.fillStyle = color
    context.fill()
    context.globalAlpha = 1
  }
  path()
  context.strokeStyle = color
  context.lineWidth = 1.5
  context.lineJoin = 'round'
  context.stroke()
  context.restore()
  context.lineWidth = 1
  context.strokeStyle = tokens.grid
  context.beginPath()
  context.moveTo(0, top + trackHeight - 0.5)
  context.lineTo(width, top + trackHeight - 0.5)
  context.stroke()
}

function tickText(tick: number, axis: TrackAxis): string {
  if (!axis.log) return formatRound(tick, axis.low < 0 && tick !== 0)
  return `10${superscript(Math.round(Math.log10(tick)))}`
}

function drawDistances(context: CanvasRenderingContext2D, picture: TracksPicture): void {
  const { profile, tracks, trackHeight, width, tokens } = picture
  const length = lengthOf(profile)
  const step = niceStep(length / Math.max(2, Math.min(12, (width - 60) / 64)))
  const base = tracks.length * trackHeight
  context.textAlign = 'center'
  context.textBaseline = 'alphabetic'
  context.strokeStyle = tokens.frame
  context.fillStyle = tokens.text3
  context.font = `400 11px ${tokens.font}`
  for (let k = 0; k * step <= length + 1e-9; k++) {
    const x = Math.round(distanceToX(picture, k * step)) + 0.5
    context.beginPath()
    context.moveTo(x, base)
    context.lineTo(x, base + 4)
    context.stroke()
    context.fillText(formatRound(k * step), x, base + 15)
  }
  context.textAlign = 'right'
  context.fillText('distance, kpc', width - room.right, base + 29)
}

function drawCursor(context: CanvasRenderingContext2D, picture: TracksPicture): void {
  const { cursorKpc, tracks, trackHeight, tokens } = picture
  if (cursorKpc === null) return
  const x = Math.round(distanceToX(picture, cursorKpc)) + 0.5
  context.strokeStyle = tokens.text1
  context.lineWidth = 1
  context.beginPath()
  context.moveTo(x, 0)
  context.lineTo(x, tracks.length * trackHeight)
  context.stroke()
}
