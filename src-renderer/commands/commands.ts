import { presetNames, presets, standardDocks } from '../dock/arrangements.ts'
import { useDock } from '../stores/dock.ts'
import { useFiles } from '../stores/files.ts'
import { useHistory } from '../stores/history.ts'
import { useMaps } from '../stores/maps.ts'
import { useMask } from '../stores/mask.ts'
import { useProject } from '../stores/project.ts'
import { isActive, isGoing, useRuns } from '../stores/runs.ts'
import { useTheme } from '../stores/theme.ts'
import { useView } from '../stores/view.ts'
import { useMessages } from '../stores/messages.ts'
import { copyCommands } from './copy-commands.ts'
import { fieldCommands } from './field-commands.ts'
import { helpCommands } from './help-commands.ts'
import { panelCommands } from './panel-commands.ts'
import { skyCommands } from './sky-commands.ts'
import type { Command } from './registry.ts'

/** Everything a user can do, with keys and conditions. Needs the stores, so call it inside the application. */
export function allCommands(): Command[] {
  const sky = skyCommands()
  return [
    ...fileCommands(sky.file),
    ...editCommands(sky.edit),
    ...viewCommands(),
    ...fieldCommands(),
    ...panelCommands(),
    ...dataCommands(),
    ...runCommands(),
    ...helpCommands(),
  ]
}

const samples = [
  {
    id: 'file.open-sample',
    sample: 'haslam408',
    title: 'Haslam sample: 408 MHz and a free field',
  },
  {
    id: 'file.open-sample-wmap',
    sample: 'wmap-k',
    title: 'WMAP sample: polarisation and a spiral',
  },
  {
    id: 'file.open-sample-faraday',
    sample: 'faraday',
    title: 'Faraday sample: Faraday depth and a free field',
  },
] as const

function fileCommands(pictures: readonly Command[]): Command[] {
  const files = useFiles()
  const project = useProject()
  const runs = useRuns()
  const view = useView()
  const closing = () => {
    if (runs.active) view.dialog = 'close'
    else return files.closeProject()
  }
  return [
    {
      id: 'file.new',
      title: 'New empty project',
      group: 'File',
      keys: ['Mod+N'],
      enabled: () => !runs.active,
      run: () => {
        project.reset()
        view.restore(null)
        view.settings.preset = 'inspect'
        view.selection = { kind: 'settings' }
      },
    },
    { id: 'file.open-map', title: 'Open map…', group: 'File', keys: ['Mod+O'], run: files.openMap },
    {
      id: 'file.open-session',
      title: 'Open session…',
      group: 'File',
      keys: ['Mod+Shift+O'],
      enabled: () => !runs.active,
      run: files.openSession,
    },
    {
      id: 'file.open-run-file',
      title: 'Open run file…',
      group: 'File',
      enabled: () => !runs.active,
      run: files.chooseRunFile,
    },
    ...samples.map(({ id, sample, title }, index) => ({
      id,
      title,
      group: 'File' as const,
      rule: index === 0,
      enabled: () => !runs.active,
      run: () => files.openSample(sample),
    })),
    {
      id: 'file.save-as',
      title: 'Save as…',
      group: 'File',
      keys: ['Mod+S'],
      rule: true,
      enabled: () => project.open && (project.session !== null || project.parsed !== null),
      run: () => void (view.dialog = 'save-as'),
    },
    {
      id: 'file.export',
      title: 'Export run…',
      group: 'File',
      keys: ['Mod+E'],
      enabled: () => runs.shown !== null,
      run: () => void (view.dialog = 'export'),
    },
    ...pictures,
    {
      id: 'file.close-session',
      title: 'Close session',
      group: 'File',
      keys: ['Mod+Shift+W'],
      rule: true,
      enabled: () => project.open,
      run: closing,
    },
  ]
}

function editCommands(copies: readonly Command[]): Command[] {
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

function viewCommands(): Command[] {
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

function dataCommands(): Command[] {
  const files = useFiles()
  const maps = useMaps()
  const mask = useMask()
  const project = useProject()
  const view = useView()
  const select = (section: 'magnetic_field' | 'thermal_electrons' | 'cosmic_ray_electrons') => ({
    group: 'Model' as const,
    enabled: () => project.open,
    run: () => {
      view.selection = { kind: 'model', section }
      view.rightOpen = true
    },
  })
  return [
    {
      id: 'data.add',
      title: 'Add map…',
      group: 'Data',
      enabled: () => project.open,
      run: files.openMap,
    },
    {
      id: 'data.add-catalogue',
      title: 'Add catalogue…',
      group: 'Data',
      enabled: () => project.open,
      run: files.openCatalogue,
    },
    {
      id: 'data.reload',
      title: 'Read the data again',
      group: 'Data',
      enabled: () => maps.entry !== null,
      run: maps.loadInput,
    },
    {
      id: 'data.draw-mask',
      title: 'Draw the mask',
      group: 'Data',
      enabled: () => mask.possible && !mask.active,
      run: mask.edit,
    },
    { id: 'model.magnetic', title: 'Magnetic field', ...select('magnetic_field') },
    { id: 'model.thermal', title: 'Thermal electrons', ...select('thermal_electrons') },
    { id: 'model.cosmic-rays', title: 'Cosmic-ray electrons', ...select('cosmic_ray_electrons') },
  ]
}

function runCommands(): Command[] {
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
      run: () => {
        view.selection = { kind: 'settings' }
        view.rightOpen = true
      },
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
      run: runs.stop,
    },
    {
      id: 'run.list',
      title: 'Runs and queue',
      group: 'Run',
      rule: true,
      enabled: () => project.open,
      run: () => {
        if (!dock.isOpen('runs')) view.settings.preset = 'fit'
        dock.show('runs')
      },
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
    view.selection = { kind: 'settings' }
    view.settings.rightOpen = true
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
