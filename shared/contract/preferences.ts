import { z } from 'zod'
import { backendNames, runFileSchema } from '../session/run-file.ts'

const { checkpoint } = runFileSchema.parse({})

/** An arrangement of panels that the user has named: some of the settings of the view, by their keys. */
export const namedLayout = z.strictObject({
  name: z.string().trim().min(1).max(60),
  settings: z.record(z.string().max(40), z.json()),
})
export type NamedLayout = z.output<typeof namedLayout>

/** What the user prefers in every session. The engine keeps it in its state folder. Whatever cannot be read takes its default. */
export const preferencesSchema = z.object({
  theme: z.enum(['dark', 'light', 'system']).catch('dark'),
  /** `reduced`: nothing moves by itself, whatever the system says. */
  motion: z.enum(['system', 'reduced']).catch('system'),
  /** Of new projects. */
  backend: z.enum(backendNames).catch('auto'),
  /** Seconds between checkpoints of new projects. */
  checkpoint_every_s: z.number().min(1).max(3600).catch(checkpoint.every_s),
  layouts: z.array(namedLayout).max(50).catch([]),
})
export type Preferences = z.output<typeof preferencesSchema>

export const defaultPreferences = (): Preferences => preferencesSchema.parse({})
