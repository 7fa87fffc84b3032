import type { MenuItemConstructorOptions } from 'electron'
import type { ShellMenu, ShellMenuCommand } from '#shared/contract/shell-menu.ts'

type Item = MenuItemConstructorOptions

const rule: Item = { type: 'separator' }
/** What a Mac has in the menu with the program's name. */
const macProgramCommands = ['help.about', 'edit.preferences']

/**
 * The native menu: the commands of the page with what the system does itself. On a Mac it is the menu; elsewhere it is
 * hidden behind Alt, since the page draws its own, and the keys, which belong to the page, are only shown.
 */
export function menuTemplate(
  platform: string,
  menu: ShellMenu,
  send: (command: string) => void,
): Item[] {
  const mac = platform === 'darwin'
  const all = menu.flatMap(({ commands }) => commands)
  const here = ({ id }: ShellMenuCommand) => !mac || !macProgramCommands.includes(id)
  const commandsOf = (title: string) =>
    menu.find((group) => group.title === title)?.commands.filter(here) ?? []
  const items = (commands: readonly ShellMenuCommand[]) =>
    trimmed(commands.flatMap((one) => (one.rule ? [rule, item(one, send)] : [item(one, send)])))

  const edit = commandsOf('Edit')
  const afterRedo = edit.findIndex(({ id }) => id === 'edit.redo') + 1
  const others = menu.map(({ title }) => title).filter((title) => !standard.includes(title))
  return [
    ...(mac
      ? [
          {
            label: 'Larmor',
            submenu: [
              ...macProgramCommands.flatMap((wanted) =>
                all.filter(({ id }) => id === wanted).map((one) => item(one, send)),
              ),
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
      submenu: trimmed([
        ...items(commandsOf('File')),
        ...(mac ? [] : [rule, { role: 'quit' as const }]),
      ]),
    },
    {
      label: '&Edit',
      submenu: trimmed([
        ...items(edit.slice(0, afterRedo)),
        rule,
        { role: 'cut' },
        { role: 'copy' },
        { role: 'paste' },
        { role: 'selectAll' },
        rule,
        ...items(edit.slice(afterRedo)),
      ]),
    },
    {
      label: '&View',
      submenu: trimmed([
        ...items(commandsOf('View')),
        rule,
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'togglefullscreen' },
      ]),
    },
    ...others
      .filter((title) => title !== 'Help')
      .map((title) => ({ label: `&${title}`, submenu: items(commandsOf(title)) })),
    ...(mac ? [{ role: 'windowMenu' as const }] : []),
    ...(others.includes('Help')
      ? [{ label: '&Help', role: 'help' as const, submenu: items(commandsOf('Help')) }]
      : []),
  ]
}

/** These have entries of the system too, so they are there before the page is. */
const standard = ['File', 'Edit', 'View']

function item({ id, title, keys, enabled, checked }: ShellMenuCommand, send: (id: string) => void) {
  const entry: Item = {
    id,
    // A lone & would mark a letter.
    label: title.replaceAll('&', '&&'),
    enabled,
    click: (clicked) => {
      // The system has switched its mark; whether it stays is for the page to say.
      if (checked !== undefined) clicked.checked = !clicked.checked
      send(id)
    },
  }
  if (checked !== undefined) Object.assign(entry, { type: 'checkbox', checked })
  if (keys !== undefined)
    Object.assign(entry, {
      // Electron calls the arrow keys Left, Right, Up and Down.
      accelerator: keys.replace('Mod', 'CmdOrCtrl').replace('Arrow', ''),
      registerAccelerator: false,
    })
  return entry
}

/** Without rules at the ends and one after another. */
function trimmed(items: readonly Item[]): Item[] {
  const isRule = (one: Item | undefined) => one?.type === 'separator'
  const single = items.filter((one, i) => !isRule(one) || !isRule(items[i - 1]))
  const start = isRule(single[0]) ? 1 : 0
  return single.slice(start, isRule(single.at(-1)) ? -1 : undefined)
}

/** What makes another menu of it, in contrast to marks and conditions of its entries. */
export function menuStructure(menu: ShellMenu): string {
  const parts = menu.map(({ title, commands }) => [
    title,
    ...commands.map((one) => [one.id, one.title, one.keys, one.rule, one.checked !== undefined]),
  ])
  return JSON.stringify(parts)
}
