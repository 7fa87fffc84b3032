import { z } from 'zod'

/** An opaque word that the engine gave out for a file the user chose. */
export const grant = z.string().regex(/^grant:[0-9a-f]{32,}$/, 'not a file grant')

/** The word for an open session. */
export const sessionId = z.string().regex(/^session:[0-9a-f]{16}$/)

export const fileGrant = z.strictObject({
  grant,
  name: z.string(),
  kind: z.enum(['map', 'table', 'array', 'session', 'run-file', 'directory', 'other']),
  bytes: z.number().nonnegative(),
  modified: z.number(),
})
export type FileGrant = z.output<typeof fileGrant>
