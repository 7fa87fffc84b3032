import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { nativeMenu } from '#renderer/commands/native-menu.ts'
import { panelCommands } from '#renderer/commands/panel-commands.ts'
import { CommandRegistry } from '#renderer/commands/registry.ts'
import { groupOf } from '#renderer/dock/tree.ts'
import { useDock } from '#renderer/stores/dock.ts'
import { arrangementIn, layoutOf } from '#renderer/stores/layouts.ts'
import { useMessages } from '#renderer/stores/messages.ts'
import { useView } from '#renderer/stores/view.ts'
import { shellMenu } from '#shared/contract/shell-menu.ts'

// The project itself needs a document.
vi.mock('#renderer/stores/project.ts', () => ({ useProject: () => ({ open: true }) }))

beforeEach(() => setActivePinia(createPinia()))

describe('a layout', () => {
  it('is how the panels of one preset are arranged, not what is in them', () => {
    const view = useView()
    const layout = layoutOf(view.settings)
    expect(Object.keys(layout).sort()).toEqual(
      ['docks', 'leftOpen', 'preset', 'rightOpen', 'skyCompare', 'skyPair'].sort(),
    )
    expect(layout.docks).toEqual({ fit: view.settings.docks.fit })
    expect(arrangementIn({ ...layout, norm: 'log', sky: {} })).toEqual(layout)
  })

  it('brings panels back to where they were, in its preset only', () => {
    const [view, dock] = [useView(), useDock()]
    dock.moveBy('volume', 'right')
    const layout = layoutOf(view.settings)
    const { fit } = view.settings.docks
    dock.reset()
    view.settings.preset = 'explore'
    dock.close('slices')
    const { explore } = view.settings.docks
    view.arrange(arrangementIn(layout))
    expect(view.settings).toMatchObject({ preset: 'fit', docks: { fit, explore } })
  })
})

describe('what a session remembers', () => {
  it('is read from before panels could be moved', () => {
    const view = useView()
    view.restore({ preset: 'fit', curvesTab: 'runs', fieldTab: 'volume', curvesShare: 0.3 })
    const { root } = view.settings.docks.fit
    expect(groupOf(root, 'runs')?.front).toBe('runs')
    expect(groupOf(root, 'volume')?.front).toBe('volume')
    expect(root).toMatchObject({ kind: 'rows', share: null, second: { share: 0.3 } })
  })

  it('falls back to the standard, and says so, where it names a panel that does not exist', () => {
    const view = useView()
    const standard = view.settings.docks
    const root = { kind: 'group', tabs: ['sky', 'spectrum'], front: 'sky' }
    const log = { root: { kind: 'group', tabs: ['log'], front: 'log' }, maximised: null }
    view.restore({ docks: { fit: { root, maximised: null }, inspect: log } })
    expect(view.settings.docks).toEqual({ ...standard, inspect: log })
    expect(useMessages().toasts.map(({ text }) => text)).toEqual([
      'Fit: there is no panel "spectrum". Its panels are where they are by themselves.',
    ])
  })
})

describe('the panels', () => {
  it('come back to the front, or to where the layout has them by itself', () => {
    const dock = useDock()
    dock.show('log')
    expect(dock.isShown('sky')).toBe(false)
    dock.close('runs')
    expect(dock.isOpen('runs')).toBe(false)
    dock.show('runs')
    expect(dock.fronts).toEqual(['log', 'runs', 'slices'])
    dock.show('gallery')
    // Fit has no place for it: beside what was looked at last.
    expect(groupOf(dock.root, 'gallery')?.tabs).toEqual(['curves', 'sightline', 'runs', 'gallery'])
  })

  it('fill the window one at a time, until another one is wanted', () => {
    const dock = useDock()
    dock.toggleMaximised('slices')
    expect([dock.fronts, dock.isMaximised]).toEqual([['slices'], true])
    dock.show('volume')
    expect([dock.fronts, dock.isMaximised]).toEqual([['volume'], true])
    dock.show('sky')
    expect([dock.fronts, dock.isMaximised]).toEqual([['sky', 'curves', 'volume'], false])
    dock.toggleMaximised('sky')
    dock.toggleMaximised('sky')
    expect(dock.isMaximised).toBe(false)
  })

  it('cannot all be closed', () => {
    const [view, dock] = [useView(), useDock()]
    view.settings.preset = 'inspect'
    dock.close('log')
    expect(dock.canClose).toBe(false)
    dock.close('sky')
    expect(dock.fronts).toEqual(['sky'])
  })

  it('have commands that the native menu takes', () => {
    const registry = new CommandRegistry((error) => {
      throw error
    })
    registry.register(...panelCommands())
    const menu = nativeMenu(registry, false)
    expect(shellMenu.parse(menu)).toEqual(menu)
    expect(menu.find(({ title }) => title === 'Panels')?.commands.length).toBeGreaterThan(15)
  })
})
