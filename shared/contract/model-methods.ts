import { z } from 'zod'
import { quantitySchema } from '../session/run-file.ts'
import { fieldOnGrid, modelGridNames } from './field-grids.ts'

/** Parts of `model.sky`: without data there is the model alone. */
export const previewLayers = ['model', 'data', 'difference'] as const

/** Requests about the models of a configuration, before any run. */
export const modelMethods = {
  /**
   * The sky of the models of a configuration, before any run: a preview on a small grid, for sliders. Reply payload: float32
   * [layers], each 12 nside^2 RING pixels or one value per source of a catalogue (nside 0), in `unit`.
   */
  'model.sky': {
    params: z.strictObject({
      configuration: z.unknown(),
      /** A data entry, or what is to be seen without data. */
      of: z.union([
        z.strictObject({ data: z.string() }),
        z.strictObject({ quantity: quantitySchema, frequency_ghz: z.number().positive().finite() }),
      ]),
      nside: z.union([z.literal(8), z.literal(16), z.literal(32), z.literal(64)]),
      detail: z.enum(['coarse', 'fine']),
    }),
    result: z.strictObject({
      layers: z.array(z.enum(previewLayers)),
      nside: z.int().nonnegative(),
      sources: z.int().nonnegative(),
      unit: z.string(),
      quantity: quantitySchema,
      frequency_ghz: z.number().nullable(),
      grid: z.tuple([z.int(), z.int(), z.int()]),
      /** How the model was brought to the data; empty without data. */
      nuisance: z.string(),
      notes: z.array(z.string()),
    }),
  },
  /**
   * A model on the planes z = 0 (face-on, from the north) and y = 0 (edge-on) of the box, at the centres of square pixels. Reply
   * payload: float32 [face_rows, then edge_rows][columns][components], rows from the bottom.
   */
  'model.picture': {
    params: z.strictObject({
      configuration: z.unknown(),
      section: z.enum(['magnetic_field', 'thermal_electrons', 'cosmic_ray_electrons']),
      columns: z.int().min(16).max(512),
    }),
    result: z.strictObject({
      unit: z.string(),
      components: z.union([z.literal(1), z.literal(3)]),
      half_size_kpc: z.tuple([z.number(), z.number(), z.number()]),
      columns: z.int(),
      face_rows: z.int(),
      edge_rows: z.int(),
    }),
  },
  /**
   * A model of a configuration at the centres of the voxels of its grid, before any run. Reply payload: float32
   * [nx, ny, nz, components] in `unit`.
   */
  'model.field': {
    params: z.strictObject({
      configuration: z.unknown(),
      grid: z.enum(modelGridNames),
    }),
    result: z.strictObject(fieldOnGrid),
  },
} as const
