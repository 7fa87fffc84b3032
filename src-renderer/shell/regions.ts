import { useEventListener } from '@vueuse/core'
import { nearest } from './use-kept-focus.ts'

/** The parts of the window that F6 goes through, in the order in which they are read: bars, side bars, panels, messages. */
const parts = '[data-region]'
const menuBar = '[role="menubar"]'

/** What had the focus last in each of them. */
const lastIn = new WeakMap<Element, Element>()
/** The one that had it last: menus and forms that lie over the window belong to it. */
let last: Element | null = null
/** What had it last outside the menu bar, and what that is in. */
let work: readonly Element[] = []

/** Remembers where the focus is, for the commands below. */
export function useRegions(): void {
  useEventListener(document, 'focusin', ({ target }) => {
    const region = target instanceof Element ? target.closest(parts) : null
    if (!(target instanceof Element) || !region) return
    lastIn.set(region, target)
    last = region
    if (!target.closest(menuBar)) work = [target, region]
  })
}

/** Puts the focus into the next (1) or previous (-1) part of the window, where it was there last. */
export function focusRegion(step: 1 | -1): void {
  const shown = [...document.querySelectorAll<HTMLElement>(parts)].filter(isShown)
  const from = document.activeElement?.closest(parts) ?? last
  const region = shown.at(
    stepped(from ? shown.findIndex((one) => one === from) : -1, step, shown.length),
  )
  if (region) enter(region)
}

/** The place `step` further on, round both ends; from nowhere (-1) the first one or the last. */
export function stepped(from: number, step: 1 | -1, count: number): number {
  if (from < 0) return step > 0 ? 0 : count - 1
  return (from + step + count) % count
}

/** Puts the focus on the menu bar, or back from there and from its menus. */
export function focusMenuBar(): void {
  const bar = document.querySelector(menuBar)
  if (bar?.querySelector(':focus, [aria-expanded="true"]')) leaveMenuBar()
  else bar?.querySelector<HTMLElement>('[role="menuitem"]')?.focus()
}

/** Gives the focus back to what had it before the menu bar. */
export function leaveMenuBar(): void {
  const before = nearest(work)
  if (before) before.focus()
  else if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
}

/** Messages that are not there leave an empty frame. */
const isShown = (region: Element) =>
  region.childElementCount > 0 && region.checkVisibility({ checkVisibilityCSS: true })

function enter(region: HTMLElement): void {
  // In a side bar rather its contents than the buttons of its head.
  const places = [lastIn.get(region), region.querySelector('.side-scroll'), region]
  const there = places.filter((one) => one instanceof Element).filter((one) => region.contains(one))
  const target = nearest(there)
  // What holds nothing that can have the focus has it itself, and is read.
  if (!target) region.tabIndex = -1
  ;(target ?? region).focus()
}
