import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'

const axeSource = readFileSync(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
)

const colourRules = ['color-contrast', 'link-in-text-block']

declare global {
  interface Window {
    axe: { run(context: Document, options: object): Promise<AxeResults> }
  }
}

/**
 * What axe finds serious or critical on the page as it is: the rule, what it means, and the elements.
 * @param rules all of them, or those about colours, for a page of which nothing else has changed
 */
export async function axeProblems(page: Page, rules: 'all' | 'colours' = 'all'): Promise<string[]> {
  // Evaluated from outside, so the policy of the page has nothing against it.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axeSource)
  const { violations } = await page.evaluate(
    (only) =>
      window.axe.run(document, {
        resultTypes: ['violations'],
        ...(only ? { runOnly: { type: 'rule', values: only } } : {}),
      }),
    rules === 'colours' ? colourRules : null,
  )
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) =>
      nodes.map(({ target, any }) => {
        const details = any.map(({ message }) => message).join('; ')
        return `${id} (${help}): ${String(target)} ${details}`
      }),
    )
}

/**
 * Controls that a user cannot reach by eye: the page scrolls sideways, a control lies outside the window or outside a box that cuts it off
 * without scrolling, or its text is cut off without an ellipsis.
 */
export function layoutProblems(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const problems: string[] = []
    const root = document.documentElement
    if (root.scrollWidth > root.clientWidth) problems.push(`the page is ${root.scrollWidth} wide`)
    if (root.scrollHeight > root.clientHeight)
      problems.push(`the page is ${root.scrollHeight} high`)
    const nameOf = (element: Element) =>
      `${element.tagName.toLowerCase()}.${[...element.classList].join('.')} "${(
        element.getAttribute('aria-label') ??
        element.textContent ??
        ''
      )
        .trim()
        .slice(0, 40)}"`
    const controls =
      'button, input, select, textarea, [role=menuitem], [role=treeitem], [role=separator]'
    for (const element of document.querySelectorAll(controls)) {
      if (
        !(element instanceof HTMLElement) ||
        !element.checkVisibility({ checkVisibilityCSS: true })
      )
        continue
      const box = element.getBoundingClientRect()
      if (box.width === 0 || box.height === 0) continue
      const hidden = (edge: string) => problems.push(`${nameOf(element)} is cut off ${edge}`)
      // What scrolls can be brought into view; what only hides its overflow cannot.
      let [seenX, seenY] = [true, true]
      for (let at = element.parentElement; at && at !== document.body; at = at.parentElement) {
        const { overflowX, overflowY, position } = getComputedStyle(at)
        const frame = at.getBoundingClientRect()
        const scrolls = (overflow: string) => overflow === 'auto' || overflow === 'scroll'
        if (scrolls(overflowX)) seenX = false
        if (scrolls(overflowY)) seenY = false
        const hides = (overflow: string) => overflow === 'hidden' || overflow === 'clip'
        if (seenX && hides(overflowX) && (box.right > frame.right + 1 || box.left < frame.left - 1))
          hidden(
            `by ${nameOf(at)}, ${box.left.toFixed(0)} to ${box.right.toFixed(0)} in ${frame.left.toFixed(0)} to ${frame.right.toFixed(0)}`,
          )
        if (seenY && hides(overflowY) && (box.bottom > frame.bottom + 1 || box.top < frame.top - 1))
          hidden(
            `by ${nameOf(at)}, ${box.top.toFixed(0)} to ${box.bottom.toFixed(0)} in ${frame.top.toFixed(0)} to ${frame.bottom.toFixed(0)}`,
          )
        if (position === 'fixed') break
      }
      if (seenX && (box.right > window.innerWidth + 1 || box.left < -1)) hidden('by the window')
      if (seenY && (box.bottom > window.innerHeight + 1 || box.top < -1)) hidden('by the window')
      const cut = element.matches('button') && element.scrollWidth > element.clientWidth + 1
      if (cut && getComputedStyle(element).overflow !== 'visible')
        problems.push(`${nameOf(element)} cuts its text`)
    }
    return [...new Set(problems)]
  })
}

/** Nothing serious for axe in either theme; what is no matter of colours is looked at in one of them. */
export async function checkThemes(page: Page, what: string): Promise<void> {
  for (const theme of ['light', 'dark'] as const) {
    await page.evaluate((value) => (document.documentElement.dataset.theme = value), theme)
    await expect
      .poll(() => axeProblems(page, theme === 'light' ? 'all' : 'colours'), {
        timeout: 30_000,
        message: `${what}, ${theme}`,
      })
      .toEqual([])
  }
}
