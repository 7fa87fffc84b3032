import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { browserStage } from '../story/browser-stage.ts'
import { soon } from '../story/workbench.ts'
import { checkThemes, layoutProblems } from './checks.ts'
import { makeSession, openSession, sessionScreens, startScreens, stillWindow } from './screens.ts'
import type { Screen } from './screens.ts'

// Every panel, dialog and state: nothing serious for axe in either theme, and no control out of sight from a window of
// 1280x800 at 200 % to one of 3840x2160.
const normal = { width: 1280, height: 800 }
const twiceAsLarge = { width: 640, height: 400 }
const large = { width: 3840, height: 2160 }
/** Drawing maps and volumes of eight million pixels without a graphics card takes seconds: one screen of each layout. */
const lookedAtLarge = new Set(['start', 'inspect-data', 'fit', 'explore-field', 'export'])

let stage: Awaited<ReturnType<typeof browserStage>>
let page: Page

beforeAll(async () => {
  stage = await browserStage()
  await makeSession(stage)
  page = await stillWindow(stage)
})
afterAll(() => stage.close())

async function check({ name, show, hide }: Screen): Promise<void> {
  await show(page, stage)
  await checkThemes(page, name)
  for (const size of [twiceAsLarge, ...(lookedAtLarge.has(name) ? [large] : []), normal]) {
    await page.setViewportSize(size)
    const message = `${name}, ${size.width}x${size.height}`
    await expect.poll(() => layoutProblems(page), { ...soon, message }).toEqual([])
  }
  await hide?.(page)
  expect(stage.complaints).toEqual([])
}

describe('without a project', () => {
  for (const screen of startScreens) it(screen.name, () => check(screen))
})

describe('with a finished run', () => {
  beforeAll(() => openSession(stage, page))
  for (const screen of sessionScreens) it(screen.name, () => check(screen))
})
