import { z } from 'zod'
import { panelNames } from './panels.ts'
import type { PanelName } from './panels.ts'
import { group, panelsOf } from './tree.ts'
import type { DockNode } from './tree.ts'

export const presets = ['inspect', 'fit', 'explore', 'model'] as const
export type Preset = (typeof presets)[number]
export const presetNames: Readonly<Record<Preset, string>> = {
  inspect: 'Inspect data',
  fit: 'Fit',
  explore: 'Explore field',
  model: 'Model',
}

/** Where the panels are; with one of them maximised, its group is all that is seen. */
export interface Arrangement {
  readonly root: DockNode
  readonly maximised: PanelName | null
}
/** Each preset keeps its own. */
export type Docks = Readonly<Record<Preset, Arrangement>>

const share = z.number().min(0.1).max(0.9)
const panel = z.enum(panelNames, {
  error: ({ input }) => `there is no panel ${JSON.stringify(input)}`,
})
const groupSchema = z
  .strictObject({ kind: z.literal('group'), tabs: z.array(panel).min(1), front: panel })
  .refine(({ tabs, front }) => tabs.includes(front), 'the panel in front is none of the tabs')
/** Each panel is there once, so that there are no more splits within one another than panels. */
const nodeSchema = panelNames.slice(1).reduce<z.ZodType<DockNode>>(
  (part) =>
    z.union([
      groupSchema,
      z.strictObject({
        kind: z.enum(['rows', 'columns']),
        share: share.nullable(),
        first: part,
        second: part,
      }),
    ]),
  groupSchema,
)
const arrangementSchema: z.ZodType<Arrangement> = z
  .strictObject({ root: nodeSchema, maximised: panel.nullable().catch(null) })
  .refine(({ root }) => {
    const panels = panelsOf(root)
    return new Set(panels).size === panels.length
  }, 'a panel is there twice')

/** How sessions and layouts before movable panels told what is in front and how large it is. */
const was = <Value>(schema: z.ZodType<Value>) => schema.optional().catch(undefined)
const olderSchema = z.object({
  skyTab: was(z.enum(['sky', 'log'])),
  fieldTab: was(z.enum(['slices', 'volume'])),
  curvesTab: was(z.enum(['curves', 'sightline', 'runs'])),
  exploreTab: was(z.enum(['slices', 'sky'])),
  exploreBottom: was(z.enum(['curves', 'sightline', 'runs'])),
  exploreHeight: was(share),
  exploreShare: was(share),
  galleryShare: was(share),
  modelHeight: was(share),
  skyShare: was(share.nullable()),
  curvesShare: was(share),
})
export const olderLayoutKeys: readonly string[] = Object.keys(olderSchema.shape)
type Sizes = z.output<typeof olderSchema>

/** The arrangements that the presets begin with, other tabs in front or other sizes where they are given. */
export function standardDocks(sizes: Sizes = {}): Docks {
  const sky = group(['sky', 'log'], sizes.skyTab)
  const whole = (root: DockNode): Arrangement => ({ root, maximised: null })
  return {
    inspect: whole(sky),
    fit: whole({
      kind: 'rows',
      share: sizes.skyShare ?? null,
      first: sky,
      second: {
        kind: 'columns',
        share: sizes.curvesShare ?? 0.467,
        first: group(['curves', 'sightline', 'runs'], sizes.curvesTab),
        second: group(['slices', 'volume'], sizes.fieldTab),
      },
    }),
    explore: whole({
      kind: 'rows',
      share: sizes.exploreHeight ?? 0.66,
      first: {
        kind: 'columns',
        share: sizes.exploreShare ?? 0.5,
        first: group(['volume']),
        second: group(['slices', 'sky'], sizes.exploreTab),
      },
      second: group(['sightline', 'curves', 'runs'], sizes.exploreBottom),
    }),
    model: whole({
      kind: 'columns',
      share: sizes.galleryShare ?? 0.3,
      first: group(['gallery']),
      second: {
        kind: 'rows',
        share: sizes.modelHeight ?? 0.66,
        first: group(['predicted']),
        second: group(['picture']),
      },
    }),
  }
}

const stored = z.object({ docks: z.record(z.string(), z.unknown()) })

/**
 * Arrangements as they were kept, also by versions whose panels could not be moved.
 * @param base what holds where nothing was kept
 * @returns with why an arrangement cannot be read, in words, and its standard in its place
 */
export function readDocks(
  kept: unknown,
  base: Docks,
): { docks: Docks; problems: readonly string[] } {
  const found = stored.safeParse(kept)
  if (!found.success) {
    const older = olderSchema.safeParse(kept)
    const any = older.success && Object.values(older.data).some((value) => value !== undefined)
    return { docks: any ? standardDocks(older.data) : base, problems: [] }
  }
  const problems: string[] = []
  const docks: Record<Preset, Arrangement> = { ...base }
  for (const preset of presets) {
    const one = found.data.docks[preset]
    if (one === undefined) continue
    const read = arrangementSchema.safeParse(one)
    docks[preset] = read.success ? read.data : standardDocks()[preset]
    if (!read.success) problems.push(`${presetNames[preset]}: ${reason(read.error)}`)
  }
  return { docks, problems }
}

/** What is wrong in the part of a union that comes nearest. */
function reason(error: z.ZodError): string {
  const messages = (issues: readonly z.core.$ZodIssue[]): string[] =>
    issues.flatMap((issue) =>
      issue.code === 'invalid_union' ? issue.errors.flatMap(messages) : [issue.message],
    )
  const all = messages(error.issues)
  return all.find((message) => message.startsWith('there is no panel')) ?? all[0]
}
