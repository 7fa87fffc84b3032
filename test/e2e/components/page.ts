import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { serveDevelopmentPage } from '#test/tools/development-page.ts'
import type {} from '../harness/api.ts'

const harnessRoot = fileURLToPath(new URL('../harness', import.meta.url))
const chromiumPath = process.env.LARMOR_TEST_CHROMIUM ?? '/usr/bin/chromium'

export interface ComponentPage {
  readonly page: Page
  /** Console errors and warnings, uncaught errors and policy violations since the page was opened. */
  readonly complaints: string[]
  close(): Promise<void>
}

/** Opens a development page in headless Chromium. */
export async function openPage(folder: string, name: string): Promise<ComponentPage> {
  const served = await serveDevelopmentPage(folder, name)
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    args: ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
  })
  const page = await browser.newPage({ viewport: { width: 1100, height: 800 } })
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  await page.goto(served.url)
  return {
    page,
    complaints,
    async close() {
      await browser.close()
      await served.close()
    },
  }
}

/** Opens the harness for single components. */
export async function openComponentPage(): Promise<ComponentPage> {
  const open = await openPage(harnessRoot, 'index.html')
  await open.page.waitForFunction(() => 'harness' in window)
  return open
}

/** The harness, open while the tests of a file run; complaints are those of one test. */
export function useComponentPage(): ComponentPage {
  let open: ComponentPage | undefined
  const opened = () => {
    if (!open) throw new Error('The page opens before the first test.')
    return open
  }
  const close = async () => open?.close()
  beforeAll(async () => {
    open = await openComponentPage()
  })
  beforeEach(() => void opened().complaints.splice(0))
  afterAll(close)
  return {
    get page() {
      return opened().page
    },
    get complaints() {
      return opened().complaints
    },
    close,
  }
}
