import concepts from '../../docs/concepts.md?raw'
import glossaryText from '../../docs/glossary.md?raw'
import workbench from '../../docs/workbench.md?raw'
import { plainText, sections, slug } from './markdown.ts'
import type { Section } from './markdown.ts'

/** The manual within the program: the pages of docs/, which are its one source. */

const ofWorkbench = sections(workbench)
const ofConcepts = sections(concepts).filter(({ id }) => ofWorkbench.every((one) => one.id !== id))

/** First what to begin with, then a page per panel, then what lies behind them. */
export const pages: readonly Section[] = [
  ...ofConcepts.filter(({ id }) => id === 'first-steps'),
  ...ofWorkbench,
  ...ofConcepts.filter(({ id }) => id !== 'first-steps'),
]

/** Panels that share a page with another one. */
const shared: Readonly<Record<string, string>> = {
  'predicted-sky': 'model',
  model: 'models',
  models: 'model',
  volume: 'slices-and-volume',
  gallery: 'model',
}

/** The page of a panel by the label of its tab; undefined where the manual has none. */
export function pageOf(label: string): string | undefined {
  const id = slug(label)
  return [id, shared[id]].find((one) => pages.some((page) => page.id === one))
}

export interface Term {
  readonly id: string
  readonly title: string
  readonly definition: string
  readonly source: string
}

/** Terms with what they mean; the last paragraph of an entry says where that is from. */
export const glossary: readonly Term[] = sections(glossaryText).map(({ id, title, blocks }) => {
  const paragraphs = blocks.flatMap((block) =>
    block.kind === 'paragraph' ? [plainText(block.content)] : [],
  )
  const from = paragraphs.filter((text) => text.startsWith('Source: '))
  return {
    id,
    title,
    definition: paragraphs.filter((text) => !text.startsWith('Source: ')).join(' '),
    source: from.map((text) => text.slice('Source: '.length)).join(' '),
  }
})

export function termOf(id: string): Term | undefined {
  return glossary.find((term) => term.id === id)
}
