import { LineChart, ScatterChart } from 'echarts/charts'
import {
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TitleComponent,
} from 'echarts/components'
import { init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { chartOption } from './options.ts'
import type { ChartInput } from './options.ts'
import type { ChartTokens } from './tokens.ts'

use([
  SVGRenderer,
  LineChart,
  ScatterChart,
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TitleComponent,
])

/** Dark on white, for print, whatever the theme is: the light theme's values. */
export const printTokens: ChartTokens = {
  text1: '#15171b',
  text2: '#454b55',
  text3: '#5c636e',
  grid: '#e4e7eb',
  frame: '#808791',
  future: '#ffffff',
  error: '#b3261e',
  popover: '#ffffff',
  line2: '#c2c7ce',
  series: ['#b06f00', '#1b8571', '#a8467d', '#1f78c1', '#857600', '#bb4515'],
  font: 'Inter, Arial, sans-serif',
}

export interface PrintedChart {
  readonly title: string
  readonly input: ChartInput
}

const width = 720
const height = 280

/** Charts below one another as one SVG of 720 x 280 px each, with titles and legends in the picture. */
export function chartsSvg(charts: readonly PrintedChart[]): string {
  const parts = charts.map(({ title, input }, index) => {
    const chart = init(null, null, { renderer: 'svg', ssr: true, width, height })
    try {
      const text = { fontFamily: printTokens.font, fontSize: 11, color: printTokens.text2 }
      const option = chartOption({ ...input, named: true, tokens: printTokens })
      chart.setOption({
        ...option,
        backgroundColor: '#ffffff',
        grid: { left: 64, right: 24, top: 34, bottom: 42 },
        title: { text: title, left: 12, top: 8, textStyle: { ...text, fontWeight: 600 } },
        legend: {
          left: 170,
          top: 8,
          textStyle: text,
          itemWidth: 22,
          data: input.specs.map(({ label }) => label),
        },
      })
      // Pictures stand in one file: marks that they refer to by name must not have the same names.
      const own = chart.renderToSVGString().replaceAll(/zr\d+-/g, (name) => `c${index}-${name}`)
      return own.replace('<svg ', `<svg y="${index * height}" `)
    } finally {
      chart.dispose()
    }
  })
  const whole = height * charts.length
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${whole}" viewBox="0 0 ${width} ${whole}">${parts.join('')}</svg>`
}

/** An SVG as PNG with three pixels for each of its units (220 per inch at 6.5 inches). */
export async function svgToPng(svg: string, scale = 3): Promise<Blob> {
  const address = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }))
  try {
    const picture = new Image()
    picture.src = address
    await picture.decode()
    const canvas = new OffscreenCanvas(picture.width * scale, picture.height * scale)
    const context = canvas.getContext('2d')
    if (!context) throw new Error('The browser gives no canvas to draw on.')
    context.scale(scale, scale)
    context.drawImage(picture, 0, 0)
    return await canvas.convertToBlob({ type: 'image/png' })
  } finally {
    URL.revokeObjectURL(address)
  }
}
