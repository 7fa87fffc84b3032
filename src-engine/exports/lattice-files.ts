import { writeImage } from '#shared/fits/index.ts'
import type { WriteCard } from '#shared/fits/index.ts'
import { addAxis, galactocentricFrame, hdf5Bytes } from './hdf5-file.ts'

/** Values of a field at the points of a lattice. */
export interface LatticeValues {
  /** What it is: the name of the HDF5 dataset and the EXTNAME of FITS. */
  readonly name: string
  readonly unit: string
  /** Along the axes, slowest first; a plane has two. */
  readonly axes: readonly {
    readonly name: string
    readonly centres: Float64Array
    readonly spacingKpc: number
  }[]
  /** Of a plane: its third coordinate. */
  readonly plane?: { readonly name: string; readonly at: number }
  /** 3 of a vector, which is the last axis; 1 of a number. */
  readonly components: 1 | 3
  /** C order */
  readonly values: Float64Array
  /** How it was made, in words. */
  readonly history: string
}

/** Lengths of all axes, slowest first. */
export function shapeOf({ axes, components }: LatticeValues): number[] {
  return [...axes.map(({ centres }) => centres.length), ...(components === 3 ? [3] : [])]
}

/** A FITS image whose axes have their coordinates as linear WCS, in kpc; astropy reads it in the shape of the NumPy array. */
export function latticeFits(lattice: LatticeValues): Uint8Array {
  const { name, unit, axes, components, plane, values, history } = lattice
  const shape = shapeOf(lattice)
  const cards: WriteCard[] = [
    { keyword: 'EXTNAME', value: name },
    { keyword: 'BUNIT', value: unit },
    ...axes.flatMap(({ name: axis, centres, spacingKpc }, i): WriteCard[] => {
      const n = shape.length - i
      return [
        { keyword: `CTYPE${n}`, value: axis.toUpperCase(), comment: 'Galactocentric' },
        { keyword: `CUNIT${n}`, value: 'kpc' },
        { keyword: `CRPIX${n}`, value: 1 },
        { keyword: `CRVAL${n}`, value: centres[0] },
        { keyword: `CDELT${n}`, value: spacingKpc },
      ]
    }),
    ...(components === 3 ? [{ keyword: 'CTYPE1', value: 'COMPONENT', comment: 'x, y, z' }] : []),
    ...(plane
      ? [
          {
            keyword: `${plane.name.toUpperCase()}_KPC`,
            value: plane.at,
            comment: '[kpc] of the plane',
          },
        ]
      : []),
  ]
  return writeImage({ shape, values, cards, history: [history, galactocentricFrame] })
}

/** An HDF5 file with the values, their unit, and the coordinates of the axes. */
export function latticeHdf5(lattice: LatticeValues): Promise<Uint8Array> {
  const { name, unit, axes, plane, values, history } = lattice
  return hdf5Bytes((file) => {
    const dataset = file.create_dataset({ name, data: values, shape: shapeOf(lattice) })
    dataset.create_attribute('units', unit)
    dataset.create_attribute('frame', galactocentricFrame)
    if (plane) dataset.create_attribute(`${plane.name}_kpc`, plane.at)
    for (const { name: axis, centres } of axes) addAxis(file, axis, centres)
    file.create_attribute('history', history)
  })
}
