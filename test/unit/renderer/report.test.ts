import { describe, expect, it } from 'vitest'
import { backendText, bugReport } from '#renderer/dialogs/report.ts'

describe('a bug report', () => {
  it('tells program, machine and last lines, and no name or path', () => {
    const text = bugReport({
      info: {
        version: '1.2.3',
        node: 'v24.0.0',
        platform: 'linux x64',
        cpu: 'A processor',
        threads: 8,
        memoryBytes: 16 * 2 ** 30,
        browsing: false,
        backends: [{ name: 'wasm', usable: true, chosen: true, detail: 'SIMD' }],
      },
      engineLines: ['2026-01-01T00:00:00.000Z page 1: /home/ada/x/y.larmor'],
      logLines: [
        ...Array.from({ length: 150 }, (_, i) => `line ${i}`),
        '2026-01-01T00:00:01.000Z error Map not loaded: vela-deep.fits ends early (vela-deep)',
      ],
      userAgent: 'Browser/1',
      graphics: 'a card',
      window: '1280 x 800',
      view: 'fit, dark',
      runs: [{ state: 'failed', grids: ['magnetic_field'] }],
      names: ['vela-deep', 'vela-deep.fits'],
    })
    expect(text).toContain('Larmor 1.2.3\nlinux x64, Node v24.0.0\nA processor, 8 threads')
    expect(text).toContain('wasm, in use: SIMD')
    expect(text).toContain('Runs: failed (magnetic_field)')
    expect(text).toContain('error Map not loaded: [name 2] ends early ([name 1])')
    expect(text).toContain('page 1: [path]')
    expect(text).not.toMatch(/vela|ada|larmor\b/)
    // A hundred lines are enough.
    expect(text).not.toContain('line 50\n')
    expect(text).toContain('line 51\n')
  })
  it('says of a backend whether it is usable, and with what', () => {
    const words = (usable: boolean, chosen: boolean, detail: string) =>
      backendText({ name: 'reference', usable, chosen, detail })
    expect(words(true, false, 'Plain float64 on one thread.')).toBe(
      'usable: plain float64 on one thread.',
    )
    expect(words(true, true, 'Apple M1')).toBe('in use: Apple M1')
    expect(words(false, false, 'WebGPU is off.')).toBe('not usable: WebGPU is off.')
    expect(words(true, true, '')).toBe('in use')
  })
})
