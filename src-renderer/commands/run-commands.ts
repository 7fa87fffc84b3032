import { useDock } from '../stores/dock.ts'
import { useMessages } from '../stores/messages.ts'
import { useProject } from '../stores/project.ts'
import { isActive, isGoing, useRuns } from '../stores/runs.ts'
import { useView } from '../stores/view.ts'
import { copyCommands } from './copy-commands.ts'
import type { Command } from './registry.ts'

/** The menu Run. */
export function runCommands(): Command[] {
  const dock = useDock()
  const messages = useMessages()
  const project = useProject()
  const runs = useRuns()
  const view = useView()
  return [
    {
      id: 'run.settings',
      title: 'Run settings',
      group: 'Run',
      enabled: () => project.open,
      run: () => view.inspect({ kind: 'settings' }),
    },
    ...copyCommands(),
    {
      id: 'run.start',
      get title() {
        return runs.active ? 'Add run to the queue' : 'Start run'
      },
      group: 'Run',
      keys: ['Mod+Enter'],
      rule: true,
      enabled: () =>
        project.open &&
        !project.readOnly &&
        !runs.busy &&
        project.issues.size === 0 &&
        (project.parsed?.data.length ?? 0) > 0,
      run: async () => {
        const waits = runs.active !== null
        await runs.start(project.session?.name ?? project.dataNames[0] ?? 'session')
        if (waits) return
        if (view.settings.preset === 'inspect') view.settings.preset = 'fit'
        if (runs.shownId !== null) view.selection = { kind: 'run', run: runs.shownId }
      },
    },
    {
      id: 'run.pause',
      title: 'Pause or resume run',
      group: 'Run',
      keys: ['Mod+.'],
      enabled: () => !runs.busy && !project.readOnly && (canPause() || canResume()),
      run: () => (canPause() ? runs.pause() : runs.resume()),
    },
    {
      id: 'run.stop',
      title: 'Stop run',
      group: 'Run',
      keys: ['Mod+Shift+.'],
      enabled: () => {
        const state = runs.shown?.state
        return !runs.busy && state !== undefined && (isActive(state) || state === 'paused')
      },
      run: () => runs.stop(),
    },
    {
      id: 'run.list',
      title: 'Runs and queue',
      group: 'Run',
      rule: true,
      enabled: () => project.open,
      run: () => dock.bring('runs'),
    },
    {
      id: 'run.continue',
      title: 'Continue this run with changed settings',
      group: 'Run',
      enabled: () => !project.readOnly && !runs.busy && (runs.shown?.iteration ?? 0) > 0,
      run: () => takeSettings(true),
    },
    {
      id: 'run.duplicate',
      title: 'Use the settings of this run for the next',
      group: 'Run',
      enabled: () => !project.readOnly && !runs.busy && runs.shown !== null,
      run: () => takeSettings(false),
    },
    {
      id: 'run.delete',
      title: 'Delete this run…',
      group: 'Run',
      enabled: () =>
        !project.readOnly && !runs.busy && runs.shown !== null && !isGoing(runs.shown.state),
      run: () => void (view.dialog = 'delete-run'),
    },
  ]
  async function takeSettings(going: boolean) {
    const { shown } = runs
    if (!shown) return
    await runs.takeSettings(shown.run, going)
    view.inspect({ kind: 'settings' })
    messages.show(
      'info',
      going ? `The next run continues ${shown.name}` : `Settings of ${shown.name} taken over`,
      'Change what you like, then start it. Undo brings the old settings back.',
    )
  }
  function canPause() {
    const state = runs.shown?.state
    return state === 'running' || state === 'preparing' || state === 'queued'
  }
  function canResume() {
    const state = runs.shown?.state
    return state === 'paused' || state === 'stopped' || state === 'failed'
  }
}
