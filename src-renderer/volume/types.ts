/** Types between the field panels (slices and volume) and whoever shows them. Galactocentric kpc, microgauss. */

/**
 * What the panels show: of the magnetic field its strength, Cartesian and Galactocentric cylindrical components and
 * divergence; the densities and the spectral index themselves.
 */
export type FieldQuantity = 'B' | 'Bx' | 'By' | 'Bz' | 'BR' | 'Bphi' | 'divB' | 'n_e' | 'C' | 'p'

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
}

/** What a template reference to either panel offers. */
export interface FieldPanelExposed {
  /** The panel with colour bar on white, for print. */
  toPng(): Promise<Blob>
}
