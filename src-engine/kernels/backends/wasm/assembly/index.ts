// The wasm kernels. Memory is laid out by ../layout.ts; nothing here allocates.
export { countCrossings, walkRay } from './walk'
export { adjoint, adjointFast, forward, forwardFast, jvp } from './intensity'
export { adjointPolarised, forwardPolarised, jvpPolarised } from './polarised'
export {
  amplitude,
  divergenceGradient,
  divergences,
  packGradient,
  smoothness,
  sumBuffers,
  totalVariationGradient,
  totalVariationNorms,
} from './grid'
