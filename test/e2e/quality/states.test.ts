import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { browserStage } from '../story/browser-stage.ts'
import { soon } from '../story/workbench.ts'
import type { BrowserStage } from '../story/browser-stage.ts'
import { axeProblems, layoutProblems } from './checks.ts'
import { chapters } from './states.ts'

// What is missing, busy or wrong is said where axe and a small window find nothing wrong with it, in either theme.

describe.each(chapters)('$name', ({ drawing, play }) => {
  let stage: BrowserStage
  beforeAll(async () => void (stage = await browserStage(drawing)))
  afterAll(() => stage.close())

  it('is shown for all eyes', async () => {
    await play(stage, async (page, name) => {
      await page.emulateMedia({ reducedMotion: 'reduce' })
      for (const theme of ['light', 'dark']) {
        await page.evaluate((value) => (document.documentElement.dataset.theme = value), theme)
        await expect
          .poll(() => axeProblems(page), { ...soon, message: `${name}, ${theme}` })
          .toEqual([])
      }
      for (const width of [640, 1280]) {
        await page.setViewportSize({ width, height: width / 1.6 })
        const message = `${name}, ${width}`
        await expect.poll(() => layoutProblems(page), { ...soon, message }).toEqual([])
      }
    })
    expect(stage.complaints).toEqual([])
  })
})
