import { useDocumentVisibility } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { EngineError } from '#shared/contract/errors.ts'
import type { Payload } from '#shared/contract/messages.ts'
import type { Params } from '#shared/contract/methods.ts'
import type { DataEntry } from '#shared/session/run-file.ts'
import { deriveAhead } from '../volume/derive-ahead.ts'
import type { Vector3 } from '../volume/types.ts'
import { useConnection } from './connection.ts'
import { describeError, useMessages } from './messages.ts'
import { useProject } from './project.ts'
import { isActive, useRuns } from './runs.ts'
import { useView } from './view.ts'

/** A map ready to draw: float32, RING, Galactic, NaN where there is nothing. */
export interface LoadedMap {
  readonly pixels: Float32Array
  readonly nside: number
  readonly unit: string
}
export interface RunMap extends LoadedMap {
  readonly iteration: number
  readonly nuisance: string
}
export interface LoadedField {
  readonly values: Float32Array
  readonly shape: Vector3
  readonly halfSizeKpc: Vector3
  readonly observerKpc: Vector3
  readonly iteration: number
}
export type RunMapKind = Params<'run.map'>['which']

const leastPauseMs = 1000

export function float32(payload: Payload | undefined): Float32Array {
  if (payload instanceof Float32Array) return payload
  throw new EngineError({ code: 'invalid-reply', message: 'The engine sent no float32 pixels.' })
}

/** What identifies the pixels of a data entry's map. */
export function mapSelection(entry: DataEntry): Params<'maps.load'> {
  const { file, hdu, column, ordering, frame, bad_value } = entry
  return { grant: file, hdu, column, ordering, frame, bad_value }
}

/** Pictures of the open project: the maps as loaded, the maps of the shown run and its field, kept up to date. */
export const useMaps = defineStore('maps', () => {
  const connection = useConnection()
  const project = useProject()
  const messages = useMessages()
  const runs = useRuns()
  const view = useView()
  const visibility = useDocumentVisibility()

  const dataName = ref<string | null>(null)
  const input = shallowRef<LoadedMap | null>(null)
  const inputProblem = ref('')
  const data = shallowRef<RunMap | null>(null)
  const model = shallowRef<RunMap | null>(null)
  const residual = shallowRef<RunMap | null>(null)
  const field = shallowRef<LoadedField | null>(null)
  const busy = ref(false)

  const entry = computed(
    () =>
      project.settled.data.find((one) => one.name === dataName.value) ??
      project.settled.data[0] ??
      null,
  )
  const inputKey = computed(() => (entry.value ? JSON.stringify(mapSelection(entry.value)) : ''))

  watch([inputKey, () => connection.state], () => void loadInput(), { immediate: true })
  async function loadInput() {
    const wanted = inputKey.value
    const chosen = entry.value
    inputProblem.value = ''
    if (!chosen) {
      input.value = null
      return
    }
    if (connection.state !== 'ready') return
    busy.value = true
    try {
      const { result, payloads } = await connection.request('maps.load', mapSelection(chosen))
      if (wanted !== inputKey.value) return
      input.value = {
        pixels: float32(payloads[0]),
        nside: result.nside,
        unit: chosen.unit ?? result.unit,
      }
    } catch (error) {
      if (wanted !== inputKey.value) return
      input.value = null
      inputProblem.value = describeError(error)
    } finally {
      busy.value = false
    }
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
      unit: result.unit,
      iteration: result.iteration,
      nuisance: result.nuisance,
    }
  }
  async function fetchField(): Promise<LoadedField | null> {
    const session = project.session?.session
    const run = runs.shownId
    if (!session || run === null) return null
    const { result, payloads } = await connection.request('run.field', { session, run })
    return {
      values: float32(payloads[0]),
      shape: result.shape,
      halfSizeKpc: result.half_size_kpc,
      observerKpc: result.observer_kpc,
      iteration: result.iteration,
    }
  }

  // What the pictures show, and what they should show; compared once a second.
  const shownKey = computed(() =>
    [project.session?.session, runs.shownId, entry.value?.name].join('/'),
  )
  const residualKind = computed<RunMapKind>(() =>
    view.settings.residualOverSigma ? 'residual_over_sigma' : 'residual',
  )
  const skyVisible = computed(
    () => view.settings.preset !== 'explore' && view.settings.skyTab === 'sky',
  )
  const fieldVisible = computed(() => view.settings.preset !== 'inspect')
  let done = { key: '', sky: '', field: '' }
  let working = false
  let pause: ReturnType<typeof setTimeout> | undefined
  let complained = ''

  watch(shownKey, () => {
    data.value = null
    model.value = null
    residual.value = null
    field.value = null
    done = { key: shownKey.value, sky: '', field: '' }
    void update()
  })
  watch(
    [() => runs.shown, residualKind, skyVisible, fieldVisible, visibility, () => connection.state],
    () => void update(),
  )

  async function update() {
    const run = runs.shown
    if (working || pause !== undefined || !run || !project.session || connection.state !== 'ready')
      return
    if (visibility.value === 'hidden' || run.state === 'queued') return
    const stamp = `${run.iteration}/${isActive(run.state)}`
    const skyStamp = `${stamp}/${residualKind.value}`
    const wantSky = skyVisible.value && done.sky !== skyStamp
    const wantField = fieldVisible.value && done.field !== stamp
    if (!wantSky && !wantField) return
    working = true
    const started = performance.now()
    const key = shownKey.value
    try {
      if (wantSky) {
        const fixed = data.value ?? (await fetchMap('data'))
        const fresh = await fetchMap('model')
        const rest = await fetchMap(residualKind.value)
        if (key === shownKey.value) {
          data.value = fixed
          model.value = fresh
          residual.value = rest
          done.sky = skyStamp
        }
      }
      if (wantField) {
        const fresh = await fetchField()
        if (fresh) await deriveAhead(fresh, view.settings.quantity)
        if (key === shownKey.value) {
          field.value = fresh
          done.field = stamp
        }
      }
      complained = ''
    } catch (error) {
      done = { ...done, sky: skyStamp, field: stamp }
      const text = describeError(error)
      // A run that has not got so far yet has no maps, and one that failed before has said so.
      if (text !== complained && !isActive(run.state) && run.state !== 'failed')
        messages.fail('No pictures of this run', error)
      complained = text
    } finally {
      working = false
      const spent = performance.now() - started
      pause = setTimeout(
        () => {
          pause = undefined
          void update()
        },
        Math.max(leastPauseMs, 3 * spent),
      )
    }
  }

  return {
    dataName,
    entry,
    input,
    inputProblem,
    data,
    model,
    residual,
    field,
    busy,
    loadInput,
  }
})
