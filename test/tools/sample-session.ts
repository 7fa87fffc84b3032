import { join } from 'node:path'
import { RunManager } from '#engine/runs/run-manager.ts'
import { Session } from '#engine/storage/session.ts'
import { sampleFolder, sampleRun } from './sample-run.ts'
import type { SampleFolder } from './sample-run.ts'

/** Makes a session file with one finished run on a synthetic map of this NSIDE, which lies in a folder within `folder`. */
export async function sampleSession(
  folder: string,
  name: string,
  nside = 8,
): Promise<SampleFolder> {
  const sample = sampleFolder(nside, folder)
  const session = Session.create(join(folder, name), 'Sample', sampleRun(sample))
  const manager = new RunManager()
  await manager.settled(session, manager.start(session, { threads: 1 }).run)
  await manager.shutdown()
  session.close()
  return sample
}
