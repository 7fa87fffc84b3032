import { freedomSchema } from './run-file.ts'
import type { Freedom, RunFile } from './run-file.ts'

type Free = RunFile['magnetic_field']['free']

/** What a section of a run file says about its free parameters, in its order. */
export function freedomsOf(free: Free): [name: string, freedom: Freedom][] {
  if (!Array.isArray(free)) return Object.entries(free)
  return free.map((name) => [name, freedomSchema.parse({})])
}

/** Whether a run moves the density on the grid: in every voxel, or through parameters of its model. */
export function thermalElectronsAreFree({ model, free }: RunFile['thermal_electrons']): boolean {
  return model === 'grid' || freeNames(free).length > 0
}

/** The same of cosmic-ray electrons, whose spectral index is no part of their density. */
export function cosmicRaysAreFree({ model, free }: RunFile['cosmic_ray_electrons']): boolean {
  return model === 'grid' || freeNames(free).some((name) => !name.startsWith('spectral_index'))
}

/** The names of the free parameters. */
export function freeNames(free: Free): string[] {
  return Array.isArray(free) ? free : Object.keys(free)
}
