import type { MenuItemConstructorOptions } from 'electron'
import type { ShellCommand } from '#shared/contract/shell.ts'

type Item = MenuItemConstructorOptions

/**
 * The native menu. On a Mac it is the menu; elsewhere it is hidden behind Alt, since the page draws its own. The keys
 * of commands belong to the page's registry and are only shown here.
 */
export function menuTemplate(platform: string, send: (command: ShellCommand) => void): Item[] {
  const command = (label: string, id: ShellCommand, accelerator?: string): Item => ({
    id,
    label,
    click: () => send(id),
    ...(accelerator === undefined ? {} : { accelerator, registerAccelerator: false }),
  })
  const rule: Item = { type: 'separator' }
  const mac = platform === 'darwin'
  const about = command('About Larmor', 'help.about')
  return [
    ...(mac
      ? [
          {
            label: 'Larmor',
            submenu: [
              about,
              rule,
              { role: 'services' as const },
              rule,
              { role: 'hide' as const },
              { role: 'hideOthers' as const },
              { role: 'unhide' as const },
              rule,
              { role: 'quit' as const },
            ],
          },
        ]
      : []),
    {
      label: '&File',
      submenu: [
        command('Open Map…', 'file.open-map', 'CmdOrCtrl+O'),
        command('Open Session…', 'file.open-session', 'CmdOrCtrl+Shift+O'),
        command('Open the Haslam Sample', 'file.open-sample'),
        rule,
        command('Save Session As…', 'file.save-as', 'CmdOrCtrl+Shift+S'),
        command('Export…', 'file.export', 'CmdOrCtrl+E'),
        rule,
        command('Close Session', 'file.close-session'),
        ...(mac ? [] : [rule, { role: 'quit' as const }]),
      ],
    },
    {
      label: '&Edit',
      submenu: [
        command('Undo', 'edit.undo', 'CmdOrCtrl+Z'),
        command('Redo', 'edit.redo', 'CmdOrCtrl+Shift+Z'),
        rule,
        { role: 'cut' },
        { role: 'copy' },
        { role: 'paste' },
        { role: 'selectAll' },
      ],
    },
    {
      label: '&View',
      submenu: [
        command('Command Palette…', 'view.palette', 'CmdOrCtrl+K'),
        command('Dark or Light', 'view.theme'),
        rule,
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'togglefullscreen' },
      ],
    },
    {
      label: '&Run',
      submenu: [
        command('Start Run', 'run.start'),
        command('Pause Run', 'run.pause'),
        command('Stop Run', 'run.stop'),
      ],
    },
    ...(mac ? [{ role: 'windowMenu' as const }] : [{ label: '&Help', submenu: [about] }]),
  ]
}
