/** Colours that canvases need as values: the design tokens as they apply to an element, or the print palette. */
export interface CanvasPalette {
  readonly text: string
  readonly textQuiet: string
  readonly line: string
  readonly surface: string
  /** Graticule, labels and their halo over a map. */
  readonly mapLine: string
  readonly mapText: string
  readonly mapHalo: string
  /** The chosen line of sight, in every panel. */
  readonly ray: string
  readonly fontUi: string
  readonly fontMono: string
}

/** Light values of the tokens, on white: what a picture for print uses whatever the theme. */
const print: CanvasPalette = {
  text: '#15171b',
  textQuiet: '#5c636e',
  line: '#808791',
  surface: '#ffffff',
  mapLine: 'rgb(255 255 255 / 38%)',
  mapText: '#ffffff',
  mapHalo: 'rgb(0 0 0 / 70%)',
  ray: '#e08a00',
  fontUi: 'Inter, "Inter Variable", system-ui, sans-serif',
  fontMono: '"JetBrains Mono", ui-monospace, monospace',
}

/** Over pale maps lines and labels are dark. */
const onPale = {
  mapLine: 'rgb(0 0 0 / 20%)',
  mapText: '#15171b',
  mapHalo: 'rgb(255 255 255 / 80%)',
}

export function printPalette(pale: boolean): CanvasPalette {
  return pale ? { ...print, ...onPale } : print
}

/** The tokens as they apply to `element`. `pale`: the map under lines and labels is light. */
export function readPalette(element: Element, pale: boolean): CanvasPalette {
  const style = getComputedStyle(element)
  const token = (name: string, otherwise: string) =>
    style.getPropertyValue(name).trim() || otherwise
  const palette: CanvasPalette = {
    text: token('--text-1', print.text),
    textQuiet: token('--text-3', print.textQuiet),
    line: token('--line-3', print.line),
    surface: token('--surface-1', print.surface),
    mapLine: token('--map-line', print.mapLine),
    mapText: token('--map-text', print.mapText),
    mapHalo: token('--map-halo', print.mapHalo),
    ray: token('--ray', print.ray),
    fontUi: token('--font-ui', print.fontUi),
    fontMono: token('--font-mono', print.fontMono),
  }
  return pale ? { ...palette, ...onPale } : palette
}

/** Whether the middle of a colour map (256 RGB bytes) is so light that white lines would vanish on it. */
export function isPale(colourMap: Uint8Array): boolean {
  let luminance = 0
  for (let i = 112; i < 144; i++) {
    luminance +=
      0.2126 * colourMap[3 * i] + 0.7152 * colourMap[3 * i + 1] + 0.0722 * colourMap[3 * i + 2]
  }
  return luminance / 32 > 150
}

/** Pixels without a value: neutral, apart from every colour map in use. */
export function neutralColour(theme: 'dark' | 'light'): readonly [number, number, number] {
  return theme === 'dark' ? [0x45, 0x49, 0x50] : [0xb4, 0xb9, 0xc0]
}

/** Voxels outside the region: quieter than a missing pixel, because there are many of them and none is missing. */
export function outsideColour(theme: 'dark' | 'light'): readonly [number, number, number] {
  return theme === 'dark' ? [0x2c, 0x30, 0x36] : [0xd0, 0xd4, 0xda]
}

/** Red, green and blue, 0 to 255, of a token written as #rrggbb. */
export function rgbOf(colour: string): readonly [number, number, number] {
  const part = (at: number) => Number.parseInt(colour.slice(at, at + 2), 16) || 0
  return [part(1), part(3), part(5)]
}
