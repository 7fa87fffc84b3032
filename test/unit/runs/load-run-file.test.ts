import { describe, expect, it } from 'vitest'
import { parseRunFile } from '#engine/runs/load-run-file.ts'

const message = (text: string): string => {
  try {
    parseRunFile(text, 'run.yaml')
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  return 'no error'
}

describe('a run file', () => {
  it('has the shipped defaults for every omitted key', () => {
    const run = parseRunFile('', 'run.yaml')
    expect(run.sky.nside).toBe(64)
    expect(run.optimiser).toEqual({
      method: 'adam',
      learning_rate: 0.4,
      levels: 0,
      schedule: 'constant',
      iterations: 200,
      seed: 42,
      memory: 8,
      inner_iterations: 20,
      preconditioner: 'diagonal',
      tolerance: 1e-6,
      corrections: 2,
    })
    expect(run.regularisation).toEqual([{ term: 'smoothness', weight: 0.1, of: 'magnetic_field' }])
    expect(run.held_out).toEqual({ fold: 0, of: 10, block_nside: 8 })
    expect(parseRunFile('{"title": "JSON too"}', 'run.json').title).toBe('JSON too')
  })

  it.each([
    ['sky:\n  nsde: 64', 'run.yaml, line 2: sky.nsde: unknown key "nsde". Did you mean "nside"?'],
    [
      'optimizer: {}',
      'run.yaml, line 1: optimizer: unknown key "optimizer". Did you mean "optimiser"?',
    ],
    ['sky: { nside: 33 }', 'run.yaml, line 1: sky.nside: NSIDE must be a power of two.'],
    [
      'title: a\ndata:\n  - name: x\n    file: y\n    sgima: 3',
      'run.yaml, line 5: data[0].sgima: unknown key "sgima". Did you mean "sigma"?',
    ],
    [
      'magnetic_field: { model: table, table: b.npy }',
      'run.yaml, line 1: magnetic_field.model: "table" is not possible here: a field is one of the models',
    ],
    ['data:\n  - name: x', 'run.yaml, line 2: data[0].file: this key is missing.'],
    [
      'optimiser: { method: adamm }',
      'run.yaml, line 1: optimiser.method: must be one of adam, yogi, adabelief, lbfgs, gauss-newton, not "adamm". Did you mean "adam"?',
    ],
    [
      'integrator: { rule: simpson }',
      'run.yaml, line 1: integrator.rule: must be one of cells, midpoint, not "simpson".',
    ],
    [
      'held_out: { fold: 10, of: 10 }',
      'run.yaml, line 1: held_out.fold: fold must be smaller than `of`.',
    ],
    ['a: [1', 'run.yaml, line 1, column 6: this is not valid YAML: '],
    [
      'data:\n  - { name: x, file: y }\n  - { name: x, file: z }',
      'run.yaml, line 3: data[1].name: data[0] is called "x" too. Give each its own name.',
    ],
    [
      'magnetic_field: { grid: { representation: whitened } }\noptimiser: { levels: 1 }',
      'run.yaml, line 2: optimiser.levels: whitened coordinates have no coarser ones to begin with: set it to 0',
    ],
    ['- 1', 'run.yaml: a run file is a list of'],
    ['x: &a [*a, *a]', 'unknown key "x"'],
    ['<<: !!js/function "x"', 'run.yaml'],
  ])('%j is refused with line, key and the nearest known key', (text, expected) => {
    expect(message(text)).toContain(expected)
  })

  it('may be JSON, and is then called that', () => {
    const text = '{\n  "sky": { "nside": 16 }'
    expect(parseRunFile(`${text}}`, 'run.json').sky.nside).toBe(16)
    expect(() => parseRunFile(text, 'run.json')).toThrow(
      /^run\.json, line 2, column \d+: this is not valid JSON: .*Correct it/,
    )
  })

  it('lists everything that is wrong, in the order of the file', () => {
    const lines = message('titel: a\nsky: { nside: 3 }\noptimiser: { method: sgd }').split('\n')
    expect(lines.map((line) => /line (\d)/.exec(line)?.[1])).toEqual(['1', '2', '3'])
  })
})
