import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { COLOUR_MAPS, colourAt } from '#shared/sky/index.ts'
import type { ColourMapName } from '#shared/sky/index.ts'
import { colourDifference, seenLab, visions } from '#test/tools/colour-vision.ts'

const colour = (name: ColourMapName, index: number) =>
  colourAt(name, (index + 0.5) / 256) ?? ([0, 0, 0] as const)

describe.each(visions)('colour maps with %s vision', (vision) => {
  const lightness = (name: ColourMapName) =>
    Array.from({ length: 256 }, (_, i) => seenLab(colour(name, i), vision)[0])
  /** Largest step against the direction of the whole; the colours are whole bytes, which are up to 0.3 in L* apart. */
  const against = (values: readonly number[]) => {
    const direction = Math.sign(values[values.length - 1] - values[0])
    return Math.max(...values.slice(1).map((value, i) => (values[i] - value) * direction))
  }
  const kinds = (kind: string) => COLOUR_MAPS.filter((map) => map.kind === kind)

  it.each(kinds('sequential'))('$name gets lighter all the way', ({ name }) => {
    const values = lightness(name)
    expect(values[255] - values[0]).toBeGreaterThan(70)
    expect(against(values)).toBeLessThan(0.3)
  })
  it.each(kinds('diverging'))('$name is even on both sides, which differ', ({ name }) => {
    const values = lightness(name)
    expect(against(values.slice(0, 127))).toBeLessThan(0.3)
    expect(against(values.slice(129))).toBeLessThan(0.3)
    // From a third of the range on; less is dark, or pale, in both.
    for (let i = 0; i < 85; i++)
      expect(colourDifference(colour(name, i), colour(name, 255 - i), vision)).toBeGreaterThan(20)
  })
  it.each(kinds('cyclic'))('$name closes, and is even from light to dark and back', ({ name }) => {
    const values = lightness(name)
    expect(colourDifference(colour(name, 0), colour(name, 255), vision)).toBeLessThan(2.3)
    expect(against(values.slice(0, 127))).toBeLessThan(0.3)
    expect(against(values.slice(129))).toBeLessThan(0.3)
  })
  it.each(COLOUR_MAPS)('$name shows a step of a sixteenth', ({ name }) => {
    // 2.3 is the just noticeable difference.
    for (let i = 0; i + 16 < 256; i++)
      expect(colourDifference(colour(name, i), colour(name, i + 16), vision)).toBeGreaterThan(2.3)
  })
})

describe.each(['dark', 'light'] as const)('curves in the %s theme', (theme) => {
  const css = readFileSync(
    new URL('../../../src-renderer/styles/tokens.css', import.meta.url),
    'utf8',
  ).split(':root[data-theme')[theme === 'dark' ? 0 : 1]
  const series = [...css.matchAll(/--series-\d: #(..)(..)(..)/g)].map(
    ([, r, g, b]) => [parseInt(r, 16), parseInt(g, 16), parseInt(b, 16)] as const,
  )

  it.each(visions)('differ with %s vision in the first four colours', (vision) => {
    // Two of five and six come near others; curves differ by their dashes too, and the legend names them.
    for (let i = 0; i < 4; i++)
      for (let j = i + 1; j < 4; j++)
        expect(colourDifference(series[i], series[j], vision)).toBeGreaterThan(2 * 2.3)
  })
})
