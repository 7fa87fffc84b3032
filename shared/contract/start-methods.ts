import { z } from 'zod'
import { runFileSchema } from '../session/run-file.ts'
import { preferencesSchema } from './preferences.ts'
import { fileGrant, grant } from './file-grants.ts'

/** Requests of the start screen: samples, run files, recent sessions, and what an earlier start has left. */

/** What a run file asks for, with grants for files and their names. */
const openedRunFile = z.strictObject({
  name: z.string(),
  configuration: runFileSchema,
  files: z.array(z.strictObject({ grant, name: z.string() })),
})

export const recentSession = z.strictObject({
  grant,
  /** As in the state of the session. */
  fileId: z.string(),
  name: z.string(),
  folder: z.string(),
  title: z.string(),
  modified: z.number(),
  bytes: z.number(),
  missing: z.boolean(),
  summary: z.string(),
  /** Whether `sessions.picture` has one. */
  picture: z.boolean(),
})

/** What was in progress when a process was killed or a page closed. */
export const leftEntry = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('session'),
    id: z.string(),
    name: z.string(),
    /** When it was noted last. */
    time: z.number(),
    grant,
    picture: z.boolean(),
    run: z.strictObject({ name: z.string(), iteration: z.int(), iterations: z.int() }),
    /** The latest checkpoint; time null: none. */
    stored: z.strictObject({ iteration: z.int(), time: z.number().nullable() }),
    /** Why the file cannot be opened; empty where it can. */
    problem: z.string(),
  }),
  z.strictObject({
    kind: z.literal('draft'),
    id: z.string(),
    name: z.string(),
    time: z.number(),
    data: z.array(z.string()),
    model: z.string(),
  }),
])
export type LeftEntry = z.output<typeof leftEntry>

const none = z.strictObject({})
const ok = z.strictObject({ ok: z.literal(true) })

export const startMethods = {
  'samples.list': {
    params: none,
    result: z.array(z.strictObject({ id: z.string(), title: z.string(), description: z.string() })),
  },
  'samples.open': { params: z.strictObject({ id: z.string() }), result: openedRunFile },
  /** Reads a run file (YAML or JSON) with the files that it names; errors name line and key. */
  'runFile.open': { params: z.strictObject({ grant }), result: openedRunFile },
  /** Null: none have been kept yet. */
  'preferences.get': { params: none, result: preferencesSchema.nullable() },
  'preferences.set': { params: preferencesSchema, result: ok },
  'sessions.recent': { params: none, result: z.array(recentSession) },
  /** Reply payload: uint8, a PNG: the sky of the latest run, and its field in the plane of the Galaxy. */
  'sessions.picture': { params: z.strictObject({ grant }), result: ok },
  'sessions.forget': { params: z.strictObject({ grant }), result: ok },
  /** Newest first. */
  'recovery.list': { params: none, result: z.array(leftEntry) },
  /** Of a project without a session: from then on it is this page's. */
  'recovery.open': { params: z.strictObject({ id: z.string() }), result: openedRunFile },
  /** Of a session: writes a copy beside it; the file itself stays as it is. */
  'recovery.copy': { params: z.strictObject({ id: z.string() }), result: fileGrant },
  /** Forgets it; the file of a session stays. */
  'recovery.discard': { params: z.strictObject({ id: z.string() }), result: ok },
  /** Keeps this page's project, which has no session yet, for a start after this one. */
  'draft.keep': {
    params: z.strictObject({ name: z.string().max(120), configuration: z.unknown() }),
    result: z.strictObject({ id: z.string() }),
  },
  'draft.drop': { params: none, result: ok },
} as const
