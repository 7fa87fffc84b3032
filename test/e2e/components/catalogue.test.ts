import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { axeProblems, layoutProblems } from '../quality/checks.ts'
import { colourDistance, decodePng } from '../picture.ts'
import { openPage } from './page.ts'
import type { ComponentPage } from './page.ts'

// The page of components: all of them, in every state, in both themes.
const renderer = fileURLToPath(new URL('../../../src-renderer', import.meta.url))
let open: ComponentPage

beforeAll(async () => {
  open = await openPage(join(renderer, 'catalogue'), 'catalogue.html')
  await open.page.setViewportSize({ width: 1280, height: 800 })
  await open.page.emulateMedia({ reducedMotion: 'reduce' })
  await open.page.getByRole('heading', { name: 'Colours' }).waitFor()
  await forceStates()
})
afterAll(() => open.close())

/** Gives what stands under `data-state` the look of a pointer or of the focus, all at once. */
async function forceStates(): Promise<void> {
  const session = await open.page.context().newCDPSession(open.page)
  await session.send('DOM.enable')
  await session.send('CSS.enable')
  const { root } = await session.send('DOM.getDocument')
  for (const [state, forcedPseudoClasses] of [
    ['hover', ['hover']],
    ['focus', ['focus', 'focus-visible', 'focus-within']],
    ['active', ['hover', 'active']],
  ] as const) {
    const selector = `[data-state="${state}"] :is(button, input, .field)`
    const { nodeIds } = await session.send('DOM.querySelectorAll', {
      nodeId: root.nodeId,
      selector,
    })
    for (const nodeId of nodeIds)
      await session.send('CSS.forcePseudoState', {
        nodeId,
        forcedPseudoClasses: [...forcedPseudoClasses],
      })
  }
}

it('shows every component', async () => {
  const folder = join(renderer, 'catalogue')
  const texts = await Promise.all(
    (await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')),
  )
  const names = (await readdir(join(renderer, 'components'))).filter((name) =>
    name.endsWith('.vue'),
  )
  const missing = names.filter((name) => !texts.some((text) => text.includes(`components/${name}`)))
  expect(missing).toEqual([])
  expect(open.complaints).toEqual([])
})

describe.each(['dark', 'light'] as const)('%s', (theme) => {
  beforeAll(() => open.page.getByText(theme === 'dark' ? 'Dark' : 'Light', { exact: true }).click())

  it('has nothing serious for axe, and nothing cut off', async () => {
    expect(await axeProblems(open.page)).toEqual([])
    const wide = (await layoutProblems(open.page)).filter((problem) => !/ high$/.test(problem))
    expect(wide.filter((problem) => !problem.includes('by the window'))).toEqual([])
  })

  it('looks different in every state', async () => {
    const { page } = open
    const looks = page.locator('.state-grid .row-name')
    const same: string[] = []
    for (let row = 0; row < (await looks.count()); row++) {
      const name = await looks.nth(row).textContent()
      const cells = looks.nth(row).locator('xpath=following-sibling::span[position() <= 3]')
      const pictures = await Promise.all(
        [0, 1, 2].map(async (i) => (await cells.nth(i).screenshot()).toString('base64')),
      )
      // At rest, pointed at, with the focus: from tokens, not from chance, so that any difference counts.
      if (pictures[0] === pictures[1]) same.push(`${name}: hover`)
      if (pictures[0] === pictures[2]) same.push(`${name}: focus`)
    }
    expect(same).toEqual([])
  })

  it('is drawn in the colours of the theme', async () => {
    const { page } = open
    await page.evaluate(() => window.scrollTo(0, 0))
    const png = (await page.screenshot()).toString('base64')
    if (process.env.LARMOR_TEST_PICTURES) {
      const folder = process.env.LARMOR_TEST_PICTURES
      await mkdir(folder, { recursive: true })
      await writeFile(
        join(folder, `components-${theme}.png`),
        await page.screenshot({ fullPage: true }),
      )
    }
    const picture = await decodePng(page, `data:image/png;base64,${png}`)
    // surface-1 beside the content, and the accent of the one primary button, as the design's table gives them.
    const [surface, accent] =
      theme === 'dark'
        ? [
            [18, 20, 23],
            [121, 176, 242],
          ]
        : [
            [250, 251, 252],
            [23, 98, 181],
          ]
    expect(colourDistance(picture.at(4, 400), surface)).toBeLessThanOrEqual(1)
    const primary = await page.locator('.btn.primary').first().boundingBox()
    if (!primary) throw new Error('There is no primary button.')
    expect(
      colourDistance(picture.at(primary.x + 3, primary.y + primary.height / 2), accent),
    ).toBeLessThanOrEqual(1)
  })

  it('has a dialog that axe accepts', async () => {
    await open.page.getByRole('button', { name: 'Open a dialog' }).click()
    await open.page.getByRole('dialog').waitFor()
    expect(await axeProblems(open.page)).toEqual([])
    await open.page.keyboard.press('Escape')
    await open.page.getByRole('dialog').waitFor({ state: 'hidden' })
  })
})
