import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { DataEntry } from '#shared/session/run-file.ts'
import { discSpans, latitudeSpans, polygonSpans } from '#shared/healpix/index.ts'
import type { Span } from '#shared/healpix/index.ts'
import { directionVector } from '#shared/sky/index.ts'
import { strokeDiscs } from '../sky/brush.ts'
import { finish, finishInPieces, MaskEditor, spansWhere } from '../sky/mask-editor.ts'
import { resampleAhead } from '../sky/resample-ahead.ts'
import type { SkyDirection, SkyDrawing, SkyMask, SkyStroke } from '../sky/types.ts'
import { useConnection } from './connection.ts'
import { useDock } from './dock.ts'
import { bytes, useMaps } from './maps.ts'
import { useMessages } from './messages.ts'
import { useProject } from './project.ts'
import { useView } from './view.ts'

export const maskTools = ['disc', 'polygon', 'band', 'values'] as const
export type MaskTool = (typeof maskTools)[number]

const degree = Math.PI / 180

/** The mask of the shown map: as it is, and while it is drawn. */
export const useMask = defineStore('mask', () => {
  const connection = useConnection()
  const dock = useDock()
  const maps = useMaps()
  const messages = useMessages()
  const project = useProject()
  const view = useView()

  const editor = shallowRef<MaskEditor | null>(null)
  /** What is shown over the map. */
  const sky = shallowRef<SkyMask | null>(null)
  const working = ref(false)
  const unsaved = ref(false)
  const tool = ref<MaskTool>('disc')
  /** Whether the tools mask, or take the mask away. */
  const masks = ref(true)
  const radiusDeg = ref(5)
  const corners = shallowRef<readonly SkyDirection[]>([])
  let lastPlace: SkyDirection | null = null
  /** The map that is drawn on. */
  const drawnOn = ref<{ readonly name: string; readonly file: string } | null>(null)

  const possible = computed(
    () => maps.entry !== null && !maps.entry.catalogue && (maps.input?.pixels ?? null) !== null,
  )
  /** Drawing happens where the map is seen as its file holds it. */
  const active = computed(() => editor.value !== null && view.settings.preset === 'inspect')
  const shown = computed(() =>
    view.settings.preset === 'inspect' && (active.value || view.settings.mask) ? sky.value : null,
  )
  const drawing = computed<SkyDrawing | null>(() => {
    if (!active.value || working.value) return null
    if (tool.value === 'disc') return { kind: 'disc', radiusDeg: radiusDeg.value }
    return tool.value === 'polygon' ? { kind: 'polygon', corners: corners.value } : null
  })
  const share = computed(() => {
    const now = sky.value
    return now && editor.value ? editor.value.masked / now.used.length : 0
  })
  const canUndo = computed(() => (sky.value && editor.value?.canUndo) === true)
  const canRedo = computed(() => (sky.value && editor.value?.canRedo) === true)

  // While nothing is drawn, the mask that the data entry names.
  watch(
    [() => JSON.stringify(maps.entry?.mask), () => maps.input, () => view.settings.mask],
    () => void showOwn(),
    { immediate: true },
  )
  async function showOwn() {
    if (editor.value) return
    const entry = maps.entry
    const nside = maps.input?.nside ?? 0
    sky.value = null
    if (!entry?.mask || nside === 0 || !view.settings.mask) return
    try {
      const used = await load(entry, nside)
      if (maps.entry === entry && maps.input?.nside === nside && !editor.value)
        sky.value = new MaskEditor(nside, used).picture()
    } catch (error) {
      messages.fail('Mask not shown', error)
    }
  }
  async function load(entry: DataEntry, nside: number): Promise<Uint8Array> {
    const { payloads } = await connection.request('masks.load', { entry, nside })
    return bytes(payloads[0])
  }

  /** Begins with the mask that the map has, or with none. */
  async function edit() {
    const entry = maps.entry
    const nside = maps.input?.nside ?? 0
    if (editor.value || !entry || nside === 0) return
    view.settings.preset = 'inspect'
    dock.show('sky')
    await during('Mask not opened', async () => {
      const used = entry.mask
        ? await load(entry, nside)
        : new Uint8Array(12 * nside * nside).fill(1)
      take(new MaskEditor(nside, used))
      unsaved.value = false
      drawnOn.value = { name: entry.name, file: entry.file }
    })
  }
  // A mask that was drawn does not go with its map, or with its project: it can still be written as a file.
  const hasMap = computed(() =>
    project.settled.data.some(({ file }) => file === drawnOn.value?.file),
  )
  watch(hasMap, (has) => {
    const [left, name, wanted] = [editor.value, drawnOn.value?.name, unsaved.value]
    if (has || !left || name === undefined) return
    leave()
    if (wanted)
      messages.show('warning', `The mask drawn on ${name} was not saved`, undefined, [
        { label: 'Save it as a file', run: () => writeLater(left, name) },
      ])
  })
  function take(next: MaskEditor) {
    editor.value = next
    corners.value = []
    publish()
  }
  function publish() {
    if (editor.value) sky.value = editor.value.picture()
    unsaved.value = true
  }
  /** Leaves drawing; what has not been saved is gone. */
  function leave() {
    editor.value = null
    corners.value = []
    unsaved.value = false
    drawnOn.value = null
    void showOwn()
  }
  async function during(failed: string, work: () => Promise<void>) {
    working.value = true
    try {
      await work()
    } catch (error) {
      messages.fail(failed, error)
    } finally {
      working.value = false
    }
  }

  function stroke({ phase, at }: SkyStroke) {
    if (tool.value === 'disc') brush({ phase, at })
    else if (phase === 'start' && at) corners.value = [...corners.value, at]
    else if (phase === 'back') corners.value = corners.value.slice(0, -1)
    else if (phase === 'close') void fillPolygon()
  }
  function brush({ phase, at }: SkyStroke) {
    const current = editor.value
    if (!current) return
    if (phase === 'end') {
      current.end()
      lastPlace = null
      publish()
    } else if (phase === 'start' || phase === 'move') {
      current.begin()
      if (at) {
        for (const place of strokeDiscs(lastPlace ?? at, at, radiusDeg.value)) {
          const centre = directionVector(place.lonDeg, place.latDeg)
          const disc = discSpans(current.nside, centre, radiusDeg.value * degree)
          const before = current.revision
          finish(current.paint(disc, masks.value))
          if (current.revision !== before) publish()
        }
      }
      lastPlace = at
    }
  }

  /** One stroke over many pixels. */
  async function apply(steps: (current: MaskEditor) => Iterator<void>) {
    const current = editor.value
    if (!current || working.value) return
    working.value = true
    current.begin()
    try {
      await finishInPieces(steps(current))
    } finally {
      current.end()
      working.value = false
      publish()
    }
  }
  const paint = (spans: (nside: number) => Iterable<Span>) =>
    apply((current) => current.paint(spans(current.nside), masks.value))

  /** Fills the polygon, if it is one. */
  async function fillPolygon() {
    const distinct = corners.value.filter(
      (corner, i, all) =>
        i === 0 || corner.lonDeg !== all[i - 1].lonDeg || corner.latDeg !== all[i - 1].latDeg,
    )
    corners.value = []
    if (distinct.length < 3) return
    const vectors = distinct.map(({ lonDeg, latDeg }) => directionVector(lonDeg, latDeg))
    await paint((nside) => polygonSpans(nside, vectors))
  }
  const fillBand = (lowDeg: number, highDeg: number) =>
    paint((nside) => latitudeSpans(nside, lowDeg * degree, highDeg * degree))
  /** Values of the shown map, in its unit, beyond a limit; on a coarser mask those of its means. */
  async function fillValues(side: 'above' | 'below', limit: number) {
    const input = maps.input
    const current = editor.value
    if (!input?.pixels || !current || working.value) return
    const values = await resampleAhead(input.pixels, input.nside, current.nside)
    if (!(values instanceof Float32Array)) return
    const isBeyond =
      side === 'above' ? (p: number) => values[p] > limit : (p: number) => values[p] < limit
    await paint(() => spansWhere(values.length, isBeyond))
  }
  const invert = () => apply((current) => current.invert())
  const clear = () => apply((current) => current.paint([[0, current.used.length]], false))
  function undo() {
    editor.value?.undo()
    publish()
  }
  function redo() {
    editor.value?.redo()
    publish()
  }

  /** Goes on at another resolution; a pixel is used where half of it or more was. Strokes before cannot be undone any more. */
  async function setNside(nside: number) {
    const current = editor.value
    if (!current || current.nside === nside) return
    await during('Mask not changed', async () => {
      const used = await resampleAhead(current.used, current.nside, nside)
      if (used instanceof Uint8Array) take(new MaskEditor(nside, used))
    })
  }
  /** Takes over what a file masks, as a stroke. */
  async function open(grant: string) {
    const entry = maps.entry
    const current = editor.value
    if (!entry || !current) return
    await during('Mask not opened', async () => {
      const used = await load({ ...entry, mask: { file: grant, column: 0 } }, current.nside)
      working.value = false
      await apply(function* (now) {
        for (const masked of [true, false])
          yield* now.paint(
            spansWhere(used.length, (p) => (used[p] === 0) === masked),
            masked,
          )
      })
    })
  }
  /** Writes the mask as a file and gives it to these data entries. */
  async function save(names: readonly string[]) {
    const current = editor.value
    const entry = maps.entry
    if (!current || !entry) return
    await during('Mask not saved', async () => {
      const result = await write(current, entry.name)
      project.settled.data.forEach(({ name }, index) => {
        if (names.includes(name))
          project.set(['data', index, 'mask'], { file: result.file.grant, column: 0 })
      })
      unsaved.value = false
    })
  }
  const writeLater = (mask: MaskEditor, name: string) =>
    during('Mask not saved', async () => {
      await write(mask, name)
    })
  async function write({ nside, used }: MaskEditor, name: string) {
    const { result } = await connection.request(
      'masks.save',
      { session: project.session?.session, name: `${name} mask`, nside },
      { payloads: [used] },
    )
    project.knowFile(result.file)
    const folder = result.folder === '.' ? 'the data folder' : result.folder
    messages.show('info', `Mask saved as ${result.file.name}`, `In ${folder}`)
    return result
  }

  return {
    editor,
    sky,
    shown,
    working,
    unsaved,
    drawnOn,
    tool,
    masks,
    radiusDeg,
    corners,
    possible,
    active,
    drawing,
    share,
    canUndo,
    canRedo,
    edit,
    leave,
    stroke,
    fillPolygon,
    fillBand,
    fillValues,
    invert,
    clear,
    undo,
    redo,
    setNside,
    open,
    save,
  }
})
