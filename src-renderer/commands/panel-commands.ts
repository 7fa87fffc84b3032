import { panelNames, panelTitles } from '../dock/panels.ts'
import type { Side } from '../dock/tree.ts'
import { useDock } from '../stores/dock.ts'
import { useProject } from '../stores/project.ts'
import type { Command } from './registry.ts'

const sides: readonly (readonly [Side, string, string])[] = [
  ['left', 'Move panel left', 'ArrowLeft'],
  ['right', 'Move panel right', 'ArrowRight'],
  ['up', 'Move panel up', 'ArrowUp'],
  ['down', 'Move panel down', 'ArrowDown'],
]

/** What can be done with the panel that had the focus last, and each panel by its name. */
export function panelCommands(): Command[] {
  const dock = useDock()
  const project = useProject()
  const open = () => project.open
  const others = () => project.open && dock.canClose
  return [
    ...sides.map(([side, title, key]): Command => ({
      id: `panel.${side}`,
      title,
      group: 'Panels',
      keys: [`Alt+Shift+${key}`],
      enabled: others,
      run: () => dock.moveBy(dock.current, side),
    })),
    {
      id: 'panel.maximise',
      title: 'Maximise panel',
      group: 'Panels',
      keys: ['Alt+Shift+Enter'],
      rule: true,
      enabled: () => project.open && dock.canMaximise,
      checked: () => dock.isMaximised,
      run: () => dock.toggleMaximised(dock.current),
    },
    {
      id: 'panel.close',
      title: 'Close panel',
      group: 'Panels',
      keys: ['Alt+Shift+Backspace'],
      enabled: others,
      run: () => dock.close(dock.current),
    },
    {
      id: 'panel.standard',
      title: 'Reset panels',
      group: 'Panels',
      enabled: open,
      run: dock.reset,
    },
    ...panelNames.map((panel, index): Command => ({
      id: `panel.show-${panel}`,
      title: panelTitles[panel],
      group: 'Panels',
      rule: index === 0,
      enabled: open,
      checked: () => dock.isShown(panel),
      run: () => dock.show(panel),
    })),
  ]
}
