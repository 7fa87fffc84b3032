import type { RunFile } from './run-file.ts'

/** The run file with every file name replaced by `replace(name, key)`. */
export function mapFiles(
  runFile: RunFile,
  replace: (file: string, key: string) => string,
): RunFile {
  const within = <Value>(value: Value, key: string): Value =>
    typeof value === 'object' && value !== null && 'file' in value && typeof value.file === 'string'
      ? { ...value, file: replace(value.file, `${key}.file`) }
      : value
  const { magnetic_field: field, cosmic_ray_electrons: cosmic } = runFile
  const { spectral_index_map: map, spectral_index_regions: regions, spectrum } = cosmic
  const ofCosmicRays = 'cosmic_ray_electrons'
  return {
    ...runFile,
    ...(runFile.start_from ? { start_from: within(runFile.start_from, 'start_from') } : {}),
    data: runFile.data.map((entry, i) => {
      const key = `data[${i}]`
      return {
        ...within(entry, key),
        sigma: within(entry.sigma, `${key}.sigma`),
        ...(entry.mask ? { mask: within(entry.mask, `${key}.mask`) } : {}),
        ...(entry.bandpass ? { bandpass: within(entry.bandpass, `${key}.bandpass`) } : {}),
      }
    }),
    magnetic_field: {
      ...within(field, 'magnetic_field'),
      ...(field.grid
        ? {
            grid: {
              ...field.grid,
              initial: within(field.grid.initial, 'magnetic_field.grid.initial'),
            },
          }
        : {}),
    },
    thermal_electrons: within(runFile.thermal_electrons, 'thermal_electrons'),
    cosmic_ray_electrons: {
      ...within(cosmic, ofCosmicRays),
      ...(map ? { spectral_index_map: within(map, `${ofCosmicRays}.spectral_index_map`) } : {}),
      ...(regions
        ? { spectral_index_regions: within(regions, `${ofCosmicRays}.spectral_index_regions`) }
        : {}),
      ...(spectrum ? { spectrum: within(spectrum, `${ofCosmicRays}.spectrum`) } : {}),
    },
  }
}

/** Every file that the run file names, and under which key. */
export function filesOf(runFile: RunFile): { path: string; key: string }[] {
  const files: { path: string; key: string }[] = []
  mapFiles(runFile, (path, key) => {
    files.push({ path, key })
    return path
  })
  return files
}

/**
 * The run file with its files named where they lie now.
 *
 * @param moved where a file lies now, by its path so far
 * @param isMeant whether the file of that key is named anew
 */
export function withMovedFiles(
  runFile: RunFile,
  moved: ReadonlyMap<string, string>,
  isMeant: (key: string) => boolean = () => true,
): RunFile {
  return mapFiles(runFile, (path, key) => (isMeant(key) ? (moved.get(path) ?? path) : path))
}

/** A table that a run file names instead of a model. */
export interface TableFile {
  /** The section of the run file. */
  readonly section: 'magnetic_field' | 'thermal_electrons' | 'cosmic_ray_electrons'
  readonly file: string
  readonly key: string
}

/** Every table of a run file. */
export function tableFiles(runFile: RunFile): TableFile[] {
  const { magnetic_field: field, thermal_electrons, cosmic_ray_electrons } = runFile
  const initial = field.model === 'grid' ? field.grid?.initial : field
  const prefix = field.model === 'grid' ? 'magnetic_field.grid.initial' : 'magnetic_field'
  return [
    { section: 'magnetic_field' as const, file: initial?.file, key: `${prefix}.file` },
    ...(
      [
        ['thermal_electrons', thermal_electrons],
        ['cosmic_ray_electrons', cosmic_ray_electrons],
      ] as const
    ).map(([section, { file }]) => ({ section, file, key: `${section}.file` })),
  ].flatMap(({ section, file, key }) => (file === undefined ? [] : [{ section, file, key }]))
}
