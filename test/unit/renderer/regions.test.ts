import { expect, it } from 'vitest'
import { stepped } from '#renderer/shell/regions.ts'

it('steps round both ends, and from nowhere begins at one of them', () => {
  expect([0, 1, 2].map((from) => stepped(from, 1, 3))).toEqual([1, 2, 0])
  expect([0, 1, 2].map((from) => stepped(from, -1, 3))).toEqual([2, 0, 1])
  expect([stepped(-1, 1, 3), stepped(-1, -1, 3)]).toEqual([0, 2])
})
