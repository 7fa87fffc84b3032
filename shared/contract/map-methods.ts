import { z } from 'zod'
import { dataSchema } from '../session/run-file.ts'
import { fileGrant, grant, sessionId } from './file-grants.ts'

export const mapColumn = z.strictObject({
  index: z.int(),
  name: z.string(),
  unit: z.string().optional(),
})
export const mapDescription = z.strictObject({
  hdu: z.int(),
  name: z.string(),
  kind: z.enum(['healpix', 'plate-carree']),
  nside: z.int().optional(),
  ordering: z.enum(['RING', 'NESTED']).optional(),
  indexing: z.enum(['implicit', 'explicit']).optional(),
  frame: z.string().optional(),
  polarisation: z.enum(['IAU', 'COSMO']).optional(),
  frequency_ghz: z.number().optional(),
  columns: z.array(mapColumn),
  /** Keys of a data entry that the file does not state and that must be given. */
  questions: z.array(z.string()),
  problems: z.array(z.string()),
})
export type MapDescriptionMessage = z.output<typeof mapDescription>

export const mapSelection = z.strictObject({
  grant,
  hdu: z.int().optional(),
  column: z.union([z.int(), z.string()]).default(0),
  ordering: z.enum(['RING', 'NESTED']).optional(),
  frame: z.enum(['galactic', 'equatorial-J2000', 'equatorial-B1950', 'ecliptic']).optional(),
  bad_value: z.number().optional(),
})

/** Requests about sky maps and their masks. */
export const mapMethods = {
  'maps.inspect': {
    params: z.strictObject({ grant }),
    result: z.strictObject({ file: z.string(), maps: z.array(mapDescription) }),
  },
  /** Reply payload: float32 pixels, RING, Galactic, as stored in the file's unit; bad pixels NaN. */
  'maps.load': {
    params: z.strictObject({
      ...mapSelection.shape,
      /** Averaged down to about this NSIDE, where the map is finer. */
      nside: z.int().min(1).max(8192).optional(),
    }),
    result: z.strictObject({
      nside: z.int().positive(),
      /** NSIDE of the map itself. */
      finest: z.int().positive(),
      unit: z.string(),
      name: z.string(),
      valid: z.int(),
      bad: z.int(),
      minimum: z.number(),
      maximum: z.number(),
    }),
  },
  /**
   * The mask of a data entry as a run at this NSIDE would apply it; `file` and `mask.file` are grants.
   * Reply payload: uint8, RING, Galactic, 1 where the map may be used and 0 where it is masked.
   */
  'masks.load': {
    params: z.strictObject({ entry: dataSchema, nside: z.int().min(1).max(8192) }),
    result: z.strictObject({ nside: z.int().positive(), masked: z.int() }),
  },
  /**
   * Writes a mask (request payload as the reply of `masks.load`) as a FITS map beside the session, or where new sessions go: under
   * this name or, where there is such a file, with a number added. Nothing is overwritten.
   */
  'masks.save': {
    params: z.strictObject({
      session: sessionId.optional(),
      name: z.string().min(1).max(120),
      nside: z.int().min(1).max(8192),
    }),
    result: z.strictObject({ file: fileGrant, folder: z.string() }),
  },
} as const
