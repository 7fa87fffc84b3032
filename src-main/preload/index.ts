import { contextBridge, ipcRenderer, webUtils } from 'electron'
import type { IpcRendererEvent } from 'electron'
import type { FileGrant } from '#shared/contract/methods.ts'
import { enginePortMessage } from '#shared/contract/shell.ts'
import type { LarmorShell } from '#shared/contract/shell.ts'
import { channels } from '../ipc/channels.ts'
import type { ShellAnswer } from '../ipc/channels.ts'

/** Asks main. Rejects with the message that main wrote for the user. */
async function call<T>(channel: string, argument?: unknown): Promise<T> {
  const answer: ShellAnswer<T> = await ipcRenderer.invoke(channel, argument)
  if ('error' in answer) throw new Error(answer.error)
  return answer.value
}

/** Subscribes to what main sends, without handing the event (and with it ipcRenderer) to the page. */
function subscribe<T>(channel: string, listener: (value: T) => void): () => void {
  const wrapped = (_event: IpcRendererEvent, value: T) => listener(value)
  ipcRenderer.on(channel, wrapped)
  return () => ipcRenderer.removeListener(channel, wrapped)
}

/** Where the user's file lies; empty for a File that a script made. */
function pathOf(file: object): string {
  if (!(file instanceof File)) return ''
  // Electron before 32 had the path on the File itself.
  if (typeof webUtils === 'undefined')
    return 'path' in file && typeof file.path === 'string' ? file.path : ''
  return webUtils.getPathForFile(file)
}

const platform = (): LarmorShell['platform'] =>
  process.platform === 'darwin' || process.platform === 'win32' ? process.platform : 'linux'

const shell: LarmorShell = {
  platform: platform(),
  connect: () => call(channels.connect),
  pickFiles: (kind) => call(channels.pickFiles, kind),
  pickDirectory: () => call(channels.pickDirectory),
  pickSave: (suggestedName) => call(channels.pickSave, suggestedName),
  grantDropped: (file) => {
    const path = pathOf(file)
    if (path === '') return Promise.reject(new Error('This is not a file on this computer.'))
    return call(channels.grantDropped, path)
  },
  reveal: (grant) => call(channels.reveal, grant),
  openExternal: (url) => call(channels.openExternal, url),
  setUnsaved: (what) => call(channels.setUnsaved, what),
  setTheme: (theme) => call(channels.setTheme, theme),
  initialSession: () => call(channels.initialSession),
  setMenu: (menu) => call(channels.setMenu, menu),
  onCommand: (listener) => subscribe<string>(channels.command, listener),
  onLeave: (listener) =>
    subscribe(channels.leave, () => void listener().finally(() => call(channels.left))),
  onOpenSession: (listener) => subscribe<FileGrant>(channels.openSession, listener),
}

contextBridge.exposeInMainWorld('larmorShell', shell)

ipcRenderer.on(channels.enginePort, (event) => {
  // A port cannot pass through the bridge; the page takes it from this message.
  window.postMessage(enginePortMessage, window.location.origin, event.ports)
})
