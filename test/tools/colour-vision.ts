/** Colours as people with and without full colour vision see them. */
export type Vision = 'full' | 'protanopia' | 'deuteranopia' | 'tritanopia'
type Triple = readonly [number, number, number]

/** Machado, Oliveira and Fernandes (2009), table 1, severity 1.0, on linear RGB. */
const missing: Readonly<Record<Vision, readonly Triple[]>> = {
  full: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
}
export const visions: readonly Vision[] = ['full', 'protanopia', 'deuteranopia', 'tritanopia']

/** Linear sRGB to XYZ (IEC 61966-2-1, D65), and the white point. */
const toXyz: readonly Triple[] = [
  [0.4124564, 0.3575761, 0.1804375],
  [0.2126729, 0.7151522, 0.072175],
  [0.0193339, 0.119192, 0.9503041],
]
const white: Triple = [0.95047, 1, 1.08883]

const times = (matrix: readonly Triple[], [a, b, c]: Triple): Triple => {
  const [x, y, z] = matrix.map((row) => row[0] * a + row[1] * b + row[2] * c)
  return [x, y, z]
}
const mapped = ([a, b, c]: Triple, change: (value: number, i: number) => number): Triple => [
  change(a, 0),
  change(b, 1),
  change(c, 2),
]

/** CIE L*, a*, b* of an sRGB colour (0 to 255) as it is seen. */
export function seenLab(rgb: Triple, vision: Vision): Triple {
  const linear = mapped(rgb, (byte) => {
    const value = byte / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  const seen = mapped(times(missing[vision], linear), (value) => Math.min(1, Math.max(0, value)))
  const [x, y, z] = mapped(times(toXyz, seen), (value, i) => {
    const part = value / white[i]
    return part > 216 / 24389 ? Math.cbrt(part) : (24389 / 27) * (part / 116) + 16 / 116
  })
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
}

/** CIE 1976 colour difference; 2.3 is just noticeable. */
export function colourDifference(a: Triple, b: Triple, vision: Vision): number {
  const [one, other] = [seenLab(a, vision), seenLab(b, vision)]
  return Math.hypot(...one.map((value, i) => value - other[i]))
}
