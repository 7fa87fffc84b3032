import { shallowRef } from 'vue'
import type { Ref, ShallowRef } from 'vue'
import { dropAt } from './drop.ts'
import type { Box, DropPlace, GroupBox } from './drop.ts'
import { panelNames } from './panels.ts'
import type { PanelName } from './panels.ts'
import type { Drop } from './tree.ts'

/** A press that moves less stays a press, px. */
const slackPx = 6

const boxOf = (element: Element): Box => element.getBoundingClientRect()

/** The groups as they lie on the screen. */
function groupsIn(area: HTMLElement): GroupBox[] {
  return [...area.querySelectorAll('.panel')].flatMap((element) => {
    const body = element.querySelector(':scope > .view:not([hidden])')
    if (!body) return []
    const tabs = [...element.querySelectorAll<HTMLElement>(':scope > .strip [data-tab]')]
    return [
      {
        box: boxOf(element),
        body: boxOf(body),
        tabs: tabs.flatMap((tab) => {
          const panel = panelNames.find((name) => name === tab.dataset.tab)
          return panel ? [{ panel, box: boxOf(tab) }] : []
        }),
      },
    ]
  })
}

/**
 * Tabs that are dragged to another place; Escape lets go where they were.
 * @param area all groups
 * @param move puts a panel where it was dragged to; `before` was in front of its group when it was pressed
 */
export function useTabDrag(
  area: Ref<HTMLElement | null>,
  move: (panel: PanelName, drop: Drop, before: PanelName) => void,
): {
  grab: (panel: PanelName, event: PointerEvent, front: PanelName) => void
  dragged: ShallowRef<PanelName | null>
  place: ShallowRef<DropPlace | null>
} {
  const dragged = shallowRef<PanelName | null>(null)
  const place = shallowRef<DropPlace | null>(null)

  function grab(panel: PanelName, press: PointerEvent, front: PanelName) {
    if (press.button !== 0 || !press.isPrimary) return
    const watching = new AbortController()
    const listen = { signal: watching.signal, capture: true }
    const end = () => {
      watching.abort()
      dragged.value = null
      place.value = null
    }
    function follow(event: PointerEvent) {
      if (!area.value || event.pointerId !== press.pointerId) return
      const [dx, dy] = [event.clientX - press.clientX, event.clientY - press.clientY]
      if (!dragged.value && Math.hypot(dx, dy) < slackPx) return
      if (!dragged.value && press.target instanceof HTMLElement)
        press.target.setPointerCapture(press.pointerId)
      dragged.value = panel
      const groups = groupsIn(area.value)
      place.value = dropAt(event.clientX, event.clientY, panel, groups, boxOf(area.value))
    }
    function release(event: PointerEvent) {
      if (event.pointerId !== press.pointerId) return
      const drop = place.value?.drop
      end()
      if (drop) move(panel, drop, front)
    }
    function key(event: KeyboardEvent) {
      if (event.key !== 'Escape' || !dragged.value) return
      event.preventDefault()
      event.stopPropagation()
      end()
    }
    window.addEventListener('pointermove', follow, listen)
    window.addEventListener('pointerup', release, listen)
    window.addEventListener('pointercancel', end, listen)
    window.addEventListener('keydown', key, listen)
  }
  return { grab, dragged, place }
}
