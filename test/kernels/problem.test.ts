import { describe, expect, it } from 'vitest'
import type { LineOfSightProblem } from '#engine/kernels/interface.ts'
import {
  allCapabilities,
  requireCotangent,
  requireProblem,
  requireTangent,
  requireUnknowns,
  unknownNames,
} from '#engine/kernels/problem.ts'
import type { Capabilities } from '#engine/kernels/problem.ts'
import { noiseField, smallProblem } from './problems.ts'

const intensityOnly: Capabilities = {
  observables: ['I'],
  unknowns: [],
  freeFree: false,
  cosmicRaySpectrum: false,
}

const powerLaw = { gamma: Float64Array.of(1, 10), shape: Float64Array.of(1, 1e-3) }

describe('a problem', () => {
  const lacking: [Partial<LineOfSightProblem>, RegExp][] = [
    [{ observables: ['I', 'Q'] }, /small backend computes I, not Q: leave Q out of the data or/],
    [{ observables: ['faraday_depth'] }, /not faraday_depth/],
    [{ unknowns: ['raySpectralIndex'] }, /takes one spectral index that is held fixed/],
    [{ unknowns: ['thermalElectrons'] }, /cannot fit thermal electrons: hold them fixed or choose/],
    [{ freeFree: { electronTemperatureK: 8000 } }, /no free-free emission/],
    [{ cosmicRaySpectrum: powerLaw }, /power laws of cosmic-ray electrons only/],
  ]

  it.each(lacking)('is refused by a backend that lacks %o', (changes, message) => {
    const problem = smallProblem(changes)
    expect(() => requireProblem('small', intensityOnly, problem)).toThrow(message)
    expect(() => requireProblem('full', allCapabilities, problem)).not.toThrow()
  })

  const wrong: [Partial<LineOfSightProblem>, RegExp][] = [
    [{ freeFree: { electronTemperatureK: 0 } }, /electron temperature must be a positive/],
    [{ unknowns: ['spectralIndex', 'raySpectralIndex'] }, /on a grid or on the sky, not both/],
    [{ cosmicRaySpectrum: powerLaw, unknowns: ['spectralIndex'] }, /no spectral index to fit/],
    [
      { cosmicRaySpectrum: { gamma: Float64Array.of(10), shape: Float64Array.of(1) } },
      /at least two Lorentz factors/,
    ],
    [
      { cosmicRaySpectrum: { gamma: Float64Array.of(10, 10), shape: Float64Array.of(1, 1) } },
      /ascend; number 1 is 10/,
    ],
    [
      { cosmicRaySpectrum: { gamma: Float64Array.of(1, 10), shape: Float64Array.of(1, 0) } },
      /at gamma = 10 is 0/,
    ],
    [{ frequenciesGhz: [], observables: ['I', 'faraday_depth'] }, /No frequency/],
  ]

  it.each(wrong)('is refused by every backend where it makes no sense: %o', (changes, message) => {
    const problem = smallProblem(changes)
    expect(() => requireProblem('full', allCapabilities, problem)).toThrow(message)
  })

  it('needs no frequency for depths', () => {
    const problem = smallProblem({ frequenciesGhz: [], observables: ['dispersion_measure'] })
    expect(() => requireProblem('full', allCapabilities, problem)).not.toThrow()
  })

  it('always has the magnetic field among its unknowns', () => {
    expect(unknownNames(smallProblem())).toEqual(['magneticField'])
    expect(unknownNames(smallProblem({ unknowns: ['cosmicRays', 'magneticField'] }))).toEqual([
      'magneticField',
      'cosmicRays',
    ])
  })
})

describe('unknowns', () => {
  const problem = smallProblem({ unknowns: ['thermalElectrons', 'raySpectralIndex'] })
  const magneticField = noiseField(problem, 1)
  const thermalElectrons = new Float64Array(840)
  const raySpectralIndex = Float64Array.of(2.8)

  it('must be those of the problem, all of them, and of its shapes', () => {
    const good = { magneticField, thermalElectrons, raySpectralIndex }
    expect(requireUnknowns(problem, good)).toBe(good)
    expect(() => requireUnknowns(problem, { magneticField, raySpectralIndex })).toThrow(
      /Values of thermal electrons are missing/,
    )
    const more = { ...good, cosmicRays: thermalElectrons }
    expect(() => requireUnknowns(problem, more)).toThrow(/cosmic-ray electrons are fixed/)
    const short = { ...good, thermalElectrons: new Float64Array(3) }
    expect(() => requireUnknowns(problem, short)).toThrow(/Thermal electrons have 3 values/)
    const two = { ...good, raySpectralIndex: Float64Array.of(3, 3) }
    expect(() => requireUnknowns(problem, two)).toThrow(/2 values, not one or one for each of 60/)
  })

  it('may have impossible spectral indices as changes only', () => {
    const values = { magneticField, thermalElectrons, raySpectralIndex: Float64Array.of(-1) }
    expect(() => requireUnknowns(problem, values)).toThrow(/between 1 and 6 \(exclusive\), not -1/)
    expect(requireTangent(problem, values)).toBe(values)
  })
})

describe('a cotangent', () => {
  const problem = smallProblem({ observables: ['I', 'U', 'faraday_depth'] })

  it('is zero where it was left out, and empty for what is not computed', () => {
    const U = new Float64Array(60).fill(2)
    const filled = requireCotangent(problem, { U })
    expect(filled.U).toBe(U)
    expect(filled.I).toEqual(new Float64Array(60))
    expect(filled.faraday_depth).toEqual(new Float64Array(60))
    expect(filled.Q).toHaveLength(0)
  })

  it('is refused for another observable, another length or a bad number', () => {
    expect(() => requireCotangent(problem, { Q: new Float64Array(60) })).toThrow(
      /must hold I, U, faraday_depth and nothing else, not Q/,
    )
    expect(() => requireCotangent(problem, { faraday_depth: new Float64Array(1) })).toThrow(
      /60 values \(one per ray\), not 1/,
    )
    expect(() => requireCotangent(problem, { U: new Float64Array(60).fill(NaN, 3) })).toThrow(
      /of U at ray 3 is NaN/,
    )
  })
})
