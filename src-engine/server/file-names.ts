import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { extname, join, relative, sep } from 'node:path'

/** `name` without anything that a file system or another folder could see in it. */
export function safeFileName(name: string): string {
  const safe = [...name]
    .map((c) => (c < ' ' || '/\\:*?"<>|\u007f'.includes(c) ? ' ' : c))
    .join('')
    .replace(/\s+/g, ' ')
    .replace(/^[. ]+|[. ]+$/g, '')
    .slice(0, 120)
  return safe === '' ? 'untitled' : safe
}

/** A path in `folder` for `name` that does not exist yet: a number is added where needed. */
export function freePath(folder: string, name: string): string {
  const ending = /\.gz$/i.test(name) ? extname(name.slice(0, -3)) + name.slice(-3) : extname(name)
  const stem = name.slice(0, name.length - ending.length)
  for (let number = 1; ; number++) {
    const path = join(folder, number === 1 ? name : `${stem} ${number}${ending}`)
    if (!existsSync(path)) return path
  }
}

/** A folder as it is shown: `~` for the home folder, or its place under the data folder. */
export function shownFolder(folder: string, root: string | undefined): string {
  if (root !== undefined) return relative(root, folder) || '.'
  const home = homedir()
  if (folder === home) return '~'
  return folder.startsWith(home + sep) ? join('~', relative(home, folder)) : folder
}
