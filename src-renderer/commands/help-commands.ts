import { focusedHelp } from '../help/focused-help.ts'
import { useHelp } from '../stores/help.ts'
import { logLine, useMessages } from '../stores/messages.ts'
import { useTour } from '../stores/tour.ts'
import { useView } from '../stores/view.ts'
import type { Command } from './registry.ts'

/** The menu Help. */
export function helpCommands(): Command[] {
  const help = useHelp()
  const tour = useTour()
  const view = useView()
  const messages = useMessages()
  return [
    {
      id: 'help.manual',
      title: 'Help about this panel or setting',
      group: 'Help',
      keys: ['F1'],
      run: () => {
        const { page, place } = focusedHelp(document.activeElement)
        help.open(page, place)
      },
    },
    {
      id: 'help.glossary',
      title: 'Glossary',
      group: 'Help',
      run: () => help.open('glossary'),
    },
    {
      id: 'help.tour',
      title: 'Take the tour',
      group: 'Help',
      run: tour.start,
    },
    {
      id: 'help.keys',
      title: 'Keyboard shortcuts',
      group: 'Help',
      keys: ['Shift+F1'],
      rule: true,
      run: () => void (view.dialog = 'keys'),
    },
    {
      id: 'help.log',
      title: 'Copy the log',
      group: 'Help',
      enabled: () => messages.shownLog.length > 0,
      run: async () => {
        const lines = messages.shownLog.map(logLine)
        await navigator.clipboard.writeText(lines.join('\n'))
        messages.show('info', 'Log copied', `${lines.length} lines`)
      },
    },
    {
      id: 'help.report',
      title: 'Report a problem…',
      group: 'Help',
      run: () => void (view.dialog = 'report'),
    },
    {
      id: 'help.about',
      title: 'About Larmor',
      group: 'Help',
      rule: true,
      run: () => void (view.dialog = 'about'),
    },
  ]
}
