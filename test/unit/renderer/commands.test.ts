import { describe, expect, it, vi } from 'vitest'
import { matchesChord, printChord } from '#renderer/commands/keys.ts'
import { CommandRegistry } from '#renderer/commands/registry.ts'
import type { Command } from '#renderer/commands/registry.ts'

const press = (
  key: string,
  modifiers: Partial<Record<'ctrl' | 'meta' | 'shift' | 'alt', true>> = {},
) => ({
  key,
  ctrlKey: modifiers.ctrl ?? false,
  metaKey: modifiers.meta ?? false,
  shiftKey: modifiers.shift ?? false,
  altKey: modifiers.alt ?? false,
})
const command = (id: string, more: Partial<Command> = {}): Command => ({
  id,
  title: id,
  group: 'File',
  run: () => undefined,
  ...more,
})

describe('key chords', () => {
  it('means Control here and Command on a Mac', () => {
    expect(matchesChord('Mod+O', press('o', { ctrl: true }), false)).toBe(true)
    expect(matchesChord('Mod+O', press('o', { meta: true }), true)).toBe(true)
    expect(matchesChord('Mod+O', press('o', { meta: true }), false)).toBe(false)
    expect(printChord('Mod+Shift+O', false)).toBe('Ctrl Shift O')
    expect(printChord('Mod+Shift+O', true)).toBe('⌘ Shift O')
    expect(printChord('Alt+Shift+ArrowLeft', false)).toBe('Alt Shift ←')
  })
  it('wants exactly its modifiers', () => {
    expect(matchesChord('Mod+O', press('O', { ctrl: true, shift: true }), false)).toBe(false)
    expect(matchesChord('F1', press('F1'), false)).toBe(true)
    expect(matchesChord('Alt+1', press('1', { alt: true }), false)).toBe(true)
  })
})

describe('command registry', () => {
  it('refuses an id or a chord that is taken', () => {
    const registry = new CommandRegistry(() => undefined)
    registry.register(command('a', { keys: ['Mod+A'] }))
    expect(() => registry.register(command('a'))).toThrow(/exists twice/)
    expect(() => registry.register(command('b', { keys: ['Mod+A'] }))).toThrow(/both a and b/)
  })
  it('runs nothing that is disabled, and hands errors on', async () => {
    const failed = vi.fn()
    const run = vi.fn()
    const registry = new CommandRegistry(failed)
    registry.register(
      command('off', { enabled: () => false, run }),
      command('bad', { run: () => Promise.reject(new Error('no')) }),
    )
    await registry.run('off')
    await registry.run('nothing')
    await registry.run('bad')
    expect(run).not.toHaveBeenCalled()
    expect(failed).toHaveBeenCalledOnce()
  })
  it('answers keys and searches by words', () => {
    const run = vi.fn()
    const registry = new CommandRegistry(() => undefined)
    registry.register(
      command('open', { title: 'Open map…', keys: ['Mod+O'], run }),
      command('start', { title: 'Start run', group: 'Run' }),
      command('hidden', { title: 'Open secret', shown: () => false }),
    )
    expect(registry.press(press('o', { ctrl: true }), false)).toBe(true)
    expect(registry.press(press('x', { ctrl: true }), false)).toBe(false)
    expect(run).toHaveBeenCalledOnce()
    expect(registry.search('map open').map(({ id }) => id)).toEqual(['open'])
    expect(registry.search('run').map(({ id }) => id)).toEqual(['start'])
  })
})
