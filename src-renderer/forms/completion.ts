import { coordinates, formulaUnits, functions } from '#shared/fields/index.ts'

/** A name that may stand where the caret is. */
export interface Completion {
  readonly name: string
  /** What it is, in a word or two. */
  readonly kind:
    'component' | 'parameter' | 'definition' | 'coordinate' | 'function' | 'constant' | 'unit'
  /** What is put in for the beginning of the word. */
  readonly insert: string
}

export interface CompletionNames {
  readonly components: readonly string[]
  readonly parameters: readonly string[]
  readonly definitions: readonly string[]
}

const most = 8

/** The word that ends at the caret. */
function wordBefore(text: string, caret: number): string {
  return /[A-Za-z_][A-Za-z0-9_]*$/.exec(text.slice(0, caret))?.[0] ?? ''
}

/**
 * Names that go on with the word before the caret, the user's own first; after a number units; at the beginning of a line
 * components.
 *
 * @param all whether names are wanted without a word too (asked for by key)
 */
export function completionsAt(
  text: string,
  caret: number,
  names: CompletionNames,
  all = false,
): Completion[] {
  const word = wordBefore(text, caret)
  if (word === '' && !all) return []
  const before = text.slice(0, caret - word.length)
  const line = before.slice(before.lastIndexOf('\n') + 1)
  const made = (kind: Completion['kind'], list: readonly string[], after = ''): Completion[] =>
    list.map((name) => ({ name, kind, insert: `${name}${after}` }))
  const candidates =
    line === ''
      ? made('component', names.components, ' = ')
      : /[\d.]\s*$/.test(line) || (/\/\s*$/.test(line) && word === '' && !all)
        ? made('unit', formulaUnits)
        : [
            ...made('parameter', names.parameters),
            ...made('definition', names.definitions),
            ...made('coordinate', [...coordinates.keys()]),
            ...made('function', [...functions.keys()], '('),
            ...made('constant', ['pi']),
            ...(/\/\s*$/.test(line) ? made('unit', formulaUnits) : []),
          ]
  const start = word.toLowerCase()
  const found = candidates.filter(({ name }) => name.toLowerCase().startsWith(start))
  // A word that is written out needs no list.
  if (found.length === 1 && found[0].name === word) return []
  return found.slice(0, most)
}

/** The text with a completion in place of the word before the caret, and where the caret is then. */
export function completed(
  text: string,
  caret: number,
  { insert }: Completion,
): { text: string; caret: number } {
  const start = caret - wordBefore(text, caret).length
  return { text: text.slice(0, start) + insert + text.slice(caret), caret: start + insert.length }
}
