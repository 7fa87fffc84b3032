import { writeHealpixMap } from '#shared/fits/index.ts'
import { polarisedLight } from '#shared/physics/index.ts'
import type { DataVector, MapVector } from '../storage/run-store.ts'
import { version } from '../version.ts'
import { fullSky } from './maps-fits.ts'
import type { RunResult } from './run-result.ts'

/** Places of two maps among the data, Stokes Q and U of one observation. */
export interface PolarisedPair {
  readonly q: MapVector
  readonly u: MapVector
  readonly places: readonly [number, number]
}

/** Maps of Q and U with the same pixels' size, band and beam. */
export function polarisedPairs(data: readonly DataVector[]): PolarisedPair[] {
  const key = ({ nside, frequencyGhz, band, beamFwhmArcmin }: MapVector): string =>
    JSON.stringify([nside, frequencyGhz, band, beamFwhmArcmin])
  return data.flatMap((q, i) => {
    if (q.kind !== 'map' || q.quantity !== 'Q') return []
    const j = data.findIndex(
      (other) => other.kind === 'map' && other.quantity === 'U' && key(other) === key(q),
    )
    const u = data[j]
    return u?.kind === 'map' ? [{ q, u, places: [i, j] as const }] : []
  })
}

/**
 * What follows from Q and U as one HEALPix table (RING, Galactic): polarised intensity and angle (IAU: from north through
 * east) of data and model, where both maps have pixels.
 */
export function polarisationFits(result: RunResult, { q, u, places }: PolarisedPair): Uint8Array {
  const data = polarisedLight(fullSky(q, q.values), fullSky(u, u.values))
  const [modelQ, modelU] = places.map((place) => result.models[place])
  const model = polarisedLight(fullSky(q, modelQ), fullSky(u, modelU))
  return writeHealpixMap({
    nside: q.nside,
    ordering: 'RING',
    coordsys: 'G',
    polcconv: 'IAU',
    extname: `${q.name} polarised`,
    columns: [
      { name: 'DATA_POLARISED_INTENSITY', unit: 'K_RJ', values: data.intensity },
      { name: 'MODEL_POLARISED_INTENSITY', unit: 'K_RJ', values: model.intensity },
      { name: 'DATA_POLARISATION_ANGLE', unit: 'deg', values: data.angleDeg },
      { name: 'MODEL_POLARISATION_ANGLE', unit: 'deg', values: model.angleDeg },
    ],
    history: [
      `Larmor ${version}, ${result.run.name}, ${result.iteration} iterations`,
      `From "${q.name}" and "${u.name}"${q.frequencyGhz === null ? '' : ` at ${q.frequencyGhz} GHz`}; intensities are not corrected for noise`,
    ],
  })
}
