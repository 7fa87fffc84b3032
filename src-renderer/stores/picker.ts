import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { FileGrant } from '#shared/contract/methods.ts'
import type { PickKind } from '#shared/contract/shell.ts'

export interface BrowseRequest {
  readonly kind: PickKind | 'directory'
  readonly title: string
  readonly choose: (grant: FileGrant | null) => void
}

/** Lets the user choose a file or folder: in the system's dialog, or in a list of the server's data folder. Null: none was chosen. */
export const usePicker = defineStore('picker', () => {
  /** What the list is open for. */
  const browsing = shallowRef<BrowseRequest | null>(null)

  async function pickFile(kind: PickKind, title: string): Promise<FileGrant | null> {
    const shell = window.larmorShell
    return shell ? ((await shell.pickFiles(kind))[0] ?? null) : browse(kind, title)
  }
  async function pickDirectory(title: string): Promise<FileGrant | null> {
    const shell = window.larmorShell
    return shell ? shell.pickDirectory() : browse('directory', title)
  }
  function browse(kind: BrowseRequest['kind'], title: string): Promise<FileGrant | null> {
    return new Promise((resolve) => {
      browsing.value = {
        kind,
        title,
        choose: (grant) => {
          browsing.value = null
          resolve(grant)
        },
      }
    })
  }
  return { browsing, pickFile, pickDirectory }
})
