import { parentPort, workerData } from 'node:worker_threads'
import type { Job, JobReply, ThreadSetup } from './jobs.ts'
import { KernelThread } from './thread.ts'

// One kernel thread: runs the jobs it is sent, one after the other, and answers each.
const port = parentPort
if (port) {
  const setup: ThreadSetup = workerData
  const thread = new KernelThread(setup)
  port.on('message', (job: Job) => {
    let reply: JobReply = {}
    try {
      reply = thread.run(job)
    } catch (error) {
      reply = { error: error instanceof Error ? error.message : String(error) }
    }
    port.postMessage(reply)
  })
}
