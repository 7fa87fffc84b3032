import { useEventListener, useMutationObserver } from '@vueuse/core'

const focusable =
  'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), [tabindex]:not([tabindex="-1"])'
/** Where a screen that takes the place of another one begins, and a side bar or a panel. */
const beginning =
  '[role="tree"] [tabindex="0"], .actions .is-primary, .tabs > [data-state="active"]'
/** What is there for a while only. */
const passing = '[role="dialog"], [role="menu"], .toasts'

/** What opens over its button, with the focus in it. */
const menus = '[role="menu"], [role="listbox"]'

/**
 * Keeps the place of the keyboard: where what had the focus goes (a screen, a message, a row of a list), the nearest
 * thing that is still there gets it, and not the page, from which Tab would begin at the top of the window.
 */
export function useKeptFocus(): void {
  /** What had the focus last and all that it is in, innermost first; empty after a click beside everything. */
  let place: readonly Element[] = []
  let lasting: readonly Element[] = []
  /** A button that was disabled while it had the focus, for as long as its work takes: it gets it back. */
  let waiting: Element | null = null

  useEventListener(document, 'focusin', ({ target }) => {
    if (!(target instanceof Element)) return
    place = withAncestors(target)
    waiting = null
    if (!target.closest(passing)) lasting = place
  })
  useEventListener(document, 'focusout', ({ target, relatedTarget }) => {
    if (relatedTarget !== null || !(target instanceof Element)) return
    // What is being removed is gone by then.
    queueMicrotask(() => {
      if (!target.isConnected || document.activeElement !== document.body) return
      if (target.matches(':disabled')) waiting = target
      else place = []
    })
  })
  // Tab leaves an open menu as Escape does: its button gets the focus, from which the next Tab goes on, and not the page.
  useEventListener(
    document,
    'keydown',
    (event) => {
      const { key, target } = event
      if (key !== 'Tab' || !(target instanceof Element) || !target.closest(menus)) return
      event.preventDefault()
      event.stopPropagation()
      const escape = { key: 'Escape', bubbles: true, cancelable: true }
      target.dispatchEvent(new KeyboardEvent('keydown', escape))
    },
    { capture: true },
  )
  useMutationObserver(
    document.body,
    () => {
      if (document.activeElement !== document.body || place.length === 0) return
      const [lost] = place
      if (lost.isConnected && (lost !== waiting || lost.matches(':disabled'))) return
      nearest([...place, ...lasting])?.focus({ preventScroll: true })
    },
    { childList: true, subtree: true, attributeFilter: ['disabled'] },
  )
}

function withAncestors(element: Element): readonly Element[] {
  const chain: Element[] = []
  for (let at: Element | null = element; at && at !== document.body; at = at.parentElement)
    chain.push(at)
  return chain
}

/** The first of `places` that is there, or what in it can have the focus. */
export function nearest(places: readonly Element[]): HTMLElement | undefined {
  for (const element of places.filter(({ isConnected }) => isConnected)) {
    const candidates = element.matches(focusable)
      ? [element]
      : [...element.querySelectorAll(beginning), ...element.querySelectorAll(focusable)]
    const found = candidates.find(
      (one) => one instanceof HTMLElement && one.checkVisibility({ checkVisibilityCSS: true }),
    )
    if (found instanceof HTMLElement) return found
  }
  return undefined
}
