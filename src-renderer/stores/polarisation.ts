import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { DataEntry } from '#shared/session/run-file.ts'
import { resampleAhead } from '../sky/resample-ahead.ts'
import { densities, pairsOf, textureNsides, vectorsOf } from '../sky/vectors.ts'
import type { SkyTexture, SkyVectors } from '../sky/types.ts'
import { useConnection } from './connection.ts'
import { float32, mapSelection, useMaps } from './maps.ts'
import { describeError } from './messages.ts'
import { useProject } from './project.ts'
import { useRuns } from './runs.ts'
import { useView } from './view.ts'

/** Q and U of one sky: RING, Galactic, U in the IAU sense. */
interface Stokes {
  readonly q: Float32Array
  readonly u: Float32Array
  readonly nside: number
}

/** Nothing that is drawn of the polarisation is finer. */
const finest = textureNsides.fine

/** Both Stokes parameters of the map that is shown, and the lines that they make. */
export const usePolarisation = defineStore('polarisation', () => {
  const connection = useConnection()
  const maps = useMaps()
  const project = useProject()
  const runs = useRuns()
  const view = useView()

  const stokes = shallowRef<{ data: Stokes | null; model: Stokes | null }>(nothing)
  const lines = shallowRef<{ data: SkyVectors | null; model: SkyVectors | null }>(nothing)
  const textures = shallowRef<{ data: SkyTexture | null; model: SkyTexture | null }>(nothing)
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
  const on = computed(
    () =>
      (view.settings.vectors !== 'off' || view.settings.texture !== 'off') &&
      partner.value !== null,
  )
  const inspecting = computed(() => view.settings.preset === 'inspect' || !maps.data)

  let turn = 0
  watch(
    [on, partner, inspecting, () => maps.input, () => maps.data, () => maps.model],
    async () => {
      const mine = ++turn
      const [one, other] = [wanted.value, partner.value]
      if (!on.value || !one || !other || connection.state !== 'ready') {
        stokes.value = nothing
        return
      }
      const [q, u] = one.quantity === 'Q' ? [one, other] : [other, one]
      try {
        const loaded = await load(q, u)
        if (mine !== turn) return
        stokes.value = loaded
        problem.value = ''
      } catch (error) {
        if (mine !== turn) return
        stokes.value = nothing
        problem.value = describeError(error)
      }
    },
    { immediate: true },
  )

  async function load(q: DataEntry, u: DataEntry) {
    const session = project.session?.session
    const run = runs.shownId
    if (inspecting.value || !session || run === null)
      return { data: await fromFiles(q, u), model: null }
    const of = async (which: 'data' | 'model') => {
      const fetched = [q, u].map(async ({ name }) => {
        const { result, payloads } = await connection.request('run.map', {
          session,
          run,
          data: name,
          which,
        })
        return { values: float32(payloads[0]), nside: result.nside }
      })
      const [ofQ, ofU] = await Promise.all(fetched)
      return sameNside(ofQ, ofU)
    }
    return { data: await of('data'), model: maps.model ? await of('model') : null }
  }
  async function fromFiles(q: DataEntry, u: DataEntry): Promise<Stokes> {
    const described = ({ file, hdu }: DataEntry) => project.mapOf(file, hdu)
    for (const entry of [q, u])
      if ((entry.frame ?? described(entry)?.frame ?? 'galactic') !== 'galactic')
        throw new Error(
          `${entry.name} is not in Galactic coordinates: its lines can be drawn once a run has turned Q and U together.`,
        )
    const fetched = [q, u].map(async (entry) => {
      const selection = { ...mapSelection(entry), nside: finest }
      const { result, payloads } = await connection.request('maps.load', selection)
      return { values: float32(payloads[0]), nside: result.nside }
    })
    const [ofQ, ofU] = await Promise.all(fetched)
    const convention = u.polarisation ?? described(u)?.polarisation
    if (convention === 'COSMO')
      for (let i = 0; i < ofU.values.length; i++) ofU.values[i] = -ofU.values[i]
    return sameNside(ofQ, ofU)
  }

  // Averages are made in a worker; of several changes only the last counts.
  let drawing = 0
  watch(
    [
      stokes,
      () => view.settings.vectors,
      () => view.settings.vectorDensity,
      () => view.settings.vectorLength,
      () => view.settings.texture,
      () => view.settings.textureDetail,
    ],
    async () => {
      const mine = ++drawing
      const { data, model } = stokes.value
      const [dataLines, modelLines, dataTexture, modelTexture] = await Promise.all([
        linesOf(data),
        linesOf(model),
        textureOf(data),
        textureOf(model),
      ])
      if (mine !== drawing) return
      lines.value = { data: dataLines, model: modelLines }
      textures.value = { data: dataTexture, model: modelTexture }
    },
  )
  async function linesOf(sky: Stokes | null): Promise<SkyVectors | null> {
    const { vectors, vectorDensity, vectorLength } = view.settings
    if (!sky || vectors === 'off') return null
    const { q, u, nside } = await averaged(sky, densities[vectorDensity])
    return { ...vectorsOf(q, u, nside), turnDeg: vectors === 'B' ? 90 : 0, length: vectorLength }
  }
  async function textureOf(sky: Stokes | null): Promise<SkyTexture | null> {
    const { texture, textureDetail } = view.settings
    if (!sky || texture === 'off') return null
    const { q, u, nside } = await averaged(sky, textureNsides[textureDetail])
    return { nside, ...pairsOf(q, u), across: texture === 'B' }
  }

  const dataLines = computed(() => lines.value.data)
  const modelLines = computed(() => lines.value.model)
  const dataTexture = computed(() => textures.value.data)
  const modelTexture = computed(() => textures.value.model)
  return { wanted, partner, problem, dataLines, modelLines, dataTexture, modelTexture }
})

const nothing = { data: null, model: null } as const

interface Fetched {
  readonly values: Float32Array
  readonly nside: number
}
/** Throws Error where the maps of Q and U have different NSIDE. */
function sameNside(q: Fetched, u: Fetched): Stokes {
  if (q.nside !== u.nside)
    throw new Error(
      `Q has NSIDE ${q.nside} and U has NSIDE ${u.nside}: lines need both at the same.`,
    )
  return { q: q.values, u: u.values, nside: q.nside }
}

/** At most at this NSIDE. */
async function averaged(sky: Stokes, most: number): Promise<Stokes> {
  const nside = Math.min(sky.nside, most)
  const [q, u] = await Promise.all(
    [sky.q, sky.u].map((values) => resampleAhead(values, sky.nside, nside)),
  )
  if (!(q instanceof Float32Array && u instanceof Float32Array)) return sky
  return { q, u, nside }
}
