/**
 * Discrete Fourier transforms of complex fields in three dimensions, float64, of any size (fast where the sizes have small
 * prime factors). X_k = sum_j x_j exp(-2 pi i j k / n) along each axis.
 *
 * Self-sorting mixed-radix transforms in the manner of Stockham: every pass goes from one pair of arrays to another,
 * with an inner loop along memory.
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
  readonly #spare: ComplexField

  constructor(shape: readonly [number, number, number]) {
    this.shape = shape
    this.length = shape[0] * shape[1] * shape[2]
    this.#roots = shape.map(rootsOf)
    this.#spare = createComplexField(this.length)
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
    // Lines of n values, `stride` apart; `stride` of them side by side make a slab.
    const stride = this.shape.slice(axis + 1).reduce((product, size) => product * size, 1)
    let source = field
    let target = this.#spare
    let done = 1
    for (const radix of factors(n)) {
      pass(
        source,
        target,
        { n, radix, done, stride, slabs: this.length / (n * stride) },
        this.#roots[axis],
      )
      const swap = source
      source = target
      target = swap
      done *= radix
    }
    if (source !== field) {
      field.real.set(source.real)
      field.imaginary.set(source.imaginary)
    }
  }
}

interface Pass {
  readonly n: number
  readonly radix: number
  /** Product of the radices of the passes before. */
  readonly done: number
  readonly stride: number
  readonly slabs: number
}

/**
 * One pass over all slabs: the values at q + m (j + r rest), r = 0..radix-1, are transformed and go to q + m (r + radix j),
 * times exp(-2 pi i j r / (radix rest)), where m = done and rest = n / (done radix).
 */
function pass(source: ComplexField, target: ComplexField, size: Pass, roots: Roots): void {
  const { n, radix, done, stride, slabs } = size
  const rest = n / (done * radix)
  // q and the side-by-side lines are one contiguous stretch of memory.
  const width = done * stride
  for (let slab = 0; slab < slabs; slab++) {
    const base = slab * n * stride
    for (let j = 0; j < rest; j++) {
      const from = base + j * width
      const to = base + radix * j * width
      if (radix === 2) butterfly2(source, target, from, rest * width, to, width, j * done, roots)
      else if (radix === 4)
        butterfly4(source, target, from, rest * width, to, width, j * done, roots)
      else butterfly(source, target, from, rest * width, to, width, j * done, radix, roots)
    }
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
