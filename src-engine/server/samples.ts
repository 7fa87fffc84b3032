import { join } from 'node:path'
import { EngineError } from '#shared/contract/index.ts'
import { samplesFolder } from './program-files.ts'

/** Sky maps that come with the program; where they are from and under what licence stands beside them. */
export const samples = [
  {
    id: 'haslam408',
    title: 'Haslam 408 MHz, NSIDE 64',
    description: 'All-sky brightness temperature at 408 MHz (Haslam et al. 1982), in kelvin.',
    file: 'haslam408-nside64.fits',
  },
] as const

/** @throws EngineError when there is no such sample, or it was not installed */
export function samplePath(id: string): string {
  const sample = samples.find((one) => one.id === id)
  const folder = samplesFolder()
  if (sample === undefined || folder === undefined)
    throw new EngineError({ code: 'no-sample', message: 'This sample map is not installed.' })
  return join(folder, sample.file)
}
