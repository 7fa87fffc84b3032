/**
 * The part of Markdown that the manual uses, as data that components draw: no HTML ever comes out of a text. Headings, paragraphs,
 * lists (one level), tables, code blocks; within them strong and emphasised words, code and links.
 */
export type Inline =
  | { readonly kind: 'text' | 'strong' | 'em' | 'code'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly to: string }

export type Block =
  | { readonly kind: 'heading'; readonly level: number; readonly text: string }
  | { readonly kind: 'paragraph'; readonly content: readonly Inline[] }
  | {
      readonly kind: 'list'
      readonly ordered: boolean
      readonly items: readonly (readonly Inline[])[]
    }
  | {
      readonly kind: 'table'
      /** Without words: the table has no header. */
      readonly head: readonly (readonly Inline[])[]
      readonly rows: readonly (readonly (readonly Inline[])[])[]
    }
  | { readonly kind: 'code'; readonly text: string }

const inlinePattern =
  /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*|\[([^\]]+)\]\(([^)\s]+)\)|\\([|*_`[\]])/g

export function parseInline(text: string): Inline[] {
  const parts: Inline[] = []
  let plain = ''
  let at = 0
  const flush = () => {
    if (plain !== '') parts.push({ kind: 'text', text: plain })
    plain = ''
  }
  for (const match of text.matchAll(inlinePattern)) {
    const [whole, code, strong, em, words, to, escaped] = match
    plain += text.slice(at, match.index)
    at = match.index + whole.length
    if (escaped !== undefined) {
      plain += escaped
      continue
    }
    flush()
    if (code !== undefined) parts.push({ kind: 'code', text: code })
    else if (strong !== undefined) parts.push({ kind: 'strong', text: strong })
    else if (em !== undefined) parts.push({ kind: 'em', text: em })
    else parts.push({ kind: 'link', text: words, to })
  }
  plain += text.slice(at)
  flush()
  return parts
}

/** Cells of a table's row; a bar after a backslash belongs to its cell. */
function cells(line: string): Inline[][] {
  return line
    .trim()
    .replace(/^\||\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => parseInline(cell.trim()))
}

const item = /^(?:([-*])|\d+\.)\s+(.*)$/

export function parseMarkdown(text: string): Block[] {
  const blocks: Block[] = []
  const lines = text.split(/\r?\n/)
  let at = 0
  while (at < lines.length) {
    const line = lines[at]
    const heading = /^(#{1,4})\s+(.*)$/.exec(line)
    if (line.trim() === '') at++
    else if (heading) {
      blocks.push({ kind: 'heading', level: heading[1].length, text: heading[2].trim() })
      at++
    } else if (line.startsWith('```')) {
      const end = lines.findIndex((one, i) => i > at && one.startsWith('```'))
      const stop = end < 0 ? lines.length : end
      blocks.push({ kind: 'code', text: lines.slice(at + 1, stop).join('\n') })
      at = stop + 1
    } else if (line.startsWith('|')) {
      const rows: string[] = []
      while (lines[at]?.startsWith('|')) rows.push(lines[at++])
      const [head, rule, ...body] = rows
      const ruled = /^\|[\s:|-]+\|?$/.test(rule ?? '')
      const headCells = cells(head)
      blocks.push({
        kind: 'table',
        head: ruled && headCells.some((cell) => cell.length > 0) ? headCells : [],
        rows: (ruled ? body : rows).map(cells),
      })
    } else if (item.test(line)) {
      const items: string[] = []
      const ordered = item.exec(line)?.[1] === undefined
      while (at < lines.length && lines[at].trim() !== '') {
        const found = item.exec(lines[at])
        if (found) items.push(found[2])
        else items[items.length - 1] += ` ${lines[at].trim()}`
        at++
      }
      blocks.push({ kind: 'list', ordered, items: items.map(parseInline) })
    } else {
      const words: string[] = []
      while (at < lines.length && lines[at].trim() !== '' && !/^(#|\||```)/.test(lines[at]))
        words.push(lines[at++].trim())
      blocks.push({ kind: 'paragraph', content: parseInline(words.join(' ')) })
    }
  }
  return blocks
}

/** A heading as a word for addresses: "What data cannot tell" is what-data-cannot-tell. */
export function slug(text: string): string {
  return text
    .toLowerCase()
    .replace('⊥', ' perp')
    .replace('∥', ' parallel')
    .replace('σ', 'sigma')
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
}

export interface Section {
  readonly id: string
  readonly title: string
  readonly blocks: readonly Block[]
}

/** A text by its headings of the second level; what stands before the first is left out. */
export function sections(text: string): Section[] {
  const found: { id: string; title: string; blocks: Block[] }[] = []
  for (const block of parseMarkdown(text)) {
    if (block.kind === 'heading' && block.level === 2)
      found.push({ id: slug(block.text), title: block.text, blocks: [] })
    else found.at(-1)?.blocks.push(block)
  }
  return found
}

export const plainText = (content: readonly Inline[]) => content.map(({ text }) => text).join('')
