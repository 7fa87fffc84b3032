import { basename, dirname } from 'node:path'
import { dialog, ipcMain, MessageChannelMain, nativeTheme, shell } from 'electron'
import type { BrowserWindow, FileFilter, IpcMainInvokeEvent, OpenDialogOptions } from 'electron'
import { z } from 'zod'
import { grant } from '#shared/contract/methods.ts'
import type { FileGrant } from '#shared/contract/methods.ts'
import { pickKinds, themes } from '#shared/contract/shell.ts'
import type { PickKind, SaveTarget } from '#shared/contract/shell.ts'
import { shellMenu } from '#shared/contract/shell-menu.ts'
import type { ShellMenu } from '#shared/contract/shell-menu.ts'
import { externalAddress } from '../app/security.ts'
import type { EngineProcess } from '../engine/engine-process.ts'
import { channels } from './channels.ts'
import { handleChecked } from './router.ts'

export interface ShellCallOptions {
  readonly engine: EngineProcess
  readonly window: () => BrowserWindow | undefined
  /** Takes what would be lost with the window. */
  readonly setUnsaved: (what: string) => void
  /** The page has stored what it was still to store. */
  readonly left: () => void
  /** The session that the program was started with, once. */
  readonly takeInitialSession: () => string | undefined
  readonly showMenu: (menu: ShellMenu) => void
}

const pickers: Record<PickKind, { title: string; filters: FileFilter[]; several: boolean }> = {
  map: {
    title: 'Open map',
    filters: [
      { name: 'FITS maps', extensions: ['fits', 'fit', 'fts', 'hpx', 'gz'] },
      { name: 'All files', extensions: ['*'] },
    ],
    several: true,
  },
  table: {
    title: 'Open catalogue',
    filters: [
      { name: 'Tables', extensions: ['csv', 'txt', 'fits', 'fit', 'fts', 'gz'] },
      { name: 'All files', extensions: ['*'] },
    ],
    several: false,
  },
  field: {
    title: 'Open table of a field',
    filters: [
      { name: 'Fields on a grid', extensions: ['npy', 'fits', 'fit', 'fts', 'gz'] },
      { name: 'All files', extensions: ['*'] },
    ],
    several: false,
  },
  session: {
    title: 'Open session',
    filters: [{ name: 'Larmor sessions', extensions: ['larmor'] }],
    several: false,
  },
  'run-file': {
    title: 'Open run file',
    filters: [{ name: 'Run files', extensions: ['yaml', 'yml', 'json'] }],
    several: false,
  },
}

const nothing = z.undefined()

/** Everything that `window.larmorShell` may ask of main. Paths go from dialogs to the engine; the page gets grants. */
export function registerShellCalls(options: ShellCallOptions): void {
  const { engine, window, setUnsaved, left, takeInitialSession, showMenu } = options
  const grantPath = async (path: string, purpose: 'read' | 'directory'): Promise<FileGrant> =>
    (await engine.shell().request('main.grantPath', { path, purpose })).result
  const open = async (options: OpenDialogOptions): Promise<string[]> => {
    const parent = window()
    if (parent === undefined) return []
    const { canceled, filePaths } = await dialog.showOpenDialog(parent, options)
    return canceled ? [] : filePaths
  }

  // One window, one page: a reloaded page takes the place of the one before.
  let connected: number | undefined
  handleChecked(ipcMain, channels.connect, nothing, (_none, event: IpcMainInvokeEvent) => {
    if (connected !== undefined) engine.detach(connected)
    const { port1, port2 } = new MessageChannelMain()
    connected = engine.attach(port1)
    event.sender.postMessage(channels.enginePort, null, [port2])
  })

  handleChecked(ipcMain, channels.pickFiles, z.enum(pickKinds), async (kind) => {
    const { title, filters, several } = pickers[kind]
    const properties: OpenDialogOptions['properties'] = several
      ? ['openFile', 'multiSelections']
      : ['openFile']
    const paths = await open({ title, filters, properties })
    return Promise.all(paths.map((path) => grantPath(path, 'read')))
  })

  handleChecked(ipcMain, channels.pickDirectory, nothing, async () => {
    const [path] = await open({
      title: 'Choose folder',
      properties: ['openDirectory', 'createDirectory'],
    })
    return path === undefined ? null : grantPath(path, 'directory')
  })

  handleChecked(
    ipcMain,
    channels.pickSave,
    z.string().min(1).max(120),
    async (suggested): Promise<SaveTarget | null> => {
      const parent = window()
      if (parent === undefined) return null
      const { canceled, filePath } = await dialog.showSaveDialog(parent, {
        title: 'Save session as',
        // A suggestion from the page is a name, never a way to another folder.
        defaultPath: basename(suggested),
        filters: pickers.session.filters,
      })
      if (canceled || filePath === undefined || filePath === '') return null
      return {
        directory: await grantPath(dirname(filePath), 'directory'),
        name: basename(filePath),
      }
    },
  )

  handleChecked(ipcMain, channels.grantDropped, z.string().min(1).max(32_767), (path) =>
    grantPath(path, 'read'),
  )

  handleChecked(ipcMain, channels.reveal, grant, async (word) => {
    const { result } = await engine.shell().request('main.resolveGrant', { grant: word })
    shell.showItemInFolder(result.path)
  })

  handleChecked(ipcMain, channels.openExternal, z.string().max(2000), async (text) => {
    const address = externalAddress(text)
    if (address === undefined) throw new Error('This address is not one that Larmor opens.')
    await shell.openExternal(address)
  })

  handleChecked(ipcMain, channels.setUnsaved, z.string().max(200), setUnsaved)

  handleChecked(ipcMain, channels.left, nothing, left)

  handleChecked(ipcMain, channels.setTheme, z.enum(themes), (theme) => {
    nativeTheme.themeSource = theme
  })

  handleChecked(ipcMain, channels.setMenu, shellMenu, showMenu)

  handleChecked(ipcMain, channels.initialSession, nothing, async () => {
    const path = takeInitialSession()
    return path === undefined ? null : grantPath(path, 'read')
  })
}
