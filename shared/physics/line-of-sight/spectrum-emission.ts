/**
 * Emission of electrons N(gamma) = C shape(gamma) of any shape (Rybicki & Lightman 1979, eqs. 6.31 and 6.33):
 *
 *   j_I = sqrt(3) e^3 b / (16 pi^2 eps0 m c) int F(nu / nu_c) N dgamma,  j_P the same with G,
 *   nu_c = gamma^2 nu_1 b,  nu_1 = 3 e / (4 pi m).
 *
 * nu / nu_c depends on frequency and field only through y = ln(nu / (nu_1 b)): one table of the logarithms of both integrals
 * over y serves all frequencies.
 */
import {
  BOLTZMANN_J_K,
  ELECTRON_MASS_KG,
  ELEMENTARY_CHARGE_C,
  GAUSS_PER_MICROGAUSS,
  HZ_PER_GHZ,
  KPC_M,
  SPEED_OF_LIGHT_M_S,
  TESLA_PER_GAUSS,
  VACUUM_PERMITTIVITY_F_M,
} from '../constants.ts'
import { gaussLegendre } from '../quadrature.ts'
import { synchrotronF, synchrotronG } from '../synchrotron.ts'
import { tabulated } from '../tabulated.ts'
import type { Tabulated } from '../tabulated.ts'
import type { EmissionLaw } from './emission-law.ts'
import { EmissionValues, SMALLEST_SQUARE } from './emission-law.ts'
import type { CosmicRaySpectrum } from './problem.ts'

/** nu_1 in Hz for 1 microgauss: gamma^2 times this is the critical frequency. */
const UNIT_FREQUENCY_HZ =
  (3 * ELEMENTARY_CHARGE_C * TESLA_PER_GAUSS * GAUSS_PER_MICROGAUSS) /
  (4 * Math.PI * ELECTRON_MASS_KG)

/** Steps of the tables in ln x and y: interpolation errors of 1e-7 at x = 60 where F falls as e^-x, far less before. */
const TABLE_STEP = 0.02
/** F and G are e^-60 there; where nu / nu_c is beyond it at the largest gamma, nothing is emitted. */
const LARGEST_X = 60
/** F and G themselves are tabulated to here, so that every tabulated integral is above 0. */
const TABULATED_X = 80
/** Fields up to this (microgauss) are tabulated; the table continues straight in logarithms. */
const LARGEST_FIELD = 1e3
/** Longest piece of the integral over ln gamma, and its nodes: 1e-9 of the integral. */
const PIECE = 0.5
const PIECE_NODES = 8

export class SpectrumEmission extends EmissionValues implements EmissionLaw {
  private readonly total: Tabulated
  private readonly polarisedPart: Tabulated
  private readonly lastY: number
  /** ln(nu / nu_1) per frequency. */
  private readonly logRatios: readonly number[]
  /** K kpc^-1 per m^-3, microgauss and unit of the integral. */
  private readonly constants: readonly number[]

  constructor(frequenciesGhz: readonly number[], spectrum: CosmicRaySpectrum) {
    super(frequenciesGhz.length)
    this.logRatios = frequenciesGhz.map((nu) => Math.log((nu * HZ_PER_GHZ) / UNIT_FREQUENCY_HZ))
    this.constants = frequenciesGhz.map(kelvinPerField)
    const largestGamma = spectrum.gamma[spectrum.gamma.length - 1]
    const firstY = Math.min(0, ...this.logRatios) - Math.log(LARGEST_FIELD)
    this.lastY = Math.log(LARGEST_X * largestGamma ** 2)
    const { total, polarised } = tabulateIntegrals(spectrum, firstY, this.lastY)
    this.total = total
    this.polarisedPart = polarised
  }

  evaluate(square: number): void {
    this.compute(square, false)
  }

  differentiate(square: number): void {
    this.compute(square, true)
  }

  private compute(square: number, slopes: boolean): void {
    if (square < SMALLEST_SQUARE) {
      this.clear()
      return
    }
    const logField = 0.5 * Math.log(square)
    const field = Math.sqrt(square)
    for (let f = 0; f < this.intensity.length; f++) {
      const y = this.logRatios[f] - logField
      const emits = y < this.lastY
      this.total.at(y)
      this.polarisedPart.at(y)
      const unit = emits ? this.constants[f] * field : 0
      const e = unit * Math.exp(this.total.value)
      const h = (unit * Math.exp(this.polarisedPart.value)) / square
      this.intensity[f] = e
      this.polarised[f] = h
      if (!slopes) continue
      // dy = -d(b^2) / (2 b^2)
      this.intensityBySquare[f] = (e * (1 - this.total.slope)) / (2 * square)
      this.polarisedBySquare[f] = (h * (-1 - this.polarisedPart.slope)) / (2 * square)
    }
  }
}

function kelvinPerField(frequencyGhz: number): number {
  const nu = frequencyGhz * HZ_PER_GHZ
  const emissivity =
    (Math.sqrt(3) * ELEMENTARY_CHARGE_C ** 3 * TESLA_PER_GAUSS * GAUSS_PER_MICROGAUSS) /
    (16 * Math.PI ** 2 * VACUUM_PERMITTIVITY_F_M * ELECTRON_MASS_KG * SPEED_OF_LIGHT_M_S)
  const rayleighJeans = SPEED_OF_LIGHT_M_S ** 2 / (2 * BOLTZMANN_J_K * nu ** 2)
  return emissivity * rayleighJeans * KPC_M
}

/** ln of int F(e^y / gamma^2) shape dgamma and of the same with G, as functions of y. */
function tabulateIntegrals(
  spectrum: CosmicRaySpectrum,
  firstY: number,
  lastY: number,
): { total: Tabulated; polarised: Tabulated } {
  const { logGamma, weight } = spectrumNodes(spectrum)
  const lastX = Math.log(TABULATED_X)
  const firstX = firstY - 2 * logGamma[logGamma.length - 1]
  const logF = tabulateLog(synchrotronF, firstX, lastX)
  const logG = tabulateLog(synchrotronG, firstX, lastX)
  const integral = (logFunction: Tabulated, y: number): number => {
    let sum = 0
    for (let n = 0; n < logGamma.length; n++) {
      const x = y - 2 * logGamma[n]
      if (x > lastX) continue
      logFunction.at(x)
      sum += weight[n] * Math.exp(logFunction.value)
    }
    return sum
  }
  const count = Math.max(5, Math.ceil((lastY - firstY) / TABLE_STEP) + 1)
  const ys = Float64Array.from({ length: count }, (_, n) => firstY + n * TABLE_STEP)
  return {
    total: tabulated(
      firstY,
      TABLE_STEP,
      ys.map((y) => Math.log(integral(logF, y))),
    ),
    polarised: tabulated(
      firstY,
      TABLE_STEP,
      ys.map((y) => Math.log(integral(logG, y))),
    ),
  }
}

/** ln F or ln G as a function of ln x. */
function tabulateLog(f: (x: number) => number, first: number, last: number): Tabulated {
  const count = Math.max(5, Math.ceil((last - first) / TABLE_STEP) + 2)
  const values = Float64Array.from({ length: count }, (_, n) =>
    Math.log(f(Math.exp(first + n * TABLE_STEP))),
  )
  return tabulated(first, TABLE_STEP, values)
}

/** Nodes in ln gamma with weights that hold shape(gamma) dgamma, a power law between each two given points. */
function spectrumNodes({ gamma, shape }: CosmicRaySpectrum): {
  logGamma: number[]
  weight: number[]
} {
  const rule = gaussLegendre(PIECE_NODES)
  const logGamma: number[] = []
  const weight: number[] = []
  for (let knot = 0; knot + 1 < gamma.length; knot++) {
    const from = Math.log(gamma[knot])
    const width = Math.log(gamma[knot + 1]) - from
    const start = Math.log(shape[knot])
    const slope = (Math.log(shape[knot + 1]) - start) / width
    const pieces = Math.ceil(width / PIECE)
    const half = (0.5 * width) / pieces
    for (let piece = 0; piece < pieces; piece++) {
      rule.nodes.forEach((node, i) => {
        const offset = half * (2 * piece + 1 + node)
        logGamma.push(from + offset)
        weight.push(half * rule.weights[i] * Math.exp(start + slope * offset + from + offset))
      })
    }
  }
  return { logGamma, weight }
}
