/** Spherical harmonics on HEALPix maps and what is done with them. Imported on its own: few need it. */
export { GaussianSmoothing, beamResponse } from './smoothing.ts'
