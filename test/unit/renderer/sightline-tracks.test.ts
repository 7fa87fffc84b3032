import { describe, expect, it } from 'vitest'
import type { SightlineColumn } from '#shared/contract/methods.ts'
import { allTracks, tracksOf, trackRemarks } from '#renderer/sightline/tracks.ts'

const profile = {
  rows: 2,
  distanceKpc: Float64Array.of(0, 1),
  columns: new Map(allTracks.map(({ column }) => [column, new Float64Array(2)])),
}
const columns = allTracks.map(({ column }) => column)
const quietOnes = (...remarks: Parameters<typeof trackRemarks>): SightlineColumn[] =>
  tracksOf(profile, columns, trackRemarks(...remarks))
    .filter(({ quiet }) => quiet)
    .map(({ column }) => column)
const noteOf = (column: SightlineColumn, ...remarks: Parameters<typeof trackRemarks>) =>
  tracksOf(profile, columns, trackRemarks(...remarks)).find((one) => one.column === column)?.note

describe('the tracks of a line of sight', () => {
  it('are quiet where the data of the run do not constrain them', () => {
    expect(quietOnes([], 'I', '')).toEqual([])
    // Total emission alone: nothing of the part along the line of sight, nor of angles.
    expect(quietOnes(['sign', 'parallel', 'direction', 'distances'], 'I', '')).toEqual([
      'B_parallel',
      'Q',
      'U',
      'faraday_depth',
    ])
    expect(quietOnes(['perpendicular'], 'faraday_depth', '')).toEqual([
      ...['B_perp', 'emissivity', 'I', 'Q', 'U'],
    ])
    expect(noteOf('B_parallel', ['parallel'], 'I', '')).toBe('not constrained')
    expect(noteOf('B_parallel', ['direction'], 'I', '')).toBe('+ toward us')
  })
  it('say what was fitted beside the model of the data', () => {
    expect(noteOf('I', [], 'I', '')).toBe('cumulative')
    expect(noteOf('I', [], 'I', 'offset 9.30 K')).toBe('before offset')
    expect(noteOf('I', [], 'I', 'gain 1.020, offset 9.30 K')).toBe('before gain, offset')
    expect(noteOf('Q', [], 'I', 'offset 9.30 K')).toBe('cumulative')
    // What the data do not tell comes first.
    expect(noteOf('I', ['cosmic-rays-unseen'], 'I', 'offset 9.30 K')).toBe('not constrained')
  })
})
