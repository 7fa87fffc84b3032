import { z } from 'zod'
import { fileGrant, grant } from './methods.ts'

/**
 * What the shell (Electron main) may ask of the engine beyond what a page may: it knows paths, since the user chose
 * them in its dialogs. These travel on channel 0 of the engine process, which pages cannot reach.
 */
const none = z.strictObject({})
const ok = z.strictObject({ ok: z.literal(true) })

export const mainMethods = {
  /** Makes a grant for a path the user chose. `directory`: somewhere to write; the others must exist. */
  'main.grantPath': {
    params: z.strictObject({
      path: z.string().min(1).max(32_767),
      purpose: z.enum(['read', 'directory']),
    }),
    result: fileGrant,
  },
  /** The path behind a grant, for the file manager. */
  'main.resolveGrant': {
    params: z.strictObject({ grant }),
    result: z.strictObject({ path: z.string() }),
  },
  /** Runs that are going, for the question on closing. */
  'main.activity': {
    params: none,
    result: z.strictObject({
      runs: z.array(z.strictObject({ session: z.string(), run: z.int(), name: z.string() })),
    }),
  },
  /** The machine is about to sleep: writes a checkpoint of every run that is going. */
  'main.suspend': { params: none, result: ok },
  /** A page is gone: forget its connection. */
  'main.disconnect': {
    params: z.strictObject({ channel: z.int().min(1).max(65_535) }),
    result: ok,
  },
  /**
   * Ends the engine after the reply. `save` pauses runs with a checkpoint first; without it they go back to their
   * last checkpoint when they are resumed.
   */
  'main.shutdown': { params: z.strictObject({ save: z.boolean() }), result: ok },
} as const
