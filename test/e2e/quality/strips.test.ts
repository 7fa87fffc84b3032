import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { browserStage } from '../story/browser-stage.ts'
import { layout, leaveTool, menu, soon, tool } from '../story/workbench.ts'
import { checkThemes } from './checks.ts'
import { makeSession, openSession, stillWindow } from './screens.ts'

// Tools are in one row, in sight: those that have no room are behind "More tools", and come to nothing less there.
const widths = [1280, 640]
let stage: Awaited<ReturnType<typeof browserStage>>
let page: Page

beforeAll(async () => {
  stage = await browserStage()
  await makeSession(stage)
  page = await stillWindow(stage)
  await openSession(stage, page)
})
afterAll(() => stage.close())

/** Tools that are cut off by their strip, hidden by a neighbour, or in another row; and how many tools there are. */
const look = () =>
  page.evaluate(() => {
    const problems: string[] = []
    let count = 0
    for (const strip of document.querySelectorAll('.tool-strip')) {
      const frame = strip.getBoundingClientRect()
      const middle = frame.top + frame.height / 2
      let end = frame.left - 0.5
      for (const part of strip.querySelectorAll(':scope > .tool, :scope > .more-tools-button')) {
        const box = part.getBoundingClientRect()
        if (box.width === 0) continue
        count += 1
        const what = `${part.querySelector('[aria-label]')?.getAttribute('aria-label') ?? part.textContent}: ${box.left} to ${box.right}`
        if (box.left < end) problems.push(`${what} begins before ${end}`)
        if (box.right > frame.right + 0.5) problems.push(`${what} ends beyond ${frame.right}`)
        if (Math.abs(box.top + box.height / 2 - middle) > 1)
          problems.push(`${what} is not in the row`)
        end = box.right
      }
    }
    return { problems, count }
  })

async function check(what: string): Promise<void> {
  for (const width of widths) {
    await page.setViewportSize({ width, height: 800 })
    const message = `${what}, ${width} wide`
    await expect.poll(async () => (await look()).problems, { ...soon, message }).toEqual([])
    expect((await look()).count, message).toBeGreaterThan(0)
  }
  await page.setViewportSize({ width: 1280, height: 800 })
}
const strip = (panel: string) => page.locator(`.panel[data-help="${panel}"] > .strip .tool-strip`)
const more = (panel: string) => strip(panel).getByRole('button', { name: 'More tools' })
const moreList = () => page.getByRole('dialog', { name: 'More tools' })

describe('no tool lies outside its strip', () => {
  it('of sky, curves and slices, with polarised data', async () => {
    await tool(page, 'Data', 'Q 1.4')
    await check('fit')
  })
  it('of a line of sight and the volume', async () => {
    await page.locator('figure.sky-panel .stage').first().click()
    await page.getByRole('list', { name: 'Values on the sightline' }).waitFor()
    await page.getByRole('tab', { name: 'Volume', exact: true }).click()
    await check('sightline and volume')
  })
  it('of log and runs', async () => {
    await page.getByRole('tab', { name: 'Log', exact: true }).click()
    await page.getByRole('tab', { name: 'Runs', exact: true }).click()
    await check('log')
    await page.getByRole('tab', { name: 'Sky', exact: true }).click()
  })
  it('in the other layouts', async () => {
    for (const name of ['Explore field', 'Model', 'Inspect data']) {
      await layout(page, name)
      await check(name)
    }
  })
  it('while a mask is drawn, whatever with', async () => {
    await menu(page, 'Data', 'Draw the mask')
    const bar = page.getByRole('toolbar', { name: 'Mask' })
    for (const name of ['Disc', 'Polygon', 'Band', 'Values']) {
      await bar.getByText(name, { exact: true }).click()
      await check(name)
      await bar.getByRole('button', { name: 'Save', exact: true }).waitFor()
      const height = await bar.evaluate((element) => element.getBoundingClientRect().height)
      expect(height).toBe(32)
    }
    await bar.getByText('Done', { exact: true }).click()
  })
})

describe('the tools that have no room', () => {
  beforeAll(async () => {
    await layout(page, 'Fit')
    await more('Sky').waitFor()
  })
  it('are listed by name, with their menus, and go by keys', async () => {
    await more('Sky').focus()
    await page.keyboard.press('Enter')
    await moreList().waitFor()
    const names = await moreList()
      .getByRole('button')
      .evaluateAll((buttons) => buttons.map((button) => button.ariaLabel ?? ''))
    expect(names).toContain('Copy')
    expect(names).toContain('Save pictures')
    await checkThemes(page, 'more tools')
    const focused = () => page.evaluate(() => document.activeElement?.ariaLabel)
    await expect.poll(focused, soon).toBe(names[0])
    for (const name of names.slice(1)) {
      await page.keyboard.press('Tab')
      expect(await focused()).toBe(name)
    }
    await page.keyboard.press('Enter')
    await page.getByRole('menuitem', { name: /^PNG/ }).waitFor()
    await leaveTool(page)
    await expect.poll(focused, soon).toBe('More tools')
  })
  it('do what they do in the strip', async () => {
    await more('Sky').click()
    await moreList().getByRole('button', { name: 'Histograms' }).click()
    await page.getByRole('slider', { name: 'Lower limit in the histogram' }).first().waitFor()
    await moreList().getByRole('button', { name: 'Histograms' }).click()
    await moreList()
      .getByRole('button', { name: /^Whole sky/ })
      .click()
    await moreList().waitFor({ state: 'hidden' })
  })
  it('come back as soon as there is room, in their order', async () => {
    const order = () =>
      strip('Sky')
        .locator(':scope > .tool [aria-label]')
        .evaluateAll((buttons) => buttons.map((button) => button.ariaLabel ?? ''))
    await page.setViewportSize({ width: 1900, height: 800 })
    await more('Sky').waitFor({ state: 'hidden' })
    const all = await order()
    expect(all.slice(-3)).toEqual(['Whole sky, automatic limits', 'Copy', 'Save pictures'])
    await page.setViewportSize({ width: 960, height: 800 })
    await more('Sky').waitFor()
    await expect.poll(async () => (await order()).length, soon).toBeLessThan(all.length)
    expect(all.slice(0, 2)).toEqual((await order()).slice(0, 2))
    await page.setViewportSize({ width: 1900, height: 800 })
    await expect.poll(order, soon).toEqual(all)
    expect(stage.complaints).toEqual([])
  })
})
