import { join } from 'node:path'
import { BrowserWindow, nativeTheme, screen } from 'electron'
import { pageUrl } from './page-address.ts'
import { hardenContents, webPreferences } from './security.ts'
import { readWindowState, writeWindowState } from './window-state.ts'

export interface WindowOptions {
  readonly preload: string
  /** Folder for the size and place of the window. */
  readonly userData: string
  readonly log: (text: string) => void
}

/** The one window of the workbench; shown when its first picture is there. */
export function createWindow({ preload, userData, log }: WindowOptions): BrowserWindow {
  const stateFile = join(userData, 'window.json')
  const areas = screen.getAllDisplays().map((display) => display.workArea)
  const state = readWindowState(stateFile, areas)
  const { width, height } = screen.getPrimaryDisplay().workAreaSize
  const window = new BrowserWindow({
    width: Math.min(1600, width),
    height: Math.min(1000, height),
    ...(state === undefined
      ? {}
      : { x: state.x, y: state.y, width: state.width, height: state.height }),
    minWidth: Math.min(1024, width),
    minHeight: Math.min(640, height),
    show: false,
    autoHideMenuBar: true,
    title: 'Larmor',
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#0b0c0e' : '#e9ebee',
    webPreferences: { ...webPreferences, preload },
  })
  hardenContents(window.webContents)
  if (state?.maximised === true) window.maximize()
  window.once('ready-to-show', () => window.show())
  window.on('close', () =>
    writeWindowState(stateFile, {
      ...window.getNormalBounds(),
      maximised: window.isMaximized(),
    }),
  )
  window.webContents.on('render-process-gone', (_event, details) => {
    log(`The page ended (${details.reason}).`)
    // The engine and its runs are not touched by this; the page finds them again.
    if (details.reason !== 'clean-exit' && !window.isDestroyed()) window.webContents.reload()
  })
  void window.loadURL(pageUrl)
  return window
}
