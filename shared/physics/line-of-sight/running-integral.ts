/**
 * Integrals from the observer to every node, as the Faraday depth needs them of n_e B_los and the emission measure of
 * n_e^2: inside a part that of the polynomial through its nodes,
 *
 *   F_i = F_entry + l sum_j A_ij f_j,   F_exit = F_entry + l sum_j w_j f_j   (l half the part's length).
 */
import type { RayNodes } from './ray-nodes.ts'
import type { GaussRule } from '../quadrature.ts'

/** Fills `into` with F at the nodes. @returns F at the end of the ray */
export function integrateToNodes(
  { weights, partial }: GaussRule,
  { parts, halfLengths }: RayNodes,
  f: Float64Array,
  into: Float64Array,
): number {
  const n = weights.length
  let total = 0
  for (let part = 0; part < parts; part++) {
    const half = halfLengths[part]
    const first = part * n
    let whole = 0
    for (let i = 0; i < n; i++) {
      let inside = 0
      for (let j = 0; j < n; j++) inside += partial[i * n + j] * f[first + j]
      into[first + i] = total + half * inside
      whole += weights[i] * f[first + i]
    }
    total += half * whole
  }
  return total
}

/**
 * Transpose: fills `into` with the derivatives by f of sum_i c_i F_i + c_end F_end. Later nodes depend on f through
 * F_exit, so that the ray is walked backward with the running sum of their c.
 */
export function integrateToNodesTransposed(
  { weights, partial }: GaussRule,
  { parts, halfLengths }: RayNodes,
  cotangent: Float64Array,
  endCotangent: number,
  into: Float64Array,
): void {
  const n = weights.length
  let later = endCotangent
  for (let part = parts - 1; part >= 0; part--) {
    const half = halfLengths[part]
    const first = part * n
    let own = 0
    for (let j = 0; j < n; j++) {
      let inside = 0
      for (let i = 0; i < n; i++) inside += partial[i * n + j] * cotangent[first + i]
      into[first + j] = half * (inside + weights[j] * later)
      own += cotangent[first + j]
    }
    later += own
  }
}
