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
      const north = new Float64Array(4)
      const south = new Float64Array(4)
      for (let l = first; l <= this.lmax; l++) {
        const i = start + l
        const qr = f1[l] * e.real[i]
        const qi = f1[l] * e.imaginary[i]
        const ur = f1[l] * b.real[i]
        const ui = f1[l] * b.imaginary[i]
        const crossQr = -f2[l] * b.imaginary[i]
        const crossQi = f2[l] * b.real[i]
        const crossUr = f2[l] * e.imaginary[i]
        const crossUi = -f2[l] * e.real[i]
        north[0] -= qr + crossQr
        north[1] -= qi + crossQi
        north[2] -= ur + crossUr
        north[3] -= ui + crossUi
        const sign = (l - m) % 2 === 0 ? 1 : -1
        south[0] -= sign * (qr - crossQr)
        south[1] -= sign * (qi - crossQi)
        south[2] -= sign * (ur - crossUr)
        south[3] -= sign * (ui - crossUi)
      }
      q.northReal[at] = north[0]
      q.northImaginary[at] = north[1]
      u.northReal[at] = north[2]
      u.northImaginary[at] = north[3]
      q.southReal[at] = south[0]
      q.southImaginary[at] = south[1]
      u.southReal[at] = south[2]
      u.southImaginary[at] = south[3]
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
      for (let l = first; l <= this.lmax; l++) {
        const i = start + l
        const sign = (l - m) % 2 === 0 ? 1 : -1
        const a = f1[l]
        const c = f2[l]
        e.real[i] -= a * (nqr + sign * sqr) - c * (nui - sign * sui)
        e.imaginary[i] -= a * (nqi + sign * sqi) + c * (nur - sign * sur)
        b.real[i] -= a * (nur + sign * sur) + c * (nqi - sign * sqi)
        b.imaginary[i] -= a * (nui + sign * sui) - c * (nqr - sign * sqr)
      }
    })
    return [e, b]
  }

  #visit(work: (first: number, m: number, at: number) => void): void {
    const { lmax } = this
    const lambda = new Float64Array(lmax + 1)
    for (const column of this.#columns) {
      const { m } = column
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
    for (let l = first; l <= this.lmax; l++) {
      const before =
        l > significant
          ? Math.sqrt(((2 * l + 1) / (2 * l - 1)) * (l * l - m * m)) * lambda[l - 1]
          : 0
      const here = lambda[l]
      const norm = this.#norms[l]
      this.#f1[l] =
        norm * (cos * inverse * before - ((l - m * m) * inverse + (l * (l - 1)) / 2) * here)
      this.#f2[l] = norm * m * inverse * ((l - 1) * cos * here - before)
    }
  }
}
