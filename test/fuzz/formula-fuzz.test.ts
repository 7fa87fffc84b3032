import { describe, expect, it } from 'vitest'
import { FormulaError, bindMagneticField, resolveModel } from '#shared/fields/index.ts'
import { randomGenerator } from '#test/tools/random.ts'

const COUNT = 2000
const random = randomGenerator(11)
const one = (from: readonly string[]): string => from[Math.floor(from.length * random())]

const words = [
  ...['b', 'a', 'mid', 'r', 'phi', 'x', 'rho', 'pi', '2', '1e3', '3 kpc', '30 deg', 'kpc', 'é'],
  ...['+', '-', '*', '/', '^', '<', '<=', 'and', 'not', '(', ')', ',', '\n', '=', 'microgauss'],
  ...['exp(', 'log(', 'min(', 'where(', 'gaussian('],
]
const leaves = ['a', 'mid', 'phi', 'theta', 'pi', '2', '0.5', '- 3', 'r / kpc', 'x / ( 2 kpc )']
const functions = ['abs', 'sqrt', 'exp', 'log', 'sin', 'tan', 'asin', 'tanh', 'sech2', 'floor']

/** A number without dimension, its words apart. */
function expression(depth: number): string {
  if (depth === 0 || random() < 0.2) return one(leaves)
  const [p, q] = [expression(depth - 1), expression(depth - 1)]
  const kind = random()
  if (kind < 0.5) return `( ${p} ${one(['+', '-', '*', '/', '^'])} ${q} )`
  if (kind < 0.8) return `${one(functions)} ( ${p} )`
  if (kind < 0.9) return `${one(['min', 'max', 'atan2'])} ( ${p} , ${q} )`
  return `where ( ${p} ${one(['<', '<=', '>', '>='])} ${q} , ${q} , ${p} )`
}

/** The same with one word lost, doubled or replaced. */
function damaged(text: string): string {
  const parts = text.split(' ')
  const at = Math.floor(parts.length * random())
  const [word] = parts.splice(at, 1)
  const put = one(['', `${word} ${word}`, one(words), one(words)])
  return [...parts.slice(0, at), put, ...parts.slice(at)].join(' ')
}

describe('formulas, whole and damaged', () => {
  it('are models that evaluate, or mistakes with a place', () => {
    let models = 0
    for (let round = 0; round < COUNT; round++) {
      const whole = `b * ${expression(4)}`
      const formula = {
        parameters: { b: { value: 2, unit: 'microgauss' }, a: { value: 0.3 } },
        definitions: { mid: round % 5 === 0 ? damaged('a + 1') : 'a + 1' },
        B_x: round % 2 === 0 ? whole : damaged(whole),
      }
      try {
        const resolved = resolveModel('magnetic', { model: 'formula', formula })
        models++
        const [bx] = bindMagneticField(resolved).evaluate([4, 3, 0.5])
        expect(bx).toBeTypeOf('number')
      } catch (error) {
        if (error instanceof FormulaError) {
          expect(error.position?.at).toBeGreaterThanOrEqual(0)
          expect(error.message).toMatch(/\n.*\n +\^$/)
        } else expect(String(error)).toMatch(/ModelError: The formula has no finite value/)
      }
    }
    // Half of them are whole, but for what has no value (1 / 0, asin of 2).
    expect(models).toBeGreaterThan(COUNT / 3)
    expect(models).toBeLessThan((COUNT * 5) / 6)
  })
})
