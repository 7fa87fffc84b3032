import type { FileGrant } from './methods.ts'
import type { ShellMenu } from './shell-menu.ts'

/**
 * What the Electron shell gives to the page as `window.larmorShell`, and nothing else: choosing files (which yields
 * grants, never paths), a few window matters, and the pipe to the engine. In a browser (`larmor serve`) there is no
 * shell: files are listed with `files.list` and dropped ones go through `files.upload`.
 */

/** `field`: values on a grid, in an array file or a FITS image. */
export const pickKinds = ['map', 'table', 'field', 'session', 'run-file'] as const
export type PickKind = (typeof pickKinds)[number]

export const themes = ['dark', 'light', 'system'] as const
export type ShellTheme = (typeof themes)[number]

/** Where a file is to be written: the folder and the name the user chose. Fits `session.saveAs`. */
export interface SaveTarget {
  directory: FileGrant
  name: string
}

export interface LarmorShell {
  readonly platform: 'darwin' | 'linux' | 'win32'
  /**
   * Asks for a pipe to the engine. The port cannot pass through the context bridge, so it arrives as a window
   * `message` event with `data === enginePortMessage`, `source === window` and the port as `ports[0]`. Listen first,
   * then call. Calling again (after a reload or an engine restart) gives a new port; the old one is dead. When the
   * engine ends, a message `{ larmor: 'engine-closed', reason }` comes through the port.
   */
  connect(): Promise<void>
  /** File dialog; empty when the user cancelled. */
  pickFiles(kind: PickKind): Promise<FileGrant[]>
  pickDirectory(): Promise<FileGrant | null>
  pickSave(suggestedName: string): Promise<SaveTarget | null>
  /** `file` is a DOM File from a drop or paste. Rejected when it is not a file on disk. */
  grantDropped(file: object): Promise<FileGrant>
  /** Shows the file in the system's file manager. */
  reveal(grant: string): Promise<void>
  /** Opens an https address of the project's own list in the user's browser; others are refused. */
  openExternal(url: string): Promise<void>
  /** Native dialogs, title bar and `prefers-color-scheme` follow this. */
  setTheme(theme: ShellTheme): Promise<void>
  /** What would be lost with the window ("The mask drawn on Haslam"), to ask before it closes; empty: nothing. */
  setUnsaved(what: string): Promise<void>
  /** The session the program was started with (`larmor open S.larmor`, double click), once. */
  initialSession(): Promise<FileGrant | null>
  /** Shows these commands in the native menu: the menu on a Mac, behind Alt elsewhere. */
  setMenu(menu: ShellMenu): Promise<void>
  /** The id of a command that was chosen in the native menu. Returns the function that ends the subscription. */
  onCommand(listener: (id: string) => void): () => void
  /** The window is about to close, once what the listener returns has settled, or after a second. */
  onLeave(listener: () => Promise<void>): () => void
  /** Another start of the program asked for a session to be opened here. */
  onOpenSession(listener: (grant: FileGrant) => void): () => void
}

/** `event.data` of the window message that carries the engine port. */
export const enginePortMessage = 'larmor:engine-port'
