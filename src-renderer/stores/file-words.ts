import type { SessionState } from '#shared/contract/methods.ts'
import { mapFiles } from '#shared/session/run-file-paths.ts'
import type { RunFile } from '#shared/session/run-file.ts'

/** What files are called by an engine that was started anew, by the words (grants) of the one before. */
export type FileWords = ReadonlyMap<string, string>

/** `value` with every word replaced that there is another one for; itself where there is none. */
export function renewed(value: unknown, words: FileWords): unknown {
  if (words.size === 0) return value
  if (typeof value === 'string') return words.get(value) ?? value
  if (Array.isArray(value)) return value.map((one) => renewed(one, words))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, renewed(one, words)]))
}

function filesOf(configuration: RunFile): string[] {
  const files: string[] = []
  mapFiles(configuration, (file) => {
    files.push(file)
    return file
  })
  return files
}

/** The words that changed between two states of one session, by the place of the file in its settings and by the name of the data. */
export function wordsOfSession(before: SessionState, now: SessionState): FileWords {
  const pairs: [string, string][] = []
  for (const { name, fileName, grant } of before.inputs) {
    const same = now.inputs.find((one) => one.name === name && one.fileName === fileName)
    if (same) pairs.push([grant, same.grant])
  }
  const plain = (configuration: RunFile) => JSON.stringify(mapFiles(configuration, () => ''))
  if (plain(before.configuration) === plain(now.configuration)) {
    const files = filesOf(now.configuration)
    filesOf(before.configuration).forEach((old, i) => pairs.push([old, files[i]]))
  }
  return new Map(pairs.filter(([old, word]) => old !== word))
}

/** The words that changed between two lists of files, by their names where these say which one is meant. */
export function wordsByName(
  before: readonly { readonly grant: string; readonly name: string }[],
  now: readonly { readonly grant: string; readonly name: string }[],
): FileWords {
  const words = new Map<string, string>()
  for (const { grant, name } of before) {
    const named = now.filter((one) => one.name === name)
    const alone = before.filter((one) => one.name === name).length === 1
    if (alone && named.length === 1 && named[0].grant !== grant) words.set(grant, named[0].grant)
  }
  return words
}
