import { Worker } from 'node:worker_threads'
import { KernelError } from '../../interface.ts'
import type { Job, JobReply, ThreadSetup, WeightsJob } from './jobs.ts'
import { workerUrl } from './module.ts'

interface Waiting {
  readonly resolve: (reply: JobReply) => void
  readonly reject: (error: Error) => void
}

/** The kernel threads. They hold little of their own: the grids lie in shared memory. */
export class ThreadPool {
  private readonly workers: Worker[]
  private readonly waiting: (Waiting | undefined)[]
  private failure: Error | undefined

  constructor(setups: readonly ThreadSetup[]) {
    this.waiting = setups.map(() => undefined)
    this.workers = setups.map((setup, thread) => this.start(setup, thread))
  }

  /** Runs job t on thread t and waits for all. @throws KernelError when a thread fails */
  async run(jobs: readonly (Job | WeightsJob)[]): Promise<JobReply[]> {
    if (this.failure) throw this.failure
    const results = await Promise.allSettled(jobs.map((job, thread) => this.send(job, thread)))
    return results.map((result) => {
      if (result.status === 'rejected') throw result.reason
      return result.value
    })
  }

  async end(): Promise<void> {
    this.failure ??= new KernelError(
      'The kernel threads have ended: this operator was disposed of.',
    )
    await Promise.all(this.workers.map((worker) => worker.terminate()))
  }

  private send(job: Job | WeightsJob, thread: number): Promise<JobReply> {
    if (this.waiting[thread]) {
      return Promise.reject(
        new KernelError('Operations on one operator must not overlap: wait for the one before.'),
      )
    }
    return new Promise((resolve, reject) => {
      this.waiting[thread] = { resolve, reject }
      this.workers[thread].postMessage(job)
    })
  }

  private start(setup: ThreadSetup, thread: number): Worker {
    const worker = new Worker(workerUrl(), {
      name: `kernel ${thread}`,
      workerData: setup,
      execArgv: [],
      // Threads allocate almost nothing; small heaps keep the process small.
      resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 },
    })
    worker.on('message', (reply: JobReply) => {
      const { resolve, reject } = this.take(thread)
      if (reply.error === undefined) resolve(reply)
      else reject(new KernelError(`A kernel thread failed: ${reply.error}`))
    })
    worker.on('error', (error) => this.fail(error instanceof Error ? error.message : String(error)))
    worker.on('exit', (code) => {
      if (code !== 0) this.fail(`it ended with code ${code}`)
    })
    return worker
  }

  private take(thread: number): Waiting {
    const waiting = this.waiting[thread]
    this.waiting[thread] = undefined
    return waiting ?? { resolve: () => undefined, reject: () => undefined }
  }

  private fail(reason: string): void {
    this.failure ??= new KernelError(`A kernel thread failed: ${reason}`)
    for (let thread = 0; thread < this.waiting.length; thread++)
      this.take(thread).reject(this.failure)
  }
}
