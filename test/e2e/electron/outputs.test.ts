import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pix2ang } from '#shared/healpix/index.ts'
import { colourAt } from '#shared/sky/index.ts'
import { syntheticSky } from '#test/tools/sample-run.ts'
import type { SampleFolder } from '#test/tools/sample-run.ts'
import { sampleSession } from '#test/tools/sample-session.ts'
import { colourDistance } from '../picture.ts'
import { electronStage } from '../story/electron-stage.ts'
import type { ElectronStage } from '../story/electron-stage.ts'
import { layout, menu, openFile, skyOnScreen, soon, tool } from '../story/workbench.ts'
import { zipEntries } from './zip-entries.ts'

// What leaves the window of the desktop program: commands in the native menu, the system's clipboard, films as files.
const name = 'outputs.larmor'
const nside = 8
let stage: ElectronStage
let folder: SampleFolder
let page: Page
/** Plays the films: another program than the one that made them. */
let browser: Browser

beforeAll(async () => {
  stage = await electronStage()
  folder = await sampleSession(stage.folder, name, nside)
  page = await stage.open()
  await openFile(stage, page, 'session', name)
  await layout(page, 'Fit')
  browser = await chromium.launch({
    executablePath: process.env.LARMOR_TEST_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  })
})
afterAll(async () => {
  await browser.close()
  await stage.close()
})

const clipboardText = () => stage.app().evaluate(({ clipboard }) => clipboard.readText())
const emptyClipboard = () => stage.app().evaluate(({ clipboard }) => clipboard.clear())

describe('the native menu', () => {
  /** Title, whether it can be chosen, and its mark, of each command of a menu. */
  const native = (group: string) =>
    stage.app().evaluate(({ Menu }, title) => {
      const items = Menu.getApplicationMenu()?.items ?? []
      const submenu = items.find(({ label }) => label === `&${title}`)?.submenu
      return (submenu?.items ?? [])
        .filter(({ id }) => id?.includes('.') === true)
        .map(({ label, enabled, type, checked }) => [
          label.replaceAll('&&', '&'),
          enabled,
          type === 'checkbox' && checked,
        ])
    }, group)
  async function inPage(group: string) {
    await page.getByRole('menuitem', { name: group, exact: true }).click()
    const items = await page.locator('[role=menu] [role=menuitem]').evaluateAll((elements) =>
      elements.map((element) => [
        [...element.childNodes]
          .filter((node) => node.nodeType === Node.TEXT_NODE)
          .map((node) => node.textContent?.trim())
          .join(''),
        !element.hasAttribute('data-disabled'),
        element.querySelector('svg') !== null,
      ]),
    )
    await page.keyboard.press('Escape')
    await page.getByRole('menu').waitFor({ state: 'hidden' })
    return items
  }
  const choose = (id: string) =>
    stage.app().evaluate(({ Menu }, wanted) => {
      Menu.getApplicationMenu()?.getMenuItemById(wanted)?.click()
    }, id)

  it('has what the menu of the page has, as it is now', async () => {
    for (const group of ['File', 'Edit', 'View', 'Panels', 'Data', 'Model', 'Run', 'Help']) {
      const expected = await inPage(group)
      expect(expected.length, group).toBeGreaterThan(2)
      await expect.poll(() => native(group), { ...soon, message: group }).toEqual(expected)
    }
    const theme = () => page.evaluate(() => document.documentElement.dataset.theme)
    expect(await theme()).toBe('dark')
    await choose('view.theme')
    await expect.poll(theme, soon).toBe('light')
    await expect.poll(() => native('View'), soon).toContainEqual(['Light theme', true, true])
    await choose('view.theme')
    await expect.poll(theme, soon).toBe('dark')
  })

  it('waits for a dialog, and leaves undo to a text that is edited', async () => {
    const enabled = async () => (await native('File')).filter(([, can]) => can === true).length
    await choose('help.keys')
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
    await expect.poll(enabled, soon).toBe(0)
    await page.keyboard.press('Escape')
    await expect.poll(enabled, soon).toBeGreaterThan(2)
    await page.getByRole('tab', { name: 'Runs', exact: true }).click()
    const search = page.getByLabel('Search runs', { exact: true })
    await search.click()
    await page.keyboard.type('abc')
    await choose('edit.undo')
    // Some letters at a time.
    await expect.poll(() => search.inputValue(), soon).toMatch(/^a?b?$/)
    await page.getByRole('tab', { name: 'Curves', exact: true }).click()
  })
})

describe('the clipboard', () => {
  const pixel = 300
  const { theta, phi } = pix2ang(nside, 'RING', pixel)
  const value = syntheticSky(nside)[pixel]
  const cells = (text: string) => {
    const [names, values] = text.split('\n').map((line) => line.split('\t'))
    return new Map(names.map((one, i) => [one, values[i]]))
  }
  /** Carries out what puts a text into the clipboard, and waits for it. */
  async function copied(act: () => Promise<void>): Promise<string> {
    await emptyClipboard()
    await act()
    await expect.poll(clipboardText, soon).not.toBe('')
    return clipboardText()
  }

  it('gets the value under the pointer, and data, model and residual there', async () => {
    const whole = { lonDeg: 0, latDeg: 0, rollDeg: 0, zoom: 1, panX: 0, panY: 0 }
    const screen = await skyOnScreen(page, 'Data', whole)
    const degree = Math.PI / 180
    const place = screen.toScreen(phi / degree, 90 - theta / degree)
    if (!place) throw new Error('The pixel is not on the screen.')
    await page.mouse.move(place.x, place.y)
    const one = cells(await copied(() => page.keyboard.press('Alt+C')))
    expect(Math.fround(Number(one.get('value')))).toBe(value)
    expect(one.get('unit')).toBe('K')
    expect(one.get('pixel_ring')).toBe(String(pixel))
    const all = cells(await copied(() => page.keyboard.press('Alt+Shift+C')))
    expect(Math.fround(Number(all.get('data')))).toBe(value)
    const difference = Number(all.get('data')) - Number(all.get('model'))
    // Three float32 values of some tens of kelvin.
    expect(Number(all.get('residual'))).toBeCloseTo(difference, 4)
  })

  it('gets the command lines and the Python snippet of the run', async () => {
    const line = await copied(() => menu(page, 'Run', 'Copy as command line'))
    expect(line).toContain('larmor run outputs.yaml --out outputs-cli.larmor')
    expect(line).toContain('"sky.fits"')
    expect(line).not.toContain(folder.path)
    expect(await copied(() => menu(page, 'Run', 'Copy export as command line'))).toBe(
      'larmor export outputs.larmor --run 1 --out outputs-export\n',
    )
    const python = await copied(() => menu(page, 'Run', 'Copy as Python snippet'))
    expect(python).toContain('sqlite3.connect(Path("outputs.larmor")')
    expect(python).toContain('values = array("data/sky/values")')
  })

  it('gets the maps on the screen as a picture', async () => {
    await tool(page, 'Stretch', 'linear')
    await tool(page, 'Limits', 'min–max')
    await emptyClipboard()
    await menu(page, 'Edit', 'Copy the sky as a picture')
    // Three maps of 1800 pixels across, drawn without a graphics card.
    await page.locator('.toast', { hasText: 'Picture copied' }).waitFor({ timeout: 80_000 })
    // Data, model, residual beside one another on white; 600 by 300 CSS pixels and margins each, three to one.
    const scale = (3 * (600 - 3)) / 4
    const at = mollweide(phi, Math.PI / 2 - theta)
    const places = [
      [2, 2],
      [3 * 312 + scale * at.x, 3 * 186 - scale * at.y],
    ]
    const seen = await stage.app().evaluate(({ clipboard }, wanted) => {
      // Newer Electrons have another clipboard; this is that of the test runtime.
      const image = Reflect.get(clipboard, 'readImage').call(clipboard)
      const { width } = image.getSize()
      const bytes: Uint8Array = image.toBitmap()
      const colours = wanted.map(([x, y]) => {
        const start = 4 * (Math.floor(y) * width + Math.floor(x))
        return [bytes[start + 2], bytes[start + 1], bytes[start]]
      })
      return { width: Number(width), colours }
    }, places)
    expect(seen.width).toBeGreaterThan(3 * 1800)
    expect(seen.colours[0]).toEqual([255, 255, 255])
    // The data, from their least to their largest value, in the colours of intensities.
    const sky = syntheticSky(nside)
    const [low, high] = [Math.min(...sky), Math.max(...sky)]
    const expected = colourAt('inferno', (value - low) / (high - low)) ?? []
    expect(colourDistance(seen.colours[1], expected)).toBeLessThan(4)
  })

  /** In units of a quarter of the map's width, longitude to the left. */
  function mollweide(lon: number, lat: number): { x: number; y: number } {
    let angle = lat
    for (let i = 0; i < 50; i++)
      angle -=
        (2 * angle + Math.sin(2 * angle) - Math.PI * Math.sin(lat)) / (2 + 2 * Math.cos(2 * angle))
    const east = lon > Math.PI ? lon - 2 * Math.PI : lon
    return { x: (-2 * east * Math.cos(angle)) / Math.PI, y: Math.sin(angle) }
  }
})

describe('a turntable', () => {
  /** Makes one with the form and returns the file that was saved. */
  async function film(format: string): Promise<Buffer> {
    const path = join(stage.folder, `film-${format.length}`)
    await stage.app().evaluate(({ session }, into) => {
      Reflect.set(globalThis, 'saved', '')
      session.defaultSession.once('will-download', (_event, item) => {
        item.setSavePath(into)
        item.once('done', (_done, state) => {
          Reflect.set(globalThis, 'saved', `${item.getFilename()} ${state}`)
        })
      })
    }, path)
    await page.getByRole('button', { name: 'Turntable film', exact: true }).click()
    const form = page.getByRole('dialog', { name: 'Turntable film' })
    await form.getByText(format, { exact: true }).click()
    await form.getByText('4 s', { exact: true }).click()
    await form.getByRole('button', { name: 'Make it' }).click()
    const saved = () => stage.app().evaluate((): string => Reflect.get(globalThis, 'saved'))
    await expect.poll(saved, { timeout: 140_000 }).toMatch(/-turntable\.(webm|zip) completed$/)
    await page.keyboard.press('Escape')
    return readFile(path)
  }

  it(
    'is a film that plays, and its pictures, one to each frame',
    { timeout: 300_000 },
    async () => {
      await layout(page, 'Explore field')
      const panel = page.getByRole('region', { name: 'Volume' }).first()
      await panel.locator('.scene canvas').waitFor()
      // Arrows alone are drawn quickly without a graphics card.
      await panel.getByRole('button', { name: /, Show$/ }).click()
      for (const what of ['Arrows', 'Volume'])
        await page.getByRole('menuitemcheckbox', { name: what, exact: true }).click()
      await page.keyboard.press('Escape')
      await page.getByRole('menu').waitFor({ state: 'hidden' })

      const webm = await film('Film (WebM)')
      const player = await browser.newPage()
      const played = await player.evaluate(
        async (source) => {
          const video = document.createElement('video')
          document.body.append(video)
          video.muted = true
          video.src = source
          const canvas = document.createElement('canvas')
          const pictures: { frame: number; url: string }[] = []
          // About every second one of its frames, as they are shown; a busy machine leaves some out.
          const look = (_now: number, { mediaTime, width, height }: VideoFrameCallbackMetadata) => {
            const frame = Math.round(mediaTime * 25)
            if (frame >= 25 * pictures.length) {
              canvas.width = width
              canvas.height = height
              canvas.getContext('2d')?.drawImage(video, 0, 0)
              pictures.push({ frame, url: canvas.toDataURL() })
            }
            video.requestVideoFrameCallback(look)
          }
          video.requestVideoFrameCallback(look)
          const ended = new Promise((resolve, reject) => {
            video.addEventListener('ended', resolve)
            video.addEventListener('error', () => reject(new Error(video.error?.message)))
          })
          await video.play()
          await ended
          const { duration, videoWidth } = video
          return { pictures, duration, width: videoWidth }
        },
        `data:video/webm;base64,${webm.toString('base64')}`,
      )
      expect(played.duration).toBe(4)
      expect(played.width).toBe(1280)
      expect(played.pictures.length).toBeGreaterThan(1)

      const pictures = zipEntries(await film('Pictures (PNG)'))
      expect(pictures.map(({ name }) => name)).toEqual(
        Array.from({ length: 100 }, (_, i) => `turntable-${String(i).padStart(4, '0')}.png`),
      )
      // A frame of the film is the picture of its number, and no other.
      const url = (index: number) =>
        `data:image/png;base64,${pictures[index].data.toString('base64')}`
      for (const { frame, url: shown } of played.pictures) {
        const own = await differing(player, shown, url(frame))
        // What the encoder changes depends on how busy the machine is; a quarter of a turn changes twice as much and more.
        expect(own / (await differing(player, shown, url((frame + 25) % 100)))).toBeLessThan(0.7)
      }
      await player.close()
      expect(stage.complaints).toEqual([])
    },
  )

  /** How many of every sixteenth pixel of two pictures differ by more than what an encoder makes of an edge. */
  const differing = (view: Page, a: string, b: string) =>
    view.evaluate(
      async (sources) => {
        const [one, other] = await Promise.all(
          sources.map(async (source) => {
            const image = new Image()
            image.src = source
            await image.decode()
            const canvas = document.createElement('canvas')
            canvas.width = image.width
            canvas.height = image.height
            const context = canvas.getContext('2d')
            context?.drawImage(image, 0, 0)
            return context?.getImageData(0, 0, image.width, image.height)
          }),
        )
        if (!one || !other || one.width !== other.width || one.height !== other.height)
          throw new Error('These are not of one size.')
        let count = 0
        for (let y = 0; y < one.height; y += 4)
          for (let x = 0; x < one.width; x += 4) {
            const at = 4 * (y * one.width + x)
            const most = Math.max(
              ...[0, 1, 2].map((part) => Math.abs(one.data[at + part] - other.data[at + part])),
            )
            if (most > 80) count++
          }
        return count
      },
      [a, b],
    )
})
