import { describe, expect, it } from 'vitest'
import { normal, philox4x32, randomStreams, uniform } from '#shared/inference/random.ts'

const stream = randomStreams.heldOutBlocks

describe('Philox4x32-10', () => {
  it('gives the known answers of the Random123 distribution', () => {
    const ones = 0xffffffff
    expect(philox4x32([0, 0, 0, 0], [0, 0])).toEqual([
      0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8,
    ])
    expect(philox4x32([ones, ones, ones, ones], [ones, ones])).toEqual([
      0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd,
    ])
    expect(
      philox4x32([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0]),
    ).toEqual([0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1])
  })

  it('gives uniforms and normals with the right moments', () => {
    const n = 20000
    const u = Array.from({ length: n }, (_, i) => uniform(7, stream, i))
    const z = Array.from({ length: n }, (_, i) => normal(7, stream, i))
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / n
    // Five standard errors: 0.29 / sqrt(n), 1 / sqrt(n), sqrt(2 / n).
    expect(Math.abs(mean(u) - 0.5)).toBeLessThan(5 * 0.0021)
    expect(Math.abs(mean(z))).toBeLessThan(5 * 0.0071)
    expect(Math.abs(mean(z.map((value) => value * value)) - 1)).toBeLessThan(5 * 0.01)
    expect(u.every((value) => value > 0 && value < 1)).toBe(true)
  })

  it('depends on seed and counter beyond 32 bits', () => {
    expect(uniform(1, stream, 0)).not.toBe(uniform(1 + 2 ** 32, stream, 0))
    expect(uniform(1, stream, 0)).not.toBe(uniform(1, stream, 2 ** 32))
  })
})
