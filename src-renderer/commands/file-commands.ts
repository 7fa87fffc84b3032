import { useFiles } from '../stores/files.ts'
import { useProject } from '../stores/project.ts'
import { useRuns } from '../stores/runs.ts'
import { useView } from '../stores/view.ts'
import type { Command } from './registry.ts'

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

/** The menu File. `pictures`: commands that save what is on the screen. */
export function fileCommands(pictures: readonly Command[]): Command[] {
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
      run: files.newProject,
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
