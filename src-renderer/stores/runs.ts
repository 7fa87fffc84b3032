import { until, useThrottleFn } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, nextTick, ref, shallowRef, triggerRef, watch } from 'vue'
import { EngineError } from '#shared/contract/errors.ts'
import type { EventBody } from '#shared/contract/events.ts'
import type { Result, RunState, RunSummary, SessionState } from '#shared/contract/methods.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import { CurveTable } from '../charts/table.ts'
import { complete } from '../forms/complete.ts'
import { endWords } from '../runs/find-runs.ts'
import { useConnection } from './connection.ts'
import { useMessages } from './messages.ts'
import { useProject } from './project.ts'
import { runChanges } from './run-changes.ts'
import { useView } from './view.ts'

export type RunMark = Result<'run.curves'>['marks'][number]
export interface RunCurves {
  readonly table: CurveTable
  readonly marks: readonly RunMark[]
}

/** For what is being done before a session is closed. */
const patienceMs = 10_000

const activeStates: readonly RunState[] = ['queued', 'preparing', 'running', 'pausing']
const goingStates: readonly RunState[] = ['preparing', 'running', 'pausing']
const settledStates: readonly RunState[] = ['paused', 'stopped', 'done', 'failed']

export const isActive = (state: RunState) => activeStates.includes(state)
/** Of those, the ones that do not wait. */
export const isGoing = (state: RunState) => goingStates.includes(state)

/** The run to begin with: one that was interrupted, to resume it, the one that was shown, or the last; null before there is any. */
export function runToShow(
  { interrupted, runs }: { interrupted?: SessionState['interrupted']; runs: readonly RunSummary[] },
  shown: number | null,
): number | null {
  const kept = runs.find(({ run }) => run === shown)
  return interrupted?.run ?? kept?.run ?? runs.at(-1)?.run ?? null
}

/** The runs of the open session: their state as the engine tells it, their curves, and what can be done to them. */
export const useRuns = defineStore('runs', () => {
  const connection = useConnection()
  const project = useProject()
  const messages = useMessages()
  const view = useView()
  const progress = shallowRef(new Map<number, EventBody<'run.progress'>>())
  const curves = shallowRef(new Map<number, RunCurves>())
  const working = ref(false)
  /** Nothing can be asked of the engine now. */
  const busy = computed(
    () => working.value || connection.state !== 'ready' || project.adrift !== '',
  )
  /** When the last word about the shown run came: the clock of the run bar goes on from there. */
  const heardAt = ref(Date.now())

  const list = computed<readonly RunSummary[]>(() =>
    (project.session?.runs ?? []).map((run) => progress.value.get(run.run)?.summary ?? run),
  )
  /** The last run takes the place of one that is not there any more. */
  const shownId = computed<number | null>({
    get: () => runToShow({ runs: list.value }, view.settings.shownRun),
    set: (run) => (view.settings.shownRun = run),
  })
  const shown = computed(() => list.value.find((run) => run.run === shownId.value) ?? null)
  /** Numbers of the runs that wait for their turn, in order. */
  const queue = computed<readonly number[]>(() => project.session?.queue ?? [])
  /** The run that goes on, or the next that waits. */
  const active = computed(
    () =>
      list.value.find((run) => isGoing(run.state)) ??
      list.value.find((run) => isActive(run.state)) ??
      null,
  )
  const shownProgress = computed(() =>
    shownId.value === null ? null : (progress.value.get(shownId.value) ?? null),
  )
  const shownCurves = computed(() =>
    shownId.value === null ? null : (curves.value.get(shownId.value) ?? null),
  )

  const sessionId = computed(() => project.session?.session ?? null)
  watch(sessionId, () => {
    progress.value = new Map()
    curves.value = new Map()
    settings.value = new Map()
    loading.clear()
    const { session } = project
    showNow(session && runToShow(session, view.settings.shownRun))
  })
  watch([shownId, sessionId], ([run]) => {
    if (run !== null) void loadCurves(run)
  })
  // Where the inspector has a run, it is the one that is shown, also after that is undone.
  watch(shownId, (run) => {
    const { selection } = view
    if (run !== null && selection.kind === 'run' && selection.run !== run)
      view.selection = { kind: 'run', run }
  })
  /** Shows a run because of something else, which is no step of its own. */
  const showNow = (run: number | null) => view.settle({ shownRun: run })
  /** After the session was opened once more: the engine has said more of its runs than came here. */
  async function rejoin() {
    // The session may have another word, by which all that is known of its runs goes.
    await nextTick()
    progress.value = new Map()
    if (shownId.value !== null) await loadCurves(shownId.value)
  }

  // Figures and curves change together, at most four times a second, however fast the engine iterates.
  const announce = useThrottleFn(
    () => {
      heardAt.value = Date.now()
      triggerRef(progress)
      triggerRef(curves)
    },
    250,
    true,
  )

  connection.on('run.progress', (body) => {
    if (body.session !== sessionId.value) return
    const before = list.value.find((run) => run.run === body.summary.run)?.state
    progress.value.set(body.summary.run, body)
    if (before === body.summary.state) announce()
    else {
      triggerRef(progress)
      heardAt.value = Date.now()
      changed(body.summary, before)
    }
  })
  connection.on('run.rows', (body, payloads) => {
    if (body.session !== sessionId.value) return
    const known = curves.value.get(body.run)
    const values = payloads[0]
    const written = known && values && known.table.write(body.columns, body.from, body.rows, values)
    if (known && written) {
      curves.value.set(body.run, { ...known })
      announce()
    } else void loadCurves(body.run)
  })
  connection.on('session.changed', ({ session }) => {
    if (session === sessionId.value) void project.refresh().catch(() => undefined)
  })
  connection.on('log', ({ level, text, time }) => {
    if (level === 'warning') messages.show(level, 'The run warns', text)
    else messages.write(level, text, time)
  })

  function changed(run: RunSummary, before: RunState | undefined) {
    void loadCurves(run.run)
    if (before === undefined || !settledStates.includes(run.state)) return
    void project.refresh().catch(() => undefined)
    if (run.state === 'done')
      messages.show('info', `${run.name} is finished`, `Iterations: ${endWords(run)}`)
    if (run.state === 'failed') tellFailure(run)
  }

  /** Of the run on the screen a banner says it. */
  function tellFailure({ run, name, error }: RunSummary) {
    if (run === shownId.value) messages.write('error', `${name} failed: ${error ?? ''}`)
    else
      messages.show('error', `${name} failed`, error, [
        { label: `Show ${name}`, run: () => void (shownId.value = run) },
      ])
  }

  /** What runs were made from; only where their files lie may change. */
  const settings = shallowRef(new Map<number, RunFile>())
  async function loadSettings(run: number): Promise<RunFile | null> {
    const session = sessionId.value
    if (!session) return null
    const { result } = await connection.request('run.settings', { session, run })
    if (session !== sessionId.value) return null
    settings.value = new Map(settings.value).set(run, result.configuration)
    return result.configuration
  }

  const loading = new Set<number>()
  async function loadCurves(run: number) {
    const session = sessionId.value
    if (!session || loading.has(run)) return
    loading.add(run)
    try {
      const { result, payloads } = await connection.request('run.curves', { session, run, from: 0 })
      if (session !== sessionId.value) return
      const table = new CurveTable()
      if (payloads[0]) table.write(result.columns, 0, result.rows, payloads[0])
      curves.value.set(run, { table, marks: result.marks })
      triggerRef(curves)
    } catch (error) {
      // It may have been deleted in the meantime.
      if (error instanceof EngineError && error.code === 'unknown-run') return
      messages.fail('Curves not loaded', error)
    } finally {
      loading.delete(run)
    }
  }

  async function act(title: string, work: () => Promise<void>) {
    if (working.value) return
    working.value = true
    try {
      await work()
    } catch (error) {
      messages.fail(title, error)
    } finally {
      working.value = false
    }
  }

  /** Starts a run with the present settings, or lets it wait for those before it; makes the session file where there is none. */
  function start(name: string) {
    return act('The run did not start', async () => {
      const { session: open, parsed, configuration } = project
      if (open) project.adopt(await project.configure(open.session, parsed ?? configuration))
      else await project.create(name)
      const session = sessionId.value
      if (!session) return
      const waits = active.value !== null
      const { result } = await connection.request('run.start', { session })
      await project.refresh()
      if (waits)
        messages.show('info', `${result.name} is queued`, 'It starts when the runs before it end.')
      else showNow(result.run)
    })
  }
  function command(
    method: 'run.pause' | 'run.resume' | 'run.stop',
    title: string,
    run = shownId.value,
  ) {
    return act(title, async () => {
      const session = sessionId.value
      if (!session || run === null) return
      const { result } = await connection.request(method, { session, run })
      take(result)
      await project.refresh()
    })
  }
  /** The answer to a request is newer than the last event. */
  function take(summary: RunSummary) {
    const known = progress.value.get(summary.run)
    if (known) progress.value.set(summary.run, { ...known, summary })
    triggerRef(progress)
  }
  const pause = () => command('run.pause', 'The run was not paused')
  const resume = () => command('run.resume', 'The run did not resume')
  const stop = (run = shownId.value) => command('run.stop', 'The run was not stopped', run)
  /** Ends those that wait first, so that none of them takes the turn of the one that goes on; behind what is being done. */
  async function endAll(how: 'pause' | 'stop') {
    await until(working).toBe(false, { timeout: patienceMs })
    if (working.value) throw new Error('The engine has not answered yet. Try again when it has.')
    const going = active.value?.run
    const all = [...queue.value, ...(going === undefined ? [] : [going])]
    for (const run of new Set(all)) await command(`run.${how}`, 'A run was not ended', run)
  }

  const { describe, reorder } = runChanges({ sessionId, list, queue, take, act })
  /** Deletes a run with its results. */
  function remove(run: number) {
    return act('The run was not deleted', async () => {
      const session = sessionId.value
      if (!session) return
      const isShown = shownId.value === run
      await connection.request('run.remove', { session, run })
      // Nothing shows it again.
      for (const known of [progress, curves, settings]) known.value.delete(run)
      await project.refresh()
      if (isShown) showNow(list.value.at(-1)?.run ?? null)
    })
  }

  /**
   * Makes the settings of a run those of the next one.
   *
   * @param going whether the next run starts from the result of this one
   */
  function takeSettings(run: number, going: boolean) {
    return act('Settings not taken over', async () => {
      const configuration = await loadSettings(run)
      const name = list.value.find((one) => one.run === run)?.name ?? ''
      if (!configuration) return
      if (!going) return project.change(complete(configuration), `Settings of ${name}`)
      const { optimiser } = configuration
      project.change(
        complete({
          ...configuration,
          // It has its fine grid already.
          optimiser: { ...optimiser, levels: 0 },
          start_from: { run },
        }),
        `Continue ${name}`,
      )
    })
  }

  return {
    list,
    queue,
    describe,
    reorder,
    remove,
    takeSettings,
    rejoin,
    shownId,
    shown,
    active,
    shownProgress,
    shownCurves,
    busy,
    heardAt,
    curves,
    settings,
    loadCurves,
    loadSettings,
    start,
    pause,
    resume,
    stop,
    endAll,
  }
})
