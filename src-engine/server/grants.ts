import { realpath, stat } from 'node:fs/promises'
import { basename, isAbsolute, relative, resolve } from 'node:path'
import { EngineError } from '#shared/contract/index.ts'
import type { FileGrant } from '#shared/contract/methods.ts'
import { errorCode } from '../errors.ts'
import { PathSeal } from './path-seal.ts'

type FileKind = FileGrant['kind']

/** What a file is by its name; its content is looked at only when it is opened. */
export function kindByName(name: string): FileKind {
  const lower = name.toLowerCase()
  if (/\.larmor$/.test(lower)) return 'session'
  if (/\.(fits?|fts|hpx)(\.gz)?$/.test(lower)) return 'map'
  if (/\.csv$/.test(lower)) return 'table'
  if (/\.npy$/.test(lower)) return 'array'
  if (/\.(ya?ml|json)$/.test(lower)) return 'run-file'
  return 'other'
}

const inside = (folder: string, path: string) => {
  const way = relative(folder, path)
  return way === '' || (!way.startsWith('..') && !isAbsolute(way))
}

/**
 * Opaque words for paths: the interface can only name files for which the engine (or the shell, for what the user
 * chose in a dialog) made a grant. With a `root`, nothing outside it is granted or resolved, whatever links say;
 * `trusted` folders (the sample maps) are readable beside it. A grant outlives the engine: it is good in any start with
 * the same key and root, so that a page that connects again can go on with the words it has.
 */
export class Grants {
  readonly #paths = new Map<string, string>()
  readonly #grants = new Map<string, string>()
  readonly #root: string | undefined
  readonly #trusted: readonly string[]
  readonly #seal: PathSeal

  private constructor(root: string | undefined, trusted: readonly string[], key: Buffer) {
    this.#root = root
    this.#trusted = trusted
    this.#seal = new PathSeal(key, root ?? '')
  }

  /** @throws the system's error when `root` is not a folder that exists */
  static async create(
    key: Buffer,
    options: { root?: string; trusted?: readonly string[] } = {},
  ): Promise<Grants> {
    const root = options.root === undefined ? undefined : await realpath(options.root)
    const trusted = await Promise.all((options.trusted ?? []).map((folder) => realpath(folder)))
    return new Grants(root, trusted, key)
  }

  /** The only folder that may be used, with links resolved; undefined on the desktop. */
  get root(): string | undefined {
    return this.#root
  }

  /** The word for `path`, which need not exist. The same path gives the same word. */
  wordFor(path: string): string {
    const whole = resolve(path)
    const known = this.#grants.get(whole)
    if (known !== undefined) return known
    const word = `grant:${this.#seal.seal(whole)}`
    this.#grants.set(whole, word)
    this.#paths.set(word, whole)
    return word
  }

  /** Whether `path` exists and may be used, links resolved. */
  async allows(path: string): Promise<boolean> {
    if (this.#root === undefined) return true
    try {
      const real = await realpath(path)
      return [this.#root, ...this.#trusted].some((folder) => inside(folder, real))
    } catch {
      return false
    }
  }

  /**
   * A grant with what a list shows of the file.
   * @throws EngineError when it does not exist, may not be read, or lies outside the root
   */
  async grant(path: string): Promise<FileGrant> {
    const whole = resolve(path)
    const name = basename(whole)
    if (!(await this.allows(whole)))
      throw new EngineError({
        code: 'file-outside',
        message: `${name} does not exist in the data folder.`,
        advice: 'Choose it again, or put it into the folder that was given to larmor serve.',
        file: name,
      })
    const info = await stat(whole).catch((error: unknown) => {
      throw missing(name, error)
    })
    if (!info.isDirectory() && !info.isFile())
      throw new EngineError({
        code: 'file-odd',
        message: `${name} is neither a file nor a folder.`,
      })
    return {
      grant: this.wordFor(whole),
      name,
      kind: info.isDirectory() ? 'directory' : kindByName(name),
      bytes: info.isDirectory() ? 0 : info.size,
      modified: info.mtimeMs,
    }
  }

  /** The path behind a grant, existing or not. @throws EngineError for a word that was never given out */
  peek(grant: string): string {
    const path = this.#paths.get(grant) ?? this.#seal.open(grant.slice('grant:'.length))
    if (path === undefined)
      throw new EngineError({
        code: 'unknown-grant',
        message: 'This file was chosen in an earlier start of the program.',
        advice: 'Choose it again.',
      })
    // Known from here on, also to `withoutPaths`.
    this.wordFor(path)
    return path
  }

  /**
   * The path behind a grant, checked again: a link may have been put in its place since.
   * @throws EngineError for an unknown word, a file that is gone, or one outside the root
   */
  async resolve(grant: string): Promise<string> {
    const path = this.peek(grant)
    await this.grant(path)
    return path
  }

  /** As `resolve`, and it has to be a folder. */
  async resolveDirectory(grant: string): Promise<string> {
    const path = this.peek(grant)
    const { kind, name } = await this.grant(path)
    if (kind !== 'directory')
      throw new EngineError({ code: 'not-a-folder', message: `${name} is not a folder.` })
    return path
  }

  /** `text` without any path that this engine knows: only the last part of each is left. */
  withoutPaths(text: string): string {
    let clean = text
    const longestFirst = [...this.#grants.keys()].sort((a, b) => b.length - a.length)
    for (const path of longestFirst) clean = clean.split(path).join(basename(path) || path)
    return clean.replace(/(?<!\w)(?:[A-Za-z]:)?(?:[\\/][^\s\\/:"'`,;()]+){2,}/g, (path) =>
      path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1),
    )
  }
}

function missing(name: string, error: unknown): EngineError {
  const denied = ['EACCES', 'EPERM'].includes(errorCode(error) ?? '')
  return new EngineError({
    code: denied ? 'file-denied' : 'file-missing',
    message: denied ? `${name}: no permission to read it.` : `${name} is not there any more.`,
    advice: denied ? 'Change its permissions or choose another file.' : 'Choose it again.',
    file: name,
  })
}
