import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import { parseUnit } from '#shared/sky/index.ts'
import type { DataEntry } from '#shared/session/run-file.ts'
import type { SkyPoints } from '../sky/types.ts'
import { useConnection } from './connection.ts'
import { float64, useMaps } from './maps.ts'
import { useMessages } from './messages.ts'
import { pointsOf } from './points.ts'
import { useProject } from './project.ts'
import { useView } from './view.ts'

interface LoadedCatalogue {
  /** What it was read from. */
  readonly key: string
  readonly points: SkyPoints
  readonly unit: string
}

/** The catalogue that is drawn over the maps of the sky. */
export const useOverlay = defineStore('overlay', () => {
  const connection = useConnection()
  const maps = useMaps()
  const messages = useMessages()
  const project = useProject()
  const view = useView()

  const loaded = shallowRef<LoadedCatalogue | null>(null)

  const catalogues = computed(() => project.settled.data.filter((entry) => entry.catalogue))
  /** Where there is a map to draw over, and something to draw. */
  const possible = computed(
    () => catalogues.value.length > 0 && maps.entry !== null && !maps.entry.catalogue,
  )
  const entry = computed<DataEntry | null>(
    () =>
      (possible.value && catalogues.value.find(({ name }) => name === view.settings.overlay)) ||
      null,
  )
  const key = computed(() => (entry.value ? JSON.stringify(entry.value) : ''))
  watch([key, () => connection.state], () => void load(), { immediate: true })
  async function load() {
    const [chosen, wanted] = [entry.value, key.value]
    if (!chosen || connection.state !== 'ready' || loaded.value?.key === wanted) return
    try {
      const { result, payloads } = await connection.request('points.load', { entry: chosen })
      if (wanted !== key.value) return
      const points = pointsOf(float64(payloads[0]), result.columns, 'value')
      loaded.value = { key: wanted, points, unit: result.unit }
    } catch (error) {
      messages.fail('Catalogue not shown', error)
    }
  }

  /** Its sources; null while there are none to draw. */
  const shown = computed(() =>
    entry.value && loaded.value?.key === key.value ? { ...loaded.value, entry: entry.value } : null,
  )
  /** Whether the colours of the map can be those of the sources too: both are in the same unit. */
  const sharesUnit = computed(() => {
    const [one, other] = [shown.value?.unit, maps.shownData?.unit]
    if (one === undefined || other === undefined) return false
    // Files write 'rad/m2' or 'rad m-2' for rad/m^2.
    return one === other || (parseUnit(one) !== undefined && parseUnit(one) === parseUnit(other))
  })
  return { catalogues, possible, shown, sharesUnit }
})
