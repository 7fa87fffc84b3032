import { computed, onBeforeUnmount, shallowRef, watch } from 'vue'
import { formatAngle } from '../format/text.ts'
import { wheelPixels } from '../sky/wheel.ts'
import { homeOrbit, panOrbit, turnOrbit, zoomOrbit } from './orbit.ts'
import type { Orbit } from './orbit.ts'
import type { Vector3 } from './types.ts'

/** The view counts as moving until this long after the last move. */
const restMs = 200

/** Where the camera is kept: null is the view of the whole box. */
export interface KeptCamera {
  readonly get: () => Orbit | null
  readonly set: (orbit: Orbit | null) => void
}

/**
 * The camera of a volume and its mouse, wheel and keys. `changed` is called after each move and when it comes to rest, which is
 * also when the camera is kept.
 */
export function useOrbit(halfSizeKpc: () => Vector3, kept: KeptCamera, changed: () => void) {
  const orbit = shallowRef<Orbit | null>(kept.get())
  /** Before the user turns it, the view follows the size of the panel. */
  let home = orbit.value === null
  let rest = 0
  let drag: { readonly x: number; readonly y: number } | null = null

  function moved(next: Orbit): void {
    home = false
    orbit.value = next
    window.clearTimeout(rest)
    rest = window.setTimeout(() => {
      rest = 0
      kept.set(orbit.value)
      changed()
    }, restMs)
    changed()
  }
  /** From a bookmark, an undo or a session that was opened. */
  watch(kept.get, (camera) => {
    if (camera === orbit.value || (camera === null && home)) return
    home = camera === null
    if (camera) orbit.value = camera
    changed()
  })
  onBeforeUnmount(() => window.clearTimeout(rest))

  /** The camera for a picture of this size, CSS pixels. */
  function orbitFor(width: number, height: number): Orbit {
    if (home || !orbit.value) orbit.value = homeOrbit(halfSizeKpc(), width, height)
    return orbit.value
  }

  /** Goes to a camera; null: the view of the whole box. */
  function look(camera: Orbit | null): void {
    home = camera === null
    if (camera) orbit.value = camera
    kept.set(camera)
    changed()
  }

  function zoom(factor: number): void {
    if (orbit.value) moved(zoomOrbit(orbit.value, factor, halfSizeKpc()))
  }

  function onPointerDown(event: PointerEvent): void {
    if (event.button !== 0) return
    if (event.currentTarget instanceof Element) {
      event.currentTarget.setPointerCapture(event.pointerId)
    }
    drag = { x: event.clientX, y: event.clientY }
  }

  function onPointerMove(event: PointerEvent): void {
    if (!drag || !orbit.value || !(event.currentTarget instanceof Element)) return
    const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y]
    drag = { x: event.clientX, y: event.clientY }
    moved(
      event.shiftKey
        ? panOrbit(orbit.value, dx, dy, event.currentTarget.clientHeight, halfSizeKpc())
        : turnOrbit(orbit.value, dx, dy),
    )
  }

  function onPointerUp(): void {
    drag = null
  }

  function onWheel(event: WheelEvent): void {
    event.preventDefault()
    zoom(Math.exp(-0.001 * wheelPixels(event)))
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || !orbit.value) return
    const turns: Readonly<Record<string, readonly [number, number]>> = {
      ArrowLeft: [20, 0],
      ArrowRight: [-20, 0],
      ArrowUp: [0, 20],
      ArrowDown: [0, -20],
    }
    const turn = turns[event.key]
    if (turn) moved(turnOrbit(orbit.value, turn[0], turn[1]))
    else if (event.key === '+' || event.key === '=') zoom(1.2)
    else if (event.key === '-') zoom(1 / 1.2)
    else if (event.key === '0') look(null)
    else return
    event.preventDefault()
  }

  return {
    orbit,
    orbitFor,
    isMoving: () => rest !== 0,
    look,
    /** Where the camera is, in words. */
    words: computed(() =>
      orbit.value
        ? `azimuth ${formatAngle(orbit.value.azimuthDeg, 0)} ` +
          `elevation ${formatAngle(orbit.value.elevationDeg, 0)}`
        : '',
    ),
    listeners: {
      pointerdown: onPointerDown,
      pointermove: onPointerMove,
      pointerup: onPointerUp,
      pointercancel: onPointerUp,
      wheel: onWheel,
      dblclick: () => look(null),
      keydown: onKeyDown,
    },
  }
}
