import { glossary, pages } from './manual.ts'
import { plainText, slug } from './markdown.ts'
import type { Block } from './markdown.ts'
import { settingsHelp } from './settings-help.ts'

export interface FoundHelp {
  readonly page: string
  readonly place: string
  readonly title: string
  /** The page, where the title is not its own. */
  readonly where: string
}

function words(block: Block): string {
  switch (block.kind) {
    case 'heading':
    case 'code':
      return block.text
    case 'paragraph':
      return plainText(block.content)
    case 'list':
      return block.items.map(plainText).join(' ')
    case 'table':
      return [block.head, ...block.rows].flat().map(plainText).join(' ')
  }
}

interface Entry extends FoundHelp {
  readonly text: string
}

const index: readonly Entry[] = [
  ...pages.flatMap(({ id, title, blocks }): Entry[] => {
    const entries: { place: string; title: string; where: string; text: string }[] = [
      { place: '', title, where: '', text: title },
    ]
    for (const block of blocks) {
      if (block.kind === 'heading')
        entries.push({ place: slug(block.text), title: block.text, where: title, text: '' })
      const last = entries[entries.length - 1]
      last.text += ` ${words(block)}`
    }
    return entries.map((entry) => ({ page: id, ...entry }))
  }),
  ...glossary.map(({ id, title, definition }) => ({
    page: 'glossary',
    place: id,
    title,
    where: 'Glossary',
    text: `${title} ${definition}`,
  })),
  ...settingsHelp.map(({ key, label, text }) => ({
    page: 'settings',
    place: key,
    title: label,
    where: key,
    text: `${label} ${key} ${text}`,
  })),
]

/** Places of the manual that have every word, those that have them in the title first. */
export function findHelp(text: string, most = 40): FoundHelp[] {
  const wanted = text.toLowerCase().split(/\s+/).filter(Boolean)
  if (wanted.length === 0) return []
  const has = (where: string) => wanted.every((word) => where.toLowerCase().includes(word))
  const found = index.filter((entry) => has(entry.text))
  return [
    ...found.filter(({ title }) => has(title)),
    ...found.filter(({ title }) => !has(title)),
  ].slice(0, most)
}
