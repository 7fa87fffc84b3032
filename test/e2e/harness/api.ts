/**
 * One or more components on a bare page, driven from the test through `window.harness`: props are set from outside,
 * `update:x` events are written back into them (as v-model does) and all events are kept.
 */
export interface Harness {
  mount(kind: ComponentKind, panels: readonly Panel[], theme: 'dark' | 'light'): Promise<void>
  set(index: number, props: Record<string, unknown>): Promise<void>
  unmount(): void
  /** The PNG that the component offers, as a data URL. */
  png(index: number): Promise<string>
  /** The page of vectors that a sky map offers, as a data URL. */
  document(index: number, format: 'svg' | 'pdf'): Promise<string>
  /** A film of so many frames that the volume makes, as a data URL. */
  turntable(index: number, format: 'webm' | 'png', frames: number): Promise<string>
  readonly props: Record<string, unknown>[]
  readonly events: { index: number; name: string; value: unknown }[]
}
export type ComponentKind = 'sky' | 'slices' | 'volume' | 'sightline' | 'compare'
export interface Panel {
  readonly width: number
  readonly height: number
  readonly props: Record<string, unknown>
}

declare global {
  interface Window {
    harness: Harness
  }
}
