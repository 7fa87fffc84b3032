import { join } from 'node:path'
import { RunManager } from '#engine/runs/run-manager.ts'
import { Session } from '#engine/storage/session.ts'
import { sampleFolder, sampleRun } from './sample-run.ts'
import type { SampleFolder } from './sample-run.ts'

/**
 * Makes a session file with finished runs on a synthetic map of this NSIDE, which lies in a folder within `folder`.
 *
 * @param names what the map is called, once for each time that it is in the data
 */
export async function sampleSession(
  folder: string,
  name: string,
  nside = 8,
  { runs = 1, names = ['sky'] }: { runs?: number; names?: readonly string[] } = {},
): Promise<SampleFolder> {
  const sample = sampleFolder(nside, folder)
  const data = names.map((one) => ({ ...sampleRun(sample).data[0], name: one }))
  const session = Session.create(join(folder, name), 'Sample', sampleRun(sample, { data }))
  const manager = new RunManager()
  for (let run = 0; run < runs; run++)
    await manager.settled(session, manager.start(session, { threads: 1 }).run)
  await manager.shutdown()
  session.close()
  return sample
}
