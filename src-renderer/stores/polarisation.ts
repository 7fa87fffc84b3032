import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { densities, vectorsOf } from '../sky/vectors.ts'
import type { SkyVectors } from '../sky/types.ts'
import { useConnection } from './connection.ts'
import { float32, mapSelection, useMaps } from './maps.ts'
import type { LoadedMap } from './maps.ts'
import { describeError } from './messages.ts'
import { useProject } from './project.ts'
import { useRuns } from './runs.ts'
import { useView } from './view.ts'

interface Partner {
  readonly pixels: Float32Array
  readonly nside: number
}

/** The other Stokes parameter of the map that is shown, and the lines that both make. */
export const usePolarisation = defineStore('polarisation', () => {
  const connection = useConnection()
  const maps = useMaps()
  const project = useProject()
  const runs = useRuns()
  const view = useView()

  const data = shallowRef<Partner | null>(null)
  const model = shallowRef<Partner | null>(null)
  const problem = ref('')

  const wanted = computed(() => {
    const { entry } = maps
    return entry && !entry.catalogue && (entry.quantity === 'Q' || entry.quantity === 'U')
      ? entry
      : null
  })
  /** The entry of the same frequency with the other parameter. */
  const partner = computed(() => {
    const one = wanted.value
    if (!one) return null
    const other = one.quantity === 'Q' ? 'U' : 'Q'
    return (
      project.settled.data.find(
        ({ quantity, frequency_ghz, catalogue }) =>
          quantity === other && frequency_ghz === one.frequency_ghz && !catalogue,
      ) ?? null
    )
  })
  const on = computed(() => view.settings.vectors !== 'off' && partner.value !== null)
  const inspecting = computed(() => view.settings.preset === 'inspect' || !maps.data)

  let turn = 0
  watch(
    [on, partner, inspecting, () => maps.input, () => maps.data, () => maps.model],
    async () => {
      const mine = ++turn
      const entry = partner.value
      if (!on.value || !entry || connection.state !== 'ready') {
        data.value = null
        model.value = null
        return
      }
      try {
        const loaded = await load(entry)
        if (mine !== turn) return
        data.value = loaded.data
        model.value = loaded.model
        problem.value = ''
      } catch (error) {
        if (mine === turn) problem.value = describeError(error)
      }
    },
    { immediate: true },
  )

  async function load(entry: NonNullable<typeof partner.value>) {
    const session = project.session?.session
    const run = runs.shownId
    if (inspecting.value || !session || run === null) {
      const { result, payloads } = await connection.request('maps.load', mapSelection(entry))
      return { data: { pixels: float32(payloads[0]), nside: result.nside }, model: null }
    }
    const of = async (which: 'data' | 'model'): Promise<Partner> => {
      const request = { session, run, data: entry.name, which }
      const { result, payloads } = await connection.request('run.map', request)
      return { pixels: float32(payloads[0]), nside: result.nside }
    }
    return { data: await of('data'), model: maps.model ? await of('model') : null }
  }

  /** Lines of a shown map with its partner; null while there is none of its NSIDE. */
  function linesOf(map: LoadedMap | null, other: Partner | null): SkyVectors | null {
    const { vectors, vectorDensity, vectorLength } = view.settings
    if (vectors === 'off' || !map?.pixels || other?.nside !== map.nside) return null
    const own = wanted.value?.quantity === 'Q'
    const [q, u] = own ? [map.pixels, other.pixels] : [other.pixels, map.pixels]
    return {
      ...vectorsOf(q, u, map.nside, densities[vectorDensity]),
      turnDeg: vectors === 'B' ? 90 : 0,
      length: vectorLength,
    }
  }
  const dataLines = computed(() => linesOf(inspecting.value ? maps.input : maps.data, data.value))
  const modelLines = computed(() => linesOf(maps.model, model.value))

  return { wanted, partner, problem, dataLines, modelLines }
})
