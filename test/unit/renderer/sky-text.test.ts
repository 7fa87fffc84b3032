import { expect, it } from 'vitest'
import { readingsText, valueText } from '#renderer/commands/sky-text.ts'

const reading = {
  at: { lonDeg: 0, latDeg: 0 },
  pixel: 368,
  nside: 8,
  unit: 'K',
  data: Math.fround(21.3),
  model: 1 / 3,
  residual: null,
  residualOverSigma: -2.5,
}

it('gives values with the fewest digits that are exact, and the place in both frames', () => {
  // Galactic centre: astropy SkyCoord(0, 0, frame='galactic').fk5 is 266.404996, -28.936172.
  const [names, values] = valueText(reading).split('\n')
  expect(names).toBe('value\tunit\tl_deg\tb_deg\tra_j2000_deg\tdec_j2000_deg\tpixel_ring\tnside')
  const cells = values.split('\t')
  expect(cells.slice(0, 4)).toEqual(['21.3', 'K', '0', '0'])
  // The last digit may be rounded otherwise.
  expect(Number(cells[4])).toBeCloseTo(266.404996, 4)
  expect(Number(cells[5])).toBeCloseTo(-28.936172, 4)
  expect(cells.slice(6)).toEqual(['368', '8'])
})

it('leaves cells empty where there is no value, and counts sources from one', () => {
  const text = readingsText({ ...reading, nside: 0, pixel: 4 })
  const [names, values] = text.split('\n').map((line) => line.split('\t'))
  const cell = (name: string) => values[names.indexOf(name)]
  expect(names.slice(4)).toEqual([
    'source',
    'data',
    'model',
    'residual',
    'residual_over_sigma',
    'unit',
  ])
  expect(cell('source')).toBe('5')
  expect(Number(cell('model'))).toBeCloseTo(1 / 3, 8)
  expect(cell('residual')).toBe('')
  expect(cell('residual_over_sigma')).toBe('-2.5')
})
