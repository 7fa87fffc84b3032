// Preloaded into an engine under test (node --expose-gc --import): tells its parent its memory whenever it is asked, in bytes. `live` is what is left
// after a collection, objects and arrays; `resident` is what the process had of the machine before it, garbage included. And `processorMs`, of all its
// threads so far.
import { isMainThread } from 'node:worker_threads'

if (isMainThread && process.send) {
  process.on('message', () => {
    const resident = process.memoryUsage.rss()
    const { user, system } = process.cpuUsage()
    globalThis.gc()
    const { heapUsed, external } = process.memoryUsage()
    process.send({ live: heapUsed + external, resident, processorMs: (user + system) / 1000 })
  })
  process.channel.unref()
}
