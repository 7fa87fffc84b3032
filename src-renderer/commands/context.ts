import { inject } from 'vue'
import type { InjectionKey } from 'vue'
import type { CommandRegistry } from './registry.ts'

export const registryKey: InjectionKey<CommandRegistry> = Symbol('commands')

/** The one registry, provided by the application. */
export function useCommands(): CommandRegistry {
  const registry = inject(registryKey)
  if (!registry) throw new Error('No command registry was provided.')
  return registry
}

export const isMac = /Mac/.test(navigator.userAgent)
/** On a Mac the desktop program has its menu at the top of the screen. */
export const isMenuElsewhere = () => window.larmorShell?.platform === 'darwin'
