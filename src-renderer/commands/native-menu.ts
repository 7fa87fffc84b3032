import { watch } from 'vue'
import type { LarmorShell } from '#shared/contract/shell.ts'
import type { ShellMenu } from '#shared/contract/shell-menu.ts'
import { commandGroups } from './registry.ts'
import type { CommandRegistry } from './registry.ts'

/** The registry as the native menu shows it; while `blocked` nothing can be chosen. */
export function nativeMenu(registry: CommandRegistry, blocked: boolean): ShellMenu {
  return commandGroups.map((title) => ({
    title,
    commands: registry.inGroup(title).map((command) => ({
      id: command.id,
      title: command.title,
      ...(command.keys ? { keys: command.keys[0] } : {}),
      rule: command.rule ?? false,
      enabled: !blocked && registry.isEnabled(command.id),
      ...(command.checked ? { checked: command.checked() } : {}),
    })),
  }))
}

/** Keeps the native menu as the registry is. */
export function useNativeMenu(
  shell: LarmorShell,
  registry: CommandRegistry,
  blocked: () => boolean,
  failed: (error: unknown) => void,
): void {
  const now = () => nativeMenu(registry, blocked())
  watch(
    () => JSON.stringify(now()),
    () => void shell.setMenu(now()).catch(failed),
    { immediate: true },
  )
  shell.onCommand((id) => {
    // Where a text is being edited, undo belongs to it, from the menu as from the keyboard.
    const step = /^edit\.(undo|redo)$/.exec(id)?.[1]
    if (step && isText(document.activeElement)) document.execCommand(step)
    else void registry.run(id)
  })
}

export const isText = (target: EventTarget | null) =>
  target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement
