import { parentPort, workerData } from 'node:worker_threads'
import type { Job, JobReply, ThreadSetup, WeightsJob } from './jobs.ts'
import { KernelThread } from './thread.ts'
import { createThreadWeights } from './thread-weights.ts'
import type { WeightWriter } from './weights.ts'

// One kernel thread: runs the jobs it is sent, one after the other, and answers each.
const port = parentPort
if (port) {
  const setup: ThreadSetup = workerData
  const thread = new KernelThread(setup)
  let weights: WeightWriter | undefined
  const run = async (job: Job | WeightsJob): Promise<JobReply> => {
    if (job.kind !== 'weights') return thread.run(job)
    weights ??= await createThreadWeights(setup)
    weights.fillRays(job.firstCrossing, job.first, job.last)
    return {}
  }
  port.on('message', (job: Job | WeightsJob) => {
    run(job)
      .catch((error: unknown) => ({
        error: error instanceof Error ? error.message : String(error),
      }))
      .then((reply) => port.postMessage(reply))
  })
}
