import { inject, ref } from 'vue'
import type { InjectionKey, Ref } from 'vue'

/** A tool of a strip, wherever it is now. */
export interface StripTool {
  readonly rank: number
  /** Stays in the strip, at the tool's place among the others. */
  readonly anchor: HTMLElement
  /** The tool itself. */
  readonly box: HTMLElement
}

export interface ToolStripContext {
  readonly add: (id: string, tool: StripTool) => void
  readonly remove: (id: string) => void
  /** Where a tool is that found no room in the strip; undefined: in the strip. */
  readonly placeOf: (id: string) => HTMLElement | undefined
  /** Closes the list of the tools that found none. */
  readonly close: () => void
}
export const toolStripKey: InjectionKey<ToolStripContext> = Symbol('tool strip')

export function useToolStrip(): ToolStripContext {
  const context = inject(toolStripKey)
  if (!context) throw new Error('Tools are shown in a strip only.')
  return context
}

/** What the parts of a tool are told of the strip around. */
export interface InStrip {
  /** The name is beside the tool, so that no tooltip says it again. */
  readonly named: Readonly<Ref<boolean>>
  /** The tool did one thing: the list that it was in can close. */
  readonly done: () => void
}
export const inStripKey: InjectionKey<InStrip> = Symbol('in a strip')
/** Where there is no strip, or none that matters. */
export const outsideStrips: InStrip = { named: ref(false), done: () => undefined }
