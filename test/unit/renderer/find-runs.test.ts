import { describe, expect, it } from 'vitest'
import { endWords, findRuns, parseTags, stateWords } from '#renderer/runs/find-runs.ts'
import type { RunSummary } from '#shared/contract/methods.ts'

const run = (number: number, more: Partial<RunSummary> = {}): RunSummary => ({
  run: number,
  name: `Run ${number}`,
  state: 'done',
  iteration: 50,
  iterations: 200,
  grids: ['magnetic_field'],
  chi2_n_fitted: null,
  chi2_n_held_out: null,
  started: 0,
  seconds: 0,
  notes: '',
  tags: [],
  unconstrained: [],
  ...more,
})
const runs = [
  run(1, { notes: 'Streaks near l = 180', tags: ['paper'] }),
  run(2, { name: 'Weak prior', tags: ['paper', 'n64'], state: 'failed' }),
  run(3, { notes: 'paper figure 2' }),
]
const found = (text: string) => findRuns(runs, text).map(({ run: number }) => number)

describe('the search for runs', () => {
  it('looks for every word in name, notes, tags and state', () => {
    expect(found('')).toEqual([1, 2, 3])
    expect(found('PAPER')).toEqual([1, 2, 3])
    expect(found('paper streaks')).toEqual([1])
    expect(found('failed')).toEqual([2])
    expect(found('nothing')).toEqual([])
  })
  it('looks for # in tags alone', () => {
    expect(found('#pap')).toEqual([1, 2])
    expect(found('#pap weak')).toEqual([2])
  })
})

it('reads tags as they are typed', () => {
  expect(parseTags(' paper, #n64,, paper ,a b')).toEqual(['paper', 'n64', 'a b'])
})

it('says whose turn is next', () => {
  const queue = [3, 1]
  expect(stateWords(run(3, { state: 'queued' }), queue)).toBe('queued, next')
  expect(stateWords(run(1, { state: 'queued' }), queue)).toBe('queued, 2.')
  expect(stateWords(run(2, { state: 'paused' }), queue)).toBe('paused, 25 %')
})

it('says of a run that is done whether it came to the end of its iterations', () => {
  expect(endWords(run(1, { state: 'done', iteration: 60, iterations: 60 }))).toBe('60 of 60')
  const early = run(1, { state: 'done', iteration: 16, iterations: 60 })
  expect(endWords(early)).toBe('converged at 16 of 60')
})
