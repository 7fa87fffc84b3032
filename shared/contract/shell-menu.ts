import { z } from 'zod'

/**
 * The native menu of the Electron shell. The page makes it from its registry of commands and sends it anew when a
 * command comes, goes, changes its title, or becomes possible or not.
 */
const menuCommand = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z]+\.[a-z0-9-]+$/)
    .max(60),
  title: z.string().min(1).max(120),
  /** The first of its keys as the registry writes them: "Mod+Shift+O". */
  keys: z
    .string()
    .regex(/^((Mod|Shift|Alt)\+)*([A-Z0-9.,]|F\d{1,2}|Enter|Backspace|Arrow(Left|Right|Up|Down))$/)
    .optional(),
  /** Draws a rule above it. */
  rule: z.boolean(),
  enabled: z.boolean(),
  /** Only commands that switch something have it. */
  checked: z.boolean().optional(),
})
const menuGroup = z.strictObject({
  title: z.string().regex(/^[A-Z][a-z]{1,15}$/),
  commands: z.array(menuCommand).max(100),
})

export const shellMenu = z.array(menuGroup).max(12)
export type ShellMenu = z.output<typeof shellMenu>
export type ShellMenuCommand = z.output<typeof menuCommand>
