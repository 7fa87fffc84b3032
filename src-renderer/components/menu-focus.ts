/**
 * For `close-auto-focus` of a menu: its button gets the focus at once. By itself the menu gives it a moment later, and would take it from
 * what a quick hand has gone to by then.
 */
export function focusMenuButton(event: Event): void {
  event.preventDefault()
  const menu = event.target
  // Where something else has it already, it stays there.
  if (!(menu instanceof Element) || !menu.contains(document.activeElement)) return
  document.getElementById(menu.getAttribute('aria-labelledby') ?? '')?.focus()
}
