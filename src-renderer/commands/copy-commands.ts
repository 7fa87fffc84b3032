import { useMessages } from '../stores/messages.ts'
import { useProject } from '../stores/project.ts'
import { useRuns } from '../stores/runs.ts'
import { exportCommandLine, runCommandLine } from './command-line.ts'
import { pythonSnippet } from './python-snippet.ts'
import type { Command } from './registry.ts'

/** What is shown, as text for a terminal or for Python. */
export function copyCommands(): Command[] {
  const messages = useMessages()
  const project = useProject()
  const runs = useRuns()
  return [
    {
      id: 'run.copy-command',
      title: 'Copy as command line',
      group: 'Run',
      enabled: () => project.open && (runs.shown !== null || project.parsed !== null),
      run: async () => {
        const configuration =
          runs.shownId === null ? project.parsed : await runs.loadSettings(runs.shownId)
        if (!configuration) return
        const name = project.session?.name ?? project.dataNames[0] ?? 'run'
        const files = (grant: string) => project.files.get(grant)?.name ?? 'FILE'
        await navigator.clipboard.writeText(runCommandLine(configuration, name, files))
        messages.show(
          'info',
          'Command line copied',
          'It writes the run file and runs it; add folders to the names of files where they lie elsewhere.',
        )
      },
    },
    {
      id: 'run.copy-export-command',
      title: 'Copy export as command line',
      group: 'Run',
      enabled: () => runs.shown !== null && project.session !== null,
      run: async () => {
        if (!project.session || runs.shownId === null) return
        await navigator.clipboard.writeText(exportCommandLine(project.session.name, runs.shownId))
        messages.show('info', 'Command line copied', 'It exports this run from the session file.')
      },
    },
    {
      id: 'run.copy-python',
      title: 'Copy as Python snippet',
      group: 'Run',
      enabled: () => runs.shown !== null && runs.shown.iteration > 0 && project.session !== null,
      run: async () => {
        if (!project.session || !runs.shown) return
        const configuration = await runs.loadSettings(runs.shown.run)
        const { name } = project.session
        await navigator.clipboard.writeText(
          pythonSnippet(name, runs.shown, configuration?.data ?? []),
        )
        messages.show(
          'info',
          'Python copied',
          'It reads fields, curves, data and models of this run from the session file, with NumPy.',
        )
      },
    },
  ]
}
