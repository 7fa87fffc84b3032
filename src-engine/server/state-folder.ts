import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/** Where the program keeps what it remembers between starts. `LARMOR_STATE_DIR` overrides. */
export function stateFolder(
  env: Environment = process.env,
  platform: string = process.platform,
  home = homedir(),
): string {
  const given = env.LARMOR_STATE_DIR
  if (given !== undefined && given !== '') return given
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Larmor')
  if (platform === 'win32') return join(env.APPDATA ?? join(home, 'AppData', 'Roaming'), 'Larmor')
  return join(env.XDG_STATE_HOME || join(home, '.local', 'state'), 'larmor')
}

/** Where new sessions go when the user names no folder. `LARMOR_SESSIONS_DIR` overrides. */
export function sessionsFolder(env: Environment = process.env, home = homedir()): string {
  const given = env.LARMOR_SESSIONS_DIR
  if (given !== undefined && given !== '') return given
  const documents = join(home, 'Documents')
  return join(existsSync(documents) ? documents : home, 'Larmor')
}
