import { useMediaQuery } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { z } from 'zod'
import { curveAxes } from '../charts/abscissa.ts'
import { presets, readDocks, standardDocks } from '../dock/arrangements.ts'
import type { Docks } from '../dock/arrangements.ts'
import { sightlineColumns } from '#shared/contract/methods.ts'
import { projections, signedNorms, skyNorms, wholeSky } from '../sky/types.ts'
import { defaultVolumeSettings, volumeSettings } from '../volume/settings.ts'
import { fieldQuantities } from '../volume/types.ts'
import type { SkyDirection, SkyViewState } from '../sky/types.ts'
import type { FieldReadout, Vector3 } from '../volume/types.ts'
import { useMessages } from './messages.ts'
import { recordView } from './view-history.ts'

export type DialogName =
  | 'palette'
  | 'export'
  | 'save-as'
  | 'close'
  | 'keys'
  | 'about'
  | 'delete-run'
  | 'help'
  | 'report'
  | 'preferences'
  | 'layouts'

export type Selection =
  | { readonly kind: 'data'; readonly index: number; readonly part?: 'mask' }
  | {
      readonly kind: 'model'
      readonly section: 'magnetic_field' | 'thermal_electrons' | 'cosmic_ray_electrons'
    }
  | { readonly kind: 'settings'; readonly part?: 'held_out' }
  | { readonly kind: 'run'; readonly run: number; readonly part?: 'B' | 'coverage' }

const limits = z.tuple([z.number(), z.number()]).nullable()

/** What a session keeps of the view. Whatever cannot be read takes its default. */
const storedView = z.object({
  preset: z.enum(presets).catch('fit'),
  /** Where the panels are in each of them; `readDocks` has read it. */
  docks: z.custom<Docks>(),
  leftOpen: z.boolean().catch(true),
  rightOpen: z.boolean().catch(true),
  /** The data entry on the sky, and the run; null, or one that is not there: the first entry, the last run. */
  dataName: z.string().nullable().catch(null),
  shownRun: z.int().positive().nullable().catch(null),
  norm: z.enum(skyNorms).catch('log'),
  signedNorm: z.enum(signedNorms).catch('linear'),
  projection: z.enum(projections).catch('mollweide'),
  percentile: z.number().min(50).max(100).catch(99.5),
  dataLimits: limits.catch(null),
  residualLimits: limits.catch(null),
  skyCompare: z.enum(['side', 'blink', 'swipe']).catch('side'),
  skyPair: z.enum(['data-model', 'data-residual', 'model-residual']).catch('data-model'),
  swipeShare: z.number().min(0).max(1).catch(0.5),
  histogram: z.boolean().catch(false),
  vectors: z.enum(['off', 'E', 'B']).catch('off'),
  vectorDensity: z.enum(['few', 'medium', 'many']).catch('medium'),
  vectorLength: z.number().min(0.25).max(4).catch(1),
  texture: z.enum(['off', 'E', 'B']).catch('off'),
  textureDetail: z.enum(['coarse', 'medium', 'fine']).catch('medium'),
  /** The catalogue that is drawn over maps of the data, by the name of its entry, and whether in the colours of the map. */
  overlay: z.string().nullable().catch(null),
  overlayInMapColours: z.boolean().catch(false),
  /** Whether the mask of the data is shown over them. */
  mask: z.boolean().catch(true),
  residualOverSigma: z.boolean().catch(false),
  quantity: z.enum(fieldQuantities).catch('B'),
  fieldLimits: limits.catch(null),
  volume: volumeSettings.catch(defaultVolumeSettings),
  /** The line of sight whose profile is shown. */
  sightline: z.object({ lonDeg: z.number(), latDeg: z.number() }).nullable().catch(null),
  /** null: what suits the data. */
  sightlineTracks: z.array(z.enum(sightlineColumns)).nullable().catch(null),
  /** Whether a click into a slice highlights the pixels that see the voxel. */
  showSeen: z.boolean().catch(true),
  /** Runs whose curves are shown beside those of the shown run. */
  comparedRuns: z.array(z.int().positive()).catch([]),
  curvesLog: z.boolean().catch(true),
  curvesAxis: z.enum(curveAxes).catch('iteration'),
  curvesShown: z.array(z.enum(['loss', 'chi2', 'gradient', 'step'])).catch(['loss', 'chi2']),
  slices: z.tuple([z.number(), z.number(), z.number()]).catch([-8.3, 0, 0]),
  sky: z
    .object({
      lonDeg: z.number(),
      latDeg: z.number(),
      rollDeg: z.number(),
      zoom: z.number().min(1),
      panX: z.number(),
      panY: z.number(),
    })
    .catch({ ...wholeSky }),
})
export type StoredView = z.output<typeof storedView>

const defaults = (): StoredView => storedView.parse({ docks: standardDocks() })

export const useView = defineStore('view', () => {
  const messages = useMessages()
  const settings = ref<StoredView>(defaults())
  const recorded = recordView(settings)
  const cursor = ref<SkyDirection | null>(null)
  const pinned = ref(false)
  const voxel = shallowRef<FieldReadout | null>(null)
  const selection = ref<Selection>({ kind: 'settings' })
  const dialog = ref<DialogName | null>(null)

  const sky = computed<SkyViewState>({
    get: () => settings.value.sky,
    set: (value) => (settings.value.sky = { ...value }),
  })
  const slices = computed<Vector3>({
    get: () => settings.value.slices,
    set: (value) => (settings.value.slices = [value[0], value[1], value[2]]),
  })

  // A narrow window (also: a normal one at 200 %) has room for one side bar at a time, over the panels. That is no wish of the user to keep.
  const narrow = useMediaQuery('(max-width: 959px)')
  const sideOver = ref<'left' | 'right' | null>(null)
  const sideBar = (side: 'left' | 'right', key: 'leftOpen' | 'rightOpen') =>
    computed<boolean>({
      get: () => (narrow.value ? sideOver.value === side : settings.value[key]),
      set: (open) => {
        if (!narrow.value) settings.value[key] = open
        else if (open) sideOver.value = side
        else if (sideOver.value === side) sideOver.value = null
      },
    })
  const leftOpen = sideBar('left', 'leftOpen')
  const rightOpen = sideBar('right', 'rightOpen')

  /** Shows something in the inspector. */
  function inspect(what: Selection) {
    selection.value = what
    rightOpen.value = true
  }

  /** The arrangements that are kept; of what cannot be read the user is told. */
  function docksOf(kept: unknown, base: Docks): Docks {
    const { docks, problems } = readDocks(kept, base)
    for (const problem of problems)
      messages.show(
        'warning',
        'A layout could not be read',
        `${problem}. Its panels are where they are by themselves.`,
      )
    return docks
  }
  function restore(stored: unknown) {
    const docks = docksOf(stored, standardDocks())
    const kept = z.record(z.string(), z.unknown()).catch({}).parse(stored)
    const parsed = storedView.safeParse({ ...kept, docks })
    settings.value = parsed.success ? parsed.data : defaults()
    recorded.forget()
    // What was pointed at belongs to the project before.
    cursor.value = null
    pinned.value = false
    voxel.value = null
  }
  /** Takes over some settings by their keys, as they were kept elsewhere. */
  function arrange(part: Readonly<Record<string, unknown>>) {
    const docks = docksOf(part, settings.value.docks)
    settings.value = storedView.parse({ ...settings.value, ...part, docks })
  }
  /** Changes what follows from something else and is no step of its own. */
  function settle(part: Partial<StoredView>) {
    Object.assign(settings.value, part)
    recorded.forget(Object.keys(part))
  }
  function resetSky() {
    settings.value.sky = { ...wholeSky }
    settings.value.dataLimits = null
    settings.value.residualLimits = null
  }
  return {
    settings,
    leftOpen,
    rightOpen,
    cursor,
    pinned,
    voxel,
    selection,
    inspect,
    dialog,
    sky,
    slices,
    restore,
    arrange,
    settle,
    resetSky,
  }
})
