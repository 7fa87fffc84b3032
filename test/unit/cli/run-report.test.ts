import { describe, expect, it } from 'vitest'
import { parameterLines } from '#engine/cli/run-report.ts'
import type { RunFigures } from '#engine/storage/records.ts'

function figures(chi2: number): RunFigures {
  return {
    iteration: 3,
    loss: 1,
    chi2_n_fitted: chi2,
    chi2_n_held_out: chi2,
    maps: [],
    regularisation: [],
    parameters: {
      numbers: [
        {
          name: 'b0_microgauss',
          unit: 'microgauss',
          value: 0.913842,
          sigma: 0.00088,
          initial: 3,
          bounds: [0, 10],
          prior: null,
          transform: 'linear',
          at_bound: null,
          moves_surface: false,
        },
      ],
      correlations: [[1]],
      conditional: false,
    },
  }
}

describe('the lines on fitted parameters', () => {
  it('give as many digits as the uncertainty allows', () => {
    expect(parameterLines(figures(1.02))).toEqual(['b0_microgauss = 0.91384 +- 0.00088 microgauss'])
  })

  it('say that uncertainties are too small where the model does not fit', () => {
    expect(parameterLines(figures(2000))[1]).toMatch(/chi2\/n = 2000 .*too small/)
  })
})
