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
  return safe === '' ? 'untitled' : shortened(safe)
}

/** Room for a number and for the side files of a session within the 255 bytes that file systems allow. */
const mostBytes = 200

/** A long name without the end of its stem: the ending says what the file is. */
function shortened(name: string): string {
  const ending = endingOf(name)
  let left = mostBytes - Buffer.byteLength(ending)
  let stem = ''
  for (const character of name.slice(0, name.length - ending.length)) {
    left -= Buffer.byteLength(character)
    if (left < 0) break
    stem += character
  }
  return stem.trimEnd() + ending
}

/** `.fits`, `.fits.gz`; nothing where what follows the last dot is no ending but a sentence. */
function endingOf(name: string): string {
  const ending = /\.gz$/i.test(name) ? extname(name.slice(0, -3)) + name.slice(-3) : extname(name)
  return ending.length <= 20 ? ending : ''
}

/** A path in `folder` for `name` that does not exist yet: a number is added where needed. */
export function freePath(folder: string, name: string): string {
  const ending = endingOf(name)
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
