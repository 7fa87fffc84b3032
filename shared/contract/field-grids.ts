import { z } from 'zod'

/** The grids that a run can have, under the names of their arrays in a session. */
export const gridNames = [
  'magnetic_field',
  'thermal_electrons',
  'cosmic_ray_electrons',
  'spectral_index',
] as const
export const gridName = z.enum(gridNames)
export type GridName = z.output<typeof gridName>

/**
 * What `run.field` gives beside the grids of a run: how long its lines of sight are in each voxel, and how uncertain a component
 * of the field is there with everything else held fixed.
 */
export const shownGridNames = [...gridNames, 'coverage', 'conditional_sigma'] as const
export const shownGridName = z.enum(shownGridNames)
export type ShownGridName = z.output<typeof shownGridName>

/** Grids that a model has without a run. */
export const modelGridNames = [
  'magnetic_field',
  'thermal_electrons',
  'cosmic_ray_electrons',
] as const
export type ModelGridName = (typeof modelGridNames)[number]

/** What goes with the values of a field on a grid. */
const kpc3 = z.tuple([z.number(), z.number(), z.number()])
export const fieldOnGrid = {
  grid: shownGridName,
  shape: z.tuple([z.int(), z.int(), z.int()]),
  components: z.int(),
  half_size_kpc: kpc3,
  observer_kpc: kpc3,
  unit: z.string(),
}
