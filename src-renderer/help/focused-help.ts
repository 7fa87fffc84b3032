import { helpOfKey } from '#shared/session/run-file-help.ts'
import { pageOf } from './manual.ts'

/** What F1 is about: the setting that has the focus, else the panel that has it, else how to begin. */
export function focusedHelp(element: Element | null): { page: string; place: string } {
  const setting = element?.closest<HTMLElement>('[data-setting]')?.dataset.setting
  const told = setting === undefined ? undefined : helpOfKey(setting)
  if (told) return { page: 'settings', place: told.key }
  const panel = element?.closest<HTMLElement>('[data-help]')?.dataset.help
  const page = panel === undefined ? undefined : pageOf(panel)
  return { page: page ?? 'first-steps', place: '' }
}
