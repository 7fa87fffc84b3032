/** The design tokens a canvas needs, as the style sheets of the present theme define them. */
export interface ChartTokens {
  readonly text1: string
  readonly text2: string
  readonly text3: string
  readonly grid: string
  readonly frame: string
  readonly future: string
  readonly error: string
  readonly popover: string
  readonly line2: string
  readonly series: readonly string[]
  readonly font: string
}

export function readTokens(): ChartTokens {
  const style = getComputedStyle(document.documentElement)
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim()
  return {
    text1: token('text-1'),
    text2: token('text-2'),
    text3: token('text-3'),
    grid: token('grid-line'),
    frame: token('grid-line-strong'),
    future: token('surface-2'),
    error: token('error'),
    popover: token('surface-4'),
    line2: token('line-2'),
    series: [1, 2, 3, 4, 5, 6].map((index) => token(`series-${index}`)),
    font: token('font-ui'),
  }
}
