/**
 * A stroke font for the figures, so that no font file is needed: each character is a list of pen strokes, each point
 * an x (0 to 4) and a y (0 the baseline, 6 the height of a capital, a and b one and two below the baseline).
 */
const glyphs: Readonly<Record<string, string>> = {
  A: '002640 1232',
  B: '00063645443303 3342413000',
  C: '4536160501103041',
  D: '00062644422000',
  E: '46060040 0333',
  F: '460600 0333',
  G: '45361605011030414323',
  H: '0006 4046 0343',
  I: '2026',
  J: '464130100102',
  K: '0006 4602 1340',
  L: '060040',
  M: '0006234640',
  N: '00064046',
  O: '103041453616050110',
  P: '00063645443303',
  Q: '103041453616050110 2240',
  R: '00063645443303 2340',
  S: '453616050413334241301001',
  T: '0646 2620',
  U: '060110304146',
  V: '062046',
  W: '0610233046',
  X: '0046 0640',
  Y: '0623 4623 2320',
  Z: '06460040',
  a: '0414344340 421201103041',
  b: '0006 0314344341301001',
  c: '4334140301103041',
  d: '4640 4334140301103041',
  e: '02424334140301103041',
  f: '36261510 0434',
  g: '444a3b1b0a 4334140301103041',
  h: '0006 0314344340',
  i: '2024 2626',
  j: '242a1b0b 2626',
  k: '0006 4401 1240',
  l: '2620',
  m: '0004 0314232023 23344340',
  n: '0004 0314344340',
  o: '103041433414030110',
  p: '0b04 0314344341301001',
  q: '4b44 4334140301103041',
  r: '0004 03143443',
  s: '433414031241301001',
  t: '16112031 0434',
  u: '0401103041 4440',
  v: '042044',
  w: '0410233044',
  x: '0044 0440',
  y: '0420 440b',
  z: '04440040',
  '0': '103041453616050110',
  '1': '052620 0040',
  '2': '05163645440040',
  '3': '051636454433 13334241301001',
  '4': '30360242',
  '5': '460604344341301001',
  '6': '4536160501103041423303',
  '7': '064610',
  '8': '13040516364544334241301001021333',
  '9': '4313040516364541301001',
  '.': '2021',
  '-': '0343',
  '+': '0343 2125',
  '=': '0242 0444',
  '*': '2125 0442 0244',
  '/': '0046',
  '(': '36141230',
  '[': '36161030',
  ']': '16363010',
  '|': '2a26',
  '<': '450341',
  '>': '054301',
  _: '0a4a',
  '%': '0046 0616150506 3141403031',
  "'": '2624',
  '!': '2622 2021',
  '#': '1016 3036 0242 0444',
  '^': '142634',
  '~': '02132243',
  ',': '211a',
  ':': '2021 2324',
  ';': '211a 2324',
  ')': '16343210',
  '"': '1614 3634',
  '?': '05163645442322 2021',
  '&': '40041526351401103042',
}

const digitHeights: Readonly<Record<string, number>> = { a: -1, b: -2 }

/** Characters drawn as a smaller one above or below the line. */
const superscripts = new Map(
  [...'\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079\u207b'].map((c, i) => [
    c,
    '0123456789-'[i],
  ]),
)

/** Characters that look like others. */
const aliases: Readonly<Record<string, string>> = {
  '\u2212': '-',
  '\u2013': '-',
  '\u00b5': '\u03bc',
  '\u00d7': 'x',
}

export type Stroke = readonly (readonly [number, number])[]

export interface LaidOutText {
  /** Points in pixels, x to the right from the start of the text, y upward from the baseline. */
  readonly strokes: readonly Stroke[]
  readonly width: number
}

/** Lays out one line of text with capitals `height` pixels high. Unknown characters become empty boxes. */
export function layOutText(text: string, height: number): LaidOutText {
  const strokes: Stroke[] = []
  let x = 0
  for (const character of text) {
    const raised = superscripts.get(character)
    const name = raised ?? aliases[character] ?? character
    const unit = (height / 6) * (raised === undefined ? 1 : 0.65)
    const lift = raised === undefined ? 0 : height * 0.5
    if (/\s/.test(name)) {
      x += (name === ' ' ? 4 : 2.5) * unit
      continue
    }
    const points = pointsOf(name)
    const all = points.flat()
    const left = Math.min(...all.map(([px]) => px))
    const right = Math.max(...all.map(([px]) => px))
    for (const stroke of points) {
      strokes.push(stroke.map(([px, py]) => [x + (px - left) * unit, py * unit + lift] as const))
    }
    x += (right - left + 1.7) * unit
  }
  return { strokes, width: Math.max(0, x - (1.7 * height) / 6) }
}

function pointsOf(name: string): Stroke[] {
  const code = name === '\u03bc' ? '0b04 0110304144 4140' : (glyphs[name] ?? '0006464000')
  return code.split(' ').map((stroke) => {
    const points: [number, number][] = []
    for (let i = 0; i + 1 < stroke.length; i += 2) {
      points.push([Number(stroke[i]), digitHeights[stroke[i + 1]] ?? Number(stroke[i + 1])])
    }
    return points
  })
}
