import { fitMock } from '#test/tools/parametric-mock.ts'
import type { MockFit, ParametricMock } from '#test/tools/parametric-mock.ts'
import { lsaMock, uf23Mock } from '#test/tools/parametric-mocks.ts'

/**
 * Mocks of Q and U at 2.4 GHz fitted with L-BFGS: npm run bench:fits -- [lsa|uf23] [NSIDE] [seeds] [exactly|grid] [NXxNYxNZ] [corrections]
 */
const [
  which = 'lsa',
  nsideText = '64',
  seedsText = '10',
  made = 'exactly',
  shapeText,
  corrections,
] = process.argv.slice(2)
const [nx, ny, nz] = (shapeText ?? '128x128x64').split('x').map(Number)
const common = {
  nside: Number(nsideText),
  shape: [nx, ny, nz] as [number, number, number],
  made: made === 'grid' ? ('on the grid' as const) : ('exactly' as const),
  ...(corrections === undefined ? {} : { optimiser: { corrections: Number(corrections) } }),
}

const mocks: Readonly<Record<string, ParametricMock>> = {
  lsa: { ...common, ...lsaMock },
  uf23: { ...common, ...uf23Mock },
}

const mock = mocks[which]
if (mock === undefined)
  throw new Error(`There is no mock "${which}": ${Object.keys(mocks).join(', ')}.`)
const seeds = Array.from({ length: Number(seedsText) }, (_, i) => i + 1)

function line({
  seed,
  seconds,
  processorSeconds,
  iterations,
  chi2PerPixel,
  parameters,
  pulls,
}: MockFit): string {
  const numbers = parameters.numbers.map(({ name, value, sigma }) => {
    const own = name.replace('magnetic_field.', '')
    return `${own} ${value.toPrecision(6)} +- ${(sigma ?? NaN).toPrecision(2)} (${pulls[own].toFixed(2)} sigma)`
  })
  return `seed ${seed}: ${iterations} iterations, ${seconds.toFixed(1)} s (processor ${processorSeconds.toFixed(1)} s), chi2/n ${chi2PerPixel?.toFixed(4)}; ${numbers.join(', ')}`
}

const fits = await fitMock(mock, seeds, (fit) => console.log(line(fit)))
const reached = fits.filter(({ pulls }) =>
  Object.values(pulls).every((pull) => Math.abs(pull) <= 3),
)
console.log(
  `${which}, NSIDE ${mock.nside}, mock made ${mock.made}, grid ${mock.shape.join('x')}: ${reached.length} of ${fits.length} within 3 sigma in every parameter, longest ${Math.max(...fits.map(({ seconds }) => seconds)).toFixed(1)} s`,
)
