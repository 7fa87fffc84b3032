/**
 * HEALPix pixelisation of the sphere, RING and NESTED, NSIDE 1 to 8192.
 * Gorski et al. 2005, ApJ 622, 759; Calabretta & Roukema 2007, MNRAS 381, 865.
 * Angles are colatitude theta (from the north pole) and longitude phi, in radians.
 */
export { allPixels, isValidNside, MAX_NSIDE, npixToNside, nsideToNpix } from './nside.ts'
export { ang2pix, pix2ang, pix2vec, pixelVectors, vec2pix } from './angles.ts'
export { nest2ring, ring2nest } from './faces.ts'
export { neighbours } from './neighbours.ts'
export { pixelRadius, queryDisc } from './query-disc.ts'
export { complement, discSpans, latitudeSpans, polygonSpans } from './spans.ts'
export { interpolationWeights } from './interpolation.ts'
export { changeResolution, isUnseen, reorder, UNSEEN } from './maps.ts'
export type { Ordering, Vector3 } from './nside.ts'
export type { Angles } from './angles.ts'
export type { DiscOptions } from './query-disc.ts'
export type { InterpolationWeights } from './interpolation.ts'
export type { Span } from './spans.ts'
export type { ResolutionOptions } from './maps.ts'
