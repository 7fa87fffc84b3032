import { createSetup, profileRay } from '#shared/physics/line-of-sight/index.ts'
import type { RayProfile } from '#shared/physics/line-of-sight/index.ts'
import { boxExit, directionFromGalactic, nearestVoxel } from '#shared/physics/index.ts'
import { voxelPath, voxelSupport } from '#shared/physics/index.ts'
import type { Vector3 } from '#shared/physics/index.ts'
import { isPolarised } from '#shared/physics/observables.ts'
import { ang2pix, pix2ang, pix2vec } from '#shared/healpix/index.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import type { GridValues, Unknowns } from '../kernels/interface.ts'
import type { CosmicRayInputs } from '../simulation/cosmic-ray-inputs.ts'
import { kernelProblemOf } from '../simulation/kernel-problem.ts'
import { modelsOf } from '../simulation/medium.ts'
import { rayIndices } from '../simulation/ray-index.ts'
import type { DataVector } from '../storage/run-store.ts'
import { createMeasurement } from './measurement/measurement.ts'
import { gridOf } from './prepare-problem.ts'

/** What is asked of one line of sight. */
export interface SightlineRequest {
  readonly lDeg: number
  readonly bDeg: number
  /** Everything that the run is fitted to: how finely its rays are cut depends on all of it. */
  readonly data: readonly DataVector[]
  /** Whose band and Stokes parameters; undefined: intensity at the first frequency of the run file. */
  readonly vector: DataVector | undefined
  readonly distanceKpc: number | undefined
}

export interface Sightline {
  readonly profile: RayProfile
  /** Where it goes: the centre of a pixel, or a source. */
  readonly lDeg: number
  readonly bDeg: number
  readonly endKpc: Vector3
  readonly frequenciesGhz: readonly number[]
}

/**
 * One line of sight through the grids of a run, in float64 by the reference whatever the backend of the run is.
 *
 * @param cosmicRays what the run has read of files for the energies of its cosmic rays
 * @param arrays the grids and parameters of the run by their names in a session
 * @throws InputError when the run file's models cannot be read any more
 */
export function sightlineOf(
  runFile: RunFile,
  cosmicRays: CosmicRayInputs,
  arrays: ReadonlyMap<string, GridValues>,
  { lDeg, bDeg, data, vector, distanceKpc }: SightlineRequest,
): Sightline {
  const problem = kernelProblemOf(runFile, modelsOf(runFile, cosmicRays), gridOf(runFile))
  const place = placeOf(vector, lDeg, bDeg)
  const direction = directionFromGalactic(place.lDeg, place.bDeg)
  const unknowns = {
    ...gridsOf(arrays),
    raySpectralIndex: rayIndexOf(runFile, cosmicRays, arrays, data, direction),
  }
  const limits = [distanceKpc, place.distanceKpc, runFile.sky.distance_kpc].filter(
    (limit) => limit !== undefined,
  )
  const band =
    vector === undefined || vector.band.length === 0
      ? [{ frequencyGhz: firstFrequency(runFile), weight: 1 }]
      : vector.band
  const frequencies = new Set(
    [...band, ...data.flatMap((one) => one.band)].map(({ frequencyGhz }) => frequencyGhz),
  )
  const frequenciesGhz = [...frequencies]
  const setup = createSetup({
    ...problem,
    directions: Float64Array.from(direction),
    ...(limits.length > 0 ? { maxDistanceKpc: Float64Array.of(Math.min(...limits)) } : {}),
    frequenciesGhz,
    observables: [
      'I',
      'faraday_depth',
      ...(data.some(({ quantity }) => isPolarised(quantity)) ? (['Q', 'U'] as const) : []),
    ],
    unknowns: [
      'magneticField',
      ...(unknowns.thermalElectrons ? (['thermalElectrons'] as const) : []),
      ...(unknowns.cosmicRays ? (['cosmicRays'] as const) : []),
      ...(unknowns.spectralIndex ? (['spectralIndex'] as const) : []),
      ...(unknowns.raySpectralIndex ? (['raySpectralIndex'] as const) : []),
    ],
  })
  const profile = profileRay(
    setup,
    unknowns,
    0,
    frequenciesGhz.map(
      (frequency) => band.find(({ frequencyGhz }) => frequencyGhz === frequency)?.weight ?? 0,
    ),
  )
  const length = profile.distanceKpc[profile.rows - 1]
  const [x, y, z] = problem.observerKpc
  return {
    profile:
      vector && isPolarised(vector.quantity)
        ? profile
        : { ...profile, stokesQ: undefined, stokesU: undefined },
    lDeg: place.lDeg,
    bDeg: place.bDeg,
    endKpc: [x + length * direction[0], y + length * direction[1], z + length * direction[2]],
    frequenciesGhz: band.map(({ frequencyGhz }) => frequencyGhz),
  }
}

/** What the data have in a direction, so that the profile adds up to the model's value there. */
function placeOf(
  vector: DataVector | undefined,
  lDeg: number,
  bDeg: number,
): { lDeg: number; bDeg: number; distanceKpc?: number } {
  const degree = Math.PI / 180
  if (vector === undefined) return { lDeg, bDeg }
  if (vector.kind === 'map') {
    const pixel = ang2pix(vector.nside, 'RING', (90 - bDeg) * degree, lDeg * degree)
    const { theta, phi } = pix2ang(vector.nside, 'RING', pixel)
    return { lDeg: phi / degree, bDeg: 90 - theta / degree }
  }
  const { directionsDeg, distancesKpc } = vector
  const source = distancesKpc.findIndex(
    (_, i) =>
      Math.abs(directionsDeg[2 * i] - lDeg) < 1e-6 &&
      Math.abs(directionsDeg[2 * i + 1] - bDeg) < 1e-6,
  )
  const distanceKpc = distancesKpc[source]
  return { lDeg, bDeg, ...(Number.isFinite(distanceKpc) ? { distanceKpc } : {}) }
}

function firstFrequency({ data, sky }: RunFile): number {
  const [frequency] = data.flatMap(({ frequency_ghz: known }) => known ?? [])
  return frequency ?? sky.frequencies_ghz[0]
}

/** The grids of the kernels among the arrays of a run. @throws Error without a magnetic field */
function gridsOf(arrays: ReadonlyMap<string, GridValues>): Unknowns {
  const magneticField = arrays.get('magnetic_field')
  if (magneticField === undefined) throw new Error('The run has no magnetic field.')
  return {
    magneticField,
    thermalElectrons: arrays.get('thermal_electrons'),
    cosmicRays: arrays.get('cosmic_ray_electrons'),
    spectralIndex: arrays.get('spectral_index'),
  }
}

/** p along the ray, where it is one number of the sky: free everywhere or by region, or from a map. */
function rayIndexOf(
  { cosmic_ray_electrons: cosmic, sky }: RunFile,
  { skyIndex }: CosmicRayInputs,
  arrays: ReadonlyMap<string, GridValues>,
  data: readonly DataVector[],
  direction: Vector3,
): Float64Array | undefined {
  const found = arrays.get('parameters/spectral_index')
  const here = rayIndices(cosmic, skyIndex, Float64Array.from(direction))
  if (here === undefined) return found && Float64Array.from(found)
  const region = here.regions?.numbers[0]
  if (region === undefined || found === undefined) return here.values
  // The parameters are those of the regions in which there are rays.
  const { directions } = createMeasurement(data, sky.distance_kpc)
  const place = rayIndices(cosmic, skyIndex, directions)?.regions?.numbers.indexOf(region) ?? -1
  return place < 0 ? here.values : Float64Array.of(found[place])
}

/** What lines of sight have of one voxel. */
export interface SeenBy {
  readonly voxel: Vector3
  /** kpc, one per RING pixel of the whole sky or per source; 0 where the data have no value or the ray does not come near. */
  readonly paths: Float32Array
}

/** Which pixels or sources of a data vector depend on the voxel at a position, before any beam. */
export function seenBy(runFile: RunFile, vector: DataVector, positionKpc: Vector3): SeenBy {
  const grid = gridOf(runFile)
  const observer = runFile.box.observer_kpc
  const voxel = nearestVoxel(grid, positionKpc)
  const support = voxelSupport(grid, voxel)
  const most = runFile.sky.distance_kpc ?? Infinity
  const pathAlong = (direction: Vector3, distance: number) => {
    const length = Math.min(boxExit(observer, direction, grid.halfSizeKpc), distance, most)
    return voxelPath(grid, voxel, support, observer, direction, length)
  }
  if (vector.kind === 'map') {
    const paths = new Float32Array(12 * vector.nside ** 2)
    for (const pixel of vector.pixels)
      paths[pixel] = pathAlong(pix2vec(vector.nside, 'RING', pixel), Infinity)
    return { voxel, paths }
  }
  const { directionsDeg, distancesKpc } = vector
  const paths = Float32Array.from(distancesKpc, (distance, i) =>
    pathAlong(directionFromGalactic(directionsDeg[2 * i], directionsDeg[2 * i + 1]), distance),
  )
  return { voxel, paths }
}
