import { defineStore } from 'pinia'
import { shallowRef } from 'vue'

export type PictureFormat = 'png' | 'svg' | 'pdf'

/** The maps on the screen as pictures, for commands that copy or save them. */
export interface SkyFigure {
  /** By name, from left to right. */
  pictures(format: PictureFormat): Promise<Map<string, Blob>>
}

export const useSkyFigure = defineStore('sky-figure', () => {
  /** null while the sky is not on the screen. */
  const shown = shallowRef<SkyFigure | null>(null)
  return { shown }
})
