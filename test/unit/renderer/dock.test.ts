import { describe, expect, it } from 'vitest'
import { readDocks, standardDocks } from '#renderer/dock/arrangements.ts'
import { dropAt } from '#renderer/dock/drop.ts'
import type { GroupBox } from '#renderer/dock/drop.ts'
import { panelNames } from '#renderer/dock/panels.ts'
import type { PanelName } from '#renderer/dock/panels.ts'
import {
  group,
  moved,
  movedBy,
  neighbour,
  panelsOf,
  resized,
  without,
} from '#renderer/dock/tree.ts'
import type { DockNode } from '#renderer/dock/tree.ts'

/** "[sky log] / ([curves] | [volume])": rows with a stroke, columns with a bar, the panel in front first among equals with a star. */
function drawn(node: DockNode, inner = false): string {
  if (node.kind === 'group') {
    const tabs = node.tabs.map((tab) =>
      tab === node.front && node.tabs.length > 1 ? `${tab}*` : tab,
    )
    return `[${tabs.join(' ')}]`
  }
  const sign = node.kind === 'rows' ? '/' : '|'
  const text = `${drawn(node.first, true)} ${sign} ${drawn(node.second, true)}`
  return inner ? `(${text})` : text
}
const { fit } = standardDocks()
const root = fit.root

describe('panels in a dock', () => {
  it('begin as the preset has them', () => {
    expect(drawn(root)).toBe('[sky* log] / ([curves* sightline runs] | [slices* volume])')
  })

  it('go to a side of a group, of themselves too, or among its tabs', () => {
    const right = moved(root, 'volume', { to: 'side', beside: 'sky', side: 'right' })
    expect(drawn(right)).toBe('([sky* log] | [volume]) / ([curves* sightline runs] | [slices])')
    const above = moved(root, 'volume', { to: 'side', beside: 'slices', side: 'up' })
    expect(drawn(above)).toBe('[sky* log] / ([curves* sightline runs] | ([volume] / [slices]))')
    const tab = moved(root, 'slices', { to: 'tabs', beside: 'curves', index: 1 })
    expect(drawn(tab)).toBe('[sky* log] / ([curves slices* sightline runs] | [volume])')
    const all = moved(root, 'sky', { to: 'side', beside: null, side: 'left' })
    expect(drawn(all)).toBe('[sky] | ([log] / ([curves* sightline runs] | [slices* volume]))')
    expect(all).toMatchObject({ share: 0.3 })
  })

  it('leave their place to the neighbour, and the front to the tab before', () => {
    expect(drawn(without(root, 'log') ?? root)).toContain('[sky] /')
    const noField = without(without(root, 'slices') ?? root, 'volume')
    expect(noField && drawn(noField)).toBe('[sky* log] / [curves* sightline runs]')
    expect(without(group(['sky']), 'sky')).toBeNull()
  })

  it('stay where they are when they are put beside themselves', () => {
    const two: DockNode = {
      kind: 'rows',
      share: 0.4,
      first: group(['sky']),
      second: group(['log']),
    }
    expect(moved(two, 'sky', { to: 'side', beside: 'sky', side: 'left' })).toBe(two)
  })

  it('have neighbours as on the screen', () => {
    expect(neighbour(root, 'curves', 'right')?.front).toBe('slices')
    expect(neighbour(root, 'slices', 'left')?.front).toBe('curves')
    expect(neighbour(root, 'volume', 'up')?.front).toBe('sky')
    expect(neighbour(root, 'sky', 'down')?.front).toBe('curves')
    expect(neighbour(root, 'sky', 'left')).toBeUndefined()
    expect(neighbour(root, 'slices', 'right')).toBeUndefined()
  })

  it('move by keys: out of the group, into the next one, at last beside everything', () => {
    const steps: string[] = []
    let now = root
    for (let press = 0; press < 6; press++) {
      now = movedBy(now, 'volume', 'up')
      steps.push(drawn(now))
    }
    expect(steps).toEqual([
      '[sky* log] / ([curves* sightline runs] | ([volume] / [slices]))',
      '[sky volume* log] / ([curves* sightline runs] | [slices])',
      '([volume] / [sky* log]) / ([curves* sightline runs] | [slices])',
      '[volume] / ([sky* log] / ([curves* sightline runs] | [slices]))',
      '[volume] / ([sky* log] / ([curves* sightline runs] | [slices]))',
      '[volume] / ([sky* log] / ([curves* sightline runs] | [slices]))',
    ])
    expect(movedBy(now, 'volume', 'up')).toBe(now)
  })

  it('are the same panels wherever keys take them', () => {
    let now = root
    const all = [...panelsOf(root)].sort()
    const sides = ['left', 'up', 'right', 'down'] as const
    for (let press = 0; press < 200; press++) {
      const panel = all[(7 * press) % all.length]
      now = movedBy(now, panel, sides[(press * press + press) % 4])
      expect([...panelsOf(now)].sort()).toEqual(all)
      // What is remembered is read as it was written.
      const docks = { ...standardDocks(), fit: { root: now, maximised: null } }
      const kept: unknown = JSON.parse(JSON.stringify({ docks }))
      expect(readDocks(kept, standardDocks())).toEqual({ docks, problems: [] })
    }
  })

  it('have the share of the split that a path names', () => {
    expect(resized(root, '1', 0.6)).toMatchObject({ share: null, second: { share: 0.6 } })
    expect(resized(root, '', 0.6)).toMatchObject({ share: 0.6, second: { share: 0.467 } })
  })
})

describe('arrangements that are read', () => {
  const problemsOf = (node: unknown) =>
    readDocks({ docks: { fit: { root: node, maximised: null } } }, standardDocks()).problems
  it('have each panel once, and in front one of the tabs', () => {
    const twice = { kind: 'rows', share: 0.5, first: group(['sky']), second: group(['sky']) }
    expect(problemsOf(twice)).toEqual(['Fit: a panel is there twice'])
    const elsewhere = { kind: 'group', tabs: ['sky'], front: 'log' }
    expect(problemsOf(elsewhere)).toEqual(['Fit: the panel in front is none of the tabs'])
    expect(problemsOf({ ...twice, second: group(['log']), share: 4 })).toHaveLength(1)
    expect(problemsOf('')).toHaveLength(1)
  })
  it('may hold every panel in a group of its own', () => {
    const deep = panelNames
      .slice(1)
      .reduce<DockNode>(
        (second, panel) => ({ kind: 'columns', share: 0.5, first: group([panel]), second }),
        group(['sky']),
      )
    expect(problemsOf(deep)).toEqual([])
  })
  it('may be missing, or be none', () => {
    for (const kept of [null, undefined, {}, { docks: 7 }, 'x'])
      expect(readDocks(kept, standardDocks())).toEqual({ docks: standardDocks(), problems: [] })
  })
})

describe('a tab that is dragged', () => {
  const box = (left: number, top: number, width: number, height: number) => ({
    left,
    top,
    width,
    height,
  })
  const groupAt = (left: number, panels: readonly PanelName[]): GroupBox => ({
    box: box(left, 0, 400, 432),
    body: box(left, 32, 400, 400),
    tabs: panels.map((panel, i) => ({ panel, box: box(left + 50 * i, 0, 50, 32) })),
  })
  const groups = [groupAt(0, ['sky', 'log']), groupAt(400, ['curves', 'runs', 'volume'])]
  const drag = (x: number, y: number, panel: PanelName = 'log') =>
    dropAt(x, y, panel, groups, box(0, 0, 800, 432))

  it('goes beside a group near its sides, among its tabs in the middle', () => {
    expect(drag(720, 232)).toEqual({
      drop: { to: 'side', beside: 'curves', side: 'right' },
      mark: box(600, 0, 200, 432),
    })
    expect(drag(600, 80)?.drop).toEqual({ to: 'side', beside: 'curves', side: 'up' })
    expect(drag(600, 232)).toEqual({
      drop: { to: 'tabs', beside: 'curves', index: 3 },
      mark: box(400, 32, 400, 400),
    })
  })
  it('goes between tabs, also of its own group', () => {
    expect(drag(470, 10)).toEqual({
      drop: { to: 'tabs', beside: 'curves', index: 1 },
      mark: box(449, 0, 3, 32),
    })
    expect(drag(790, 20)?.drop).toEqual({ to: 'tabs', beside: 'curves', index: 3 })
    expect(drag(5, 10)?.drop).toEqual({ to: 'tabs', beside: 'sky', index: 0 })
  })
  it('goes beside everything at the border', () => {
    expect(drag(796, 232)).toEqual({
      drop: { to: 'side', beside: null, side: 'right' },
      mark: box(560, 0, 240, 432),
    })
    expect(drag(300, 428)?.drop).toEqual({ to: 'side', beside: null, side: 'down' })
  })
  it('stays where it is in the middle of its own group, and outside', () => {
    expect(drag(200, 232)).toBeNull()
    expect(drag(900, 232)).toBeNull()
    expect(dropAt(100, 232, 'sky', [groupAt(0, ['sky'])], box(0, 0, 400, 432))).toBeNull()
  })
})
