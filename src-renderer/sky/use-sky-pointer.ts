import { ang2pix, pix2ang } from '#shared/healpix/index.ts'
import { dragView, screenToSky, zoomAbout } from './view.ts'
import { wholeSky } from './types.ts'
import { wheelPixels } from './wheel.ts'
import type { SkyDirection, SkyDrawing, SkyStroke, SkyViewState } from './types.ts'
import type { SkyGeometry } from './view.ts'

const degree = Math.PI / 180
/** A press that moves less is a click. */
const clickReachPx = 3

/** RING pixel under a Galactic direction, in float64: what every readout uses. */
export function pixelAt(nside: number, { lonDeg, latDeg }: SkyDirection): number {
  return ang2pix(nside, 'RING', (90 - latDeg) * degree, lonDeg * degree)
}

export interface SkyControl {
  readonly geometry: () => SkyGeometry
  readonly nside: () => number
  readonly cursor: () => SkyDirection | null
  readonly setView: (view: SkyViewState) => void
  readonly setCursor: (cursor: SkyDirection | null) => void
  readonly pick: (direction: SkyDirection) => void
  /** Instead of picking and moving the map, the pointer draws. */
  readonly drawing: () => SkyDrawing | null
  readonly stroke: (stroke: SkyStroke) => void
  /** The cursor was moved by keys: its value should be spoken. */
  readonly speak: () => void
}

/** Mouse, wheel and keys of a sky map. */
export function useSkyPointer(control: SkyControl) {
  let drag: { x: number; y: number; moved: boolean } | null = null
  let drawing = false

  const directionAt = (x: number, y: number): SkyDirection | null =>
    screenToSky(control.geometry(), x, y) ?? null

  function onPointerDown(event: PointerEvent): void {
    const tool = control.drawing()
    if (event.button !== 0 && !(tool && event.button === 1)) return
    if (event.currentTarget instanceof Element) {
      event.currentTarget.setPointerCapture(event.pointerId)
    }
    if (tool?.kind === 'disc' && event.button === 0 && !event.shiftKey) {
      drawing = true
      control.stroke({ phase: 'start', at: directionAt(event.offsetX, event.offsetY) })
      return
    }
    drag = { x: event.offsetX, y: event.offsetY, moved: false }
  }

  function onPointerMove(event: PointerEvent): void {
    if (drawing) {
      const at = directionAt(event.offsetX, event.offsetY)
      control.setCursor(at)
      control.stroke({ phase: 'move', at })
      return
    }
    if (!drag) {
      control.setCursor(directionAt(event.offsetX, event.offsetY))
      return
    }
    const [dx, dy] = [event.offsetX - drag.x, event.offsetY - drag.y]
    if (!drag.moved && Math.hypot(dx, dy) < clickReachPx) return
    drag = { x: event.offsetX, y: event.offsetY, moved: true }
    const turn = event.shiftKey && !control.drawing()
    control.setView(dragView(control.geometry(), dx, dy, turn))
  }

  function onPointerUp(event: PointerEvent): void {
    if (drawing) return endStroke()
    const clicked = drag !== null && !drag.moved
    drag = null
    const direction = directionAt(event.offsetX, event.offsetY)
    // With Shift or the middle button the map would have been moved.
    const moving = control.drawing() !== null && (event.shiftKey || event.button !== 0)
    if (clicked && direction && !moving) choose(direction)
  }

  function onPointerCancel(): void {
    drag = null
    if (drawing) endStroke()
  }

  function endStroke(): void {
    drawing = false
    control.stroke({ phase: 'end', at: null })
  }

  /** A click or Enter: a corner of the polygon, a dab of the brush, or the pixel that is meant. */
  function choose(at: SkyDirection): void {
    const tool = control.drawing()
    if (!tool) return control.pick(at)
    control.stroke({ phase: 'start', at })
    control.stroke({ phase: 'end', at: null })
  }

  function onDoubleClick(): void {
    if (control.drawing()?.kind === 'polygon') control.stroke({ phase: 'close', at: null })
    else if (!control.drawing()) reset()
  }

  function onPointerLeave(): void {
    if (!drag) control.setCursor(null)
  }

  function onWheel(event: WheelEvent): void {
    event.preventDefault()
    zoom(Math.exp(-0.002 * wheelPixels(event)), event.offsetX, event.offsetY)
  }

  function zoom(factor: number, x: number, y: number): void {
    control.setView(zoomAbout(control.geometry(), x, y, factor))
  }

  function reset(): void {
    control.setView(wholeSky)
  }

  /** One pixel of the map in the direction of the key, from the cursor or the middle of the picture. */
  function moveCursor(left: number, up: number): void {
    const { width, height } = control.geometry().port
    const from = control.cursor() ?? directionAt(width / 2, height / 2)
    const nside = control.nside()
    if (!from || nside < 1) return
    const sideDeg = Math.sqrt(Math.PI / 3) / nside / degree
    const parallel = Math.max(1e-3, Math.cos(from.latDeg * degree))
    const start = pixelAt(nside, from)
    for (let steps = 1; steps <= 4; steps++) {
      const latDeg = Math.max(-90, Math.min(90, from.latDeg + 0.5 * steps * up * sideDeg))
      const lonDeg = from.lonDeg + (0.5 * steps * left * sideDeg) / parallel
      const pixel = pixelAt(nside, { lonDeg, latDeg })
      if (pixel === start) continue
      const { theta, phi } = pix2ang(nside, 'RING', pixel)
      control.setCursor({ lonDeg: phi / degree, latDeg: 90 - theta / degree })
      break
    }
    control.speak()
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const { width, height } = control.geometry().port
    const arrow = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[
      event.key
    ]
    if (arrow) {
      const [left, up] = arrow
      if (event.shiftKey) moveCursor(left, up)
      else control.setView(dragView(control.geometry(), 30 * left, 30 * up))
    } else if (event.key === '+' || event.key === '=') zoom(1.4, width / 2, height / 2)
    else if (event.key === '-') zoom(1 / 1.4, width / 2, height / 2)
    else if (event.key === '0') reset()
    else if (event.key === 'Escape') control.setCursor(null)
    else if (event.key === 'Enter' || event.key === ' ') {
      const at = control.cursor() ?? directionAt(width / 2, height / 2)
      if (at) choose(at)
    } else if (event.key === 'Backspace' && control.drawing()) {
      control.stroke({ phase: 'back', at: null })
    } else return
    event.preventDefault()
  }

  return {
    reset,
    listeners: {
      pointerdown: onPointerDown,
      pointermove: onPointerMove,
      pointerup: onPointerUp,
      pointercancel: onPointerCancel,
      pointerleave: onPointerLeave,
      wheel: onWheel,
      dblclick: onDoubleClick,
      keydown: onKeyDown,
    },
  }
}
