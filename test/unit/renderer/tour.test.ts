import { describe, expect, it } from 'vitest'
import { placeCard } from '#renderer/help/place-card.ts'
import { tourSteps } from '#renderer/help/tour-steps.ts'

const card = { width: 320, height: 150 }
const window = { width: 1280, height: 800 }
const overlaps = (
  a: { left: number; top: number },
  b: { left: number; top: number; width: number; height: number },
) =>
  a.left < b.left + b.width &&
  a.left + card.width > b.left &&
  a.top < b.top + b.height &&
  a.top + card.height > b.top

describe('the card of the tour', () => {
  it.each([
    ['at the left', { left: 0, top: 40, width: 300, height: 600 }],
    ['at the right', { left: 980, top: 40, width: 300, height: 600 }],
    ['along the top', { left: 0, top: 0, width: 1280, height: 40 }],
    ['along the bottom', { left: 0, top: 732, width: 1280, height: 44 }],
  ])('covers nothing of what it points at: %s', (_, target) => {
    const place = placeCard(target, card, window)
    expect(overlaps(place, target)).toBe(false)
    expect(place.left).toBeGreaterThanOrEqual(12)
    expect(place.top + card.height).toBeLessThanOrEqual(800 - 12)
  })
  it('stays in the window where nothing is left beside the target, and without one', () => {
    expect(placeCard({ left: 0, top: 0, ...window }, card, window)).toEqual({ left: 948, top: 638 })
    expect(placeCard(null, card, window)).toEqual({ left: 480, top: 325 })
  })
})

describe('the tour', () => {
  it('points at something in every step, and knows when the sample was opened', () => {
    for (const step of tourSteps) expect(step.targets.length).toBeGreaterThan(0)
    const sight = {
      open: false,
      runs: 0,
      iteration: 0,
      hasSightline: false,
    }
    expect(tourSteps[0].done?.(sight)).toBe(false)
    expect(tourSteps[0].done?.({ ...sight, open: true, runs: 1 })).toBe(true)
  })
})
