import { join } from 'node:path'

export interface ProgramFolders {
  readonly packaged: boolean
  /** Folder of package.json (in a package: the archive). */
  readonly appPath: string
  /** Resources beside the archive of a package. */
  readonly resourcesPath: string
}

/** The Node that runs the engine and the engine's script: in a package both are resources outside the archive. */
export function locateEngine(folders: ProgramFolders, platform: string) {
  const executable = platform === 'win32' ? 'node.exe' : 'node'
  const { packaged, appPath, resourcesPath } = folders
  return {
    node: packaged
      ? join(resourcesPath, 'node', executable)
      : join(appPath, 'node_modules', 'node', 'bin', executable),
    script: join(packaged ? resourcesPath : appPath, 'out', 'engine', 'engine.mjs'),
  }
}
