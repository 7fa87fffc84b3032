import { fileURLToPath } from 'node:url'
import type { CDPSession, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { browserStage } from '../story/browser-stage.ts'
import { dropFile } from '../story/stage.ts'
import { layout, menu } from '../story/workbench.ts'
import { makeSession, openSession, stillWindow } from './screens.ts'

// Without a mouse: Tab comes to every control or, in a tree, a menu or a row of tabs, to the group whose arrow keys do, and what has
// the focus looks different.
let stage: Awaited<ReturnType<typeof browserStage>>
let page: Page
let protocol: CDPSession

beforeAll(async () => {
  stage = await browserStage()
  await makeSession(stage)
  page = await stillWindow(stage)
  await page.getByText('This machine').first().waitFor()
  protocol = await page.context().newCDPSession(page)
  // A caret is not what shows the focus.
  await page.evaluate(() => {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync('* { caret-color: transparent !important }')
    document.adoptedStyleSheets.push(sheet)
  })
})
afterAll(() => stage.close())

interface Place {
  readonly name: string
  readonly box: { x: number; y: number; width: number; height: number }
}

interface Controls {
  /** Tab must come to each of these. */
  readonly tabbable: string[]
  /** Members of trees, menus, rows of tabs: Tab must come to one of each, arrow keys do the rest. */
  readonly groups: string[][]
  /** No key comes to these. */
  readonly stranded: string[]
}

/** Numbers all controls that can be seen. */
function markControls(root: string): Promise<Controls> {
  return page.evaluate((selector) => {
    const controls =
      'button, input, select, textarea, a[href], [tabindex="0"], [role=treeitem], [role=menuitem]'
    const composites =
      '[role=tree], [role=menubar], [role=tablist], [role=radiogroup], [role=group], [role=toolbar], [role=listbox]'
    const tabbable: string[] = []
    const stranded: string[] = []
    const groups = new Map<Element, string[]>()
    for (const marked of document.querySelectorAll('[data-control]'))
      marked.removeAttribute('data-control')
    const entered = (element: Element) => {
      const tree = element.closest('[role=tree]')
      if (tree) return tree.querySelector('[tabindex="0"]') ? tree : null
      for (
        let at = element.closest(composites);
        at;
        at = at.parentElement?.closest(composites) ?? null
      )
        if (at.matches('[tabindex="0"]') || at.querySelector('[tabindex="0"]')) return at
      return null
    }
    let count = 0
    for (const element of document.querySelectorAll(controls)) {
      if (!(element instanceof HTMLElement) || !element.closest(selector)) continue
      if (!element.checkVisibility({ checkVisibilityCSS: true })) continue
      if (element.matches(':disabled') || element.matches(composites)) continue
      const text = element.getAttribute('aria-label') ?? element.textContent ?? ''
      const name = `${count++} ${element.tagName.toLowerCase()} ${text.trim().slice(0, 40)}`
      element.dataset.control = name
      const group = entered(element)
      if (group) groups.set(group, [...(groups.get(group) ?? []), name])
      else if (element.tabIndex >= 0) tabbable.push(name)
      else stranded.push(name)
    }
    return { tabbable, groups: [...groups.values()], stranded }
  }, root)
}

/** What has the focus, or null beyond the last control. */
function focused(): Promise<Place | null> {
  return page.evaluate(() => {
    const element = document.activeElement
    if (!(element instanceof HTMLElement) || element === document.body) return null
    // A field shows the focus of what it frames.
    const frame = element.closest('.field') ?? element
    const { x, y, width, height } = frame.getBoundingClientRect()
    return { name: element.dataset.control ?? '', box: { x, y, width, height } }
  })
}

/** The part of the window around a control. */
async function around({ box }: Place): Promise<string> {
  const size = page.viewportSize() ?? { width: 1280, height: 800 }
  const [x, y] = [Math.max(0, box.x - 4), Math.max(0, box.y - 4)]
  const clip = {
    x,
    y,
    width: Math.min(size.width, box.x + box.width + 4) - x,
    height: Math.min(size.height, box.y + box.height + 4) - y,
  }
  // Twice for each control: without what the screenshots of the test library prepare each time.
  const { data } = await protocol.send('Page.captureScreenshot', {
    clip: { ...clip, scale: 1 },
    optimizeForSpeed: true,
  })
  return data
}

/** Presses Tab until the focus comes round, and looks at every control with the focus and without. */
async function walk(root: string): Promise<void> {
  const { tabbable, groups, stranded } = await markControls(root)
  expect(stranded, 'controls that no key comes to').toEqual([])
  const reached = new Set<string>()
  const unseen: string[] = []
  for (let press = 0; press < 2 * (tabbable.length + groups.length) + 10; press++) {
    await page.keyboard.press('Tab')
    const place = await focused()
    if (!place) continue
    if (reached.has(place.name)) {
      if (tabbable.every((name) => reached.has(name))) break
      continue
    }
    if (place.name === '') continue
    reached.add(place.name)
    const withFocus = await around(place)
    // Another element takes the focus for the moment of the second look; Tab goes on from this one.
    await page.evaluate(() => {
      const element = document.activeElement
      if (element instanceof HTMLElement) {
        element.blur()
        element.dataset.back = ''
      }
    })
    const without = await around(place)
    if (withFocus === without) unseen.push(place.name)
    await page.evaluate(() => {
      const element = document.querySelector('[data-back]')
      if (!(element instanceof HTMLElement)) return
      delete element.dataset.back
      element.focus({ focusVisible: true })
    })
  }
  expect(
    tabbable.filter((name) => !reached.has(name)),
    'controls that Tab leaves out',
  ).toEqual([])
  expect(
    groups.filter((group) => !group.some((name) => reached.has(name))),
    'groups that Tab leaves out',
  ).toEqual([])
  expect(unseen, 'controls whose focus is not seen').toEqual([])
}

describe('the keyboard', () => {
  it('comes to everything on the start screen', () => walk('#app'))
  it('keeps its place where a screen or a message goes', async () => {
    await page.getByRole('button', { name: /^Empty project/ }).focus()
    await page.keyboard.press('Enter')
    await page.locator('[role=tree] :focus').waitFor()
    await dropFile(page, fileURLToPath(new URL('.', import.meta.url)))
    await page.getByRole('button', { name: 'Close message' }).focus()
    await page.keyboard.press('Enter')
    await page.locator('[role=tree] :focus').waitFor()
    await page.keyboard.press('Control+Shift+W')
    await page.locator('button:focus', { hasText: 'Open a map' }).waitFor()
  })
  it('comes to everything beside a finished fit', { timeout: 300_000 }, async () => {
    await openSession(stage, page)
    await layout(page, 'Fit')
    await walk('#app')
  })
  it('comes to everything in the field', { timeout: 300_000 }, async () => {
    await layout(page, 'Explore field')
    await page.locator('.slices canvas.overlay').waitFor()
    await walk('#app .dock-area')
    await layout(page, 'Fit')
  })
  it('stays in a dialog, and returns where it was', async () => {
    const before = page.getByRole('button', { name: 'Run settings' })
    await before.focus()
    await page.keyboard.press('Control+E')
    await page.getByRole('dialog', { name: /^Export/ }).waitFor()
    await walk('[role=dialog]')
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    expect(await before.evaluate((element) => element === document.activeElement)).toBe(true)
  })
  it('opens menus, walks them with arrows and leaves with Escape', async () => {
    const menus = page.getByRole('menubar').getByRole('menuitem')
    await menus.nth(0).focus()
    for (const next of [1, 2]) {
      await page.keyboard.press('ArrowRight')
      await expect
        .poll(() => menus.nth(next).evaluate((element) => element === document.activeElement))
        .toBe(true)
    }
    await page.keyboard.press('Enter')
    await page.getByRole('menu').locator('[data-highlighted]').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('menu').waitFor({ state: 'hidden' })
  })
})

it('moves nothing by itself where reduced motion is asked for', async () => {
  await menu(page, 'Help', /^Keyboard/)
  await page.getByRole('dialog').waitFor()
  expect(await page.evaluate(() => document.getAnimations().length)).toBe(0)
  await page.keyboard.press('Escape')
  expect(stage.complaints).toEqual([])
})
