import { useDebounceFn } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type {
  FileGrant,
  MapDescriptionMessage,
  Result,
  SessionState,
} from '#shared/contract/methods.ts'
import { isClosed } from '#shared/contract/errors.ts'
import { dataSchema, runFileSchema } from '#shared/session/run-file.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import { complete, defaultConfiguration } from '../forms/complete.ts'
import { schemaIssues } from '../forms/issues.ts'
import type { Issues } from '../forms/issues.ts'
import { normalisePath, pathKey, valueAt, withValue } from '../forms/paths.ts'
import type { Path } from '../forms/nodes.ts'
import { labelOf } from '../forms/words.ts'
import { useConnection } from './connection.ts'
import { useHistory } from './history.ts'
import { useMessages } from './messages.ts'
import { usePreferences } from './preferences.ts'

/** What is known of a data entry's file beyond the configuration. */
export interface KnownFile {
  readonly name: string
  /** Of a file with maps: all of them. */
  readonly maps?: readonly MapDescriptionMessage[]
  /** Of a file with tables of sources: each by the `hdu` that was asked for, '' where none was. */
  readonly tables?: Readonly<Record<string, KnownTable>>
}
/** A table of sources; `units` as the file has them, one per column and '' for none, `hdu` only in FITS. */
export type KnownTable = Omit<Result<'tables.inspect'>, 'file'>

/** What is being worked on: the configuration of the next run and, once created, the session it belongs to. */
export const useProject = defineStore('project', () => {
  const connection = useConnection()
  const messages = useMessages()
  const open = ref(false)
  const session = shallowRef<SessionState | null>(null)
  const history = useHistory()
  const preferences = usePreferences()
  const files = ref(new Map<string, KnownFile>())
  const savedAt = ref<number | null>(null)
  const check = shallowRef<Result<'run.check'> | null>(null)

  const configuration = shallowRef<unknown>(defaultConfiguration())
  /** The configuration as a run would take it; null while something in it is wrong. */
  const parsed = computed(() => {
    const result = runFileSchema.safeParse(configuration.value)
    return result.success ? result.data : null
  })
  /** The last configuration without errors: what panels and tree go on showing during an edit. */
  const settled = shallowRef<RunFile>(defaultConfiguration())
  watch(
    parsed,
    (now) => {
      if (now) settled.value = now
    },
    { immediate: true, flush: 'sync' },
  )
  const issues = computed<Issues>(() => {
    const found = new Map(schemaIssues(configuration.value))
    for (const { path, message } of check.value?.issues ?? []) {
      const key = normalisePath(path)
      if (!found.has(key)) found.set(key, { message, plain: false })
    }
    return found
  })
  const title = computed(() => session.value?.name ?? 'untitled')
  const dataNames = computed(() => settled.value.data.map((entry) => entry.name))
  const readOnly = computed(() => session.value?.readOnly ?? false)
  /** Why the engine does not have the session open any more, though it is on the screen; empty where it has. */
  const adrift = ref('')
  /** The session could not be given the settings, for example because the disk is full. */
  const storeFailed = ref(false)

  function reset() {
    open.value = true
    leaveSession()
    check.value = null
    files.value = new Map()
    const { backend, checkpoint_every_s: every_s } = preferences.current
    replace({ ...defaultConfiguration(), backend, checkpoint: { every_s } })
  }
  /** Another document. */
  function replace(next: unknown) {
    history.reset()
    configuration.value = next
  }
  function edit(next: unknown, title: string, key: string) {
    const before = configuration.value
    configuration.value = next
    history.record({
      title,
      key,
      back: () => void (configuration.value = before),
      forth: () => void (configuration.value = next),
    })
  }

  /** Takes over what a run file asks for. No session yet: that comes with the first run, or with saving. */
  function begin({ configuration, files: named }: Result<'runFile.open'>) {
    reset()
    for (const { grant, name } of named) files.value.set(grant, { name })
    replace(complete(configuration))
  }

  function adopt(state: SessionState) {
    session.value = state
    adrift.value = ''
    storeFailed.value = false
    open.value = true
    savedAt.value = Date.now()
    for (const input of state.inputs)
      if (!files.value.has(input.grant)) files.value.set(input.grant, { name: input.fileName })
  }

  /** Takes over a session that was created or opened, with its configuration. */
  function enter(state: SessionState) {
    onTheirWay.clear()
    adopt(state)
    replace(complete(state.configuration))
  }

  /**
   * Goes on with the open session, which the engine has opened once more: what was changed here stays, to be stored, and
   * so does what can be undone.
   *
   * @returns whether the session has got other settings meanwhile, which then are a step on top of those changed here
   */
  function rejoin(state: SessionState): boolean {
    const now = JSON.stringify(parsed.value)
    const known = JSON.stringify(session.value?.configuration)
    const stored = JSON.stringify(state.configuration)
    const other = stored !== known && stored !== now && !onTheirWay.has(stored)
    onTheirWay.clear()
    adopt(state)
    if (other) edit(complete(state.configuration), 'Settings stored elsewhere', 'another window')
    return other && now !== known
  }
  /** Makes what is on the screen a project of its own. */
  function leaveSession() {
    onTheirWay.clear()
    session.value = null
    savedAt.value = null
    adrift.value = ''
    storeFailed.value = false
  }

  function get(path: Path): unknown {
    return valueAt(configuration.value, path)
  }
  function set(path: Path, value: unknown) {
    const name = [...path].reverse().find((key) => typeof key === 'string')
    const title = labelOf(String(name ?? 'settings'))
    edit(withValue(configuration.value, path, value), title, pathKey(path))
  }
  /** Replaces the whole configuration, where one choice changes several keys. */
  function change(next: unknown, title: string) {
    edit(next, title, title)
  }
  /** Appends a data entry and returns its position. */
  function addData(
    entry: Record<string, unknown>,
    file: FileGrant,
    content: Omit<KnownFile, 'name'>,
  ) {
    files.value.set(file.grant, { ...files.value.get(file.grant), name: file.name, ...content })
    const count = valueAt(configuration.value, ['data'])
    const position = Array.isArray(count) ? count.length : 0
    // With every default written out, as forms show them.
    const full = dataSchema.safeParse(entry).data ?? entry
    edit(withValue(configuration.value, ['data', position], full), 'Add data', 'data')
    return position
  }
  /** Reads the headers of a file that came with a session, for the facts and choices in its form. */
  async function describeFile(grant: string) {
    if (!files.value.has(grant) || files.value.get(grant)?.maps) return
    const { result } = await connection.request('maps.inspect', { grant })
    const known = files.value.get(grant)
    if (known) files.value.set(grant, { ...known, maps: result.maps })
  }
  /** The map that a data entry reads, once it is known. */
  const mapOf = (grant: string, hdu: number | undefined): MapDescriptionMessage | undefined =>
    files.value.get(grant)?.maps?.find((map) => hdu === undefined || map.hdu === hdu)
  /** The same for a table of sources. */
  async function describeTable(grant: string, hdu: number | undefined) {
    if (!files.value.has(grant) || tableOf(grant, hdu)) return
    const { result } = await connection.request('tables.inspect', { grant, hdu })
    // Another table of the file may have become known meanwhile.
    const known = files.value.get(grant)
    if (!known) return
    const tables = { ...known.tables, [hdu ?? '']: result }
    files.value.set(grant, { ...known, tables })
  }
  /** The table that a catalogue reads, once it is known. */
  const tableOf = (grant: string, hdu: number | undefined): KnownTable | undefined =>
    files.value.get(grant)?.tables?.[hdu ?? '']
  function knowFile(file: FileGrant) {
    if (!files.value.has(file.grant)) files.value.set(file.grant, { name: file.name })
  }

  /** Settings that the engine has found something wrong with. */
  const refused = shallowRef<RunFile | null>(null)
  /** Settings that the session does not have: the last ones without errors. */
  const missing = computed(() => {
    const state = session.value
    if (!state || state.readOnly) return null
    const now = settled.value
    return JSON.stringify(now) === JSON.stringify(state.configuration) ? null : now
  })
  /** Those that it is still to keep. */
  const unstored = computed(() => (missing.value === refused.value ? null : missing.value))
  /** Something on the screen is wrong, which the session is not given. */
  const faulty = computed(
    () =>
      session.value !== null &&
      !readOnly.value &&
      (!parsed.value || missing.value !== unstored.value),
  )

  /** Settings that a session was asked to keep and has not said of whether it does: they are no others than those of this window. */
  const onTheirWay = new Set<string>()
  /** Has a session keep settings; where the line is cut meanwhile, it may have them all the same. */
  async function configure(id: string, configuration: unknown): Promise<SessionState> {
    const sent = JSON.stringify(configuration)
    onTheirWay.add(sent)
    try {
      const { result } = await connection.request('session.configure', {
        session: id,
        configuration,
      })
      onTheirWay.delete(sent)
      return result
    } catch (error) {
      if (!isClosed(error)) onTheirWay.delete(sent)
      throw error
    }
  }

  /** Asks the engine what it thinks of the settings, and keeps them in the session. */
  const examine = useDebounceFn(async () => {
    const current = parsed.value
    if (!open.value || !current || adrift.value || connection.state !== 'ready') return
    const id = session.value?.session
    // While the engine thinks, others may have taken their place.
    const isPast = () => parsed.value !== current || session.value?.session !== id
    // Of an engine that is gone, the bar above the panels tells.
    const tells = (error: unknown) => !isPast() && !isClosed(error)
    try {
      const { result } = await connection.request('run.check', {
        session: id,
        configuration: current,
      })
      if (isPast()) return
      check.value = result
      refused.value = result.issues.length > 0 ? current : null
    } catch (error) {
      if (tells(error)) messages.fail('Settings not checked', error)
      return
    }
    if (!id || !unstored.value) return
    try {
      const state = await configure(id, current)
      if (session.value?.session === id) adopt(state)
    } catch (error) {
      if (!tells(error)) return
      storeFailed.value = true
      messages.fail('Settings not stored', error, [{ label: 'Try again', run: examine }])
    }
  }, 400)
  watch([configuration, session, open, () => connection.state], () => void examine())

  async function refresh() {
    const id = session.value?.session
    if (!id) return
    const { result } = await connection.request('session.state', { session: id })
    if (session.value?.session !== id) return
    const known = JSON.stringify(session.value.configuration)
    const stored = JSON.stringify(parsed.value) === known
    adopt(result)
    // What another window has changed; what this one has not stored yet goes before it.
    if (stored && JSON.stringify(result.configuration) !== known)
      edit(complete(result.configuration), 'Settings from another window', 'another window')
  }

  async function create(name: string, directory?: string) {
    const { result } = await connection.request('session.create', {
      name,
      directory,
      configuration: configuration.value,
    })
    enter(result)
  }

  function close() {
    reset()
    open.value = false
  }

  return {
    open,
    session,
    configuration,
    parsed,
    missing,
    unstored,
    faulty,
    settled,
    issues,
    check,
    files,
    savedAt,
    title,
    dataNames,
    readOnly,
    adrift,
    storeFailed,
    rejoin,
    leaveSession,
    reset,
    begin,
    adopt,
    enter,
    get,
    set,
    change,
    addData,
    describeFile,
    mapOf,
    describeTable,
    tableOf,
    knowFile,
    configure,
    refresh,
    create,
    close,
  }
})
