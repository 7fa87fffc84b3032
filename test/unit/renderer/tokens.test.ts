import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const css = readFileSync(
  new URL('../../../src-renderer/styles/tokens.css', import.meta.url),
  'utf8',
)
const [darkPart, lightPart] = css.split(':root[data-theme')

function tokens(text: string): Map<string, string> {
  const found = text.matchAll(/--([a-z0-9-]+):\s*(#[0-9a-f]{6})/g)
  return new Map([...found].map(([, name, value]) => [name, value]))
}
const dark = tokens(darkPart)
const themes = { dark, light: new Map([...dark, ...tokens(lightPart)]) }

/** WCAG 2 contrast of two sRGB colours. */
function contrast(a: string, b: string): number {
  const luminance = (colour: string) => {
    const [red, green, blue] = [1, 3, 5].map((at) => {
      const part = parseInt(colour.slice(at, at + 2), 16) / 255
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (high + 0.05) / (low + 0.05)
}

describe.each(Object.entries(themes))('contrast of the %s theme', (_, theme) => {
  const pair = (a: string, b: string) => contrast(theme.get(a) ?? '', theme.get(b) ?? '')
  const surfaces = ['surface-0', 'surface-1', 'surface-2', 'surface-3', 'surface-4']

  it.each(['text-1', 'text-2', 'text-3'])('%s is readable on every surface', (text) => {
    for (const surface of surfaces) expect(pair(text, surface)).toBeGreaterThanOrEqual(4.5)
  })
  it.each([
    ['accent-text', 'surface-1'],
    ['accent-text', 'accent-soft'],
    ['on-accent', 'accent'],
    ['ok', 'surface-1'],
    ['warn', 'surface-1'],
    ['error', 'surface-1'],
    ['error', 'error-soft'],
    ['text-1', 'accent-soft'],
    ['text-2', 'accent-soft'],
    ['text-2', 'surface-hover'],
  ])('text %s is readable on %s', (text, surface) => {
    expect(pair(text, surface)).toBeGreaterThanOrEqual(4.5)
  })
  it('boundaries that carry meaning and curves stand out', () => {
    expect(pair('line-3', 'surface-1')).toBeGreaterThanOrEqual(3)
    expect(pair('accent', 'surface-1')).toBeGreaterThanOrEqual(3)
    for (let index = 1; index <= 6; index++)
      expect(pair(`series-${index}`, 'surface-1')).toBeGreaterThanOrEqual(3)
  })
})

describe('the published figures', () => {
  it.each([
    ['dark', 'text-1', 15.3],
    ['light', 'text-1', 17.3],
    ['dark', 'text-3', 6.6],
    ['light', 'text-3', 5.9],
  ] as const)('%s %s on a panel', (theme, text, published) => {
    const found = contrast(themes[theme].get(text) ?? '', themes[theme].get('surface-1') ?? '')
    // Published with one decimal.
    expect(Math.abs(found - published)).toBeLessThan(0.11)
  })
})

describe('motion', () => {
  const folder = fileURLToPath(new URL('../../../src-renderer/', import.meta.url))
  const styles = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(css|vue)$/.test(name))
    .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }))

  it('is a fade of at most 120 ms', () => {
    expect(Number(/--fade:\s*(\d+)ms/.exec(darkPart)?.[1])).toBeLessThanOrEqual(120)
  })
  it('lasts as long as the tokens say, wherever it is', () => {
    const literal = styles.flatMap(({ name, text }) =>
      [...text.matchAll(/\b(?:transition|animation)[a-z-]*:[^;}]*/g)]
        .map(([rule]) => rule)
        .filter((rule) => /[\d.]m?s\b/.test(rule.replace(/\b0s !important/, '')))
        .map((rule) => `${name}: ${rule}`),
    )
    expect(literal).toEqual([])
    const moving = styles.filter(({ text }) => text.includes('var(--fade)'))
    expect(moving.map(({ name }) => name)).toContain(join('styles', 'workbench.css'))
  })
})
