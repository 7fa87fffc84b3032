import { until } from '@vueuse/core'
import { onBeforeUnmount, shallowReactive, watch } from 'vue'
import type { FieldArray } from '../derived.ts'
import type { ScalarGrid } from '../scalar.ts'
import type { GeometryQuestion } from './geometry.ts'
import type { Mesh } from './mesh.ts'

export const solids = ['surface', 'arrows', 'lines'] as const
export type Solid = (typeof solids)[number]

type Without<Question, Key extends string> = Question extends unknown ? Omit<Question, Key> : never
/** A question without the grid that the worker has already. */
export type SolidQuestion = Without<GeometryQuestion, 'field' | 'grid'>

export type GeometryMessage =
  | { readonly kind: 'field'; readonly field: FieldArray | null }
  | { readonly kind: 'scalar'; readonly grid: ScalarGrid | null }
  | (SolidQuestion & { readonly id: number })
export interface GeometryAnswer {
  readonly kind: Solid
  readonly id: number
  readonly mesh: Mesh | null
}

export interface GeometryContent {
  /** The magnetic field, where arrows or lines are wanted. */
  readonly field: () => FieldArray | null
  /** The scalar, where a surface is wanted. */
  readonly grid: () => ScalarGrid | null
  /** null: not wanted. */
  readonly surface: () => SolidQuestion | null
  readonly arrows: () => SolidQuestion | null
  readonly lines: () => SolidQuestion | null
}

/**
 * Surface, arrows and field lines as the worker makes them. While something is dragged, questions come faster than answers: of
 * each kind one is under way, and of those that wait only the last is asked.
 */
export function useGeometry(content: GeometryContent) {
  const meshes = shallowReactive<Record<Solid, Mesh | null>>({
    surface: null,
    arrows: null,
    lines: null,
  })
  let worker: Worker | null = null
  let sent = 0
  /** What each kind waits for, and what it wants to ask next. */
  const underway = shallowReactive(new Map<Solid, number>())
  const next = new Map<Solid, SolidQuestion>()

  function post(message: GeometryMessage): void {
    worker ??= started()
    worker.postMessage(message)
  }
  function started(): Worker {
    const fresh = new Worker(new URL('./geometry-worker.ts', import.meta.url), { type: 'module' })
    fresh.addEventListener('message', ({ data }: MessageEvent<GeometryAnswer>) => arrived(data))
    return fresh
  }

  function arrived({ kind, id, mesh }: GeometryAnswer): void {
    if (underway.get(kind) !== id) return
    underway.delete(kind)
    meshes[kind] = mesh
    const question = next.get(kind)
    next.delete(kind)
    if (question) ask(kind, question)
  }

  function ask(kind: Solid, question: SolidQuestion | null): void {
    if (!question) {
      underway.delete(kind)
      next.delete(kind)
      meshes[kind] = null
    } else if (underway.has(kind)) next.set(kind, question)
    else {
      const id = ++sent
      underway.set(kind, id)
      post({ ...question, id })
    }
  }

  // Grids go before the questions about them.
  watch(
    content.field,
    (field) => {
      if (field || worker) post({ kind: 'field', field })
      for (const kind of ['arrows', 'lines'] as const) ask(kind, content[kind]())
    },
    { immediate: true },
  )
  watch(
    content.grid,
    (grid) => {
      if (grid || worker) post({ kind: 'scalar', grid })
      ask('surface', content.surface())
    },
    { immediate: true },
  )
  for (const kind of solids) watch(content[kind], (question) => ask(kind, question))
  onBeforeUnmount(() => worker?.terminate())

  /** Resolves when all that was asked is there. */
  const settled = () => until(() => underway.size).toBe(0)
  return { meshes, settled }
}
