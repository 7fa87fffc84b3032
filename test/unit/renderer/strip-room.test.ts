import { describe, expect, it } from 'vitest'
import { givingWay } from '#renderer/components/strip-room.ts'

const tool = (name: string, width: number, rank = 0) => ({ name, width, rank })
const away = (tools: readonly ReturnType<typeof tool>[], room: number, more = 26) =>
  givingWay(tools, room, more).map(({ name }) => name)

// Gaps of 2 px: three tools of 100 px need 304.
const three = [tool('a', 100), tool('b', 100), tool('c', 100)]

describe('the tools that give way in a strip', () => {
  it('are none as long as all have room, to the pixel', () => {
    expect(away(three, 304)).toEqual([])
    expect(away(three, 303)).toEqual(['c'])
  })
  it('leave room for the button that leads to them', () => {
    // a, b and the button: 100 + 2 + 100 + 2 + 26.
    expect(away(three, 230)).toEqual(['c'])
    expect(away(three, 229)).toEqual(['b', 'c'])
    expect(away(three, 30)).toEqual(['a', 'b', 'c'])
  })
  it('are those of low rank first, told in the order of the strip', () => {
    const ranked = [tool('a', 100, -1), tool('b', 100), tool('c', 100, 1)]
    expect(away(ranked, 303)).toEqual(['a'])
    expect(away(ranked, 229)).toEqual(['a', 'b'])
  })
  it('do not let one of lower rank stay because it is narrow', () => {
    expect(away([tool('a', 100), tool('b', 300), tool('c', 10)], 300)).toEqual(['b', 'c'])
  })
  it('do not count what is empty', () => {
    expect(away([tool('a', 100), tool('nothing', 0), tool('b', 100)], 202)).toEqual([])
  })
})
