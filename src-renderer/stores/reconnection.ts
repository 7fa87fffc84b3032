import { defineStore } from 'pinia'
import { computed } from 'vue'
import { isClosed } from '#shared/contract/errors.ts'
import type { SessionState } from '#shared/contract/methods.ts'
import { useConnection } from './connection.ts'
import { useFiles } from './files.ts'
import { useKept } from './kept.ts'
import { describeError, useMessages } from './messages.ts'
import { useProject } from './project.ts'
import { useRecovery } from './recovery.ts'
import { useRuns } from './runs.ts'

/** Going on after the engine was gone: what was changed meanwhile stays on the screen, and is stored. */
export const useReconnection = defineStore('reconnection', () => {
  const connection = useConnection()
  const files = useFiles()
  const kept = useKept()
  const messages = useMessages()
  const project = useProject()
  const recovery = useRecovery()
  const runs = useRuns()

  /** What would be lost with this page now, as the beginning of a sentence ("... is not saved"); empty where all of it is stored. */
  const unstored = computed(() => {
    const { session, settled, open, dataNames } = project
    const isCut = connection.state !== 'ready' || project.adrift !== ''
    const changed = session
      ? project.faulty || ((isCut || project.storeFailed) && project.missing !== null)
      : isCut && open && dataNames.length > 0 && recovery.draft?.configuration !== settled
    return changed ? `What was changed in ${project.title}` : ''
  })

  function connect() {
    return connection.connect(() => (project.open ? takeUp() : Promise.resolve()))
  }

  /** An engine knows nothing of a new connection, so what is open here is opened there once more. */
  async function takeUp() {
    const { session } = project
    try {
      if (session) await openAgain(session)
      else await recovery.rejoin()
    } catch (error) {
      // One that is gone again says so itself.
      if (isClosed(error)) return
      if (isStill(session)) project.adrift = describeError(error)
    }
  }

  /** Whether it is on the screen: another project may have been begun while the engine was asked. */
  const isStill = (before: SessionState | null) => project.session?.session === before?.session

  async function openAgain(before: SessionState) {
    const { result: recent } = await connection.request('sessions.recent', {})
    const entry = recent.find((one) => one.fileId === before.fileId && !one.missing)
    if (!entry)
      throw new Error(`${before.name}.larmor is not where it was. Put it back and try again.`)
    const { result } = await connection.request('session.open', { grant: entry.grant })
    if (!isStill(before))
      return void (await connection.request('session.close', { session: result.session }))
    const { unstored } = project
    let replaced = false
    kept.rejoin(() => (replaced = project.rejoin(result)))
    await runs.rejoin()
    files.tellInterruption(result)
    files.tellProblems(result)
    if (replaced)
      messages.show(
        'warning',
        `${before.name} has other settings now`,
        'They were stored elsewhere meanwhile. Undo brings back those that were on the screen.',
      )
    if (result.readOnly && unstored)
      messages.show(
        'warning',
        `${before.name} can only be read now`,
        'Another program has it open. What was changed here is not stored.',
      )
  }

  return { unstored, connect, takeUp }
})
