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
    const across = mark.path.flatMap((part) => (part[0] === 'M' ? [part[1]] : []))
    const centre = mark.path.flatMap((part) => (part[0] === 'C' ? [part[5]] : []))
    // A circle begins at its right end; its quarters end at the bottom, the left, the top and the right.
    return [{ ...mark.ink, radius: (across[0] - centre[1]) / 2 }]
  })
  const colour = (i: number) => Array.from(colourMap.subarray(3 * i, 3 * i + 3))
  expect(fills.map(({ colour, alpha }) => ({ colour, alpha }))).toEqual([
    { colour: [255, 255, 255], alpha: 0.85 },
    { colour: colour(0), alpha: 1 },
    { colour: [255, 255, 255], alpha: 0.85 },
    { colour: colour(255), alpha: 1 },
  ])
  const radii = [5.5, 4.5, 5.5, 4.5]
  fills.forEach(({ radius }, i) => expect(radius).toBeCloseTo(radii[i], 9))
})

it('takes the colours for white paper that belong to those of dark panels', () => {
  expect(paperTable('berlin')).toBe(tableOf('vik'))
  expect(paperTable('cividis')).toBe(tableOf('cividis'))
})
