import { defineComponent, h } from 'vue'
import type { PropType, VNode } from 'vue'
import type { Block, Inline } from './markdown.ts'
import { slug } from './markdown.ts'

const inline = (parts: readonly Inline[]): (VNode | string)[] =>
  parts.map((part) => {
    if (part.kind === 'text') return part.text
    // Files of the repository are not in the program: their names are told.
    if (part.kind !== 'link') return h(part.kind, part.text)
    const outside = /^https:\/\//.test(part.to)
    return outside
      ? h('a', { href: part.to, target: '_blank', rel: 'noreferrer' }, part.text)
      : h('em', part.text)
  })

function draw(block: Block): VNode {
  switch (block.kind) {
    case 'heading':
      return h(`h${Math.min(block.level + 1, 5)}`, { id: `help-${slug(block.text)}` }, block.text)
    case 'paragraph':
      return h('p', inline(block.content))
    case 'list':
      return h(
        block.ordered ? 'ol' : 'ul',
        block.items.map((item) => h('li', inline(item))),
      )
    case 'code':
      return h('pre', h('code', block.text))
    case 'table':
      return h('table', { class: 'table' }, [
        ...(block.head.length > 0
          ? [
              h(
                'thead',
                h(
                  'tr',
                  block.head.map((cell) => h('th', inline(cell))),
                ),
              ),
            ]
          : []),
        h(
          'tbody',
          block.rows.map((row) =>
            h(
              'tr',
              row.map((cell) => h('td', inline(cell))),
            ),
          ),
        ),
      ])
  }
}

/** Draws parsed Markdown as elements; nothing of it is taken for HTML. */
export const MarkdownView = defineComponent({
  name: 'MarkdownView',
  props: { blocks: { type: Array as PropType<readonly Block[]>, required: true } },
  setup: (props) => () => props.blocks.map(draw),
})
