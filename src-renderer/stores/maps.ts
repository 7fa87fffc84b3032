import { useDocumentVisibility } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { EngineError } from '#shared/contract/errors.ts'
import type { Payload } from '#shared/contract/messages.ts'
import type { Params } from '#shared/contract/methods.ts'
import type { DataEntry } from '#shared/session/run-file.ts'
import { noteExtremes } from '../sky/colour-scale.ts'
import { useConnection } from './connection.ts'
import { useDock } from './dock.ts'
import { describeError, useMessages } from './messages.ts'
import { useProject } from './project.ts'
import { isActive, useRuns } from './runs.ts'
import { catalogueMaps, pointsOf } from './points.ts'
import type { CoarseMap, LoadedMap, RunMap } from './points.ts'
import { useView } from './view.ts'

export type { LoadedMap, RunMap } from './points.ts'

export type RunMapKind = Params<'run.map'>['which']
export type ResidualKind = Extract<RunMapKind, 'residual' | 'residual_over_sigma'>

const leastPauseMs = 1000
/** As fine as a screen that shows the whole sky; finer maps come in two steps. */
const screenNside = 512
/** The map of another data entry stays on the screen for this long while its successor is loaded. */
const latestMs = 250

export function float64(payload: Payload | undefined): Float64Array {
  if (payload instanceof Float64Array) return payload
  throw new EngineError({ code: 'invalid-reply', message: 'The engine sent no float64 numbers.' })
}
export function float32(payload: Payload | undefined): Float32Array {
  if (payload instanceof Float32Array) return payload
  throw new EngineError({ code: 'invalid-reply', message: 'The engine sent no float32 pixels.' })
}
export function bytes(payload: Payload | undefined): Uint8Array {
  if (payload instanceof Uint8Array) return payload
  throw new EngineError({ code: 'invalid-reply', message: 'The engine sent no bytes.' })
}

/** What identifies the pixels of a data entry's map. */
export function mapSelection(entry: DataEntry): Params<'maps.load'> {
  const { file, hdu, column, ordering, frame, bad_value } = entry
  return { grant: file, hdu, column, ordering, frame, bad_value }
}

/** Pictures of the open project: the maps as loaded, the maps of the shown run, kept up to date. */
export const useMaps = defineStore('maps', () => {
  const connection = useConnection()
  const dock = useDock()
  const project = useProject()
  const messages = useMessages()
  const runs = useRuns()
  const view = useView()
  const visibility = useDocumentVisibility()

  const input = shallowRef<LoadedMap | null>(null)
  /** Shown while a finer map is on its way. */
  const coarse = shallowRef<CoarseMap | null>(null)
  const inputProblem = ref('')
  const data = shallowRef<RunMap | null>(null)
  const model = shallowRef<RunMap | null>(null)
  const residual = shallowRef<RunMap | null>(null)
  const busy = ref(false)

  const entry = computed(
    () =>
      project.settled.data.find((one) => one.name === view.settings.dataName) ??
      project.settled.data[0] ??
      null,
  )
  const inputKey = computed(() =>
    entry.value
      ? JSON.stringify(entry.value.catalogue ? entry.value : mapSelection(entry.value))
      : '',
  )

  // An entry that gets another name is still the one that is shown.
  watch(
    () => project.dataNames,
    (names, before) => {
      if (names.length !== before.length) return
      for (const key of ['dataName', 'overlay'] as const) {
        const index = before.indexOf(view.settings[key] ?? '')
        if (index >= 0 && !names.includes(before[index])) view.settle({ [key]: names[index] })
      }
    },
  )

  let inputName = ''
  watch([inputKey, () => connection.state], () => void loadInput(), { immediate: true })
  async function loadInput() {
    const wanted = inputKey.value
    const chosen = entry.value
    inputProblem.value = ''
    coarse.value = null
    busy.value = false
    if (!chosen) {
      input.value = null
      return
    }
    if (connection.state !== 'ready') return
    busy.value = true
    // For a moment the last map may stay, but not under the name of another for long.
    const late = setTimeout(() => {
      if (wanted === inputKey.value && chosen.name !== inputName) input.value = null
    }, latestMs)
    try {
      const loaded = await (chosen.catalogue
        ? loadPoints(chosen)
        : loadMap(chosen, (first) => {
            if (wanted !== inputKey.value) return
            coarse.value = first
            input.value = null
          }))
      if (wanted !== inputKey.value) return
      input.value = loaded
      inputName = chosen.name
    } catch (error) {
      if (wanted !== inputKey.value) return
      input.value = null
      inputProblem.value = describeError(error)
    } finally {
      clearTimeout(late)
      if (wanted === inputKey.value) {
        coarse.value = null
        busy.value = false
      }
    }
  }

  /** `showFirst` gets a coarser picture where the whole map is far larger. */
  async function loadMap(
    chosen: DataEntry,
    showFirst: (map: CoarseMap) => void,
  ): Promise<LoadedMap> {
    const first = await fetchPixels(chosen, screenNside)
    if (first.nside === first.finest) return first
    showFirst(first)
    return fetchPixels(chosen)
  }
  async function fetchPixels(chosen: DataEntry, nside?: number): Promise<CoarseMap> {
    const selection = { ...mapSelection(chosen), nside }
    const { result, payloads } = await connection.request('maps.load', selection)
    if (result.valid === 0)
      throw new Error(
        `${result.name || 'This map'} holds no value: every pixel is NaN, UNSEEN or the bad value. Choose another column or file.`,
      )
    const unit = chosen.unit ?? result.unit
    const pixels = float32(payloads[0])
    noteExtremes(pixels, result.minimum, result.maximum)
    return { pixels, nside: result.nside, finest: result.finest, points: null, unit }
  }
  async function loadPoints(chosen: DataEntry): Promise<LoadedMap> {
    const { result, payloads } = await connection.request('points.load', { entry: chosen })
    const points = pointsOf(float64(payloads[0]), result.columns, 'value')
    return { pixels: null, nside: 0, points, unit: result.unit }
  }

  /** Data, model and residual of the catalogue that is shown. */
  async function fetchCatalogue(kind: ResidualKind) {
    const session = project.session?.session
    const run = runs.shownId
    const name = entry.value?.name
    if (!session || run === null || name === undefined) return null
    const request = { session, run, data: name }
    const { result, payloads } = await connection.request('run.points', request)
    return catalogueMaps(float64(payloads[0]), result, kind === 'residual_over_sigma')
  }
  async function fetchMap(which: RunMapKind): Promise<RunMap | null> {
    const session = project.session?.session
    const run = runs.shownId
    const name = entry.value?.name
    if (!session || run === null || name === undefined) return null
    const { result, payloads } = await connection.request('run.map', {
      session,
      run,
      data: name,
      which,
    })
    return {
      pixels: float32(payloads[0]),
      nside: result.nside,
      points: null,
      unit: result.unit,
      iteration: result.iteration,
      nuisance: result.nuisance,
    }
  }
  async function fetchMaps() {
    return {
      data: data.value ?? (await fetchMap('data')),
      model: await fetchMap('model'),
      residual: await fetchMap(residualKind.value),
    }
  }
  /** The residual of one kind that belongs to the model on the screen, fetched if it is the other one that is shown; null where there is none. */
  async function residualOf(kind: ResidualKind): Promise<RunMap | null> {
    if (!model.value || kind === residualKind.value) return residual.value
    const found = entry.value?.catalogue
      ? ((await fetchCatalogue(kind))?.residual ?? null)
      : await fetchMap(kind)
    // A run that goes on may be further by now.
    return found?.iteration === model.value.iteration ? found : null
  }
  // What the pictures show, and what they should show; compared once a second.
  const shownKey = computed(() =>
    [project.session?.session, runs.shownId, entry.value?.name].join('/'),
  )
  const residualKind = computed<ResidualKind>(() =>
    view.settings.residualOverSigma ? 'residual_over_sigma' : 'residual',
  )
  const skyVisible = computed(() => dock.isShown('sky'))
  /** What `update` has dealt with; the pictures of anything else, and of a run that goes on, are on their way. */
  const dealtWith = ref('')
  const awaited = computed(
    () =>
      connection.state === 'ready' &&
      runs.shown !== null &&
      (isActive(runs.shown.state) || dealtWith.value !== shownKey.value),
  )
  /** The shown run was not fitted to the data that are shown. */
  const isForeign = ref(false)
  let done = ''
  let working = false
  let pause: ReturnType<typeof setTimeout> | undefined
  let complained = ''

  watch(shownKey, () => {
    data.value = null
    model.value = null
    residual.value = null
    isForeign.value = false
    done = ''
    hurry()
  })
  // What a run has come to is shown at once.
  watch(() => runs.shown && isActive(runs.shown.state), hurry)
  watch(
    [() => runs.shown, residualKind, skyVisible, visibility, () => connection.state],
    () => void update(),
  )

  /** Updates without the pause after the last time. */
  function hurry() {
    clearTimeout(pause)
    pause = undefined
    void update()
  }

  async function update() {
    const run = runs.shown
    if (working || pause !== undefined || !run || !project.session || connection.state !== 'ready')
      return
    if (visibility.value === 'hidden' || run.state === 'queued') return
    const stamp = `${run.iteration}/${isActive(run.state)}/${residualKind.value}`
    if (!skyVisible.value || done === stamp) return
    working = true
    const started = performance.now()
    const key = shownKey.value
    try {
      const pictures = await (entry.value?.catalogue
        ? fetchCatalogue(residualKind.value)
        : fetchMaps())
      if (key === shownKey.value) {
        data.value = pictures?.data ?? null
        model.value = pictures?.model ?? null
        residual.value = pictures?.residual ?? null
        done = stamp
      }
      complained = ''
    } catch (error) {
      if (key === shownKey.value) done = stamp
      const text = describeError(error)
      // A run that has not got so far yet has no maps, and neither has one that was deleted; one that failed before has said so.
      const code = error instanceof EngineError ? error.code : ''
      if (key === shownKey.value) isForeign.value = code === 'no-data'
      const isNone = ['not-yet', 'unknown-run', 'no-data'].includes(code)
      if (text !== complained && !isNone && !isActive(run.state) && run.state !== 'failed')
        messages.fail('No pictures of this run', error)
      complained = text
    } finally {
      working = false
      dealtWith.value = key
      const spent = performance.now() - started
      const goesOn = runs.shown !== null && isActive(runs.shown.state)
      if (key !== shownKey.value || !goesOn) hurry()
      else pause = setTimeout(hurry, Math.max(leastPauseMs, 3 * spent))
    }
  }

  /** The data on the screen: as the run sees them once there is one, but as the file holds them where data are inspected. */
  const shownData = computed<LoadedMap | null>(() => {
    const ofFile = coarse.value ?? input.value
    return view.settings.preset === 'inspect' ? (ofFile ?? data.value) : (data.value ?? ofFile)
  })

  return {
    entry,
    input,
    coarse,
    inputProblem,
    data,
    shownData,
    model,
    residual,
    awaited,
    isForeign,
    busy,
    loadInput,
    residualOf,
  }
})
