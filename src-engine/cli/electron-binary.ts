import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { programFolder } from '../server/program-files.ts'

type Environment = Readonly<Record<string, string | undefined>>

const executables: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'Electron.app/Contents/MacOS/Electron',
  win32: 'electron.exe',
}

/**
 * The Electron binary of this installation, if there is one: in `ELECTRON_OVERRIDE_DIST_PATH`, or downloaded into the
 * npm package before. Importing that package would start a download, so it is only looked at.
 */
export function findElectron(env: Environment): string | undefined {
  const name = executables[process.platform] ?? 'electron'
  const program = programFolder()
  const given = env.ELECTRON_OVERRIDE_DIST_PATH
  const folders = [
    ...(given === undefined || given === '' ? [] : [given]),
    ...(program === undefined ? [] : [join(program, 'node_modules', 'electron', 'dist')]),
  ]
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
}

/** Whether windows can be shown. */
export function hasDisplay(env: Environment): boolean {
  if (process.platform !== 'linux') return true
  return Boolean(env.DISPLAY) || Boolean(env.WAYLAND_DISPLAY)
}
