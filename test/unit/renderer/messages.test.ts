import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { describeError, useMessages } from '#renderer/stores/messages.ts'
import { EngineError } from '#shared/contract/errors.ts'

describe('errors in words', () => {
  const error = (file?: string, field?: string) =>
    new EngineError({
      code: 'bad-file',
      message: 'a.fits: the data end early.',
      advice: 'Copy the file again.',
      file,
      field,
    })
  it('name the file once and the keyword after the sentence', () => {
    expect(describeError(error())).toBe('a.fits: the data end early. Copy the file again.')
    expect(describeError(error('a.fits', 'NAXIS2'))).toBe(
      'a.fits: the data end early (NAXIS2). Copy the file again.',
    )
    const cut = { code: 'bad-file', message: 'It ends at 2.5 kB. Copy it again.', field: 'NAXIS' }
    expect(describeError(new EngineError(cut))).toBe('It ends at 2.5 kB (NAXIS). Copy it again.')
    expect(describeError(new EngineError({ ...cut, message: 'no good' }))).toBe('no good (NAXIS).')
    expect(describeError(error('b.fits'))).toBe(
      'b.fits: a.fits: the data end early. Copy the file again.',
    )
  })
})

describe('toasts', () => {
  beforeEach(() => {
    setActivePinia(createPinia())
    vi.useFakeTimers()
  })
  afterEach(() => void vi.useRealTimers())

  it('replace the older one of their kind; the log keeps both', () => {
    const messages = useMessages()
    messages.fail('Map not loaded', new Error('one'))
    messages.fail('Map not loaded', new Error('two'))
    expect(messages.toasts.map(({ text }) => text)).toEqual(['two'])
    expect(messages.log).toHaveLength(2)
    expect(messages.problems).toBe(2)
  })
  it('go after a while, errors later, and stay while they are pointed at', () => {
    const messages = useMessages()
    messages.show('info', 'Done')
    messages.fail('Failed', new Error('why'))
    vi.advanceTimersByTime(10_000)
    expect(messages.toasts.map(({ title }) => title)).toEqual(['Failed'])
    const [toast] = messages.toasts
    messages.hold(toast.id)
    vi.advanceTimersByTime(60_000)
    expect(messages.toasts).toHaveLength(1)
    messages.release(toast)
    vi.advanceTimersByTime(60_000)
    expect(messages.toasts).toHaveLength(0)
  })
  it('stay where they offer to keep what would be lost, also under newer ones', () => {
    const messages = useMessages()
    const action = { label: 'Bring it back', run: () => undefined }
    messages.show('warning', 'Closed', '', [action])
    for (const title of ['one', 'two', 'three', 'four']) messages.show('info', title)
    const titles = () => messages.toasts.map(({ title }) => title)
    expect(titles()).toEqual(['Closed', 'two', 'three', 'four'])
    vi.advanceTimersByTime(3_600_000)
    expect(titles()).toEqual(['Closed'])
    messages.dismiss(messages.toasts[0].id)
    expect(titles()).toEqual([])
  })
})
