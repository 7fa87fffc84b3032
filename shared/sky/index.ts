/** The sky apart from its pixels: frames, units, polarisation, projections, colour scales, numbers in print. */
export { FRAMES, frameRotation, polarisationAngleChange, rotateFrame } from './frames.ts'
export { parseFrame } from './frame-words.ts'
export { applyMatrix, directionVector, transpose, vectorDirection } from './matrix.ts'
export { rotateMap, rotatePolarisationMaps } from './map-rotation.ts'
export { parsePolcconv, toIau } from './polarisation.ts'
export { parseUnit, PLAIN_KELVIN_BELOW_GHZ, toBrightnessK, UnitError } from './units.ts'
export { PLANE_EXTENT, project, unproject } from './projections.ts'
export { DEFAULT_VIEW, projectSky, unprojectSky, viewRotation } from './view.ts'
export { graticule } from './graticule.ts'
export { makeNorm, NORM_KINDS } from './norms.ts'
export { countNonPositive, goodValues, limitsFromPercentile, symmetricLimits } from './limits.ts'
export { ticksOf } from './ticks.ts'
export { COLOUR_MAPS, colourAt, colourTable, isColourMapName } from './colour-maps.ts'
export {
  formatCount,
  formatNumber,
  formatQuantity,
  formatRange,
  formatUnit,
  UNIT_SPACE,
  superscript,
} from './format.ts'
export type { Frame } from './frames.ts'
export type { FrameWords } from './frame-words.ts'
export type { Matrix3 } from './matrix.ts'
export type { PolarisationConvention } from './polarisation.ts'
export type { TemperatureUnit, Unit } from './units.ts'
export type { PlanePoint, Projection } from './projections.ts'
export type { View } from './view.ts'
export type { GraticuleLine, GraticuleOptions } from './graticule.ts'
export type { Norm, NormKind, NormOptions } from './norms.ts'
export type { Limits } from './limits.ts'
export type { Tick } from './ticks.ts'
export type { ColourMap, ColourMapKind, ColourMapName } from './colour-maps.ts'
export type { NumberFormat } from './format.ts'
