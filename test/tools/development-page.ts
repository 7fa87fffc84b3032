import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { extname, join, resolve } from 'node:path'
import vue from '@vitejs/plugin-vue'
import { build } from 'vite'

/** The policy of the product, without the nonce: these pages need no style element. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
  "connect-src 'self'; worker-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'"
const types: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.woff2': 'font/woff2',
}

export interface ServedPage {
  readonly url: string
  close(): Promise<void>
}

/** Builds a page of this repository that is no part of the program, as the program is built, and serves it under the strict policy. */
export async function serveDevelopmentPage(folder: string, page: string): Promise<ServedPage> {
  const outDir = await mkdtemp(join(tmpdir(), 'larmor-page-'))
  await build({
    configFile: false,
    root: folder,
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
      rolldownOptions: { input: join(folder, page) },
    },
  })
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0]
    const file = resolve(outDir, `.${path === '/' ? `/${page}` : path}`)
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
  return {
    url: `http://127.0.0.1:${address.port}/`,
    async close() {
      await new Promise((done) => server.close(done))
      await rm(outDir, { recursive: true, force: true })
    },
  }
}
