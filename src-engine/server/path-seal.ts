import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from '../errors.ts'
import { makeFolder } from '../make-folder.ts'

const keyBytes = 32
const tagBytes = 16

/**
 * Turns paths into words that only the holder of the key can make or read: AES in counter mode, begun at a hash of the
 * path under the key, which also shows whether a word is a true one (a synthetic initialisation vector, as in RFC 5297).
 * The same path always gives the same word.
 */
export class PathSeal {
  readonly #hashKey: Buffer
  readonly #cipherKey: Buffer

  /** @param realm words of one are none in another */
  constructor(key: Buffer, realm: string) {
    this.#hashKey = createHmac('sha256', key).update(`hash ${realm}`).digest()
    this.#cipherKey = createHmac('sha256', key).update(`cipher ${realm}`).digest()
  }

  /** In hexadecimal digits. */
  seal(path: string): string {
    const plain = Buffer.from(path)
    const tag = this.#tagOf(plain)
    const cipher = createCipheriv('aes-256-ctr', this.#cipherKey, tag)
    return Buffer.concat([tag, cipher.update(plain), cipher.final()]).toString('hex')
  }

  /** Undefined for what this key did not seal. */
  open(word: string): string | undefined {
    const sealed = Buffer.from(word, 'hex')
    if (sealed.length <= tagBytes) return undefined
    const tag = sealed.subarray(0, tagBytes)
    const decipher = createDecipheriv('aes-256-ctr', this.#cipherKey, tag)
    const plain = Buffer.concat([decipher.update(sealed.subarray(tagBytes)), decipher.final()])
    return timingSafeEqual(this.#tagOf(plain), tag) ? plain.toString() : undefined
  }

  #tagOf(plain: Buffer): Buffer {
    return createHmac('sha256', this.#hashKey).update(plain).digest().subarray(0, tagBytes)
  }
}

/** The key of this user, the same in every start; where none can be kept, a new one for this start. */
export async function keptKey(stateFolder: string, log: (text: string) => void): Promise<Buffer> {
  const file = join(stateFolder, 'grants.key')
  const fresh = randomBytes(keyBytes)
  try {
    await makeFolder(stateFolder)
    await writeFile(file, fresh, { flag: 'wx', mode: 0o600 }).catch((error: unknown) => {
      if (errorCode(error) !== 'EEXIST') throw error
    })
    const kept = await readFile(file)
    if (kept.length === keyBytes) return kept
    throw new Error(`${file} is damaged. Delete it.`)
  } catch (error) {
    log(`Files have to be chosen again after another start: ${String(error)}`)
    return fresh
  }
}
