/** Names of what passes between preload and main. The page itself sees none of them, only `window.larmorShell`. */
export const channels = {
  connect: 'larmor:connect',
  enginePort: 'larmor:engine-port',
  pickFiles: 'larmor:pick-files',
  pickDirectory: 'larmor:pick-directory',
  pickSave: 'larmor:pick-save',
  grantDropped: 'larmor:grant-dropped',
  reveal: 'larmor:reveal',
  openExternal: 'larmor:open-external',
  setUnsaved: 'larmor:set-unsaved',
  leave: 'larmor:leave',
  left: 'larmor:left',
  setTheme: 'larmor:set-theme',
  initialSession: 'larmor:initial-session',
  setMenu: 'larmor:set-menu',
  command: 'larmor:command',
  openSession: 'larmor:open-session',
} as const

/** What a call over one of these channels resolves to. */
export type ShellAnswer<T = unknown> = { value: T } | { error: string }
