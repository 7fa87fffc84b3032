import type { Session, WebContents, WebPreferences } from 'electron'
import { pageHost, pageScheme } from './page-address.ts'

/** The page gets a sandboxed process without Node; everything it may do comes through the preload bridge. */
export const webPreferences = {
  sandbox: true,
  contextIsolation: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webSecurity: true,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
  webviewTag: false,
  navigateOnDragDrop: false,
  spellcheck: false,
  // A run goes on while the window is hidden; its curves should be there when it is shown again.
  backgroundThrottling: false,
} as const satisfies WebPreferences

/** Where the program's own links lead. Nothing else is ever handed to the user's browser. */
const externalHosts = new Set([
  'doi.org',
  'arxiv.org',
  'ui.adsabs.harvard.edu',
  'lambda.gsfc.nasa.gov',
  'healpix.sourceforge.io',
])

/** The address to open in the user's browser, or undefined where it is not on the list. */
export function externalAddress(text: string): string | undefined {
  try {
    const url = new URL(text)
    const plain = url.username === '' && url.password === '' && url.port === ''
    return url.protocol === 'https:' && plain && externalHosts.has(url.hostname)
      ? url.href
      : undefined
  } catch {
    return undefined
  }
}

/** Whether a navigation stays on the page itself (a reload). */
export function isOwnAddress(text: string): boolean {
  try {
    const url = new URL(text)
    return url.protocol === `${pageScheme}:` && url.host === pageHost && url.pathname === '/'
  } catch {
    return false
  }
}

/** No other pages, no windows, no embedded contents: the workbench is one page. */
export function hardenContents(contents: WebContents): void {
  const stay = (event: { preventDefault(): void }, url: string) => {
    if (!isOwnAddress(url)) event.preventDefault()
  }
  contents.on('will-navigate', (event, url) => stay(event, url))
  contents.on('will-redirect', (event, url) => stay(event, url))
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
}

/** The page needs no camera, clipboard reading, device or notification; writing to the clipboard is enough. */
export function denyPermissions(session: Session): void {
  const allowed = (permission: string) => permission === 'clipboard-sanitized-write'
  session.setPermissionRequestHandler((_contents, permission, answer) =>
    answer(allowed(permission)),
  )
  session.setPermissionCheckHandler((_contents, permission) => allowed(permission))
  session.setDevicePermissionHandler(() => false)
}
