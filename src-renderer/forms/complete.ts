import { runFileSchema } from '#shared/session/run-file.ts'
import type { RunFile } from '#shared/session/run-file.ts'

/** The run file with every default, free voxels included, as forms edit it. */
export function defaultConfiguration(): RunFile {
  return runFileSchema.parse({ magnetic_field: { grid: {} } })
}

/** A configuration of a session with the sections that forms need written out. */
export function complete(configuration: RunFile): RunFile {
  const { magnetic_field } = configuration
  return magnetic_field.model === 'grid' && magnetic_field.grid === undefined
    ? { ...configuration, magnetic_field: { ...magnetic_field, grid: gridDefaults() } }
    : configuration
}

export const gridDefaults = () => defaultConfiguration().magnetic_field.grid
