import { describe, expect, it, vi } from 'vitest'
import { freedomOf, priorShape, withFreedom } from '#renderer/forms/freedom.ts'
import { galleryCards } from '#renderer/models/gallery.ts'
import { LiveComputation } from '#renderer/models/live.ts'
import type { Detail } from '#renderer/models/live.ts'
import { paintPicture, shownValue } from '#renderer/models/picture.ts'
import type { ModelPicture } from '#renderer/models/picture.ts'
import { draggedValue, sliderRange } from '#renderer/models/slider-range.ts'

describe('slider range', () => {
  const spec = { unit: 'microgauss', bounds: [-50, 50] as const }
  it('covers values of both signs as far as it does one', () => {
    expect(sliderRange({ spec, published: 1.2, sigma: undefined, value: 1.2 })).toEqual([-3.6, 3.6])
    // Five sigma are wider than the value itself.
    expect(sliderRange({ spec, published: 0, sigma: 0.5, value: 0 })).toEqual([-5, 5])
  })
  it('begins at the bound of what is positive, holds the value, and takes a turn of an angle', () => {
    const height = { unit: 'kpc', bounds: [0.001, 1000] as const }
    expect(sliderRange({ spec: height, published: 2, sigma: undefined, value: 2 })).toEqual([0, 5])
    expect(sliderRange({ spec: height, published: 2, sigma: undefined, value: 30 })[1]).toBe(30)
    const angle = { unit: 'deg', bounds: [-180, 180] as const }
    expect(sliderRange({ spec: angle, published: 27, sigma: 1, value: 27 })).toEqual([-180, 180])
    const phase = { unit: 'deg', bounds: [-360, 720] as const }
    expect(sliderRange({ spec: phase, published: 260, sigma: 1, value: 260 })).toEqual([80, 440])
  })
  it('is that of a fit with bounds of its own', () => {
    const bounds = [0, 10] as const
    expect(sliderRange({ spec, published: 1.2, sigma: undefined, bounds, value: 3 })).toEqual([
      0, 10,
    ])
  })
  it('drags to as many digits as a drag has', () => {
    expect(draggedValue(1.234567, [0, 5])).toBe(1.23)
    expect(draggedValue(9, [0, 5])).toBe(5)
    expect(draggedValue(12345.678, [0, 40_000])).toBe(12350)
  })
})

describe('free parameters with details', () => {
  it('stay a list for as long as nothing is said of them', () => {
    const bounded = withFreedom(['b0', 'psi0'], 'b0', 'bounds', [0, 10])
    expect(bounded).toEqual({ b0: { bounds: [0, 10] }, psi0: {} })
    const both = withFreedom(bounded, 'b0', 'transform', 'log')
    expect(freedomOf(both, 'b0')).toEqual({ bounds: [0, 10], transform: 'log' })
    const less = withFreedom(both, 'b0', 'bounds', undefined)
    expect(withFreedom(less, 'b0', 'transform', undefined)).toEqual(['b0', 'psi0'])
  })
  it('show the prior that a fit would use', () => {
    const published = { value: 2, sigma: 0.1 }
    expect(priorShape(undefined, published)).toEqual({ mean: 2, sigma: 0.1 })
    expect(priorShape('uniform', published)).toBeNull()
    expect(priorShape({ mean: 3, sigma: 1 }, published)).toEqual({ mean: 3, sigma: 1 })
    expect(priorShape(undefined, { value: 2, sigma: undefined })).toBeNull()
  })
})

describe('gallery', () => {
  it('has every model and variant, and finds them by author and year', () => {
    const cards = galleryCards('magnetic_field')
    expect(new Set(cards.map(({ key }) => key)).size).toBe(cards.length)
    expect(cards.filter(({ model }) => model === 'uf23')).toHaveLength(8)
    expect(cards.filter(({ model }) => model === 'tf17')).toHaveLength(6)
    const found = galleryCards('magnetic_field', 'unger twistX')
    expect(found).toHaveLength(1)
    expect(found[0]).toMatchObject({ name: 'UF23 twistX', paper: 'Unger & Farrar 2024' })
    expect(found[0].title).toContain('10.3847/1538-4357/ad4a54')
    const yao = galleryCards('thermal_electrons', '2017')
    expect(yao).toMatchObject([{ name: 'YMW16', paper: 'Yao, Manchester & Wang 2017' }])
  })
})

describe('picture of a model', () => {
  // Two columns at x = -10, 10 kpc; two rows face-on at y = -10, 10 kpc; one row edge-on.
  const picture: ModelPicture = {
    unit: 'microgauss',
    components: 3,
    columns: 2,
    face_rows: 2,
    edge_rows: 1,
    halfSizeKpc: [20, 20, 5],
    values: Float32Array.from([
      ...[3, 0, 4], // x < 0, y < 0: B_phi has the sign of -y B_x + x B_y = 10 * 3
      ...[0, 2, 0], // x > 0: positive
      ...[0, 2, 0], // x < 0: negative
      ...[0, 0, 0],
      ...[0, 1, 0], // edge-on, x < 0: negative
      ...[0, 8, 6],
    ]),
  }
  const table = Uint8Array.from({ length: 768 }, (_, i) => Math.floor(i / 3))
  const colours = { table, limits: [-8, 8], norm: 'linear' } as const
  it('is |B| with the sign of B_phi', () => {
    expect(shownValue(picture, 'face', 0, 0)).toBe(5)
    expect(shownValue(picture, 'face', 0, 1)).toBe(2)
    expect(shownValue(picture, 'face', 1, 0)).toBe(-2)
    expect(shownValue(picture, 'edge', 0, 0)).toBe(-1)
    expect(shownValue(picture, 'edge', 0, 1)).toBe(10)
  })
  it('has the colours of its values, north up', () => {
    const bytes = paintPicture(picture, 'face', colours)
    const red = (line: number, column: number) => bytes[4 * (2 * line + column)]
    // 256 * (value + 8) / 16
    expect([red(1, 0), red(1, 1), red(0, 0), red(0, 1)]).toEqual([208, 160, 96, 128])
    expect([...paintPicture(picture, 'edge', colours)].filter((_, i) => i % 4 === 0)).toEqual([
      112, 255,
    ])
    const density = {
      ...picture,
      components: 1 as const,
      values: Float32Array.of(1, 10, 100, 0, 1, 1),
    }
    const log = { table, limits: [1, 100], norm: 'log' } as const
    const shades = [...paintPicture(density, 'face', log)].filter((_, i) => i % 4 === 0)
    expect(shades).toEqual([255, 0, 0, 128])
  })
})

describe('live computation', () => {
  /** Computations that end when the test says so. */
  function stage() {
    const open: { input: number; detail: Detail; signal: AbortSignal; end(): void }[] = []
    const shown: string[] = []
    const live = new LiveComputation<number, string>({
      restMs: 100,
      compute: (input, detail, signal) =>
        new Promise((resolve, reject) => {
          const end = () => resolve(`${input} ${detail}`)
          signal.addEventListener('abort', () => reject(new Error('cancelled')))
          open.push({ input, detail, signal, end })
        }),
      show: (output) => shown.push(output),
      fail: (error) => shown.push(String(error)),
    })
    return { live, open, shown }
  }
  const settle = () => vi.advanceTimersByTimeAsync(0)

  it('computes the latest input coarsely, then finely when it rests', async () => {
    vi.useFakeTimers()
    try {
      const { live, open, shown } = stage()
      live.ask(1)
      live.ask(2)
      live.ask(3)
      expect(open.map(({ input }) => input)).toEqual([1])
      open[0].end()
      await settle()
      // What came in between is out of date.
      expect(open.map(({ input }) => input)).toEqual([1, 3])
      open[1].end()
      await settle()
      await vi.advanceTimersByTimeAsync(99)
      expect(open).toHaveLength(2)
      await vi.advanceTimersByTimeAsync(1)
      open[2].end()
      await settle()
      expect(shown).toEqual(['1 coarse', '3 coarse', '3 fine'])
      expect(live.busy).toBe(false)
    } finally {
      vi.useRealTimers()
    }
  })

  it('cancels a fine computation when the input moves on', async () => {
    vi.useFakeTimers()
    try {
      const { live, open, shown } = stage()
      live.ask(1)
      open[0].end()
      await vi.advanceTimersByTimeAsync(100)
      expect(open[1]).toMatchObject({ input: 1, detail: 'fine' })
      live.ask(2)
      await settle()
      expect(open[1].signal.aborted).toBe(true)
      expect(open[2]).toMatchObject({ input: 2, detail: 'coarse' })
      open[2].end()
      await settle()
      live.stop()
      await vi.advanceTimersByTimeAsync(1000)
      expect(shown).toEqual(['1 coarse', '2 coarse'])
      expect(open).toHaveLength(3)
    } finally {
      vi.useRealTimers()
    }
  })
})
