import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { extname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { chromium } from 'playwright-core'
import { build } from 'vite'
import type { Page } from 'playwright-core'
import type {} from '../harness/api.ts'

const harnessRoot = fileURLToPath(new URL('../harness', import.meta.url))
const chromiumPath = process.env.LARMOR_TEST_CHROMIUM ?? '/usr/bin/chromium'
/** The policy of the product, without the nonce: these components need no style element. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
  "connect-src 'self'; worker-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'"
const types: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.woff2': 'font/woff2',
}

export interface ComponentPage {
  readonly page: Page
  /** Console errors and warnings, uncaught errors and policy violations since the page was opened. */
  readonly complaints: string[]
  close(): Promise<void>
}

/** Builds the harness as the product is built, serves it under the strict policy, opens it in headless Chromium. */
export async function openComponentPage(pixelRatio = 1): Promise<ComponentPage> {
  const outDir = await mkdtemp(join(tmpdir(), 'larmor-harness-'))
  await build({
    configFile: false,
    root: harnessRoot,
    logLevel: 'error',
    plugins: [vue({ template: { compilerOptions: { hoistStatic: false } } })],
    define: {
      __VUE_OPTIONS_API__: 'false',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
    },
    build: {
      outDir,
      target: 'chrome108',
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      minify: false,
      emptyOutDir: true,
    },
  })
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0]
    const file = resolve(outDir, `.${path === '/' ? '/index.html' : path}`)
    readFile(file).then(
      (body) => {
        response.writeHead(200, {
          'Content-Type': types[extname(file)] ?? 'application/octet-stream',
          'Content-Security-Policy': policy,
        })
        response.end(body)
      },
      () => response.writeHead(path === '/favicon.ico' ? 204 : 404).end(),
    )
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    args: ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
  })
  const page = await browser.newPage({
    viewport: { width: 1100, height: 800 },
    deviceScaleFactor: pixelRatio,
  })
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  await page.goto(`http://127.0.0.1:${address.port}/`)
  await page.waitForFunction(() => 'harness' in window)
  return {
    page,
    complaints,
    async close() {
      await browser.close()
      await new Promise((done) => server.close(done))
      await rm(outDir, { recursive: true, force: true })
    },
  }
}
