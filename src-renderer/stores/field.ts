import { useDocumentVisibility } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { EngineError, isCancelled } from '#shared/contract/errors.ts'
import { gridName, modelGridNames } from '#shared/contract/methods.ts'
import type { ModelGridName, ShownGridName } from '#shared/contract/methods.ts'
import { deriveAhead } from '../volume/derive-ahead.ts'
import { quantityInfo, quantityOf } from '../volume/scalar.ts'
import type { Vector3 } from '../volume/types.ts'
import { useConnection } from './connection.ts'
import { useDock } from './dock.ts'
import { float32 } from './maps.ts'
import { describeError } from './messages.ts'
import { useProject } from './project.ts'
import { isActive, useRuns } from './runs.ts'
import { useView } from './view.ts'

export interface LoadedField {
  readonly grid: ShownGridName
  readonly values: Float32Array
  readonly shape: Vector3
  readonly halfSizeKpc: Vector3
  readonly observerKpc: Vector3
  /** null: of the model, before any run. */
  readonly iteration: number | null
  /** What it depended on when it was asked for. */
  readonly stamp: string
}

const leastPauseMs = 1000

/** What slices and volume show: grids of the shown run, or of the model where there is none, kept up to date. */
export const useField = defineStore('field', () => {
  const connection = useConnection()
  const dock = useDock()
  const project = useProject()
  const runs = useRuns()
  const view = useView()
  const visibility = useDocumentVisibility()

  /** The grid of the chosen quantity. */
  const field = shallowRef<LoadedField | null>(null)
  /** The magnetic field, where arrows or field lines are drawn. */
  const magnetic = shallowRef<LoadedField | null>(null)
  /** Why there is nothing of the chosen quantity, or ''. */
  const problem = ref('')
  const busy = ref(false)

  const wantedGrid = computed<ShownGridName>(() => {
    const { grid } = quantityInfo[view.settings.quantity]
    return offered.value.includes(grid) ? grid : 'magnetic_field'
  })
  /** Grids that there are, or that the engine says why there are not. */
  const offered = computed<readonly ShownGridName[]>(() => {
    if (!runs.shown) return modelGridNames
    const index = runs.shown.grids.includes('spectral_index') ? (['spectral_index'] as const) : []
    return [...modelGridNames, ...index, 'coverage', 'conditional_sigma']
  })
  /** What the panels show: the chosen quantity as soon as its grid is here. */
  const quantity = computed(() => quantityOf(view.settings.quantity, field.value?.grid))
  const vectorsShown = computed(() => view.settings.volume.arrows || view.settings.volume.lines)

  /** The shown run, or 'model': what the configuration says, where there is no run and it can be read. */
  const place = computed(() => {
    if (!project.open || connection.state !== 'ready') return ''
    const session = project.session?.session
    if (session && runs.shownId !== null) return `${session}/${runs.shownId}`
    return project.parsed ? 'model' : ''
  })
  /** What the model of a configuration depends on. */
  const modelText = computed(() => {
    if (place.value !== 'model' || !project.parsed) return ''
    const { box, magnetic_field, thermal_electrons, cosmic_ray_electrons } = project.parsed
    return JSON.stringify([box, magnetic_field, thermal_electrons, cosmic_ray_electrons])
  })
  /** What a grid depends on: those that an iteration does not change are asked for once. */
  function stampOf(grid: ShownGridName): string {
    const run = runs.shown
    if (!run) return `${grid}/${modelText.value}`
    const active = isActive(run.state)
    const moves = gridName.safeParse(grid)
    const step = moves.success && run.grids.includes(moves.data) ? run.iteration : ''
    // Of a run that goes on there is no spread yet.
    const state = grid === 'coverage' ? run.state !== 'queued' && run.state !== 'preparing' : active
    return `${grid}/${place.value}/${step}/${state}`
  }

  let done = ''
  let working = false
  let pause: ReturnType<typeof setTimeout> | undefined
  let request: AbortController | null = null
  const visible = computed(
    () =>
      (dock.isShown('slices') || dock.isShown('volume')) &&
      visibility.value !== 'hidden' &&
      place.value !== '',
  )
  /** Everything that is wanted now. */
  const wanted = computed(() => {
    if (!visible.value) return ''
    return [
      stampOf(wantedGrid.value),
      ...(vectorsShown.value ? [stampOf('magnetic_field')] : []),
    ].join('+')
  })

  watch(place, (now) => {
    // While something is wrong with the model, its last picture stays.
    if (now === '' && project.open) return
    field.value = null
    magnetic.value = null
    problem.value = ''
    done = ''
  })
  watch([place, wantedGrid], () => {
    request?.abort()
    clearTimeout(pause)
    pause = undefined
  })
  watch(wanted, () => void update(), { immediate: true })

  async function update() {
    const asked = wanted.value
    if (working || pause !== undefined || asked === '' || done === asked) return
    const run = runs.shown
    if (run?.state === 'queued') return
    working = true
    busy.value = true
    request = new AbortController()
    const from = place.value
    const started = performance.now()
    try {
      const fresh = await fetchGrid(wantedGrid.value, request.signal)
      await deriveAhead(fresh, quantityOf(view.settings.quantity, fresh.grid))
      const vectors = await fetchVectors(fresh, request.signal)
      if (from === place.value) {
        field.value = fresh
        magnetic.value = vectors
        problem.value = ''
        done = asked
      }
    } catch (error) {
      if (from === place.value && !isCancelled(error)) {
        done = asked
        // A run that has not got so far yet has no field, which the panel says by itself.
        if (!isEarly(error) || !run || !isActive(run.state)) {
          field.value = null
          problem.value = describeError(error)
        }
      }
    } finally {
      working = false
      busy.value = false
      rest(performance.now() - started)
    }
  }
  /** The engine has other work between two pictures. */
  function rest(spentMs: number) {
    const again = done !== wanted.value
    pause = setTimeout(
      () => {
        pause = undefined
        void update()
      },
      again && !runs.active ? 0 : Math.max(leastPauseMs, 3 * spentMs),
    )
  }

  async function fetchVectors(shown: LoadedField, signal: AbortSignal) {
    if (!vectorsShown.value) return null
    const grid = shown.grid === 'magnetic_field' ? shown : await fetchGrid('magnetic_field', signal)
    await deriveAhead(grid, 'B')
    return grid
  }

  async function fetchGrid(grid: ShownGridName, signal: AbortSignal): Promise<LoadedField> {
    const stamp = stampOf(grid)
    const known = [field.value, magnetic.value].find((one) => one?.stamp === stamp)
    if (known) return known
    const session = project.session?.session
    const run = runs.shownId
    const answer = async () => {
      if (session && run !== null) {
        const { result, payloads } = await connection.request(
          'run.field',
          { session, run, grid },
          { signal },
        )
        return { result, payloads, iteration: result.iteration }
      }
      const question = { configuration: project.parsed, grid: requireModelGrid(grid) }
      const { result, payloads } = await connection.request('model.field', question, { signal })
      return { result, payloads, iteration: null }
    }
    const { result, payloads, iteration } = await answer()
    return {
      grid,
      values: float32(payloads[0]),
      shape: result.shape,
      halfSizeKpc: result.half_size_kpc,
      observerKpc: result.observer_kpc,
      iteration,
      stamp,
    }
  }

  return { field, magnetic, quantity, offered, problem, busy }
})

const isEarly = (error: unknown) => error instanceof EngineError && error.code === 'not-yet'

function requireModelGrid(grid: ShownGridName): ModelGridName {
  const found = modelGridNames.find((name) => name === grid)
  if (found) return found
  throw new EngineError({ code: 'no-run', message: 'This is known of runs only: start one.' })
}
