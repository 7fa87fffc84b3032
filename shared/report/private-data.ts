const longLine = /^(.{1000}).+$/gm
const pathLike = /(?<![\w/])(?:file:\/\/)?(?:[A-Za-z]:)?(?:[\\/][^\s\\/:"'`,;()[\]]+){2,}[\\/]?/g
const homeLike = /~[\\/][^\s"'`,;()[\]]+/g
const fileLike =
  /(?:"[^"\n]*|'[^'\n]*|(?<![^\s"'`,;()[\]])[^\s"'`,;()[\]]*)\.(?:larmor|fits?|fts|hpx|gz|csv|txt|ya?ml|json|npy|h5|hdf5|png)\b["']?/gi
const mailLike = /[\w.+-]+@[\w-]+\.[\w.]+/g
const grantLike = /\b(?:grant|session):[0-9a-f]{16,}/g
const tokenLike = /\b[0-9a-f]{32,}\b/g
const addressLike = /\b(?!127\.0\.0\.1\b)\d{1,3}(?:\.\d{1,3}){3}\b/g

/**
 * A text for others to read: without paths, names of files, addresses and opaque words, and with [name 1], [name 2] ... for `names`
 * (of the project, its data, the user, the machine), which must be three characters or longer to be told from other words.
 */
export function withoutPrivateData(text: string, names: readonly string[]): string {
  // The patterns are for lines that a person reads.
  let clean = text.replace(longLine, '$1…')
  const known = [...new Set(names.map((name) => name.trim()))].filter((name) => name.length >= 3)
  const numbered = known.map((name, index) => ({ name, word: `[name ${index + 1}]` }))
  // A name may be part of a longer one.
  for (const { name, word } of numbered.sort((a, b) => b.name.length - a.name.length))
    clean = clean.replace(new RegExp(`(?<![\\w])${escaped(name)}(?![\\w])`, 'gi'), word)
  return clean
    .replace(mailLike, '[address]')
    .replace(homeLike, '[path]')
    .replace(pathLike, '[path]')
    .replace(fileLike, '[file]')
    .replace(grantLike, '[file]')
    .replace(tokenLike, '[word]')
    .replace(addressLike, '[address]')
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
