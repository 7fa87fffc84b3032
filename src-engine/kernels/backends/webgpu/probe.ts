import { fork } from 'node:child_process'
import { z } from 'zod'
import { errorText } from '../../../errors.ts'
import { KernelError } from '../../interface.ts'
import { locate } from '../../locate.ts'
import type { SelfTest } from '../../self-test.ts'
import type { AdapterDescription } from './adapter.ts'

/**
 * Graphics drivers are tried in a process of their own (./probe-process.ts): they write to stderr as they like, and may
 * crash or hang. What they write is kept for `larmor doctor --json`.
 */

export const probeTasks = ['adapter', 'self-test'] as const
export type ProbeTask = (typeof probeTasks)[number]

const adapterSchema = z.object({
  name: z.string(),
  software: z.boolean(),
  maxBufferBytes: z.number(),
})
const testSchema = z.object({
  name: z.string(),
  // What is not finite does not survive the way between the processes.
  value: z.number().nullable(),
  reference: z.number(),
  tolerance: z.number(),
  passed: z.boolean(),
})
const replySchema = z.union([
  z.object({ refusal: z.string() }),
  z.object({ adapter: adapterSchema }),
  z.object({ tests: z.array(testSchema) }),
])
/** What the process answers. */
export type ProbeReply = z.output<typeof replySchema>

/** A driver that needs longer is taken for hung; software drivers on a busy machine compile their kernels for some seconds. */
const PATIENCE_MS: Readonly<Record<ProbeTask, number>> = { adapter: 20_000, 'self-test': 60_000 }
/** Of what drivers write, per process. */
const MOST_REMARKS = 64 * 1024

const remarks: string[] = []
let adapter: Promise<AdapterDescription> | undefined

/** Lines that graphics drivers have written so far while they were tried. */
export function driverRemarks(): readonly string[] {
  return remarks
}

/** The adapter that this machine offers, looked for once. @throws KernelError that says why there is none */
export function probeAdapter(): Promise<AdapterDescription> {
  adapter ??= ask('adapter').then((reply) => {
    if ('adapter' in reply) return reply.adapter
    throw new KernelError(
      'refusal' in reply ? reply.refusal : 'The graphics driver gave no answer.',
    )
  })
  return adapter
}

/** The self-test of the webgpu backend. @throws KernelError where there is nothing to test */
export async function testByProbe(): Promise<SelfTest[]> {
  const reply = await ask('self-test')
  if ('tests' in reply) return reply.tests.map((test) => ({ ...test, value: test.value ?? NaN }))
  throw new KernelError('refusal' in reply ? reply.refusal : 'The graphics driver gave no answer.')
}

/** Runs the process of a task; a crash and a hang are refusals too. `script` and `patienceMs` are for tests. */
export function ask(
  task: ProbeTask,
  script = locate(import.meta.url, './probe-process.ts', 'graphics-probe.mjs'),
  patienceMs = PATIENCE_MS[task],
): Promise<ProbeReply> {
  return new Promise((resolve) => {
    const child = fork(script, [task], {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    let reply: ProbeReply | undefined
    let written = ''
    let late = false
    const timer = setTimeout(() => {
      late = true
      child.kill('SIGKILL')
    }, patienceMs)
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      written = (written + text).slice(0, MOST_REMARKS)
    })
    child.on('message', (message) => {
      const parsed = replySchema.safeParse(message)
      reply = parsed.success ? parsed.data : { refusal: 'The graphics driver gave no answer.' }
    })
    child.on('error', (error) => {
      clearTimeout(timer)
      resolve({ refusal: `The graphics driver could not be tried: ${errorText(error)}` })
    })
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      remarks.push(...written.split('\n').filter((line) => line.trim() !== ''))
      const end = late
        ? `did not answer within ${patienceMs / 1000} s`
        : `ended the process that tried it (${signal ?? `exit code ${code}`})`
      // A driver that crashes after its answer has answered.
      resolve(
        reply ?? { refusal: `The graphics driver ${end}: the webgpu backend cannot be used.` },
      )
    })
  })
}
