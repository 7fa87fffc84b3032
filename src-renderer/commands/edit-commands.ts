import { useHistory } from '../stores/history.ts'
import { useMask } from '../stores/mask.ts'
import { useView } from '../stores/view.ts'
import type { Command } from './registry.ts'

/** The menu Edit. `copies`: commands that copy what is on the screen. */
export function editCommands(copies: readonly Command[]): Command[] {
  const view = useView()
  const history = useHistory()
  const mask = useMask()
  return [
    {
      id: 'edit.undo',
      title: 'Undo',
      group: 'Edit',
      keys: ['Mod+Z'],
      // While a mask is drawn, its strokes are what is undone.
      enabled: () => (mask.active ? mask.canUndo : history.undoTitle !== undefined),
      run: () => (mask.active ? mask.undo() : history.undo()),
    },
    {
      id: 'edit.redo',
      title: 'Redo',
      group: 'Edit',
      keys: ['Mod+Shift+Z', 'Mod+Y'],
      enabled: () => (mask.active ? mask.canRedo : history.redoTitle !== undefined),
      run: () => (mask.active ? mask.redo() : history.redo()),
    },
    ...copies,
    {
      id: 'edit.preferences',
      title: 'Preferences…',
      group: 'Edit',
      keys: ['Mod+,'],
      rule: true,
      run: () => void (view.dialog = 'preferences'),
    },
  ]
}
