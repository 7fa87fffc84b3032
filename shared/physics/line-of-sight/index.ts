/**
 * Lines of sight through gridded fields in float64, written for reading: what they emit, rotate and absorb, and the
 * derivatives forward and backward. The oracle of the kernels.
 */
export { adjointRays } from './adjoint.ts'
export type { Cotangent } from './adjoint.ts'
export { createObservables, forwardRays } from './forward.ts'
export type * from './problem.ts'
export { profileRay } from './profile.ts'
export type { RayProfile } from './profile.ts'
export { LARGEST_STEP, MOST_PARTS, crossingEdges, partsOf, rayAt } from './ray-nodes.ts'
export { createSetup } from './setup.ts'
export type { Setup } from './setup.ts'
export { tangentRays } from './tangent.ts'
