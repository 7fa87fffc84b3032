import type { FieldArray } from './derived.ts'
import type { Orbit, StandardView } from './orbit.ts'
import type { SeedSettings, VolumeOverlayName, VolumeSettings } from './settings.ts'

/** Types between the field panels (slices and volume) and whoever shows them. Galactocentric kpc, microgauss. */

/**
 * What the panels show: of the magnetic field its strength, Cartesian and Galactocentric cylindrical components and
 * divergence; the densities and the spectral index themselves.
 */
export const fieldQuantities = [
  'B',
  'Bx',
  'By',
  'Bz',
  'BR',
  'Bphi',
  'divB',
  'n_e',
  'C',
  'p',
  'coverage',
  'sigma',
] as const
export type FieldQuantity = (typeof fieldQuantities)[number]

/** CSS pixels. */
export interface ScreenPoint {
  readonly x: number
  readonly y: number
}

export type Vector3 = readonly [number, number, number]

export interface FieldProps {
  /** [nx, ny, nz, 3] in C order, microgauss; [nx, ny, nz] for a density; null while there is no field. */
  readonly field: Float32Array | null
  readonly shape: Vector3
  /** The box spans -half to +half in each direction. */
  readonly halfSizeKpc: Vector3
  readonly observerKpc: Vector3
  readonly quantity: FieldQuantity
  /** null: viridis for strength; berlin (dark) or vik (light) for signed quantities. */
  readonly colourMap: string | null
  /** null: from the values (99.5 % of them). */
  readonly limits: readonly [number, number] | null
  readonly theme: 'dark' | 'light'
  /** The chosen line of sight, from the observer. */
  readonly ray?: FieldRay | null
}

/** A line of sight, and the place on it that is pointed at. */
export interface FieldRay {
  readonly endKpc: Vector3
  readonly markKpc: Vector3 | null
}

export interface FieldSlicesProps extends FieldProps {
  /** Where the three planes cross. */
  readonly cursor: Vector3
  /** Centre of the chosen voxel. */
  readonly voxel?: Vector3 | null
  readonly overlays: readonly VolumeOverlayName[]
  /** Where field lines begin, to be dragged; null: there are none. */
  readonly seeds?: SeedSettings | null
}

/** What the slices show under the pointer: trilinear between voxel centres, NaN outside the region. */
export interface FieldReadout {
  readonly positionKpc: Vector3
  readonly value: number
}

export interface FieldVolumeProps extends FieldProps {
  readonly title: string
  /** Where the planes of the slices cross, marked in the volume; null hides the mark. */
  readonly cursor: Vector3 | null
  readonly settings: VolumeSettings
  /** The magnetic field, for arrows and field lines, also where the quantity is another; null while it is not there. */
  readonly magnetic: FieldArray | null
}

/** What a template reference to either panel offers. */
export interface FieldPanelExposed {
  /** The panel with colour bar on white, for print. */
  toPng(): Promise<Blob>
}

/** What a template reference to the volume offers. */
export interface FieldVolumeExposed extends FieldPanelExposed {
  /** Where the camera is; null before the first picture. */
  camera(): Orbit | null
  show(view: StandardView): void
  /** A film of one turn about the Galactic axis. Rejects when it is stopped, or cannot be made. */
  turntable(request: TurntableRequest): Promise<Blob>
}

export interface TurntableRequest {
  /** A film, or its pictures in a ZIP file. */
  readonly format: 'webm' | 'png'
  readonly background: 'white' | 'screen'
  /** Of a whole turn. */
  readonly seconds: number
  readonly signal: AbortSignal
  /** With the part that is done, 0 to 1. */
  readonly onProgress: (part: number) => void
}
