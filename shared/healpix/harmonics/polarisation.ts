import { columnStart, createCoefficients, isNegligible } from './coefficients.ts'
import type { Coefficients, Harmonics } from './coefficients.ts'
import { legendreColumns } from './legendre.ts'
import type { LegendreColumn } from './legendre.ts'
import { RingTransform } from './ring-phases.ts'
import type { Phases } from './ring-phases.ts'

/**
 * Harmonics of spin 2, (Q, U) from (E, B), as HEALPix has them (Kamionkowski, Kosowsky & Stebbins 1997, PRD 55, 7368;
 * Zaldarriaga & Seljak 1997, PRD 55, 1830), but with U in the IAU sense: F2 and B have the other sign. On a ring
 *
 *   Q_m = -sum over l of (F1_lm E_lm + i F2_lm B_lm),  U_m = -sum over l of (F1_lm B_lm - i F2_lm E_lm).
 */
export class PolarisationHarmonics implements Harmonics {
  readonly lmax: number
  readonly npix: number
  readonly #columns: readonly LegendreColumn[]
  readonly #rings: RingTransform
  readonly #q: Phases
  readonly #u: Phases
  /** 2 sqrt((l - 2)! / (l + 2)!) at [l] */
  readonly #norms: Float64Array
  /** r_lm of the m at hand, at [l] */
  readonly #ratios: Float64Array
  readonly #f1: Float64Array
  readonly #f2: Float64Array

  constructor(nside: number, lmax: number) {
    this.lmax = lmax
    this.npix = 12 * nside * nside
    this.#columns = legendreColumns(lmax)
    this.#rings = new RingTransform(nside, lmax)
    this.#q = this.#rings.createPhases()
    this.#u = this.#rings.createPhases()
    this.#norms = Float64Array.from({ length: lmax + 1 }, (_, l) =>
      l < 2 ? 0 : 2 / Math.sqrt((l + 2) * (l + 1) * l * (l - 1)),
    )
    this.#ratios = new Float64Array(lmax + 1)
    this.#f1 = new Float64Array(lmax + 1)
    this.#f2 = new Float64Array(lmax + 1)
  }

  synthesise([e, b]: readonly Coefficients[]): Float64Array[] {
    const q = this.#q
    const u = this.#u
    const f1 = this.#f1
    const f2 = this.#f2
    this.#visit((first, m, at) => {
      const start = columnStart(this.lmax, m)
      // On the mirrored ring F1 has the sign (-1)^(l+m), F2 the other one.
      let nqr = 0
      let nqi = 0
      let nur = 0
      let nui = 0
      let sqr = 0
      let sqi = 0
      let sur = 0
      let sui = 0
      let sign = (first - m) % 2 === 0 ? 1 : -1
      for (let l = first; l <= this.lmax; l++) {
        const i = start + l
        const a = f1[l]
        const c = f2[l]
        const qr = a * e.real[i]
        const qi = a * e.imaginary[i]
        const ur = a * b.real[i]
        const ui = a * b.imaginary[i]
        const crossQr = -c * b.imaginary[i]
        const crossQi = c * b.real[i]
        const crossUr = c * e.imaginary[i]
        const crossUi = -c * e.real[i]
        nqr -= qr + crossQr
        nqi -= qi + crossQi
        nur -= ur + crossUr
        nui -= ui + crossUi
        sqr -= sign * (qr - crossQr)
        sqi -= sign * (qi - crossQi)
        sur -= sign * (ur - crossUr)
        sui -= sign * (ui - crossUi)
        sign = -sign
      }
      q.northReal[at] = nqr
      q.northImaginary[at] = nqi
      u.northReal[at] = nur
      u.northImaginary[at] = nui
      q.southReal[at] = sqr
      q.southImaginary[at] = sqi
      u.southReal[at] = sur
      u.southImaginary[at] = sui
    })
    const maps = [new Float64Array(this.npix), new Float64Array(this.npix)]
    this.#rings.synthesise(q, maps[0])
    this.#rings.synthesise(u, maps[1])
    return maps
  }

  adjoint([mapQ, mapU]: readonly Float64Array[]): Coefficients[] {
    const q = this.#q
    const u = this.#u
    const f1 = this.#f1
    const f2 = this.#f2
    this.#rings.analyse(mapQ, q)
    this.#rings.analyse(mapU, u)
    const e = createCoefficients(this.lmax)
    const b = createCoefficients(this.lmax)
    this.#visit((first, m, at) => {
      const start = columnStart(this.lmax, m)
      const nqr = q.northReal[at]
      const nqi = q.northImaginary[at]
      const nur = u.northReal[at]
      const nui = u.northImaginary[at]
      const sqr = q.southReal[at]
      const sqi = q.southImaginary[at]
      const sur = u.southReal[at]
      const sui = u.southImaginary[at]
      let sign = (first - m) % 2 === 0 ? 1 : -1
      for (let l = first; l <= this.lmax; l++) {
        const i = start + l
        const a = f1[l]
        const c = f2[l]
        e.real[i] -= a * (nqr + sign * sqr) - c * (nui - sign * sui)
        e.imaginary[i] -= a * (nqi + sign * sqi) + c * (nur - sign * sur)
        b.real[i] -= a * (nur + sign * sur) + c * (nqi - sign * sqi)
        b.imaginary[i] -= a * (nui + sign * sui) - c * (nqr - sign * sqr)
        sign = -sign
      }
    })
    return [e, b]
  }

  #visit(work: (first: number, m: number, at: number) => void): void {
    const { lmax } = this
    const lambda = new Float64Array(lmax + 1)
    for (const column of this.#columns) {
      const { m } = column
      for (let l = Math.max(1, m); l <= lmax; l++) {
        this.#ratios[l] = Math.sqrt(((2 * l + 1) / (2 * l - 1)) * (l * l - m * m))
      }
      this.#rings.pairs.forEach(({ north }, pair) => {
        const { z, sinTheta } = north
        let first = lmax + 1
        if (!isNegligible(m, lmax, sinTheta)) {
          const significant = column.evaluate(z, sinTheta, lambda)
          first = Math.max(2, significant)
          this.#spin(m, z, sinTheta, lambda, significant, first)
        }
        work(first, m, pair * (lmax + 1) + m)
      })
    }
  }

  /**
   * F1_lm = c_l ([(l - m^2) / sin^2 + l (l-1) / 2] (-lambda_lm) + cos / sin^2 r_lm lambda_(l-1)m),
   * F2_lm = c_l m / sin^2 ((l-1) cos lambda_lm - r_lm lambda_(l-1)m),  r_lm = sqrt((2l+1) / (2l-1) (l^2 - m^2)).
   */
  #spin(
    m: number,
    cos: number,
    sin: number,
    lambda: Float64Array,
    significant: number,
    first: number,
  ): void {
    const inverse = 1 / (sin * sin)
    const norms = this.#norms
    const ratios = this.#ratios
    const f1 = this.#f1
    const f2 = this.#f2
    // Values before the first significant one are those of another ring.
    let before = first > significant ? lambda[first - 1] : 0
    for (let l = first; l <= this.lmax; l++) {
      const here = lambda[l]
      const previous = ratios[l] * before
      f1[l] =
        norms[l] * (cos * inverse * previous - ((l - m * m) * inverse + (l * (l - 1)) / 2) * here)
      f2[l] = norms[l] * m * inverse * ((l - 1) * cos * here - previous)
      before = here
    }
  }
}
