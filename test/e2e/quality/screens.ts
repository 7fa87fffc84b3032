import type { Page } from 'playwright-core'
import { makePolarisedSession } from '../story/polarised-data.ts'
import type { Stage } from '../story/stage.ts'
import { enter, layout, leaveTool, menu, openFile, tool, toolButton } from '../story/workbench.ts'

/** A panel, dialog or state of the workbench, and the way to it as a user goes it. */
export interface Screen {
  /** In words that make a file name: "inspect-data". */
  readonly name: string
  readonly show: (page: Page, stage: Stage) => Promise<void>
  /** Back to where the next screen begins; default: nothing to do. */
  readonly hide?: (page: Page) => Promise<void>
}

export const sessionName = 'polarised.larmor'

/** A small finished run with polarisation, a catalogue and free electrons: something on every panel. */
export const makeSession = (stage: Stage) => makePolarisedSession(stage.folder, sessionName)

export async function openSession(stage: Stage, page: Page, name = sessionName): Promise<void> {
  await openFile(stage, page, 'session', name)
  await page.locator('figure.sky-panel').first().waitFor()
}

/** A window of the size that most tests look at, in which nothing moves: colours in the middle of a fade are no colours of the design. */
export async function stillWindow(stage: Stage): Promise<Page> {
  const page = await stage.open()
  await page.setViewportSize({ width: 1280, height: 800 })
  await page.emulateMedia({ reducedMotion: 'reduce' })
  return page
}

const escape = (page: Page) => page.keyboard.press('Escape')
const rows = (page: Page) =>
  page.getByRole('tree', { name: 'Project' }).getByRole('treeitem', { level: 2 })
const dialog = (title: string | RegExp, open: (page: Page) => Promise<void>) => ({
  show: async (page: Page) => {
    await open(page)
    await page.getByRole('dialog', { name: title }).waitFor()
  },
  hide: async (page: Page) => {
    await escape(page)
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
  },
})
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).first()
const popover = (name: string) => ({
  ...dialog(name, async (page) => (await toolButton(page, name)).click()),
  hide: leaveTool,
})

/** Screens without a project. */
export const startScreens: readonly Screen[] = [
  {
    name: 'start',
    show: (page) => page.getByText('This machine').first().waitFor(),
  },
  { name: 'tour', ...dialog(/./, (page) => menu(page, 'Help', 'Take the tour')) },
  { name: 'choose-file', ...dialog('Open a map', (page) => button(page, /^Open a map/).click()) },
  {
    name: 'empty-project',
    show: async (page) => {
      await menu(page, 'File', 'New empty project')
      await page.getByRole('tree', { name: 'Project' }).waitFor()
    },
    hide: async (page) => {
      await menu(page, 'File', /^Close session/)
      await page.getByText('This machine').first().waitFor()
    },
  },
]

/** Screens of an open session with a finished run. */
export const sessionScreens: readonly Screen[] = [
  {
    name: 'inspect-data',
    show: async (page) => {
      await layout(page, 'Inspect data')
      await (await toolButton(page, 'Histograms')).click()
    },
    hide: async (page) => (await toolButton(page, 'Histograms')).click(),
  },
  {
    name: 'sky-globe',
    show: (page) => tool(page, 'Projection', 'Globe'),
    hide: (page) => tool(page, 'Projection', 'Mollweide'),
  },
  {
    name: 'sky-gnomonic',
    show: (page) => tool(page, 'Projection', 'Gnomonic'),
    hide: (page) => tool(page, 'Projection', 'Mollweide'),
  },
  {
    name: 'sky-menu',
    show: (page) => button(page, /, Stretch$/).click(),
    hide: escape,
  },
  {
    name: 'sky-log',
    show: (page) => page.getByRole('tab', { name: 'Log', exact: true }).click(),
    hide: (page) => page.getByRole('tab', { name: 'Sky', exact: true }).click(),
  },
  {
    name: 'fit',
    show: (page) => layout(page, 'Fit'),
  },
  {
    name: 'sky-swipe',
    show: (page) => tool(page, 'Comparison', 'swipe data, model'),
    hide: (page) => tool(page, 'Comparison', 'side by side'),
  },
  {
    name: 'sightline',
    show: async (page) => {
      const stage = page.locator('figure.sky-panel .stage').first()
      await stage.click()
      await page.getByRole('tab', { name: 'Sightline', exact: true }).click()
      await page.getByRole('list', { name: 'Values on the sightline' }).waitFor()
    },
    hide: (page) => page.getByRole('tab', { name: 'Curves', exact: true }).click(),
  },
  {
    name: 'explore-field',
    show: (page) => layout(page, 'Explore field'),
    hide: (page) => layout(page, 'Fit'),
  },
  {
    name: 'coverage',
    show: async (page) => {
      await layout(page, 'Explore field')
      await tool(page, 'Quantity', 'coverage')
    },
    hide: (page) => tool(page, 'Quantity', '|B|'),
  },
  {
    name: 'volume-drawings',
    show: async (page) => {
      await layout(page, 'Explore field')
      await button(page, /, Show$/).click()
      for (const [name, on] of [
        [/^volume$/i, false],
        [/^isosurface/i, true],
        [/^field lines/i, true],
      ] as const) {
        // A session remembers them.
        const item = page.getByRole('menuitemcheckbox', { name })
        if ((await item.getAttribute('aria-checked')) !== String(on)) await item.click()
      }
      await leaveTool(page)
    },
  },
  {
    name: 'volume-seeds',
    ...popover('Field lines and arrows'),
  },
  {
    name: 'volume-film',
    ...popover('Turntable film'),
  },
  {
    name: 'model',
    show: async (page) => {
      await layout(page, 'Model')
      await page.getByRole('list', { name: 'Magnetic field' }).waitFor()
    },
  },
  {
    name: 'formula',
    show: async (page) => {
      await page.getByRole('combobox', { name: 'Model', exact: true }).first().click()
      await page.getByRole('option', { name: 'Formula', exact: true }).click()
      const editor = page.getByLabel('Formula, one name = expression per line')
      await editor.focus()
      await page.keyboard.press('Control+End')
      await page.keyboard.type(' * st')
      await page.getByRole('listbox', { name: 'Names' }).waitFor()
    },
    hide: async (page) => {
      await escape(page)
      await page.getByLabel('Formula, one name = expression per line').blur()
      const former = page.getByRole('combobox', { name: 'Model', exact: true }).first()
      while ((await former.textContent())?.includes('Formula')) await menu(page, 'Edit', /^Undo/)
      await layout(page, 'Fit')
    },
  },
  {
    name: 'runs',
    show: (page) => page.getByRole('tab', { name: 'Runs', exact: true }).click(),
    hide: (page) => page.getByRole('tab', { name: 'Curves', exact: true }).click(),
  },
  {
    name: 'data-settings',
    show: (page) => rows(page).first().click(),
  },
  {
    name: 'field-settings',
    show: (page) => rows(page).filter({ hasText: 'free voxels' }).first().click(),
  },
  {
    name: 'field-settings-wrong',
    show: (page) => enter(page, 'Shape, x', 0),
    hide: (page) => menu(page, 'Edit', /^Undo/),
  },
  {
    name: 'run-settings',
    show: (page) => button(page, 'Run settings').click(),
  },
  { name: 'palette', ...dialog(/./, (page) => page.keyboard.press('Control+K')) },
  { name: 'help', ...dialog('Help', (page) => menu(page, 'Help', 'Glossary')) },
  { name: 'preferences', ...dialog('Preferences', (page) => menu(page, 'Edit', /^Preferences/)) },
  { name: 'layouts', ...dialog(/./, (page) => menu(page, 'View', /^Layouts/)) },
  { name: 'report', ...dialog(/./, (page) => menu(page, 'Help', /^Report a problem/)) },
  { name: 'delete-run', ...dialog(/./, (page) => menu(page, 'Run', /^Delete this run/)) },
  {
    name: 'mask',
    show: async (page) => {
      await layout(page, 'Inspect data')
      await menu(page, 'Data', 'Draw the mask')
      await page.getByRole('toolbar', { name: 'Mask' }).waitFor()
      const box = await page.locator('figure.sky-panel .stage').first().boundingBox()
      if (!box) throw new Error('The map is not on the screen.')
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
      await page.mouse.move(x - 60, y)
      await page.mouse.down()
      await page.mouse.move(x + 60, y - 30, { steps: 6 })
      await page.mouse.up()
    },
    hide: async (page) => {
      const bar = page.getByRole('toolbar', { name: 'Mask' })
      await bar.getByRole('button', { name: 'Discard' }).click()
      await bar.waitFor({ state: 'hidden' })
      await layout(page, 'Fit')
    },
  },
  { name: 'keys', ...dialog(/./, (page) => menu(page, 'Help', 'Keyboard shortcuts')) },
  { name: 'about', ...dialog(/./, (page) => menu(page, 'Help', 'About Larmor')) },
  { name: 'export', ...dialog(/^Export/, (page) => menu(page, 'File', /^Export run/)) },
  { name: 'save-as', ...dialog(/^Save/, (page) => menu(page, 'File', /^Save as/)) },
  {
    name: 'panels-menu',
    show: (page) => page.getByRole('menuitem', { name: 'Panels', exact: true }).click(),
    hide: escape,
  },
  {
    name: 'menu',
    show: (page) => page.getByRole('menuitem', { name: 'File', exact: true }).click(),
    hide: escape,
  },
]
