import { watch } from 'vue'
import type { Ref } from 'vue'
import { useHistory } from './history.ts'

/** What a change of a setting of the view is called, where its name alone does not say it. */
const words: Readonly<Record<string, string>> = {
  dataName: 'Map shown',
  shownRun: 'Run shown',
  preset: 'Layout',
  docks: 'Layout',
  norm: 'Stretch',
  signedNorm: 'Stretch',
  percentile: 'Limits',
  dataLimits: 'Limits',
  residualLimits: 'Limits of the residual',
  fieldLimits: 'Limits of the field',
  skyCompare: 'Comparison',
  skyPair: 'Comparison',
  swipeShare: 'Line of the comparison',
  histogram: 'Histograms',
  vectors: 'Lines',
  texture: 'Texture of lines',
  textureDetail: 'Texture of lines',
  mask: 'Mask shown',
  overlay: 'Catalogue over the map',
  overlayInMapColours: 'Colours of the catalogue',
  residualOverSigma: 'Residual',
  sightline: 'Line of sight',
  sightlineTracks: 'Profiles',
  slices: 'Place of the slices',
  sky: 'Part of the sky',
  leftOpen: 'Side bar',
  rightOpen: 'Side bar',
}

/** Words for the settings that changed together. */
export function titleOf(changed: readonly string[]): string {
  const plain = (key: string) => key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
  const titles = changed.map(
    (key) => words[key] ?? plain(key).replace(/^./, (letter) => letter.toUpperCase()),
  )
  return [...new Set(titles)].slice(0, 2).join(', ')
}

/** Every setting as a text: what is compared and kept. */
type Texts = ReadonlyMap<string, string>
const textsOf = (settings: object): Texts =>
  new Map(Object.entries(settings).map(([key, value]) => [key, JSON.stringify(value)]))

/** Settings whose numbers are those of runs: choices, not magnitudes. */
const choices: readonly string[] = ['shownRun', 'comparedRuns']
/** A text in quotes, which has its digits for good, or a number. */
const textOrNumber = /"(?:[^"\\]|\\.)*"|-?[\d.]+(?:e[+-]?\d+)?/g
const withoutNumbers = (text: string) =>
  text.replaceAll(textOrNumber, (found) => (found.startsWith('"') ? found : '#'))

/** What a change changed, without its numbers: a drag changes numbers only and is one step, as many choices are as many. */
function keyOf(keys: readonly string[], settings: Texts): string {
  const parts = keys.map((key) => {
    const text = settings.get(key) ?? ''
    return `${key} ${choices.includes(key) ? text : withoutNumbers(text)}`
  })
  return `view ${parts.join(' ')}`
}

/**
 * Records every change of the settings of the view as a step that can be undone, whoever makes it and wherever in them.
 * @returns for changes that are no steps: of all settings, such as those of another session, or of some of them
 */
export function recordView(settings: Ref<object>): {
  forget: (keys?: readonly string[]) => void
} {
  const history = useHistory()
  let known = textsOf(settings.value)
  function take(keys: readonly string[], from: Texts) {
    for (const key of keys) {
      const value: unknown = JSON.parse(from.get(key) ?? 'null')
      Object.assign(settings.value, { [key]: value })
    }
  }
  watch(
    settings,
    () => {
      const [before, now] = [known, textsOf(settings.value)]
      known = now
      const keys = [...now.keys()].filter((key) => now.get(key) !== before.get(key))
      if (keys.length === 0 || history.applying) return
      history.record({
        title: titleOf(keys),
        key: keyOf(keys, now),
        back: () => take(keys, before),
        forth: () => take(keys, now),
      })
    },
    { deep: true, flush: 'post' },
  )
  function forget(keys?: readonly string[]) {
    const now = textsOf(settings.value)
    known = keys ? new Map([...known, ...[...now].filter(([key]) => keys.includes(key))]) : now
  }
  return { forget }
}
