/**
 * Discrete Fourier transforms of complex fields in three dimensions, float64, of any size (fast where the sizes have small
 * prime factors). X_k = sum_j x_j exp(-2 pi i j k / n) along each axis.
 *
 * Self-sorting mixed-radix transforms in the manner of Stockham. A group of neighbouring lines is copied side by side into
 * a buffer that stays in the cache; every pass goes from one buffer to another, with an inner loop along memory.
 */

/** Real and imaginary parts, [nx, ny, nz]. */
export interface ComplexField {
  readonly real: Float64Array
  readonly imaginary: Float64Array
}

export function createComplexField(length: number): ComplexField {
  return { real: new Float64Array(length), imaginary: new Float64Array(length) }
}

/** The smallest number of at least `n` without prime factors above 5. */
export function fastSize(n: number): number {
  for (let size = n; ; size++) {
    let rest = size
    for (const prime of [2, 3, 5]) while (rest % prime === 0) rest /= prime
    if (rest === 1) return size
  }
}

function factors(n: number): number[] {
  const result: number[] = []
  let rest = n
  for (const radix of [4, 2, 3, 5]) {
    while (rest % radix === 0) {
      result.push(radix)
      rest /= radix
    }
  }
  for (let prime = 7; rest > 1; prime += 2) {
    while (rest % prime === 0) {
      result.push(prime)
      rest /= prime
    }
  }
  return result
}

/** cos and -sin of 2 pi k / n. */
interface Roots {
  readonly cosines: Float64Array
  readonly sines: Float64Array
}

function rootsOf(n: number): Roots {
  return {
    cosines: Float64Array.from({ length: n }, (_, k) => Math.cos((2 * Math.PI * k) / n)),
    sines: Float64Array.from({ length: n }, (_, k) => -Math.sin((2 * Math.PI * k) / n)),
  }
}

export class FourierTransform {
  readonly shape: readonly [number, number, number]
  readonly length: number
  readonly #roots: readonly Roots[]
  readonly #buffers: readonly [ComplexField, ComplexField]

  constructor(shape: readonly [number, number, number]) {
    this.shape = shape
    this.length = shape[0] * shape[1] * shape[2]
    this.#roots = shape.map(rootsOf)
    const most = LINES * Math.max(...shape)
    this.#buffers = [createComplexField(most), createComplexField(most)]
  }

  /** In place. */
  forward(field: ComplexField): void {
    for (let axis = 0; axis < 3; axis++) this.#alongAxis(field, axis)
  }

  /** In place, with the factor 1 / n: undoes `forward`. */
  inverse({ real, imaginary }: ComplexField): void {
    // Exchanging the parts conjugates and turns by a right angle: the same transform then runs backward.
    this.forward({ real: imaginary, imaginary: real })
    const factor = 1 / this.length
    for (let i = 0; i < this.length; i++) {
      real[i] *= factor
      imaginary[i] *= factor
    }
  }

  #alongAxis(field: ComplexField, axis: number): void {
    const n = this.shape[axis]
    if (n === 1) return
    const radices = factors(n)
    // A line is n values `stride` apart; neighbouring lines start at neighbouring values, or, along the last axis, n apart.
    const stride = this.shape.slice(axis + 1).reduce((product, size) => product * size, 1)
    const last = axis === 2
    const neighbours = last ? this.shape[1] : stride
    const apart = last ? n : 1
    for (let block = 0; block < this.length; block += neighbours * n) {
      for (let first = 0; first < neighbours; first += LINES) {
        const lines = Math.min(LINES, neighbours - first)
        const layout = { start: block + first * apart, n, stride, lines, apart }
        this.#transformLines(field, layout, radices, this.#roots[axis])
      }
    }
  }

  #transformLines(
    field: ComplexField,
    layout: Lines,
    radices: readonly number[],
    roots: Roots,
  ): void {
    let [source, target] = this.#buffers
    copyLines(field, layout, source, true)
    let done = 1
    for (const radix of radices) {
      pass(source, target, { n: layout.n, radix, done, lines: layout.lines }, roots)
      const swap = source
      source = target
      target = swap
      done *= radix
    }
    copyLines(field, layout, source, false)
  }
}

/** Lines that are transformed together: long inner loops in buffers that fit the cache. */
const LINES = 32

interface Lines {
  readonly start: number
  readonly n: number
  readonly stride: number
  readonly lines: number
  readonly apart: number
}

/** Between the field and a buffer [n][lines]. */
function copyLines(
  { real, imaginary }: ComplexField,
  { start, n, stride, lines, apart }: Lines,
  buffer: ComplexField,
  inward: boolean,
): void {
  const { real: br, imaginary: bi } = buffer
  for (let k = 0; k < n; k++) {
    for (let line = 0; line < lines; line++) {
      const at = start + k * stride + line * apart
      const to = k * lines + line
      if (inward) {
        br[to] = real[at]
        bi[to] = imaginary[at]
      } else {
        real[at] = br[to]
        imaginary[at] = bi[to]
      }
    }
  }
}

interface Pass {
  readonly n: number
  readonly radix: number
  /** Product of the radices of the passes before. */
  readonly done: number
  readonly lines: number
}

/**
 * One pass: the values at q + m (j + r rest), r = 0..radix-1, are transformed and go to q + m (r + radix j), times
 * exp(-2 pi i j r / (radix rest)), where m = done and rest = n / (done radix).
 */
function pass(source: ComplexField, target: ComplexField, size: Pass, roots: Roots): void {
  const { n, radix, done, lines } = size
  const rest = n / (done * radix)
  // q and the side-by-side lines are one contiguous stretch of memory.
  const width = done * lines
  const apart = rest * width
  for (let j = 0; j < rest; j++) {
    const from = j * width
    const to = radix * j * width
    const twist = j * done
    if (radix === 2) butterfly2(source, target, from, apart, to, width, twist, roots)
    else if (radix === 3) butterfly3(source, target, from, apart, to, width, twist, roots)
    else if (radix === 4) butterfly4(source, target, from, apart, to, width, twist, roots)
    else butterfly(source, target, from, apart, to, width, twist, radix, roots)
  }
}

function butterfly3(
  { real: ar, imaginary: ai }: ComplexField,
  { real: br, imaginary: bi }: ComplexField,
  from: number,
  apart: number,
  to: number,
  width: number,
  twist: number,
  { cosines, sines }: Roots,
): void {
  const c1 = cosines[twist]
  const s1 = sines[twist]
  const c2 = cosines[2 * twist]
  const s2 = sines[2 * twist]
  const h = Math.sqrt(3) / 2
  for (let q = 0; q < width; q++) {
    const i0 = from + q
    const i1 = i0 + apart
    const i2 = i1 + apart
    const sumR = ar[i1] + ar[i2]
    const sumI = ai[i1] + ai[i2]
    const middleR = ar[i0] - sumR / 2
    const middleI = ai[i0] - sumI / 2
    // -i sqrt(3)/2 times the difference
    const turnR = h * (ai[i1] - ai[i2])
    const turnI = h * (ar[i2] - ar[i1])
    const o0 = to + q
    const o1 = o0 + width
    const o2 = o1 + width
    br[o0] = ar[i0] + sumR
    bi[o0] = ai[i0] + sumI
    br[o1] = (middleR + turnR) * c1 - (middleI + turnI) * s1
    bi[o1] = (middleR + turnR) * s1 + (middleI + turnI) * c1
    br[o2] = (middleR - turnR) * c2 - (middleI - turnI) * s2
    bi[o2] = (middleR - turnR) * s2 + (middleI - turnI) * c2
  }
}

function butterfly2(
  { real: ar, imaginary: ai }: ComplexField,
  { real: br, imaginary: bi }: ComplexField,
  from: number,
  apart: number,
  to: number,
  width: number,
  twist: number,
  { cosines, sines }: Roots,
): void {
  const c = cosines[twist]
  const s = sines[twist]
  for (let q = 0; q < width; q++) {
    const i = from + q
    const o = to + q
    const dr = ar[i] - ar[i + apart]
    const di = ai[i] - ai[i + apart]
    br[o] = ar[i] + ar[i + apart]
    bi[o] = ai[i] + ai[i + apart]
    br[o + width] = dr * c - di * s
    bi[o + width] = dr * s + di * c
  }
}

function butterfly4(
  { real: ar, imaginary: ai }: ComplexField,
  { real: br, imaginary: bi }: ComplexField,
  from: number,
  apart: number,
  to: number,
  width: number,
  twist: number,
  { cosines, sines }: Roots,
): void {
  const c1 = cosines[twist]
  const s1 = sines[twist]
  const c2 = cosines[2 * twist]
  const s2 = sines[2 * twist]
  const c3 = cosines[3 * twist]
  const s3 = sines[3 * twist]
  for (let q = 0; q < width; q++) {
    const i0 = from + q
    const i1 = i0 + apart
    const i2 = i1 + apart
    const i3 = i2 + apart
    const evenR = ar[i0] + ar[i2]
    const evenI = ai[i0] + ai[i2]
    const gapR = ar[i0] - ar[i2]
    const gapI = ai[i0] - ai[i2]
    const oddR = ar[i1] + ar[i3]
    const oddI = ai[i1] + ai[i3]
    // -i times the difference
    const turnR = ai[i1] - ai[i3]
    const turnI = ar[i3] - ar[i1]
    const o0 = to + q
    const o1 = o0 + width
    const o2 = o1 + width
    const o3 = o2 + width
    br[o0] = evenR + oddR
    bi[o0] = evenI + oddI
    br[o1] = (gapR + turnR) * c1 - (gapI + turnI) * s1
    bi[o1] = (gapR + turnR) * s1 + (gapI + turnI) * c1
    br[o2] = (evenR - oddR) * c2 - (evenI - oddI) * s2
    bi[o2] = (evenR - oddR) * s2 + (evenI - oddI) * c2
    br[o3] = (gapR - turnR) * c3 - (gapI - turnI) * s3
    bi[o3] = (gapR - turnR) * s3 + (gapI - turnI) * c3
  }
}

/** Any radix, by its definition. */
function butterfly(
  { real: ar, imaginary: ai }: ComplexField,
  { real: br, imaginary: bi }: ComplexField,
  from: number,
  apart: number,
  to: number,
  width: number,
  twist: number,
  radix: number,
  { cosines, sines }: Roots,
): void {
  const n = cosines.length
  for (let r = 0; r < radix; r++) {
    const o = to + r * width
    br.fill(0, o, o + width)
    bi.fill(0, o, o + width)
    for (let k = 0; k < radix; k++) {
      const turn = ((r * k * n) / radix + twist * r) % n
      const c = cosines[turn]
      const s = sines[turn]
      const i = from + k * apart
      for (let q = 0; q < width; q++) {
        const re = ar[i + q]
        const im = ai[i + q]
        br[o + q] += re * c - im * s
        bi[o + q] += re * s + im * c
      }
    }
  }
}
