import { expect, it } from 'vitest'
import { buildScale, tableOf, valueStatistics } from '#renderer/sky/colour-scale.ts'
import { drawPoints } from '#renderer/sky/points.ts'
import { Recorder } from '#renderer/sky/print/recorder.ts'
import { paperTable } from '#renderer/sky/sky-picture.ts'
import { skyGeometry } from '#renderer/sky/view.ts'
import { wholeSky } from '#renderer/sky/types.ts'

const points = {
  directionsDeg: Float64Array.of(0, 0, 90, 30),
  values: Float32Array.of(-10, 10),
}
const scale = buildScale(
  { norm: 'linear', limits: null, percentile: 100, symmetric: true },
  valueStatistics(points.values),
)
const geometry = skyGeometry('mollweide', wholeSky, { width: 400, height: 200 })

it('draws sources over a map with a light rim and without a ground', () => {
  const colourMap = paperTable('berlin')
  const pen = new Recorder(() => 0)
  drawPoints(pen, geometry, points, { scale, colourMap, ground: null })
  const fills = pen.marks.flatMap((mark) => {
    if (mark.kind !== 'fill') return []
    expect(mark.path).toHaveLength(1)
    const [letter, x, y, radius] = mark.path[0]
    expect(letter).toBe('O')
    return [{ ...mark.ink, x, y, radius }]
  })
  const colour = (i: number) => Array.from(colourMap.subarray(3 * i, 3 * i + 3))
  expect(fills.map(({ colour, alpha }) => ({ colour, alpha }))).toEqual([
    { colour: [255, 255, 255], alpha: 0.85 },
    { colour: colour(0), alpha: 1 },
    { colour: [255, 255, 255], alpha: 0.85 },
    { colour: colour(255), alpha: 1 },
  ])
  // On a map of 600 px and more 4.5 px.
  const small = 4.5 * Math.sqrt(400 / 600)
  expect(fills.map(({ radius }) => radius)).toEqual([small + 1, small, small + 1, small])
  // The first is in the middle, the second a quarter of the whole width left of it at a latitude of 30 degrees.
  expect(fills[0]).toMatchObject({ x: 200, y: 100 })
  // Four by two units, with 1.5 px above and below.
  const unit = (200 - 3) / 2
  // Mollweide: 2 t + sin 2 t = pi sin 30 degrees.
  let t = 0.4
  for (let i = 0; i < 9; i++)
    t -= (2 * t + Math.sin(2 * t) - Math.PI / 2) / (2 + 2 * Math.cos(2 * t))
  expect(fills[2].x).toBeCloseTo(200 - unit * Math.cos(t), 6)
  expect(fills[2].y).toBeCloseTo(100 - unit * Math.sin(t), 6)
})

it('takes the colours for white paper that belong to those of dark panels', () => {
  expect(paperTable('berlin')).toBe(tableOf('vik'))
  expect(paperTable('cividis')).toBe(tableOf('cividis'))
})
