import { defineStore } from 'pinia'
import { shallowReactive, watch } from 'vue'
import type { RunFile } from '#shared/session/run-file.ts'
import type { ModelSection } from '../forms/model-choices.ts'
import type { GalleryCard } from '../models/gallery.ts'
import type { ModelPicture } from '../models/picture.ts'
import { useConnection } from './connection.ts'
import { float32 } from './maps.ts'
import { useMessages } from './messages.ts'

/** A model of a configuration on two planes, evaluated by the engine. */
export async function loadPicture(
  configuration: RunFile | Record<string, unknown>,
  section: ModelSection,
  columns: number,
  signal?: AbortSignal,
): Promise<ModelPicture> {
  const { result, payloads } = await useConnection().request(
    'model.picture',
    { configuration, section, columns },
    { signal },
  )
  const { half_size_kpc: halfSizeKpc, ...rest } = result
  return { ...rest, halfSizeKpc, values: float32(payloads[0]) }
}

/** Pixels across on a card. */
const cardColumns = 88

/** Pictures of the library's models with their published values, each computed once, those on the screen first. */
export const useModelPictures = defineStore('model-pictures', () => {
  const connection = useConnection()
  const messages = useMessages()
  /** By section and card; absent until computed. */
  const pictures = shallowReactive(new Map<string, ModelPicture>())
  let queue: { section: ModelSection; card: GalleryCard; key: string }[] = []
  let working = false

  const keyOf = (section: ModelSection, card: GalleryCard) => `${section} ${card.key}`

  /** Asks for the pictures of these cards; those that were asked for before and are not there yet are given up. */
  function want(section: ModelSection, cards: readonly GalleryCard[]) {
    queue = cards
      .map((card) => ({ section, card, key: keyOf(section, card) }))
      .filter(({ key }) => !pictures.has(key))
    if (!working) void work()
  }

  async function work() {
    working = true
    try {
      for (let next = queue.shift(); next; next = queue.shift()) {
        if (connection.state !== 'ready') break
        const { section, card, key } = next
        const { model, variant } = card
        const choice = { model, ...(variant === undefined ? {} : { variant }) }
        const loaded = await loadPicture({ [section]: choice }, section, cardColumns)
        pictures.set(key, loaded)
      }
    } catch (error) {
      queue = []
      messages.fail('No pictures of the models', error)
    } finally {
      working = false
    }
  }
  watch(
    () => connection.state,
    (state) => {
      if (state === 'ready' && !working) void work()
    },
  )

  return {
    want,
    of: (section: ModelSection, card: GalleryCard) => pictures.get(keyOf(section, card)),
  }
})
