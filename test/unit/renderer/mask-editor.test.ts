import { describe, expect, it } from 'vitest'
import { strokeDiscs } from '#renderer/sky/brush.ts'
import { finish, finishInPieces, MaskEditor, spansWhere } from '#renderer/sky/mask-editor.ts'
import { discSpans, latitudeSpans, queryDisc } from '#shared/healpix/index.ts'
import { directionVector } from '#shared/sky/index.ts'
import { healpyValues } from '../healpix/fixture.ts'

const masked = (editor: MaskEditor) =>
  Array.from(editor.used.keys()).filter((pixel) => editor.used[pixel] === 0)
const open = (nside: number) => new MaskEditor(nside, new Uint8Array(12 * nside ** 2).fill(1))

describe('a mask that is drawn', () => {
  it('by discs masks the pixels that healpy has in them', () => {
    let compared = 0
    for (const { nside, vec, radius, centres } of healpyValues().discs) {
      if (centres === null || nside > 16) continue
      const editor = open(nside)
      editor.begin()
      finish(editor.paint(discSpans(nside, vec, radius), true))
      editor.end()
      expect(masked(editor)).toEqual(centres)
      expect(editor.masked).toBe(centres.length)
      compared++
    }
    expect(compared).toBeGreaterThan(50)
  })

  it('is undone and redone stroke by stroke, however many discs a stroke has', () => {
    const nside = 16
    const editor = open(nside)
    const states: number[][] = [masked(editor)]
    for (const [l, b] of [
      [0, 0],
      [20, 10],
      [10, -3],
    ]) {
      editor.begin()
      for (const radius of [0.2, 0.3, 0.1])
        finish(editor.paint(discSpans(nside, directionVector(l, b), radius), l !== 10))
      editor.end()
      states.push(masked(editor))
    }
    editor.begin()
    finish(editor.invert())
    editor.end()
    states.push(masked(editor))
    expect(editor.masked).toBe(12 * nside ** 2 - states[3].length)
    for (const state of states.slice(0, -1).toReversed()) {
      editor.undo()
      expect(masked(editor)).toEqual(state)
      expect(editor.masked).toBe(state.length)
    }
    expect(editor.canUndo).toBe(false)
    for (const state of states.slice(1)) {
      editor.redo()
      expect(masked(editor)).toEqual(state)
    }
    expect(editor.canRedo).toBe(false)
  })

  it('says which pixels a step has changed, and forgets strokes that change none', () => {
    const editor = open(8)
    editor.begin()
    finish(editor.paint(latitudeSpans(8, -0.01, 0.01), true))
    editor.end()
    // The equator of NSIDE 8: ring 16 of 31, 32 pixels from 368.
    expect(editor.picture()).toMatchObject({ revision: 1, changed: [368, 400] })
    editor.begin()
    finish(editor.paint(latitudeSpans(8, -0.01, 0.01), true))
    editor.end()
    expect(editor.revision).toBe(1)
    editor.undo()
    expect(editor.picture()).toMatchObject({ revision: 2, changed: [368, 400] })
    expect(editor.canUndo).toBe(false)
  })

  it('has nothing to redo after another stroke, and a hundred strokes to undo', () => {
    const editor = open(8)
    const stroke = (pixel: number) => {
      editor.begin()
      finish(editor.paint([[pixel, pixel + 1]], true))
      editor.end()
    }
    stroke(0)
    editor.undo()
    expect(editor.canRedo).toBe(true)
    stroke(1)
    expect(editor.canRedo).toBe(false)
    for (let pixel = 2; pixel < 122; pixel++) stroke(pixel)
    for (let undone = 0; undone < 100; undone++) editor.undo()
    expect(editor.canUndo).toBe(false)
    expect(editor.masked).toBe(21)
  })

  it('by values masks those beyond a limit and none without a value, in pieces too', async () => {
    const nside = 256
    const values = Float32Array.from({ length: 12 * nside ** 2 }, (_, pixel) =>
      pixel % 7 === 0 ? NaN : pixel % 1000,
    )
    const editor = open(nside)
    editor.begin()
    await finishInPieces(
      editor.paint(
        spansWhere(values.length, (pixel) => values[pixel] > 989),
        true,
      ),
    )
    editor.end()
    const expected = Array.from(values.keys()).filter((pixel) => values[pixel] > 989)
    expect(masked(editor)).toEqual(expected)
  })
})

describe('the brush', () => {
  it('leaves no gap between two places of the pointer', () => {
    const [from, to] = [
      { lonDeg: 350, latDeg: 20 },
      { lonDeg: 10, latDeg: 25 },
    ]
    const nside = 64
    const covered = new Set<number>()
    for (const { lonDeg, latDeg } of strokeDiscs(from, to, 2))
      for (const pixel of queryDisc(nside, 'RING', directionVector(lonDeg, latDeg), 2 * degree))
        covered.add(pixel)
    // All within 1.8 degrees of the way: between discs a third of the radius apart, the edge dents by a seventy-second of it.
    const way = strokeDiscs(from, to, 0.1)
    for (const { lonDeg, latDeg } of way.slice(20))
      for (const pixel of queryDisc(nside, 'RING', directionVector(lonDeg, latDeg), 1.8 * degree))
        expect(covered).toContain(pixel)
  })

  it('does not cross the sky where the pointer left the map and came back elsewhere', () => {
    const to = { lonDeg: 180, latDeg: 0 }
    expect(strokeDiscs({ lonDeg: 10, latDeg: 0 }, to, 2)).toEqual([to])
  })
})

const degree = Math.PI / 180
