import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { sessionArgument } from '#main/app/arguments.ts'
import { menuStructure, menuTemplate } from '#main/app/menu.ts'
import { answerPage } from '#main/app/page-protocol.ts'
import { externalAddress, isOwnAddress, webPreferences } from '#main/app/security.ts'
import { readWindowState, writeWindowState } from '#main/app/window-state.ts'
import { locateEngine } from '#main/engine/locate.ts'
import { handleChecked, isOwnPage } from '#main/ipc/router.ts'
import type { InvokeEventLike } from '#main/ipc/router.ts'
import { shellMenu } from '#shared/contract/shell-menu.ts'

const mainFolder = fileURLToPath(new URL('../../src-main', import.meta.url))
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'larmor-shell-'))
  await mkdir(join(folder, 'assets'))
  await writeFile(join(folder, 'index.html'), '<meta nonce="__CSP_NONCE__">')
  await writeFile(join(folder, 'assets', 'a.js'), 'export {}')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('the page process', () => {
  it('is sandboxed, isolated and without Node', () => {
    expect(webPreferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      webviewTag: false,
      navigateOnDragDrop: false,
    })
  })

  it('is made in one place only, with nothing that would open it again', async () => {
    const files = (await readdir(mainFolder, { recursive: true })).filter((f) => f.endsWith('.ts'))
    const sources = await Promise.all(files.map((f) => readFile(join(mainFolder, f), 'utf8')))
    const all = sources.join('\n')
    expect(all.match(/new BrowserWindow\(/g)).toHaveLength(1)
    expect(all).toContain('webPreferences: { ...webPreferences, preload }')
    expect(all.match(/exposeInMainWorld\(/g)).toHaveLength(1)
    expect(all.match(/openExternal\(/g)).toHaveLength(1)
    expect(all).not.toMatch(/ipcMain\.(on|handle)\(|executeJavaScript|loadFile\(|file:\/\//)
    expect(all).not.toMatch(/sandbox: false|webSecurity: false|contextIsolation: false/)
    const withElectron = files.filter((_, i) => /from 'electron'/.test(sources[i]))
    const valueImports = withElectron.filter((f) => {
      const source = sources[files.indexOf(f)]
      return /^import \{[^}]*\} from 'electron'/m.test(source)
    })
    expect(valueImports.sort()).toEqual([
      'app/closing.ts',
      'app/index.ts',
      'app/window.ts',
      'ipc/shell-calls.ts',
      'preload/index.ts',
    ])
  })

  it('stays on its page', () => {
    expect(isOwnAddress('app://larmor/')).toBe(true)
    expect(isOwnAddress('app://larmor/?session=1')).toBe(true)
    for (const url of [
      'https://example.com/',
      'file:///etc/passwd',
      'app://other/',
      'app://larmor/assets/x.html',
      'javascript:alert(1)',
      'data:text/html,x',
      'nonsense',
    ])
      expect(isOwnAddress(url)).toBe(false)
  })

  it('opens only listed https addresses in the browser', () => {
    expect(externalAddress('https://doi.org/10.1086/427976')).toBe('https://doi.org/10.1086/427976')
    for (const url of [
      'http://doi.org/',
      'https://doi.org.evil.example/',
      'https://user@doi.org/',
      'https://doi.org:444/',
      'file:///etc/passwd',
      'smb://doi.org/x',
      'https://evil.example/?https://doi.org/',
      '',
    ])
      expect(externalAddress(url)).toBeUndefined()
  })
})

describe('app://', () => {
  it('serves the page under the strict policy with a nonce of its own', async () => {
    const one = await answerPage(folder, { url: 'app://larmor/', method: 'GET' })
    const two = await answerPage(folder, { url: 'app://larmor/?x', method: 'GET' })
    const nonce = /'nonce-([^']+)'/.exec(one.headers['Content-Security-Policy'])?.[1] ?? ''
    expect(new TextDecoder().decode(one.body)).toBe(`<meta nonce="${nonce}">`)
    expect(one.headers['Content-Security-Policy']).toMatch(
      /^default-src 'none'; script-src 'self'; style-src 'self' 'nonce-[^']+';.*frame-ancestors 'none'$/,
    )
    expect(one.headers['Content-Security-Policy']).not.toMatch(/unsafe|https?:|\*/)
    expect(one.headers['Content-Security-Policy']).not.toBe(two.headers['Content-Security-Policy'])
    expect(one.headers['X-Content-Type-Options']).toBe('nosniff')
    const script = await answerPage(folder, { url: 'app://larmor/assets/a.js', method: 'GET' })
    expect(script.headers['Content-Type']).toBe('text/javascript; charset=utf-8')
  })

  it.each([
    ['app://larmor/../index.html/../../x.json', 404],
    ['app://larmor/%2e%2e%2fx.json', 404],
    ['app://larmor/..%5cx.json', 404],
    ['app://larmor/.hidden.json', 404],
    ['app://larmor/assets', 404],
    ['app://larmor/none.js', 404],
    ['app://other/index.html', 403],
  ])('gives nothing for %s', async (url, status) => {
    const answer = await answerPage(folder, { url, method: 'GET' })
    expect(answer.status).toBe(status)
    expect(answer.body).toHaveLength(0)
  })

  it('answers GET only', async () => {
    expect((await answerPage(folder, { url: 'app://larmor/', method: 'POST' })).status).toBe(403)
  })
})

describe('calls of the page', () => {
  const frame = (url: string, parent: unknown = null) => ({ url, parent })
  const from = (senderFrame: InvokeEventLike['senderFrame'], mainFrame: unknown = senderFrame) => ({
    senderFrame,
    sender: { mainFrame },
  })
  const own = frame('app://larmor/?session=x')

  it('are taken from the own main frame only', () => {
    expect(isOwnPage(from(own))).toBe(true)
    expect(isOwnPage(from(null))).toBe(false)
    expect(isOwnPage(from(own, frame('app://larmor/')))).toBe(false)
    expect(isOwnPage(from(frame('app://larmor/', own)))).toBe(false)
    for (const url of [
      'https://example.com/',
      'app://evil/',
      'file:///x',
      'data:,x',
      '',
      'about:blank',
    ])
      expect(isOwnPage(from(frame(url)))).toBe(false)
  })

  it('need one argument of the right form, and errors are plain sentences', async () => {
    let listener: ((event: InvokeEventLike, ...args: unknown[]) => unknown) | undefined
    const ipc = {
      handle: (
        _channel: string,
        given: (event: InvokeEventLike, ...args: unknown[]) => unknown,
      ) => {
        listener = given
      },
    }
    handleChecked(ipc, 'x', z.enum(['map']), (kind) => {
      if (kind === 'map') throw new Error('No map today.')
    })
    const call = async (event: InvokeEventLike, ...args: unknown[]) => listener?.(event, ...args)
    expect(await call(from(own), 'map')).toEqual({ error: 'No map today.' })
    for (const args of [['file'], [], ['map', 'extra'], [{ toString: () => 'map' }]])
      expect(await call(from(own), ...args)).toEqual({ error: 'Refused: wrong arguments.' })
    expect(await call(from(frame('https://example.com/')), 'map')).toEqual({ error: 'Refused.' })
  })
})

describe('the menu', () => {
  const one = (id: string, more: object = {}) => ({
    id,
    title: id,
    rule: false,
    enabled: true,
    ...more,
  })
  const menu = shellMenu.parse([
    { title: 'File', commands: [one('file.open-map', { keys: 'Mod+Shift+O' })] },
    {
      title: 'Edit',
      commands: [
        one('edit.undo'),
        one('edit.redo', { enabled: false }),
        one('edit.preferences', { rule: true }),
      ],
    },
    { title: 'View', commands: [one('view.theme', { title: 'Light & dark', checked: true })] },
    { title: 'Run', commands: [one('run.start', { rule: true, keys: 'Alt+Shift+ArrowUp' })] },
    { title: 'Help', commands: [one('help.about', { rule: true })] },
  ])
  const built = (platform: string, send: (id: string) => void = () => undefined) =>
    menuTemplate(platform, menu, send).map(({ label, role, submenu }) => ({
      title: label ?? role,
      items: Array.isArray(submenu) ? submenu : [],
    }))
  const names = (platform: string) =>
    Object.fromEntries(
      built(platform).map(({ title, items }) => [
        title,
        items.map(({ id, role, type }) => id ?? role ?? type),
      ]),
    )

  it('has every command of the page and what the system does itself', () => {
    const edit = ['separator', 'cut', 'copy', 'paste', 'selectAll']
    const view = ['view.theme', 'separator', 'resetZoom', 'zoomIn', 'zoomOut', 'togglefullscreen']
    expect(names('linux')).toEqual({
      '&File': ['file.open-map', 'separator', 'quit'],
      '&Edit': ['edit.undo', 'edit.redo', ...edit, 'separator', 'edit.preferences'],
      '&View': view,
      '&Run': ['run.start'],
      '&Help': ['help.about'],
    })
    expect(names('darwin')).toMatchObject({
      Larmor: expect.arrayContaining(['help.about', 'edit.preferences', 'quit']),
      '&File': ['file.open-map'],
      '&Edit': ['edit.undo', 'edit.redo', ...edit],
      '&View': view,
      windowMenu: [],
      '&Help': [],
    })
    expect(JSON.stringify(names('linux'))).not.toMatch(/toggleDevTools|reload/)
  })

  it('shows keys without taking them, conditions and marks, and sends what is chosen', () => {
    const sent: string[] = []
    const items = built('linux', (id) => sent.push(id)).flatMap(({ items }) => items)
    const named = (id: string) => items.find((item) => item.id === id)
    expect(named('file.open-map')).toMatchObject({
      accelerator: 'CmdOrCtrl+Shift+O',
      registerAccelerator: false,
    })
    expect(named('run.start')).toMatchObject({ accelerator: 'Alt+Shift+Up' })
    expect(named('edit.redo')).toMatchObject({ enabled: false })
    expect(named('view.theme')).toMatchObject({
      label: 'Light && dark',
      type: 'checkbox',
      checked: true,
    })
    for (const { id, click } of items) if (id && click) Reflect.apply(click, undefined, [{}])
    expect(sent.sort()).toEqual(menu.flatMap(({ commands }) => commands.map(({ id }) => id)).sort())
  })

  it('is there before the page is, and another one only where its entries change', () => {
    expect(menuTemplate('linux', [], () => undefined).map(({ label }) => label)).toEqual([
      '&File',
      '&Edit',
      '&View',
    ])
    const other = (more: object) => [{ title: 'Run', commands: [one('run.start', more)] }]
    const structure = menuStructure(other({}))
    expect(menuStructure(other({ enabled: false }))).toBe(structure)
    for (const more of [{ title: 'Queue' }, { keys: 'F5' }, { rule: true }, { checked: false }])
      expect(menuStructure(other(more))).not.toBe(structure)
  })

  it('takes only what a menu is made of from the page', () => {
    for (const wrong of [
      [{ title: 'Run', commands: [one('run start')] }],
      [{ title: 'Run', commands: [one('run.start', { keys: 'Super+Q' })] }],
      [{ title: 'Run', commands: [one('run.start', { role: 'toggleDevTools' })] }],
      [{ title: '../x', commands: [] }],
    ])
      expect(shellMenu.safeParse(wrong).success).toBe(false)
  })
})

describe('small things', () => {
  it('finds the session among the arguments', () => {
    expect(sessionArgument(['electron', '.', 'a.larmor'], '/data')).toBe('/data/a.larmor')
    expect(sessionArgument(['larmor', '--flag', '/x/B.LARMOR'], '/data')).toBe('/x/B.LARMOR')
    expect(sessionArgument(['larmor', '--x=a.larmor'], '/data')).toBeUndefined()
    expect(sessionArgument(['a.larmor'], '/data')).toBeUndefined()
  })

  it('finds the engine in a checkout and in a package', () => {
    expect(locateEngine({ packaged: false, appPath: '/r', resourcesPath: '/p' }, 'linux')).toEqual({
      node: '/r/node_modules/node/bin/node',
      script: '/r/out/engine/engine.mjs',
    })
    expect(locateEngine({ packaged: true, appPath: '/r', resourcesPath: '/p' }, 'linux')).toEqual({
      node: '/p/node/node',
      script: '/p/out/engine/engine.mjs',
    })
  })

  it('restores a window only where a screen is', () => {
    const file = join(folder, 'deep', 'window.json')
    const screens = [{ x: 0, y: 0, width: 1920, height: 1080 }]
    expect(readWindowState(file, screens)).toBeUndefined()
    const state = { x: 100, y: 50, width: 1280, height: 800, maximised: false }
    writeWindowState(file, state)
    expect(readWindowState(file, screens)).toEqual(state)
    expect(readWindowState(file, [{ x: 3000, y: 0, width: 800, height: 600 }])).toBeUndefined()
    writeWindowState(file, { ...state, width: -5 })
    expect(readWindowState(file, screens)).toBeUndefined()
  })
})
