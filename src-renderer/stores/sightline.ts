import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { isCancelled } from '#shared/contract/errors.ts'
import { profileOf } from '../sightline/profile.ts'
import type { SightlineProfile } from '../sightline/profile.ts'
import type { SkyMarks } from '../sky/types.ts'
import type { FieldRay, Vector3 } from '../volume/types.ts'
import { useConnection } from './connection.ts'
import { useDock } from './dock.ts'
import { float32, float64, useMaps } from './maps.ts'
import { describeError } from './messages.ts'
import { useProject } from './project.ts'
import { useRuns } from './runs.ts'
import { useView } from './view.ts'

/** One line of sight through the shown run. */
export interface LoadedSightline {
  readonly profile: SightlineProfile
  readonly lDeg: number
  readonly bDeg: number
  readonly observerKpc: Vector3
  readonly endKpc: Vector3
  readonly iteration: number
  readonly frequenciesGhz: readonly number[]
}
/** The lines of sight that depend on a voxel. */
export interface SeenVoxel {
  readonly centreKpc: Vector3
  readonly seen: number
  readonly longestKpc: number
  readonly marks: SkyMarks
}

/** While a run goes on, the profile follows it at most this often. */
const leastPauseMs = 1000

/** The chosen line of sight and the chosen voxel, for all panels. */
export const useSightline = defineStore('sightline', () => {
  const connection = useConnection()
  const dock = useDock()
  const maps = useMaps()
  const project = useProject()
  const runs = useRuns()
  const view = useView()

  const loaded = shallowRef<LoadedSightline | null>(null)
  const problem = ref('')
  const busy = ref(false)
  /** On the line of sight, where the panels have their mark. */
  const cursorKpc = ref<number | null>(null)

  const target = computed(() => view.settings.sightline)
  const key = computed(() => {
    const session = project.session?.session
    if (!session || runs.shownId === null || connection.state !== 'ready') return ''
    return JSON.stringify([session, runs.shownId, maps.entry?.name])
  })
  const visible = computed(() => target.value !== null && dock.isShown('sightline'))
  let asked = 0
  let askedAt = -Infinity
  let later: ReturnType<typeof setTimeout> | undefined
  let request: AbortController | null = null

  watch([key, target], () => {
    loaded.value = null
    cursorKpc.value = null
    void load()
  })
  watch([() => runs.shown?.iteration, () => runs.shown?.state, visible], () => {
    if (!visible.value || later !== undefined) return
    const wait = Math.max(0, askedAt + leastPauseMs - performance.now())
    later = setTimeout(() => {
      later = undefined
      if (loaded.value?.iteration !== runs.shown?.iteration || problem.value !== '') void load()
    }, wait)
  })

  async function load() {
    request?.abort()
    const wanted = target.value
    problem.value = ''
    const session = project.session?.session
    const run = runs.shownId
    if (!wanted || key.value === '' || !session || run === null) {
      busy.value = false
      return
    }
    const turn = ++asked
    askedAt = performance.now()
    request = new AbortController()
    busy.value = true
    try {
      const { result, payloads } = await connection.request(
        'run.sightline',
        { session, run, l_deg: wanted.lonDeg, b_deg: wanted.latDeg, data: maps.entry?.name },
        { signal: request.signal },
      )
      if (turn !== asked) return
      loaded.value = {
        profile: profileOf(result.columns, result.rows, float64(payloads[0])),
        lDeg: result.l_deg,
        bDeg: result.b_deg,
        observerKpc: result.observer_kpc,
        endKpc: result.end_kpc,
        iteration: result.iteration,
        frequenciesGhz: result.frequencies_ghz,
      }
    } catch (error) {
      if (turn === asked && !isCancelled(error)) problem.value = describeError(error)
    } finally {
      if (turn === asked) busy.value = false
    }
  }

  /** Where it goes: the pixel's centre as soon as the engine has said which. */
  const place = computed(() =>
    loaded.value ? { lonDeg: loaded.value.lDeg, latDeg: loaded.value.bDeg } : target.value,
  )

  /** For slices and volume: from the observer to the end, and where the cursor is. */
  const ray = computed<FieldRay | null>(() => {
    const one = loaded.value
    if (!one) return null
    const { profile, observerKpc: from, endKpc } = one
    const length = profile.distanceKpc[profile.rows - 1]
    const part = cursorKpc.value === null ? null : cursorKpc.value / length
    const at = (share: number): Vector3 => [
      from[0] + share * (endKpc[0] - from[0]),
      from[1] + share * (endKpc[1] - from[1]),
      from[2] + share * (endKpc[2] - from[2]),
    ]
    return { endKpc, markKpc: part === null ? null : at(part) }
  })

  const voxel = ref<Vector3 | null>(null)
  const seen = shallowRef<SeenVoxel | null>(null)
  let seenTurn = 0
  watch([voxel, key], async () => {
    const turn = ++seenTurn
    const session = project.session?.session
    const run = runs.shownId
    const data = maps.entry?.name
    const at = voxel.value
    if (!at || key.value === '' || !session || run === null || data === undefined) {
      seen.value = null
      return
    }
    try {
      const { result, payloads } = await connection.request('run.seen_by', {
        session,
        run,
        data,
        position_kpc: [at[0], at[1], at[2]],
      })
      if (turn !== seenTurn) return
      const paths = float32(payloads[0])
      const strength = Uint8Array.from(paths, (path) =>
        path > 0 ? Math.max(1, Math.round((255 * path) / result.longest_kpc)) : 0,
      )
      seen.value = {
        centreKpc: result.centre_kpc,
        seen: result.seen,
        longestKpc: result.longest_kpc,
        marks: { nside: result.nside, strength },
      }
    } catch {
      // A run without data yet has nothing to highlight.
      if (turn === seenTurn) seen.value = null
    }
  })
  watch(
    () => view.settings.showSeen,
    (shown) => {
      if (!shown) voxel.value = null
    },
  )

  /** The direction of a click, or null to have none. */
  function choose(direction: { lonDeg: number; latDeg: number } | null) {
    view.settings.sightline = direction && {
      lonDeg: direction.lonDeg - 360 * Math.floor(direction.lonDeg / 360),
      latDeg: direction.latDeg,
    }
  }
  function chooseVoxel(position: Vector3 | null) {
    voxel.value = view.settings.showSeen ? position : null
  }

  return {
    target,
    place,
    loaded,
    problem,
    busy,
    cursorKpc,
    ray,
    voxel,
    seen,
    load,
    choose,
    chooseVoxel,
  }
})
