import { presetNames, presets, standardDocks } from '../dock/arrangements.ts'
import { focusMenuBar, focusRegion } from '../shell/regions.ts'
import { useProject } from '../stores/project.ts'
import { useTheme } from '../stores/theme.ts'
import { useView } from '../stores/view.ts'
import { isMenuElsewhere } from './context.ts'
import type { Command } from './registry.ts'

/** Layouts, side bars and theme. */
export function viewCommands(): Command[] {
  const project = useProject()
  const theme = useTheme()
  const view = useView()
  const open = () => project.open
  const layouts: Command[] = presets.map((preset, index) => ({
    id: `view.${preset}`,
    title: presetNames[preset],
    group: 'View',
    keys: [`Alt+${index + 1}`],
    rule: index === 0,
    enabled: open,
    checked: () => view.settings.preset === preset,
    run: () => void (view.settings.preset = preset),
  }))
  return [
    {
      id: 'view.palette',
      title: 'Commands…',
      group: 'View',
      keys: ['Mod+K'],
      run: () => void (view.dialog = 'palette'),
    },
    ...layouts,
    {
      id: 'view.compare',
      title: 'Compare',
      group: 'View',
      keys: [`Alt+${presets.length + 1}`],
      enabled: open,
      // Data and model on the sides of a line, and below it the curves with those of other runs.
      run: () =>
        view.arrange({
          preset: 'fit',
          skyCompare: 'swipe',
          skyPair: 'data-model',
          docks: { fit: standardDocks({ skyShare: 0.6, curvesShare: 0.6 }).fit },
        }),
    },
    {
      id: 'view.layouts',
      title: 'Layouts…',
      group: 'View',
      enabled: open,
      run: () => void (view.dialog = 'layouts'),
    },
    {
      id: 'view.left',
      title: 'Project side bar',
      group: 'View',
      keys: ['Mod+B'],
      rule: true,
      enabled: open,
      checked: () => view.leftOpen,
      run: () => void (view.leftOpen = !view.leftOpen),
    },
    {
      id: 'view.right',
      title: 'Inspector side bar',
      group: 'View',
      keys: ['Mod+Shift+B'],
      enabled: open,
      checked: () => view.rightOpen,
      run: () => void (view.rightOpen = !view.rightOpen),
    },
    {
      id: 'view.reset-sky',
      title: 'Whole sky, automatic limits',
      group: 'View',
      keys: ['Alt+0'],
      enabled: open,
      run: view.resetSky,
    },
    {
      id: 'view.next-part',
      title: 'Next part of the window',
      group: 'View',
      keys: ['F6'],
      rule: true,
      run: () => focusRegion(1),
    },
    {
      id: 'view.previous-part',
      title: 'Previous part of the window',
      group: 'View',
      keys: ['Shift+F6'],
      run: () => focusRegion(-1),
    },
    {
      id: 'view.menu',
      title: 'Menu bar and back',
      group: 'View',
      keys: ['F10'],
      shown: () => !isMenuElsewhere(),
      run: focusMenuBar,
    },
    {
      id: 'view.theme',
      title: 'Light theme',
      group: 'View',
      keys: ['Mod+Shift+L'],
      rule: true,
      checked: () => theme.current === 'light',
      run: theme.toggle,
    },
  ]
}
