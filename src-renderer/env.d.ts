import type { LarmorShell } from '#shared/contract/shell.ts'

declare global {
  interface Window {
    /** Only in the desktop program. */
    readonly larmorShell?: LarmorShell
  }
}
