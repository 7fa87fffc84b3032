import { errorText } from '../../../errors.ts'
import { lookForAdapter } from './adapter.ts'
import { probeTasks } from './probe.ts'
import type { ProbeReply, ProbeTask } from './probe.ts'

/** The process in which graphics drivers are tried (./probe.ts): its argument is a task, its one message the answer. */

async function answer(task: ProbeTask | undefined): Promise<ProbeReply> {
  switch (task) {
    case 'adapter':
      return { adapter: await lookForAdapter() }
    case 'self-test': {
      const { backendTests } = await import('../../self-test.ts')
      const { webgpuBackend } = await import('./index.ts')
      return { tests: await backendTests(webgpuBackend(await lookForAdapter())) }
    }
    case undefined:
      return { refusal: `The process needs one of ${probeTasks.join(', ')}.` }
  }
}

const asked = process.argv[2]
const reply = await answer(probeTasks.find((task) => task === asked)).catch((error: unknown) => ({
  refusal: errorText(error),
}))
// The way back is closed after the message is through, and what drivers leave running does not matter then.
process.send?.(reply, () => process.exit(0))
