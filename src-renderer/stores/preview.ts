import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { Params, Result } from '#shared/contract/methods.ts'
import type { DataEntry, RunFile } from '#shared/session/run-file.ts'
import { choiceLabel } from '../forms/words.ts'
import { LiveComputation } from '../models/live.ts'
import type { Detail } from '../models/live.ts'
import type { ModelPicture } from '../models/picture.ts'
import type { ModelSection } from '../forms/model-choices.ts'
import { useConnection } from './connection.ts'
import { useDock } from './dock.ts'
import { float32 } from './maps.ts'
import { describeError } from './messages.ts'
import { loadPicture } from './model-pictures.ts'
import { useProject } from './project.ts'
import { useRuns } from './runs.ts'
import { useView } from './view.ts'

/** The sky that the models of the project predict, one value per pixel or source. */
export interface PredictedSky extends Result<'model.sky'> {
  readonly model: Float32Array
  /** Null without data. */
  readonly data: Float32Array | null
  readonly difference: Float32Array | null
}

/** What is computed together when a slider moves. */
interface Preview {
  readonly sky: PredictedSky
  readonly picture: ModelPicture
}

const nsides = [8, 16, 32] as const
const columns = { coarse: 96, fine: 240 } as const
/** A slider that has not moved for this long is at rest. */
const restMs = 180

const quantities = ['I', 'Q', 'U', 'faraday_depth', 'dispersion_measure'] as const

/** The live forward model: what the settings of the next run would look like on the sky, before any run. */
export const usePreview = defineStore('preview', () => {
  const connection = useConnection()
  const dock = useDock()
  const project = useProject()
  const runs = useRuns()
  const view = useView()

  const sky = shallowRef<PredictedSky | null>(null)
  const picture = shallowRef<ModelPicture | null>(null)
  /** How the sky on the screen was computed. */
  const detail = ref<Detail>('coarse')
  const milliseconds = ref(0)
  /** Skies that were shown since the start. */
  const count = ref(0)
  const problem = ref('')
  /** Whether an answer is on its way. */
  const busy = ref(false)

  const section = computed<ModelSection>(() =>
    view.selection.kind === 'model' ? view.selection.section : 'magnetic_field',
  )
  /** The data entries, and every quantity without data at the project's frequency. */
  const subjects = computed(() => [
    ...project.settled.data.map(({ name }) => ({ value: `data ${name}`, label: name })),
    ...quantities.map((value) => ({ value, label: choiceLabel(value) })),
  ])
  const chosen = ref<string | null>(null)
  const subject = computed(
    () =>
      subjects.value.find(({ value }) => value === chosen.value)?.value ?? subjects.value[0].value,
  )
  function choose(value: string) {
    chosen.value = value
    // The places of a catalogue's sources come with its data.
    if (value.startsWith('data ')) view.settings.dataName = value.slice(5)
  }
  /** null without data. */
  const entry = computed<DataEntry | null>(
    () => project.settled.data.find(({ name }) => `data ${name}` === subject.value) ?? null,
  )
  const wanted = computed(
    () =>
      (dock.isShown('predicted') || dock.isShown('picture')) &&
      project.open &&
      connection.state === 'ready',
  )

  interface Input {
    readonly configuration: RunFile
    readonly of: Params<'model.sky'>['of']
    readonly section: ModelSection
  }
  const live = new LiveComputation<Input, Preview>({
    restMs,
    // A run that goes on needs the processor more.
    refine: () => runs.active === null,
    compute: async (input, detail, signal) => {
      const { configuration } = input
      const ofRun = nsides.find((n) => n >= configuration.sky.nside) ?? 32
      const nside = detail === 'coarse' && ofRun > 16 ? 16 : ofRun
      const [{ result, payloads }, picture] = await Promise.all([
        connection.request('model.sky', { configuration, of: input.of, nside, detail }, { signal }),
        loadPicture(configuration, input.section, columns[detail], signal),
      ])
      const next = layersOf(result, float32(payloads[0]))
      return { sky: withKnownData(next, sky.value), picture }
    },
    show: (preview, how, ms) => {
      sky.value = preview.sky
      picture.value = preview.picture
      detail.value = how
      milliseconds.value = ms
      count.value++
      problem.value = ''
      busy.value = live.busy
    },
    fail: (error) => {
      problem.value = describeError(error)
      busy.value = false
    },
  })

  watch(
    [() => project.settled, subject, section, wanted, () => runs.active === null],
    () => {
      if (!wanted.value) return live.stop()
      busy.value = true
      const { sky: settings } = project.settled
      const of = entry.value
        ? { data: entry.value.name }
        : {
            quantity: quantities.find((one) => one === subject.value) ?? 'I',
            frequency_ghz: settings.frequencies_ghz[0],
          }
      live.ask({ configuration: project.settled, of, section: section.value })
    },
    { immediate: true },
  )
  // A sky of other data, or a model of another kind, is not what is asked for.
  watch(subject, () => (sky.value = null))
  watch(section, () => (picture.value = null))
  watch(
    () => project.open,
    () => {
      sky.value = null
      picture.value = null
      problem.value = ''
      chosen.value = null
    },
  )

  /** Neither sky nor picture has it. */
  const withoutRandom = computed(() => {
    const { random, grid } = project.settled.magnetic_field
    return random !== undefined || grid?.initial.random !== undefined
  })

  return {
    sky,
    picture,
    withoutRandom,
    detail,
    milliseconds,
    count,
    problem,
    busy,
    section,
    subjects,
    subject,
    entry,
    choose,
  }
})

/** The data do not change with the model: the same array is not drawn again. */
function withKnownData(next: PredictedSky, shown: PredictedSky | null): PredictedSky {
  const [fresh, known] = [next.data, shown?.data]
  const same =
    fresh !== null &&
    fresh.length === known?.length &&
    fresh.every((value, i) => Object.is(value, known[i]))
  return same ? { ...next, data: known } : next
}

function layersOf(result: Result<'model.sky'>, values: Float32Array): PredictedSky {
  const size = values.length / result.layers.length
  const layer = (name: (typeof result.layers)[number]) => {
    const at = result.layers.indexOf(name)
    return at < 0 ? null : values.slice(at * size, (at + 1) * size)
  }
  return {
    ...result,
    model: values.slice(0, size),
    data: layer('data'),
    difference: layer('difference'),
  }
}
