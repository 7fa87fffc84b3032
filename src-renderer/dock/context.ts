import { inject, shallowReactive } from 'vue'
import type { InjectionKey } from 'vue'
import type { PanelName } from './panels.ts'

/** What a panel puts at its place: its content, and its tools in the strip above. */
export type PlacePart = 'body' | 'tools'

/** The elements that panels are put into. */
export class Places {
  readonly #elements = shallowReactive(new Map<string, HTMLElement>())

  set(part: PlacePart, panel: PanelName, element: HTMLElement): void {
    this.#elements.set(`${part} ${panel}`, element)
  }
  get(part: PlacePart, panel: PanelName): HTMLElement | undefined {
    return this.#elements.get(`${part} ${panel}`)
  }
  /** Forgets the places that panels no longer have. */
  keep(part: PlacePart, panels: readonly PanelName[]): void {
    for (const key of [...this.#elements.keys()]) {
      const [of, panel] = key.split(' ')
      if (of === part && !panels.some((name) => name === panel)) this.#elements.delete(key)
    }
  }
}

export interface DockContext {
  readonly places: Places
  /** A press on a tab, with what is in front of its group: may become a drag. */
  readonly grab: (panel: PanelName, event: PointerEvent, front: PanelName) => void
}
export const dockKey: InjectionKey<DockContext> = Symbol('dock')

export function useDockContext(): DockContext {
  const context = inject(dockKey)
  if (!context) throw new Error('Panels are shown in the dock only.')
  return context
}
