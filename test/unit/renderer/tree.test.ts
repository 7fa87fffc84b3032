import { describe, expect, it } from 'vitest'
import { isSelected, projectTree } from '#renderer/shell/tree.ts'
import type { RunSummary } from '#shared/contract/methods.ts'
import { runFileSchema } from '#shared/session/run-file.ts'

const configuration = runFileSchema.parse({
  data: [
    { name: 'sky', file: 'grant:sky', frequency_ghz: 0.408, mask: { file: 'grant:mask' } },
    { name: 'K band', file: 'grant:k', mask: { galactic_latitude_above_deg: 10 } },
    { name: 'whole', file: 'grant:whole' },
  ],
  held_out: { fold: 0, of: 10 },
  magnetic_field: { grid: {} },
})
const run = (id: number, iteration: number): RunSummary => ({
  run: id,
  name: `Run ${id}`,
  state: iteration > 0 ? 'done' : 'queued',
  iteration,
  iterations: 1200,
  grids: ['magnetic_field'],
  chi2_n_fitted: 0.3,
  chi2_n_held_out: 0.5,
  started: 0,
  seconds: 1,
  notes: '',
  tags: [],
  unconstrained: [],
})
const files: Record<string, { name: string; nside?: number }> = {
  'grant:sky': { name: 'sky.fits', nside: 64 },
  'grant:mask': { name: 'sources.fits' },
}
const groups = (runs: readonly RunSummary[]) =>
  projectTree(configuration, null, runs, ({ file }) => files[file] ?? {})
const rows = (runs: readonly RunSummary[], name: string) =>
  groups(runs)
    .find((group) => group.name === name)
    ?.items.map(({ label, meta }) => `${label}: ${meta}`)

describe('the tree of the project', () => {
  it('has data, masks, model, runs and results', () => {
    expect(groups([]).map(({ name }) => name)).toEqual([
      'Data',
      'Masks',
      'Model',
      'Runs',
      'Results',
    ])
    expect(rows([], 'Data')?.[0]).toBe('sky: NSIDE 64')
  })

  it('names what the fit does not see', () => {
    expect(rows([], 'Masks')).toEqual([
      'sources.fits: sky',
      '|b| below 10°: K band',
      'Held-out blocks: 10\u202f%',
    ])
    const all = { ...configuration, data: configuration.data.slice(2), held_out: { fraction: 0, seed: 1, block_nside: 8 } } // prettier-ignore
    const [, masks] = projectTree(all, null, [], () => ({}))
    expect(masks.items).toEqual([])
  })

  it('has the field of every run that got somewhere, and the coverage of the last', () => {
    const runs = [run(1, 1200), run(2, 40), run(3, 0)]
    expect(rows(runs, 'Results')).toEqual([
      '|B|, Run 2: 40 it',
      '|B|, Run 1: 1200 it',
      'Coverage, Run 2: 40 it',
    ])
    expect(rows([], 'Results')).toEqual([])
  })

  it('selects one row at a time', () => {
    for (const { items } of groups([run(1, 7)]))
      for (const { select } of items)
        expect(
          groups([run(1, 7)]).flatMap((group) =>
            group.items.filter((item) => isSelected(item, select)),
          ),
        ).toHaveLength(1)
    const anyRow = groups([run(1, 7)]).some(({ items }) =>
      items.some((item) => isSelected(item, { kind: 'settings' })),
    )
    expect(anyRow).toBe(false)
  })
})
