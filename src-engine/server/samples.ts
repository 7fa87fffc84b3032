import { join } from 'node:path'
import { EngineError } from '#shared/contract/index.ts'
import { samplesFolder } from './program-files.ts'

/**
 * Sky maps that come with the program, each with a run file that fits it at once; where the maps are from and under
 * what terms stands beside them.
 */
export const samples = [
  {
    id: 'haslam408',
    title: 'Haslam sample',
    description: 'Intensity at 408 MHz, free field',
    map: 'haslam408-nside64.fits',
    runFile: 'haslam.yaml',
  },
  {
    id: 'wmap-k',
    title: 'WMAP sample',
    description: 'Polarisation at 22.8 GHz, a spiral',
    map: 'wmap9-k-synchrotron-nside32.fits',
    runFile: 'wmap-k-polarisation.yaml',
  },
  {
    id: 'faraday',
    title: 'Faraday sample',
    description: 'Faraday depth of the sky, free field',
    map: 'faraday-depth-nside32.fits',
    runFile: 'faraday-depth.yaml',
  },
] as const

/** @throws EngineError when there is no such sample, or it was not installed */
export function samplePath(id: string, which: 'map' | 'runFile'): string {
  const sample = samples.find((one) => one.id === id)
  const folder = samplesFolder()
  if (sample === undefined || folder === undefined)
    throw new EngineError({ code: 'no-sample', message: 'This sample map is not installed.' })
  return join(folder, sample[which])
}
