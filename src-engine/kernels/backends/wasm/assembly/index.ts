// The wasm kernels. Memory is laid out by ../memory-plan.ts; nothing here allocates.
export { countCrossings, walkRay } from './walk'
export { probeMulAdd } from './lanes'
export { adjoint, adjointFast, forward, forwardFast, jvp } from './intensity'
export { adjointGeneral, forwardGeneral, jvpGeneral } from './general'
export { adjointPolarised, forwardPolarised, jvpPolarised } from './polarised'
export {
  amplitude,
  divergenceGradient,
  divergences,
  packGradient,
  packPlane,
  smoothness,
  sumBuffers,
  totalVariationGradient,
  totalVariationNorms,
} from './grid'
