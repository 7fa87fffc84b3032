import { columnStart, createCoefficients, isNegligible } from './coefficients.ts'
import type { Coefficients, Harmonics } from './coefficients.ts'
import { legendreColumns } from './legendre.ts'
import type { LegendreColumn } from './legendre.ts'
import { RingTransform } from './ring-phases.ts'
import type { Phases } from './ring-phases.ts'

/** Spherical harmonics of a real scalar. */
export class ScalarHarmonics implements Harmonics {
  readonly lmax: number
  readonly npix: number
  readonly #columns: readonly LegendreColumn[]
  readonly #rings: RingTransform
  readonly #phases: Phases

  constructor(nside: number, lmax: number) {
    this.lmax = lmax
    this.npix = 12 * nside * nside
    this.#columns = legendreColumns(lmax)
    this.#rings = new RingTransform(nside, lmax)
    this.#phases = this.#rings.createPhases()
  }

  synthesise([{ real, imaginary }]: readonly Coefficients[]): Float64Array[] {
    const { northReal, northImaginary, southReal, southImaginary } = this.#phases
    this.#visit((lambda, first, m, at) => {
      const start = columnStart(this.lmax, m)
      // Sums over even and odd l - m: the mirrored ring has the odd ones with the other sign.
      let evenReal = 0
      let evenImaginary = 0
      let oddReal = 0
      let oddImaginary = 0
      for (let l = first + ((first - m) % 2); l <= this.lmax; l += 2) {
        evenReal += lambda[l] * real[start + l]
        evenImaginary += lambda[l] * imaginary[start + l]
      }
      for (let l = first + 1 - ((first - m) % 2); l <= this.lmax; l += 2) {
        oddReal += lambda[l] * real[start + l]
        oddImaginary += lambda[l] * imaginary[start + l]
      }
      northReal[at] = evenReal + oddReal
      northImaginary[at] = evenImaginary + oddImaginary
      southReal[at] = evenReal - oddReal
      southImaginary[at] = evenImaginary - oddImaginary
    })
    const map = new Float64Array(this.npix)
    this.#rings.synthesise(this.#phases, map)
    return [map]
  }

  adjoint([map]: readonly Float64Array[]): Coefficients[] {
    this.#rings.analyse(map, this.#phases)
    const { northReal, northImaginary, southReal, southImaginary } = this.#phases
    const result = createCoefficients(this.lmax)
    const { real, imaginary } = result
    this.#visit((lambda, first, m, at) => {
      const start = columnStart(this.lmax, m)
      const evenReal = northReal[at] + southReal[at]
      const evenImaginary = northImaginary[at] + southImaginary[at]
      const oddReal = northReal[at] - southReal[at]
      const oddImaginary = northImaginary[at] - southImaginary[at]
      for (let l = first + ((first - m) % 2); l <= this.lmax; l += 2) {
        real[start + l] += lambda[l] * evenReal
        imaginary[start + l] += lambda[l] * evenImaginary
      }
      for (let l = first + 1 - ((first - m) % 2); l <= this.lmax; l += 2) {
        real[start + l] += lambda[l] * oddReal
        imaginary[start + l] += lambda[l] * oddImaginary
      }
    })
    return [result]
  }

  /** Calls back for every m and ring pair with the Legendre functions there and the place among the phases. */
  #visit(work: (lambda: Float64Array, first: number, m: number, at: number) => void): void {
    const { lmax } = this
    const lambda = new Float64Array(lmax + 1)
    for (const column of this.#columns) {
      this.#rings.pairs.forEach(({ north }, pair) => {
        const { m } = column
        const first = isNegligible(m, lmax, north.sinTheta)
          ? lmax + 1
          : column.evaluate(north.z, north.sinTheta, lambda)
        work(lambda, first, m, pair * (lmax + 1) + m)
      })
    }
  }
}
