import { expect, it } from 'vitest'
import { buildScale, tableOf, valueStatistics } from '#renderer/sky/colour-scale.ts'
import { drawPoints } from '#renderer/sky/points.ts'
import { paperTable } from '#renderer/sky/sky-picture.ts'
import { skyGeometry } from '#renderer/sky/view.ts'
import { wholeSky } from '#renderer/sky/types.ts'

/** A canvas that writes down what is filled: the colour and the radius of each circle. */
function recorder() {
  const fills: { style: string; radius: number }[] = []
  let radius = 0
  const nothing = () => undefined
  const context = new Proxy(
    { fillStyle: '' },
    {
      get(target, name) {
        if (name === 'arc') return (_x: number, _y: number, r: number) => (radius = r)
        if (name === 'fill') return () => fills.push({ style: target.fillStyle, radius })
        return name === 'fillStyle' ? target.fillStyle : nothing
      },
    },
  )
  return { context, fills }
}

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
  const { context, fills } = recorder()
  // @ts-expect-error a stand-in that has what is called
  drawPoints(context, geometry, points, { scale, colourMap, ground: null })
  const colour = (i: number) =>
    `rgb(${colourMap[3 * i]} ${colourMap[3 * i + 1]} ${colourMap[3 * i + 2]})`
  expect(fills).toEqual([
    { style: 'rgb(255 255 255 / 85%)', radius: 5.5 },
    { style: colour(0), radius: 4.5 },
    { style: 'rgb(255 255 255 / 85%)', radius: 5.5 },
    { style: colour(255), radius: 4.5 },
  ])
})

it('takes the colours for white paper that belong to those of dark panels', () => {
  expect(paperTable('berlin')).toBe(tableOf('vik'))
  expect(paperTable('cividis')).toBe(tableOf('cividis'))
})
