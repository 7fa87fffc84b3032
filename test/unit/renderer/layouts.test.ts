import { describe, expect, it } from 'vitest'
import { isLayoutKey } from '#renderer/stores/layouts.ts'

describe('a layout', () => {
  it('is how panels are arranged, not what is in them', () => {
    const layout = ['preset', 'skyTab', 'fieldTab', 'exploreHeight', 'leftOpen', 'skyCompare']
    expect(layout.filter(isLayoutKey)).toEqual(layout)
    const contents = ['sky', 'norm', 'dataLimits', 'projection', 'quantity', 'slices', 'vectors']
    expect(contents.filter(isLayoutKey)).toEqual([])
  })
})
