import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { preferencesSchema } from '#shared/contract/preferences.ts'
import type { Preferences } from '#shared/contract/preferences.ts'
import { replaceFile } from './replace-file.ts'

/** The user's preferences, as `preferences.json` in the state folder. */
export class PreferencesFile {
  readonly #file: string
  #last: Promise<void> = Promise.resolve()

  constructor(stateFolder: string) {
    this.#file = join(stateFolder, 'preferences.json')
  }

  /** Null where there are none yet; a file that cannot be read counts as none. */
  async read(): Promise<Preferences | null> {
    await this.#last.catch(() => undefined)
    const text = await readFile(this.#file, 'utf8').catch(() => undefined)
    if (text === undefined) return null
    try {
      return preferencesSchema.parse(JSON.parse(text))
    } catch {
      return null
    }
  }

  /** One after another, each whole or not at all. @throws the system's error where it cannot be written */
  write(preferences: Preferences): Promise<void> {
    this.#last = this.#last
      .catch(() => undefined)
      .then(() => replaceFile(this.#file, JSON.stringify(preferences, undefined, 1)))
    return this.#last
  }
}
