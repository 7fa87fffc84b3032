import type { Ref } from 'vue'
import { EngineError } from '#shared/contract/errors.ts'
import type { Params, RunSummary } from '#shared/contract/methods.ts'
import { useConnection } from './connection.ts'
import { useHistory } from './history.ts'
import { describeError, useMessages } from './messages.ts'
import { useProject } from './project.ts'

/** What the user says of a run. */
export type RunWords = Omit<Params<'run.describe'>, 'session' | 'run'>

const wordTitles = { name: 'Name of run', tags: 'Tags', notes: 'Notes' } as const

/** What of this is new, what it was before, and what the change is called; null where nothing is new. */
function changeOf(run: RunSummary, said: RunWords) {
  const before: RunWords = {}
  const after: RunWords = {}
  const titles: string[] = []
  function note<Key extends keyof RunWords>(key: Key, was: RunWords[Key]) {
    const now = said[key]
    if (now === undefined || JSON.stringify(now) === JSON.stringify(was)) return
    before[key] = was
    after[key] = now
    titles.push(wordTitles[key])
  }
  note('name', run.name)
  note('tags', run.tags)
  note('notes', run.notes)
  return titles.length === 0 ? null : { before, after, title: titles.join(', ') }
}

interface RunList {
  readonly sessionId: Readonly<Ref<string | null>>
  readonly list: Readonly<Ref<readonly RunSummary[]>>
  readonly queue: Readonly<Ref<readonly number[]>>
  take(summary: RunSummary): void
  act(title: string, work: () => Promise<void>): Promise<void>
}

/** What can be changed of runs, as steps that are undone through the engine. */
export function runChanges({ sessionId, list, queue, take, act }: RunList) {
  const connection = useConnection()
  const history = useHistory()
  const messages = useMessages()
  const project = useProject()

  const notOpen = () =>
    new EngineError({ code: 'no-session', message: 'The session of the run is not open any more.' })
  /** @throws EngineError where no session is open any more */
  function ofRun(run: number) {
    if (!sessionId.value) throw notOpen()
    return { session: sessionId.value, run }
  }
  /** What the engine has done is done, also where it cannot say how things stand now. */
  const refresh = () =>
    project.refresh().catch((error: unknown) => messages.write('info', describeError(error)))

  /**
   * Changes name, notes and tags of a run; what is left out stays. One after the other: each is a change of what the last one left.
   *
   * @param fileId of the session that has the run; where another one is open by then, nothing is changed
   * @returns whether the session has it all
   */
  function describe(
    run: number,
    said: RunWords,
    fileId = project.session?.fileId,
  ): Promise<boolean> {
    return (described = described.then(() => describeNow(run, said, fileId)))
  }
  let described = Promise.resolve(true)
  async function describeNow(run: number, said: RunWords, fileId: string | undefined) {
    const isOpen = () => fileId === project.session?.fileId
    if (!isOpen()) return notNoted(notOpen())
    const known = list.value.find((one) => one.run === run)
    const change = known && changeOf(known, said)
    if (!change) return known !== undefined
    const { before, after, title } = change
    try {
      await say(run, after)
    } catch (error) {
      return notNoted(error)
    }
    if (!isOpen()) return true
    history.record({
      title,
      key: `${title} ${run}`,
      back: () => say(run, before),
      forth: () => say(run, after),
    })
    return true
  }
  function notNoted(error: unknown) {
    messages.fail('Not noted', error)
    return false
  }
  async function say(run: number, words: RunWords) {
    take((await connection.request('run.describe', { ...ofRun(run), ...words })).result)
    await refresh()
  }

  /** Puts a run that waits at a position among those that wait, 0 being next. */
  function reorder(run: number, position: number) {
    return act('The queue stays as it was', async () => {
      const [session, before] = [sessionId.value, queue.value]
      const after = await place(run, position)
      if (session !== sessionId.value || before.join() === after.join()) return
      history.record({
        title: 'Order of runs',
        key: `order ${run}`,
        back: () => placeAsIn(before, run),
        forth: () => placeAsIn(after, run),
      })
    })
  }
  async function place(run: number, position: number): Promise<readonly number[]> {
    const { result } = await connection.request('run.reorder', { ...ofRun(run), position })
    await refresh()
    return result
  }
  /** Behind those that stood before it in this order and still wait. */
  async function placeAsIn(order: readonly number[], run: number) {
    const earlier = order.slice(0, order.indexOf(run))
    await place(run, queue.value.filter((one) => earlier.includes(one)).length)
  }

  return { describe, reorder }
}
