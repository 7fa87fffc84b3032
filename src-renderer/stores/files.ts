import { until } from '@vueuse/core'
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import type {
  FileGrant,
  MapDescriptionMessage,
  Params,
  Result,
  SessionState,
} from '#shared/contract/methods.ts'
import { EngineError, noMapCode } from '#shared/contract/errors.ts'
import { parseUnit } from '#shared/sky/index.ts'
import type { Preset } from '../dock/arrangements.ts'
import { guessColumns } from '../forms/data-entry.ts'
import { formatWhen } from '../format/text.ts'
import { useConnection } from './connection.ts'
import { useHistory } from './history.ts'
import { useKept } from './kept.ts'
import { describeError, useMessages } from './messages.ts'
import type { MessageAction } from './messages.ts'
import { usePicker } from './picker.ts'
import { useProject } from './project.ts'
import type { KnownFile, KnownTable } from './project.ts'
import { runToShow, useRuns } from './runs.ts'
import { useView } from './view.ts'

export interface OpenQuestion {
  readonly file: FileGrant
  readonly maps: readonly MapDescriptionMessage[]
}
/** A table whose columns are to be named. */
export interface CatalogueQuestion {
  readonly file: FileGrant
  readonly table: KnownTable
}
/** A data entry may only have names of letters, digits, space, dot, underscore and hyphen. */
function dataNameOf(fileName: string, taken: readonly string[]): string {
  const stem = fileName
    .replace(/\.gz$/i, '')
    .replace(/\.[a-z]+$/i, '')
    .replace(/[^A-Za-z0-9 ._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 60)
  const base = stem === '' ? 'map' : stem
  let name = base
  for (let number = 2; taken.includes(name); number++) name = `${base}-${number}`
  return name
}

/** Opening: maps (with the questions they raise), sessions, samples, dropped files. */
export const useFiles = defineStore('files', () => {
  const connection = useConnection()
  const messages = useMessages()
  const picker = usePicker()
  const project = useProject()
  const history = useHistory()
  const kept = useKept()
  const runs = useRuns()
  const view = useView()
  const question = shallowRef<OpenQuestion | null>(null)
  const catalogue = shallowRef<CatalogueQuestion | null>(null)
  const working = ref('')

  async function during<T>(
    text: string,
    failed: string,
    work: () => Promise<T>,
    actions: readonly MessageAction[] = [],
  ) {
    working.value = text
    try {
      return await work()
    } catch (error) {
      messages.fail(failed, error, actions)
      return undefined
    } finally {
      working.value = ''
    }
  }

  async function openMap() {
    const file = await picker.pickFile('map', 'Open a map')
    if (file) await inspect(file)
  }
  async function openCatalogue() {
    const file = await picker.pickFile('table', 'Open a catalogue')
    if (file) await inspectTable(file)
  }
  async function openSession() {
    const file = await picker.pickFile('session', 'Open a session')
    if (file) await enterSession(file.grant)
  }

  /** Reads the headers of a map. What they leave open is asked; nothing is guessed. */
  async function inspect(file: FileGrant) {
    const actions = [{ label: 'Open another', run: openMap }]
    const read = async () => {
      const { result } = await connection.request('maps.inspect', { grant: file.grant })
      const [only] = result.maps
      if (!only) throw new Error(`${file.name} holds no sky map.`)
      for (const map of result.maps)
        for (const problem of map.problems) messages.write('warning', `${file.name}: ${problem}`)
      const plain = result.maps.length === 1 && only.columns.length === 1
      const unit = parseUnit(only.columns[0]?.unit ?? '')
      const stated =
        only.questions.length === 0 && only.frequency_ghz !== undefined && unit !== undefined
      const { maps } = result
      if (plain && stated) addMap({ file, maps }, only, {})
      else question.value = { file, maps }
    }
    await during(
      `Reading ${file.name}`,
      'Map not loaded',
      () =>
        read().catch(async (error: unknown) => {
          // Any other failure says nothing about what is in the file.
          const isMapless = error instanceof EngineError && error.code === noMapCode
          if (!isMapless || !(await isCatalogue(file))) throw error
        }),
      actions,
    )
  }
  /** A file in FITS without a map may be a table of sources: if its columns say so, they are asked about. */
  async function isCatalogue(file: FileGrant): Promise<boolean> {
    const found = await tableOf(file).catch(() => undefined)
    if (found === undefined || guessColumns(found.table.columns).l === undefined) return false
    catalogue.value = found
    return true
  }

  /** Reads the columns of a table; which of them are meant is asked. */
  async function inspectTable(file: FileGrant) {
    await during(`Reading ${file.name}`, 'Catalogue not loaded', async () => {
      catalogue.value = await tableOf(file)
    })
  }
  async function tableOf(file: FileGrant): Promise<CatalogueQuestion> {
    const { result } = await connection.request('tables.inspect', { grant: file.grant })
    return { file, table: result }
  }
  /** Adds a catalogue with the names of its columns as a data entry of the project. */
  function addCatalogue(question: CatalogueQuestion, answers: Record<string, unknown>) {
    catalogue.value = null
    const { file, table } = question
    const { hdu } = table
    // A text has no HDU, and a run file for it no such key.
    addData(file, hdu === undefined ? answers : { hdu, ...answers }, {
      tables: { [hdu ?? '']: table },
    })
  }
  /** Adds a map with the answers to its questions as a data entry of the project. */
  function addMap(
    { file, maps }: OpenQuestion,
    map: MapDescriptionMessage,
    answers: Record<string, unknown>,
  ) {
    question.value = null
    addData(file, { hdu: map.hdu, ...answers }, { maps })
  }
  function addData(file: FileGrant, keys: Record<string, unknown>, found: Omit<KnownFile, 'name'>) {
    if (!project.open) project.reset()
    const name = dataNameOf(file.name, project.dataNames)
    const index = project.addData({ name, file: file.grant, ...keys }, file, found)
    view.selection = { kind: 'data', index }
    // What is shown then belongs to the step that adds it.
    const { dataName, preset } = view.settings
    const before = { dataName, preset }
    const after = { dataName: name, preset: runs.list.length === 0 ? 'inspect' : preset }
    view.settle(after)
    history.join({ back: () => view.settle(before), forth: () => view.settle(after) })
  }

  async function enterSession(grant: string) {
    await during('Opening the session', 'Session not opened', async () => {
      // It may be the one that is open.
      await kept.store()
      const { result } = await connection.request('session.open', { grant })
      const leave = handOver()
      project.enter(result)
      view.restore(result.view)
      tellInterruption(result)
      const run = runToShow(result, view.settings.shownRun)
      view.selection = run === null ? { kind: 'settings' } : { kind: 'run', run }
      tellProblems(result)
      await leave()
    })
  }

  function tellProblems({ problems, readOnly }: SessionState) {
    // The first one says what it means for the user. A session that only cannot be written is not damaged.
    const [first, ...details] = problems
    const title = readOnly ? 'Session open read-only' : 'Session damaged'
    if (first) messages.show('warning', title, first)
    for (const detail of details) messages.write('warning', detail)
  }
  /** What was computed and not stored when the one who ran the session was killed. */
  function tellInterruption(state: SessionState) {
    if (!state.interrupted) return
    const { name, iteration, iterations, stored, time } = state.interrupted
    const lost = Math.max(0, iteration - stored)
    messages.show(
      'warning',
      `${name} was interrupted`,
      `It had got to iteration ${iteration} of ${iterations} (${formatWhen(time)}); ${
        lost === 0 ? 'all of it is stored' : `stored are ${stored}`
      }. Resume computes ${lost === 0 ? 'the rest' : `the last ${lost} again, to the same numbers, and the rest`}.`,
    )
  }
  /** Takes up a project that never had a session. */
  async function openDraft(id: string) {
    const { result } = await connection.request('recovery.open', { id })
    await beginProject(result)
  }

  /**
   * To be called before another project takes the place of the open one; what it returns, after. A session is closed
   * then; what was never saved, or what a session could not be given any more, can be brought back for a while.
   */
  function handOver(): () => Promise<void> {
    const { open, session, settled: configuration, dataNames } = project
    const isRefused = project.missing !== project.unstored
    const known = [...project.files].map(([grant, { name }]) => ({ grant, name }))
    const store = kept.note()
    return async () => {
      if (session) {
        if (session.session === project.session?.session) return
        const isStored = await store()
        // An engine that was started anew does not know it any more.
        await connection
          .request('session.close', { session: session.session })
          .catch((error: unknown) => messages.write('info', describeError(error)))
        if (isStored && !isRefused) return
      }
      if (open && dataNames.length > 0) {
        const again = { name: '', configuration, files: known }
        const what = session
          ? `${session.name} closed without its last settings`
          : 'Project closed without being saved'
        messages.show('warning', what, dataNames.join(', '), [
          { label: 'Bring it back', run: () => bringBack(again) },
        ])
      }
    }
  }
  async function bringBack(project: Result<'runFile.open'>) {
    if (!runs.active) return beginProject(project)
    messages.show('warning', 'Project not brought back', 'A run is going on. Stop it first.', [
      { label: 'Bring it back', run: () => bringBack(project) },
    ])
  }
  /** Closes what is open. */
  async function closeProject() {
    const leave = handOver()
    view.restore(null)
    project.close()
    await leave()
  }

  async function newProject() {
    const leave = handOver()
    project.reset()
    view.restore({ preset: 'inspect' })
    view.selection = { kind: 'settings' }
    await leave()
  }
  /** Begins a project from a run file. */
  async function beginProject(opened: Result<'runFile.open'>, preset: Preset = 'inspect') {
    const leave = handOver()
    project.begin(opened)
    // Where Q and U are both there, their lines say more than either map.
    const measured = new Set(opened.configuration.data.map((entry) => entry.quantity))
    const vectors = measured.has('Q') && measured.has('U') ? 'B' : 'off'
    view.restore({ preset, vectors })
    view.selection = { kind: 'settings' }
    await leave()
  }

  /** One click from a sample to a running optimisation with settings that suit it. */
  async function openSample(id: string) {
    await during('Opening the sample', 'Sample not opened', async () => {
      const { result } = await connection.request('samples.open', { id })
      await beginProject(result, 'fit')
      await runs.start(result.name)
      if (runs.shownId !== null) view.selection = { kind: 'run', run: runs.shownId }
    })
  }
  async function openRunFile(grant: string) {
    await during('Reading the run file', 'Run file not opened', async () => {
      const { result } = await connection.request('runFile.open', { grant })
      await beginProject(result)
    })
  }
  async function chooseRunFile() {
    const file = await picker.pickFile('run-file', 'Open a run file')
    if (file) await openRunFile(file.grant)
  }

  /** Files dropped on the window, one after the other: each is opened as what its name says, a map where that says nothing. */
  async function drop(list: readonly File[]) {
    for (const file of list) {
      const grant = await during(`Reading ${file.name}`, 'File not read', () => grantOf(file))
      if (!grant) continue
      if ((grant.kind === 'session' || grant.kind === 'run-file') && runs.active) {
        messages.show('warning', `${file.name} not opened`, 'A run is going on. Close it first.')
        continue
      }
      if (grant.kind === 'session') await enterSession(grant.grant)
      else if (grant.kind === 'run-file') await openRunFile(grant.grant)
      else if (grant.kind === 'table') await inspectTable(grant)
      else await inspect(grant)
      await answered()
    }
  }
  /** Resolves when no dialog asks about a file. */
  async function answered() {
    await until(() => question.value === null && catalogue.value === null).toBe(true)
  }
  async function grantOf(file: File): Promise<FileGrant> {
    if (window.larmorShell) return window.larmorShell.grantDropped(file)
    const content = await file.arrayBuffer().catch(() => {
      throw new Error(
        `${file.name} cannot be read: it is a folder, or it was moved or changed meanwhile. Drop the files that are in it, or this one again.`,
      )
    })
    const bytes = new Uint8Array(content)
    const params: Params<'files.upload'> = { name: file.name }
    return (await connection.request('files.upload', params, { payloads: [bytes] })).result
  }

  return {
    question,
    catalogue,
    working,
    openMap,
    openCatalogue,
    openSession,
    inspect,
    addMap,
    addCatalogue,
    enterSession,
    tellInterruption,
    tellProblems,
    openDraft,
    newProject,
    closeProject,
    openSample,
    openRunFile,
    chooseRunFile,
    drop,
    grantOf,
  }
})
