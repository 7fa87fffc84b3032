import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { standardDocks } from '../dock/arrangements.ts'
import { panelTitles } from '../dock/panels.ts'
import type { PanelName } from '../dock/panels.ts'
import {
  added,
  groupOf,
  groupsOf,
  inFront,
  moved,
  movedBy,
  panelsOf,
  resized,
  without,
} from '../dock/tree.ts'
import type { DockNode, Drop, Side } from '../dock/tree.ts'
import { useView } from './view.ts'

/** Which panels are where in the present layout, and what can be done with them. */
export const useDock = defineStore('dock', () => {
  const view = useView()
  const arrangement = computed(() => view.settings.docks[view.settings.preset])
  /** What is drawn: everything, or the group of a panel that is maximised. */
  const root = computed<DockNode>(() => {
    const { root, maximised } = arrangement.value
    return (maximised && groupOf(root, maximised)) ?? root
  })
  const isMaximised = computed(() => root.value !== arrangement.value.root)
  /** The panels that are seen; the same list as long as they are, whatever their sizes. */
  const fronts = computed<readonly PanelName[]>((before) => {
    const now = groupsOf(root.value).map(({ front }) => front)
    return before?.join() === now.join() ? before : now
  })
  const isShown = (panel: PanelName) => fronts.value.includes(panel)
  /** Seen, behind another tab, or beside a panel that is maximised. */
  const isOpen = (panel: PanelName) => groupOf(arrangement.value.root, panel) !== undefined

  const last = ref<PanelName | null>(null)
  /** What commands are about: the panel that had the focus last. */
  const current = computed<PanelName>(() =>
    last.value && isShown(last.value) ? last.value : fronts.value[0],
  )
  /** The panel whose tab takes the focus when it is there. */
  const focusWish = shallowRef<{ readonly panel: PanelName } | null>(null)
  /** What has just been done, for screen readers. */
  const said = ref('')

  function change(next: DockNode, maximised: PanelName | null = null) {
    const { docks, preset } = view.settings
    view.settings.docks = { ...docks, [preset]: { root: next, maximised } }
  }
  function activate(panel: PanelName) {
    last.value = panel
  }
  /** Brings a panel to the front; one that is closed comes back to where the layout has it by itself. */
  function show(panel: PanelName) {
    const { root: all, maximised } = arrangement.value
    if (isOpen(panel)) {
      last.value = panel
      const inSight = groupOf(root.value, panel) !== undefined
      if (!isShown(panel)) change(inFront(all, panel), inSight ? maximised && panel : null)
      return
    }
    const usual = groupOf(standardDocks()[view.settings.preset].root, panel)?.tabs ?? []
    const beside = usual.find(isOpen) ?? current.value
    const index = groupOf(all, beside)?.tabs.length ?? 0
    change(added(all, panel, { to: 'tabs', beside, index }))
    last.value = panel
  }
  /** The same, in the layout Fit where the present one does not have it. */
  function bring(panel: PanelName) {
    if (!isOpen(panel)) view.settings.preset = 'fit'
    show(panel)
  }
  const canClose = computed(() => panelsOf(arrangement.value.root).length > 1)
  function close(panel: PanelName) {
    const rest = without(arrangement.value.root, panel)
    if (!rest) return
    const neighbours = groupOf(arrangement.value.root, panel)?.tabs ?? []
    change(rest)
    const next = neighbours.find((tab) => isShown(tab)) ?? fronts.value[0]
    said.value = `${panelTitles[panel]} closed`
    focus(next)
  }
  /**
   * Puts a panel where it was dragged to.
   * @param before what was seen of its group before its tab was pressed, and is seen again
   */
  function move(panel: PanelName, drop: Drop, before: PanelName) {
    const next = moved(arrangement.value.root, panel, drop)
    const left = groupOf(next, before)?.tabs.includes(panel) === false
    change(left ? inFront(next, before) : next)
    last.value = panel
  }
  function moveBy(panel: PanelName, side: Side) {
    const next = movedBy(arrangement.value.root, panel, side)
    const title = panelTitles[panel]
    if (next === arrangement.value.root) {
      said.value = `${title} is at the ${sideNames[side].edge} already`
      return
    }
    change(next)
    const others = (groupOf(next, panel)?.tabs ?? []).filter((tab) => tab !== panel)
    const beside = others.map((tab) => panelTitles[tab]).join(', ')
    said.value = `${title} moved ${sideNames[side].way}${beside ? `, beside ${beside}` : ''}`
    focus(panel)
  }
  const canMaximise = computed(() => groupsOf(arrangement.value.root).length > 1)
  /** Alone on the screen, with the panels behind it; or all of them again. */
  function toggleMaximised(panel: PanelName) {
    const { root: all } = arrangement.value
    if (!canMaximise.value) return
    const maximise = !isMaximised.value
    change(all, maximise ? panel : null)
    said.value = `${panelTitles[panel]} ${maximise ? 'maximised' : 'restored'}`
    focus(panel)
  }
  function reset() {
    const { docks, preset } = view.settings
    view.settings.docks = { ...docks, [preset]: standardDocks()[preset] }
  }
  function resize(path: string, share: number | null) {
    change(resized(arrangement.value.root, path, share))
  }
  function focus(panel: PanelName) {
    last.value = panel
    focusWish.value = { panel }
  }
  return {
    root,
    isMaximised,
    fronts,
    isShown,
    isOpen,
    current,
    focusWish,
    said,
    activate,
    show,
    bring,
    canClose,
    close,
    move,
    moveBy,
    canMaximise,
    toggleMaximised,
    reset,
    resize,
  }
})

const sideNames: Readonly<Record<Side, { way: string; edge: string }>> = {
  left: { way: 'to the left', edge: 'left' },
  right: { way: 'to the right', edge: 'right' },
  up: { way: 'up', edge: 'top' },
  down: { way: 'down', edge: 'bottom' },
}
