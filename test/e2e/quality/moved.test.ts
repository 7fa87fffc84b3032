import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Session } from '#engine/storage/session.ts'
import { browserStage } from '../story/browser-stage.ts'
import { soon } from '../story/workbench.ts'
import { layoutProblems } from './checks.ts'
import { makeSession, openSession, sessionName } from './screens.ts'

// Panels where a user may put them: in narrow columns and low rows nothing overlaps and no map shrinks to nothing.
const group = (...tabs: string[]) => ({ kind: 'group', tabs, front: tabs[0] })
const split = (kind: 'rows' | 'columns', share: number, first: object, second: object) => ({
  kind,
  share,
  first,
  second,
})
const arrangements = {
  'four columns': split(
    'columns',
    0.5,
    split('columns', 0.5, group('sky', 'log'), group('curves', 'runs')),
    split('columns', 0.5, group('sightline'), group('slices', 'volume')),
  ),
  'a low predicted sky': split(
    'rows',
    0.25,
    group('predicted'),
    split('columns', 0.25, group('picture'), group('gallery')),
  ),
}
let stage: Awaited<ReturnType<typeof browserStage>>
beforeAll(async () => {
  stage = await browserStage()
  await makeSession(stage)
})
afterAll(() => stage.close())

for (const [name, root] of Object.entries(arrangements))
  it(`shows what is in ${name}`, async () => {
    const session = Session.open(join(stage.folder, sessionName))
    session.setView({ preset: 'fit', docks: { fit: { root, maximised: null } } })
    session.close()
    const page = await stage.open()
    await page.setViewportSize({ width: 1280, height: 800 })
    await openSession(stage, page)
    const maps = page.locator('figure.sky-panel')
    await expect.poll(() => maps.count(), soon).toBe(3)
    await expect.poll(() => layoutProblems(page), soon).toEqual([])
    const boxes = () =>
      maps.evaluateAll((figures) =>
        figures.map((figure) => {
          const { left, right, top, bottom } = figure.getBoundingClientRect()
          const stage = figure.querySelector('.stage')?.getBoundingClientRect()
          return { left, right, top, bottom, width: stage?.width ?? 0, height: stage?.height ?? 0 }
        }),
      )
    // A third of a column of a third of the window would be 50 px.
    await expect
      .poll(async () => Math.min(...(await boxes()).map(({ width }) => width)), soon)
      .toBeGreaterThan(115)
    const all = await boxes()
    expect(Math.min(...all.map(({ height }) => height))).toBeGreaterThan(47)
    for (const [i, a] of all.entries())
      for (const b of all.slice(i + 1))
        expect(
          a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top,
        ).toBe(true)
    expect(stage.complaints).toEqual([])
    await stage.quit()
  })
