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
  return {
    ...runFile,
    data: runFile.data.map((entry, i) => {
      const key = `data[${i}]`
      return {
        ...within(entry, key),
        sigma: within(entry.sigma, `${key}.sigma`),
        ...(entry.mask ? { mask: within(entry.mask, `${key}.mask`) } : {}),
        ...(entry.bandpass ? { bandpass: within(entry.bandpass, `${key}.bandpass`) } : {}),
      }
    }),
    thermal_electrons: within(runFile.thermal_electrons, 'thermal_electrons'),
  }
}
