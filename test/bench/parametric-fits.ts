import { fitMock } from '#test/tools/parametric-mock.ts'
import type { MockFit, ParametricMock } from '#test/tools/parametric-mock.ts'

/**
 * Mocks of Q and U at 2.4 GHz fitted with L-BFGS: node test/bench/parametric-fits.ts [lsa|uf23] [NSIDE] [seeds] [exactly|grid] [NXxNYxNZ]
 */
const [which = 'lsa', nsideText = '64', seedsText = '10', made = 'exactly', shapeText] =
  process.argv.slice(2)
const [nx, ny, nz] = (shapeText ?? '128x128x64').split('x').map(Number)
const common = {
  nside: Number(nsideText),
  noiseMk: 1,
  shape: [nx, ny, nz] as [number, number, number],
  made: made === 'grid' ? ('on the grid' as const) : ('exactly' as const),
}

const mocks: Readonly<Record<string, ParametricMock>> = {
  /** The LSA mock of Diao et al. 2024, arXiv:2410.01136, section 3.1. */
  lsa: {
    ...common,
    model: 'lsa',
    truth: { b0_microgauss: 1.2, psi0_deg: 27, psi1_deg: 0.9, chi0_deg: 25 },
    free: {
      b0_microgauss: { initial: 3, bounds: [0, 10] },
      psi0_deg: { initial: 45 },
      psi1_deg: { initial: 45 },
      chi0_deg: { initial: 45 },
    },
  },
  uf23: {
    ...common,
    model: 'uf23',
    variant: 'base',
    truth: {
      disk_b1_microgauss: 1.0878565,
      disk_b2_microgauss: 2.6605034,
      disk_b3_microgauss: 3.1166311,
      disk_pitch_deg: 10.1069,
      poloidal_b_microgauss: 0.97775487,
    },
    free: {
      disk_b1_microgauss: { initial: 2, bounds: [0, 10], prior: 'uniform' },
      disk_b2_microgauss: { initial: 2, bounds: [0, 10], prior: 'uniform' },
      disk_b3_microgauss: { initial: 2, bounds: [0, 10], prior: 'uniform' },
      disk_pitch_deg: { initial: 12, bounds: [5, 20], prior: 'uniform' },
      poloidal_b_microgauss: { initial: 2, bounds: [0, 10], prior: 'uniform' },
    },
  },
}

const mock = mocks[which]
if (mock === undefined)
  throw new Error(`There is no mock "${which}": ${Object.keys(mocks).join(', ')}.`)
const seeds = Array.from({ length: Number(seedsText) }, (_, i) => i + 1)

function line({ seed, seconds, iterations, chi2PerPixel, parameters, pulls }: MockFit): string {
  const numbers = parameters.numbers.map(({ name, value, sigma }) => {
    const own = name.replace('magnetic_field.', '')
    return `${own} ${value.toPrecision(6)} +- ${(sigma ?? NaN).toPrecision(2)} (${pulls[own].toFixed(2)} sigma)`
  })
  return `seed ${seed}: ${iterations} iterations, ${seconds.toFixed(1)} s, chi2/n ${chi2PerPixel?.toFixed(4)}; ${numbers.join(', ')}`
}

const fits = await fitMock(mock, seeds, (fit) => console.log(line(fit)))
const reached = fits.filter(({ pulls }) =>
  Object.values(pulls).every((pull) => Math.abs(pull) <= 3),
)
console.log(
  `${which}, NSIDE ${mock.nside}, mock made ${mock.made}, grid ${mock.shape.join('x')}: ${reached.length} of ${fits.length} within 3 sigma in every parameter, longest ${Math.max(...fits.map(({ seconds }) => seconds)).toFixed(1)} s`,
)
