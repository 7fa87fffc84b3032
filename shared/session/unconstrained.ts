import { cosmicRaysAreFree, freeNames, thermalElectronsAreFree } from './free-names.ts'
import type { RunFile } from './run-file.ts'

/** What the data of a run cannot tell of what it leaves free, because of what they are; docs/concepts.md explains each. */
export const unconstrainedKinds = [
  'field-unseen',
  'thermal-electrons-unseen',
  'cosmic-rays-unseen',
  'sign',
  'parallel',
  'perpendicular',
  'direction',
  'distances',
  'strength',
] as const
export type Unconstrained = (typeof unconstrainedKinds)[number]

/** Above, the rotation of Q and U by the Galaxy (100 rad m^-2) is less than a fifth of a radian, and tells little. */
const mostRotatedGhz = 7

/** Follows from the kinds of data and of unknowns alone, not from their noise: what is not listed may still be badly known. */
export function unconstrained(runFile: RunFile): Unconstrained[] {
  const { data, magnetic_field: field, thermal_electrons, cosmic_ray_electrons: cosmic } = runFile
  const quantities = new Set(data.map(({ quantity }) => quantity))
  const polarised = quantities.has('Q') || quantities.has('U')
  const emission = polarised || quantities.has('I')
  const depths = quantities.has('faraday_depth')
  const rotated =
    runFile.faraday.phase !== 'off' &&
    data.some(
      ({ quantity, frequency_ghz: f }) =>
        (quantity === 'Q' || quantity === 'U') && f !== undefined && f < mostRotatedGhz,
    )
  const seesElectrons =
    depths ||
    rotated ||
    quantities.has('dispersion_measure') ||
    (emission && thermal_electrons.free_free !== undefined)
  const thermalFree = thermalElectronsAreFree(thermal_electrons)
  const cosmicFree = cosmicRaysAreFree(cosmic) || freeNames(cosmic.free).includes('scale')
  const voxels =
    (field.model === 'grid' && field.grid?.free !== false) ||
    field.grid?.representation === 'correction'
  const fieldFree = voxels || freeNames(field.free).length > 0
  const found: [Unconstrained, boolean][] = [
    ['field-unseen', fieldFree && !emission && !depths],
    ['thermal-electrons-unseen', thermalFree && !seesElectrons],
    ['cosmic-rays-unseen', cosmicFree && !emission],
    ['sign', fieldFree && emission && !depths && !rotated],
    ['parallel', voxels && emission && !depths && !rotated],
    ['perpendicular', voxels && depths && !emission],
    ['direction', voxels && emission && !polarised],
    [
      'distances',
      voxels &&
        (emission || depths) &&
        !rotated &&
        data.every(({ catalogue }) => catalogue?.distance === undefined),
    ],
    [
      'strength',
      fieldFree &&
        ((cosmicFree && emission) ||
          (thermalFree && depths && !quantities.has('dispersion_measure'))),
    ],
  ]
  return found.flatMap(([kind, holds]) => (holds ? [kind] : []))
}
